import { isRecord, stringField } from "./json";
import type { Reply } from "./reply";

/** What a reply to an interrupt or a resume means for the request. */
export type Answer =
    | { readonly kind: "accepted"; readonly requestId?: string }
    /** Another signal was accepted earlier and is being processed. */
    | { readonly kind: "signalled" }
    /** Certainly not done, for a reason that passes. */
    | { readonly kind: "notDone" }
    /** No connection can be made to this host, so nothing was sent; a setting is wrong if that is so from the start. */
    | { readonly kind: "unconnectable" }
    /** The request may or may not have been done; only the same token finds out. */
    | { readonly kind: "unknown" }
    /** Refused because of the phase the instance is in. */
    | { readonly kind: "wrongPhase" }
    /** Refused for good: the same request would be refused again. */
    | { readonly kind: "refused" };

/** What a reply to DescribeLogstash tells. */
export type Look =
    | { readonly kind: "seen"; readonly status: string; readonly progress?: number; readonly requestId?: string }
    /** Not now; looking again may help. */
    | { readonly kind: "unseen" }
    /** The identity may not look. */
    | { readonly kind: "denied" }
    /** Refused for good. */
    | { readonly kind: "refused" };

const wrongPhase = /^(InstanceActivating|InstanceStatusNotSupportCurrentAction|ConcurrencyUpdateInstanceConflict)$/;
const refusal =
    /^(InstanceNotFound$|Invalid|SignatureDoesNotMatch$|Forbidden|NoPermission$|IdempotentParameterMismatch$)/;
const faulty = /^(ServiceUnavailable|InternalError|InternalServerError)$/;
const unconnectable = /^(ENOTFOUND|ERR_TLS_|CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_)/;
const denied = /^(Forbidden|NoPermission)/;

/**
 * Classifies a reply to an interrupt or a resume. A failure is told by its code, because the same code arrives with
 * several HTTP statuses; the status only decides where the code is one we don't know.
 */
export function classify(reply: Reply): Answer {
    switch (reply.kind) {
        case "body":
            switch (reply.body.Result) {
                case true:
                    return { kind: "accepted", ...requestIdOf(reply.body) };
                case false:
                    return { kind: "refused" };
                default:
                    return { kind: "unknown" };
            }
        case "failure":
            if (/^Throttling(\.|$)/.test(reply.code) || /QPS Limit Exceeded/i.test(reply.message)) {
                return { kind: "notDone" };
            }
            if (reply.code === "AlreadyReceivedInterruptSignal") {
                return { kind: "signalled" };
            }
            if (wrongPhase.test(reply.code)) {
                return { kind: "wrongPhase" };
            }
            // The first request with this token is still running: how it ends is not known yet.
            if (reply.code === "TokenPreviousRequestProcessError") {
                return { kind: "unknown" };
            }
            // Without a code it is not the service that answered, but something on the way to it or back.
            if (faulty.test(reply.code) || reply.code === "" || (reply.httpStatus ?? 0) >= 500) {
                return { kind: "unknown" };
            }
            // A failure in a success is believed only if it is one we know.
            return (reply.httpStatus ?? 400) >= 400 || refusal.test(reply.code)
                ? { kind: "refused" }
                : { kind: "unknown" };
        case "unusable":
            return { kind: "unknown" };
        case "unsent":
            return { kind: "notDone" };
        case "unreachable":
            if (/^(ECONNREFUSED|EAI_AGAIN)$/.test(reply.code)) {
                return { kind: "notDone" };
            }
            return { kind: unconnectable.test(reply.code) ? "unconnectable" : "unknown" };
    }
}

/** Classifies a reply to DescribeLogstash, which changes nothing and so can always be asked again. */
export function classifyLook(reply: Reply): Look {
    if (reply.kind === "body") {
        const status = stringField(reply.body.Result, "status");
        return status === undefined
            ? { kind: "unseen" }
            : { kind: "seen", status, ...progressOf(reply.body.Result), ...requestIdOf(reply.body) };
    }
    if (classify(reply).kind !== "refused") {
        return { kind: "unseen" };
    }
    return { kind: reply.kind === "failure" && denied.test(reply.code) ? "denied" : "refused" };
}

/** Whether the identity lacks a RAM action. */
export function isDenied(reply: Reply): boolean {
    return reply.kind === "failure" && denied.test(reply.code);
}

/** The progress of the running task in percent; undocumented, so it is only ever shown. */
function progressOf(result: unknown): { progress?: number } {
    const tasks = isRecord(result) && Array.isArray(result.clusterTasks) ? result.clusterTasks : [];
    const progress: unknown = tasks.map((task: unknown) => (isRecord(task) ? task.progress : undefined))[0];
    return typeof progress === "number" && Number.isFinite(progress) ? { progress } : {};
}

function requestIdOf(body: Readonly<Record<string, unknown>>): { requestId?: string } {
    const requestId = stringField(body, "RequestId");
    return requestId === undefined ? {} : { requestId };
}
