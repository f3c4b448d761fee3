import type { IncomingMessage } from "node:http";
import type { SignedRequest } from "../identities/signature";

/** Reads what a signature covers, before anything is normalized. */
export function signedRequest({ raw, body }: { raw: IncomingMessage; body: unknown }): SignedRequest {
    const [path = "", search = ""] = (raw.url ?? "").split(/\?(.*)/s);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(raw.headers)) {
        headers[name] = Array.isArray(value) ? value.join(",") : (value ?? "");
    }
    return {
        method: raw.method ?? "",
        path,
        query: [...new URLSearchParams(search)],
        headers,
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    };
}
