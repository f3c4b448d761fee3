import { isRecord, stringField } from "../json";
import { type NetworkCode, networkCode } from "../operations/networkCodes";
import { type CodeMeaning, rejectionCode, serviceCode } from "../operations/serviceCodes";
import type { ServiceResponse } from "./response";

/** What a reply to a call with a client token means for the request. */
export type Meaning =
    | { readonly kind: "accepted"; readonly requestId?: string }
    /** No connection can be made as things are set, so nothing was sent; `isFinal` where that never passes. */
    | { readonly kind: "unconnectable"; readonly isFinal: boolean }
    | { readonly kind: CodeMeaning };

/** What a reply to DescribeLogstash tells. */
export type PollResult =
    | { readonly kind: "seen"; readonly status: string; readonly progress?: number; readonly requestId?: string }
    /** Not now; looking again may help. */
    | { readonly kind: "unseen" }
    /** The identity may not look. */
    | { readonly kind: "denied" }
    /** Refused for good. */
    | { readonly kind: "rejected" };

/**
 * Says what a reply means. An error is told by its code, because the same code arrives with several HTTP statuses; the
 * status only decides where the code is one we don't know.
 */
export function classifyResponse(reply: ServiceResponse): Meaning {
    switch (reply.kind) {
        case "body":
            switch (reply.body.Result) {
                case true:
                    return { kind: "accepted", ...requestIdOf(reply.body) };
                case false:
                    return { kind: "rejected" };
                default:
                    return { kind: "outcomeUnknown" };
            }
        case "error": {
            const known = serviceCode(reply.code);
            // Throttled, in a spelling that has no row.
            if (
                /QPS Limit Exceeded/i.test(reply.message) ||
                (reply.httpStatus === 429 && known?.meaning !== "outcomeUnknown")
            ) {
                return { kind: "retryable" };
            }
            // A server's fault is no refusal, whatever code comes with it.
            if (known !== undefined && !(known.meaning === "rejected" && isServerError(reply.httpStatus))) {
                return { kind: known.meaning };
            }
            // Without a code it is not the service that answered, but something on the way to it or back. And an error
            // in a success is believed only if it is one we know.
            const believed = reply.code !== "" && (reply.httpStatus ?? 400) >= 400 && !isServerError(reply.httpStatus);
            return { kind: believed ? "rejected" : "outcomeUnknown" };
        }
        case "invalidResponse":
        case "noResponse":
            return { kind: "outcomeUnknown" };
        case "notSent":
            return { kind: "retryable" };
        case "notConnected":
            return reply.isRefusedHere
                ? { kind: "unconnectable", isFinal: false }
                : unconnected(networkCode(reply.code));
    }
}

/** Says what a reply to DescribeLogstash means, which changes nothing and so can always be asked again. */
export function classifyPoll(reply: ServiceResponse): PollResult {
    if (reply.kind === "body") {
        const status = stringField(reply.body.Result, "status");
        return status === undefined
            ? { kind: "unseen" }
            : { kind: "seen", status, ...progressOf(reply.body.Result), ...requestIdOf(reply.body) };
    }
    if (classifyResponse(reply).kind !== "rejected") {
        return { kind: "unseen" };
    }
    return { kind: isDenied(reply) ? "denied" : "rejected" };
}

/** Whether the identity lacks a RAM action. */
export function isDenied(reply: ServiceResponse): boolean {
    return reply.kind === "error" && rejectionCode(reply.code)?.denied === true;
}

function unconnected(known: NetworkCode | undefined): Meaning {
    return known?.advice === undefined
        ? { kind: "retryable" }
        : { kind: "unconnectable", isFinal: known.isFinal === true };
}

function isServerError(httpStatus: number | undefined): boolean {
    return (httpStatus ?? 0) >= 500;
}

/** The progress of the running task in percent; undocumented, so it is only ever shown. */
function progressOf(result: unknown): { progress?: number } {
    const task: unknown = isRecord(result) && Array.isArray(result.clusterTasks) ? result.clusterTasks[0] : undefined;
    const progress = isRecord(task) ? task.progress : undefined;
    return Number.isFinite(progress) ? { progress: Number(progress) } : {};
}

function requestIdOf(body: Readonly<Record<string, unknown>>): { requestId?: string } {
    const requestId = stringField(body, "RequestId");
    return requestId === undefined ? {} : { requestId: requestId.slice(0, 80) };
}
