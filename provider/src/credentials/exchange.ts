import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import { parseJson } from "../configuration";
import { stringField } from "../json";
import { connect, maxResponseBytes, ProxyRejection, proxyHeaders } from "../network/connect";
import { proxyFor } from "../network/proxy";

/** A request, in the form that the providers of `@alicloud/credentials` give to their `doRequest`. */
export interface ExchangeRequest {
    toRequestURL(): string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly bodyForm?: Readonly<Record<string, string>>;
    /** Milliseconds. */
    readonly connectTimeout: number;
    /** Milliseconds, from the connection to the end of the response. */
    readonly readTimeout: number;
}

/** A response, in the form that those providers read. */
export interface ExchangeResponse {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: Buffer;
}

/** How a request differs from the library's. */
export interface ExchangeOptions {
    /** Whether to bypass any proxy. @default only for the metadata service */
    readonly direct?: boolean;
    /** Form fields that replace the library's. */
    readonly form?: (fields: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
    /** A JSON body that replaces the library's body. */
    readonly json?: object;
}

/** Why a host gave no credentials, without any text of the request or the response. */
export type ExchangeProblem =
    | { readonly kind: "noResponse"; readonly code: string }
    | { readonly kind: "rejected"; readonly status: number; readonly code?: string };

/** An exchange without credentials. */
export class ExchangeFailure extends Error {
    constructor(
        readonly host: string,
        /** The variable of the proxy, if there is one. */
        readonly proxy: string | undefined,
        readonly problem: ExchangeProblem,
    ) {
        super(`no credentials from ${host}`);
    }
}

/** The ECS metadata service. Its responses are keys, and a proxy could not reach it. */
const metadataHost = "100.100.100.200";

/**
 * Sends a request in place of the library's own function, which ignores proxies and quotes whole responses in its errors.
 * Any response but a 200 is an `ExchangeFailure`.
 */
export async function exchange(request: ExchangeRequest, options: ExchangeOptions = {}): Promise<ExchangeResponse> {
    const url = new URL(request.toRequestURL());
    const isDirect = options.direct === true || url.hostname === metadataHost;
    const proxy = isDirect ? undefined : proxyFor(url.href);
    const { headers, body } = bodyOf(request, options);
    const timeout = new AbortController();
    let timer = setTimeout(() => timeout.abort(), request.connectTimeout);
    const onConnected = () => {
        clearTimeout(timer);
        timer = setTimeout(() => timeout.abort(), request.readTimeout);
    };
    let socket: Socket | undefined;
    let problem: ExchangeProblem;
    try {
        // The agent adds TLS. Without a proxy it connects as well, so that a patched agent applies here too.
        const agent = url.protocol === "https:" ? new HttpsAgent() : new HttpAgent();
        if (proxy !== undefined) {
            socket = await connect(url, proxy.url, timeout.signal);
            agent.createConnection = () => socket;
        }
        const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
        const outgoing = httpRequest(url, {
            method: request.method,
            headers,
            agent,
            signal: timeout.signal,
            ...(proxy !== undefined && url.protocol === "http:" && forwardedBy(proxy.url, url, headers)),
        });
        outgoing.on("socket", (used) => {
            socket = used;
            if (used.connecting) {
                used.once("connect", onConnected);
            } else {
                onConnected();
            }
        });
        outgoing.on("response", resolve).on("error", reject).end(body);
        const response = await promise;
        const content = await contentOf(response);
        const { statusCode: status = 0 } = response;
        if (status === 200) {
            return { statusCode: status, headers: response.headers, body: content };
        }
        problem = { kind: "rejected", status, ...codeIn(content) };
    } catch (error) {
        problem = timeout.signal.aborted ? { kind: "noResponse", code: "ETIMEDOUT" } : problemOf(error);
    } finally {
        clearTimeout(timer);
        socket?.destroy();
    }
    throw new ExchangeFailure(url.host, proxy?.variable, problem);
}

function problemOf(error: unknown): ExchangeProblem {
    return error instanceof ProxyRejection
        ? { kind: "rejected", status: error.status }
        : { kind: "noResponse", code: stringField(error, "code") ?? "unknown error" };
}

/** A proxy forwards a plain request by its whole URL. */
function forwardedBy(proxy: URL, { origin, pathname, search }: URL, headers: ExchangeRequest["headers"]) {
    return { path: origin + pathname + search, headers: { ...headers, ...proxyHeaders(proxy) } };
}

function bodyOf({ headers, bodyForm }: ExchangeRequest, { form, json }: ExchangeOptions) {
    if (json !== undefined) {
        return { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(json) };
    }
    const fields = { ...bodyForm, ...form?.(bodyForm ?? {}) };
    if (Object.keys(fields).length === 0) {
        return { headers, body: undefined };
    }
    return {
        headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
        // Not URLSearchParams: the signature covers this encoding, and some servers read a plus sign as itself.
        body: Object.entries(fields)
            .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
            .join("&"),
    };
}

async function contentOf(response: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maxResponseBytes) {
            throw Object.assign(new Error("response too large"), { code: "EMSGSIZE" });
        }
    }
    return Buffer.concat(chunks);
}

function codeIn(content: Buffer): { readonly code?: string } {
    const code = stringField(parseJson(content.toString("utf8")), "Code");
    return code?.match(/^[\w.]{1,80}$/) ? { code } : {};
}
