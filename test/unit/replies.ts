import type { ServiceResponse } from "../../provider/src/request/response";

type ReplyOf<Kind extends ServiceResponse["kind"]> = Extract<ServiceResponse, { kind: Kind }>;

/** The service's answer with a code. */
export function error(code: string, httpStatus = 400, more: object = {}): ReplyOf<"error"> {
    return { kind: "error", code, message: "", httpStatus, ...more };
}

/** A request for which no connection was made. */
export function unconnected(code: string, more: object = {}): ReplyOf<"notConnected"> {
    return { kind: "notConnected", code, afterMs: 1, ...more };
}
