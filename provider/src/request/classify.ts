import { isRecord, stringField } from "../json";
import { networkCode } from "../operations/networkCodes";
import { type CodeMeaning, serviceCode } from "../operations/serviceCodes";
import type { ServiceResponse } from "./response";

/** What the response to a call with a client token means for the request. */
export type ResponseMeaning =
    | { readonly kind: "accepted"; readonly requestId?: string }
    /** No connection can be established with these settings, so nothing was sent. `isFinal`: this does not pass. */
    | { readonly kind: "unconnectable"; readonly isFinal: boolean }
    | { readonly kind: CodeMeaning };

/** What the response to `DescribeLogstash` means. */
export type PollResult =
    | { readonly kind: "seen"; readonly status: string; readonly progress?: number; readonly requestId?: string }
    /** The poll failed. The next one may succeed. */
    | { readonly kind: "failed" }
    /** The identity lacks the RAM action. */
    | { readonly kind: "denied" }
    /** The poll was rejected for good. */
    | { readonly kind: "rejected" };

/**
 * Classifies the response to a call with a client token. The code of an error decides, because the same code arrives with
 * several HTTP statuses. The status decides only if the code is not known.
 */
export function classifyResponse(response: ServiceResponse): ResponseMeaning {
    switch (response.kind) {
        case "body":
            return classifyBody(response.body);
        case "error": {
            const { code, message, httpStatus = 400 } = response;
            const known = serviceCode(code);
            const isThrottled = httpStatus === 429 && known?.meaning !== "outcomeUnknown";
            if (isThrottled || /QPS Limit Exceeded/i.test(message)) {
                return { kind: "retryable" };
            }
            const isServerError = httpStatus >= 500;
            // A server error is not a rejection, whatever its code.
            if (known !== undefined && !(known.meaning === "rejected" && isServerError)) {
                return { kind: known.meaning };
            }
            // Without a code the response is not from the service, but from something between. An unknown code that comes
            // with a successful HTTP status proves nothing.
            const isRejection = code !== "" && httpStatus >= 400 && !isServerError;
            return { kind: isRejection ? "rejected" : "outcomeUnknown" };
        }
        case "invalidResponse":
        case "noResponse":
            return { kind: "outcomeUnknown" };
        case "notSent":
            return { kind: "retryable" };
        case "notConnected": {
            const { fix, isFinal = false } = networkCode(response.code) ?? {};
            return fix === undefined && !response.isRefusedHere
                ? { kind: "retryable" }
                : { kind: "unconnectable", isFinal };
        }
    }
}

function classifyBody(body: Readonly<Record<string, unknown>>): ResponseMeaning {
    switch (body.Result) {
        case true:
            return { kind: "accepted", ...requestIdOf(body) };
        case false:
            return { kind: "rejected" };
        default:
            return { kind: "outcomeUnknown" };
    }
}

/** Classifies the response to `DescribeLogstash`, which changes nothing and can always be sent again. */
export function classifyPoll(response: ServiceResponse): PollResult {
    if (response.kind === "body") {
        const status = stringField(response.body.Result, "status");
        return status === undefined
            ? { kind: "failed" }
            : { kind: "seen", status, ...progressOf(response.body.Result), ...requestIdOf(response.body) };
    }
    if (classifyResponse(response).kind !== "rejected") {
        return { kind: "failed" };
    }
    return { kind: isDenied(response) ? "denied" : "rejected" };
}

/** Whether the identity lacks a RAM action. */
export function isDenied(response: ServiceResponse): boolean {
    return response.kind === "error" && serviceCode(response.code)?.denied === true;
}

/** The progress of the running task in percent. It is undocumented, so it is only shown. */
function progressOf(result: unknown): { progress?: number } {
    const task: unknown = isRecord(result) && Array.isArray(result.clusterTasks) ? result.clusterTasks[0] : undefined;
    const progress = isRecord(task) ? task.progress : undefined;
    return Number.isFinite(progress) ? { progress: Number(progress) } : {};
}

function requestIdOf(body: Readonly<Record<string, unknown>>): { requestId?: string } {
    const requestId = stringField(body, "RequestId");
    return requestId === undefined ? {} : { requestId: requestId.slice(0, 80) };
}
