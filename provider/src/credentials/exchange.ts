import type { Agent } from "node:http";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { parseJson } from "../configuration";
import { stringField } from "../json";
import { maxResponseBytes } from "../network/connect";
import { noOtherProxy, noOtherProxyByLibrary, proxyFor } from "../network/proxy";
import { type AttemptOptions, ProxyRefusal, TunnelAgent } from "../network/tunnelAgent";

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
    const direct = options.direct === true || url.hostname === metadataHost;
    const proxy = direct ? undefined : proxyFor(url.href);
    const agent = await agentThrough(proxy?.url, url.protocol === "https:");
    const { headers, body } = bodyOf(request, options);

    return new Promise((resolve, reject) => {
        const aborted = new AbortController();
        const attempt: AttemptOptions = { giveUp: aborted.signal };
        // The agent adds TLS.
        const outgoing = httpRequest(url, { method: request.method, headers, agent, ...attempt });
        const fail = (problem: ExchangeProblem) => {
            clearTimeout(timer);
            reject(new ExchangeFailure(url.host, proxy?.variable, problem));
            // Both: while a silent proxy has not opened its tunnel, the request has no socket to destroy.
            aborted.abort();
            outgoing.destroy();
        };
        const failWithout = (code: string) => fail({ kind: "noResponse", code });
        const failOn = (error: unknown) => failWithout(stringField(error, "code") ?? "unknown error");
        let timer = setTimeout(failWithout, request.connectTimeout, "ETIMEDOUT");
        const onConnected = () => {
            clearTimeout(timer);
            timer = setTimeout(failWithout, request.readTimeout, "ETIMEDOUT");
        };
        outgoing.on("error", (error) =>
            error instanceof ProxyRefusal ? fail({ kind: "rejected", status: error.status }) : failOn(error),
        );
        outgoing.on("socket", (socket) => {
            if (socket.connecting) {
                socket.once("connect", onConnected);
            } else {
                onConnected();
            }
        });
        outgoing.on("response", (response) => {
            contentOf(response).then((content) => {
                const { statusCode: status = 0, headers } = response;
                if (status === 200) {
                    clearTimeout(timer);
                    resolve({ statusCode: status, headers, body: content });
                } else {
                    fail({ kind: "rejected", status, ...codeIn(content) });
                }
            }, failOn);
        });
        outgoing.end(body);
    });
}

async function agentThrough(proxy: URL | undefined, secure: boolean): Promise<Agent> {
    if (proxy === undefined) {
        return secure ? new HttpsAgent(noOtherProxy) : new HttpAgent(noOtherProxy);
    }
    if (secure) {
        return new TunnelAgent(proxy);
    }
    const { HttpProxyAgent } = await import("http-proxy-agent");
    return new HttpProxyAgent(proxy, noOtherProxyByLibrary);
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
