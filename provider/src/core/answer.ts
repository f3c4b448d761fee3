import type { Reply } from "./reply";

/** What a reply to an interrupt or a resume means for the request. */
export type Answer =
    | { readonly kind: "accepted"; readonly requestId?: string }
    /** Refused for good: the same request would be refused again. */
    | { readonly kind: "refused" }
    /** The request may or may not have been done; only the same token finds out. */
    | { readonly kind: "unknown" };

/** Classifies a reply by its code, never by its HTTP status or message alone. */
export function classify(reply: Reply): Answer {
    switch (reply.kind) {
        case "body": {
            const requestId = reply.body.RequestId;
            if (reply.body.Result === true) {
                return { kind: "accepted", ...(typeof requestId === "string" ? { requestId } : {}) };
            }
            return reply.body.Result === false ? { kind: "refused" } : { kind: "unknown" };
        }
        case "failure":
            return (reply.httpStatus ?? 0) >= 500 ||
                /^(ServiceUnavailable|InternalError|InternalServerError)$/.test(reply.code)
                ? { kind: "unknown" }
                : { kind: "refused" };
        case "unusable":
        case "unreachable":
            return { kind: "unknown" };
    }
}
