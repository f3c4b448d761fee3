import type { ServiceResponse } from "../../provider/src/request/response";

type ResponseOf<Kind extends ServiceResponse["kind"]> = Extract<ServiceResponse, { kind: Kind }>;

/** The service's response to a call that failed. */
export function error(code: string, httpStatus = 400, more: object = {}): ResponseOf<"error"> {
    return { kind: "error", code, message: "", httpStatus, ...more };
}

/** A call for which no connection was established. */
export function notConnected(code: string, more: object = {}): ResponseOf<"notConnected"> {
    return { kind: "notConnected", code, afterMs: 1, ...more };
}

export function body(fields: Readonly<Record<string, unknown>>): ResponseOf<"body"> {
    return { kind: "body", body: fields };
}

export const accepted = body({ Result: true, RequestId: "R-accepted" });
export const noResponse: ServiceResponse = { kind: "noResponse", code: "ECONNRESET" };
export const invalidResponse: ServiceResponse = { kind: "invalidResponse", detail: "HTML" };
export const notSent: ServiceResponse = { kind: "notSent", detail: "no credentials" };
export const throttled = error("Throttling.User", 429);
export const invalidState = error("InstanceActivating");
export const interrupting = error("AlreadyReceivedInterruptSignal");
export const notFound = error("InstanceNotFound", 404);
export const denied = error("Forbidden.RAM", 403);

/** A poll that sees a status. */
export function status(name: string): ServiceResponse {
    return body({ RequestId: "R-poll", Result: { status: name } });
}
