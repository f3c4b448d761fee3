import type { IncomingMessage } from "node:http";

/** A request as it came over the wire. */
export interface IncomingRequest {
    readonly method: string;
    /** The path, still encoded. */
    readonly path: string;
    /** The query's names and values, decoded. */
    readonly query: readonly (readonly [string, string])[];
    /** Headers by their lower-case names. */
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
}

/** Reads what a signature is made of, before anything is normalized. */
export function incoming({ raw, body }: { raw: IncomingMessage; body: unknown }): IncomingRequest {
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
