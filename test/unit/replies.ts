import type { Reply } from "../../provider/src/request/response";

type ReplyOf<Kind extends Reply["kind"]> = Extract<Reply, { kind: Kind }>;

/** The service's answer with a code. */
export function error(code: string, httpStatus = 400, more: object = {}): ReplyOf<"error"> {
    return { kind: "error", code, message: "", httpStatus, ...more };
}

/** A request for which no connection was made. */
export function unconnected(code: string, more: object = {}): ReplyOf<"unconnected"> {
    return { kind: "unconnected", code, afterMs: 1, ...more };
}
