import type { Agent } from "node:http";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { parseJson } from "../configuration";
import { stringField } from "../json";
import { noOtherProxy, noOtherProxyByLibrary, proxyFor } from "../network/proxy";
import { type AttemptOptions, ProxyRefusal, TunnelAgent } from "../network/tunnelAgent";

/** A request as the providers of `@alicloud/credentials` make it. */
export interface ExchangeRequest {
    toRequestURL(): string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly bodyForm?: Readonly<Record<string, string>>;
    /** Milliseconds. */
    readonly connectTimeout: number;
    /** Milliseconds, from the connection to the end of the answer. */
    readonly readTimeout: number;
}

/** An answer as those providers read it. */
export interface ExchangeAnswer {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: Buffer;
}

/** How a request is sent. */
export interface ExchangeOptions {
    /** Past any proxy. @default only to the metadata service */
    readonly direct?: boolean;
    /** Fields in place of those that the library has written. */
    readonly form?: (written: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
    /** A body in place of the library's. */
    readonly json?: object;
}

/** Why there are no credentials from a host, in fields that hold nothing of what was sent or answered. */
export type ExchangeProblem =
    | { readonly kind: "unreachable"; readonly code: string }
    | { readonly kind: "refused"; readonly status: number; readonly code?: string };

/** A request for credentials that got none. */
export class ExchangeFailure extends Error {
    constructor(
        readonly host: string,
        /** The variable of the proxy in between. */
        readonly proxy: string | undefined,
        readonly problem: ExchangeProblem,
    ) {
        super(`no credentials from ${host}`);
    }
}

/** The ECS metadata service: its answers are keys, and no proxy could reach it. */
const metadataHost = "100.100.100.200";

/** No answer with credentials comes near it. */
const maxAnswerBytes = 1_048_576;

/**
 * Sends a request of the library, in place of its own function, which knows no proxy and quotes whole answers in its
 * errors. Anything but a 200 is an `ExchangeFailure`.
 */
export async function exchange(request: ExchangeRequest, options: ExchangeOptions = {}): Promise<ExchangeAnswer> {
    const url = new URL(request.toRequestURL());
    const direct = options.direct === true || url.hostname === metadataHost;
    const proxy = direct ? undefined : proxyFor(url.href);
    const agent = await agentThrough(proxy?.url, url.protocol === "https:");
    const failed = (problem: ExchangeProblem) => new ExchangeFailure(url.host, proxy?.variable, problem);
    const { headers, body } = bodyOf(request, options);

    return new Promise((resolve, reject) => {
        const givenUp = new AbortController();
        const attempt: AttemptOptions = { giveUp: givenUp.signal };
        // The agent brings TLS with it.
        const outgoing = httpRequest(url, { method: request.method, headers, agent, ...attempt });
        const fail = (problem: ExchangeProblem) => {
            clearTimeout(timer);
            reject(failed(problem));
            // Both, for a proxy that never answers has not given a socket yet.
            givenUp.abort();
            outgoing.destroy();
        };
        const giveUp = (code: string) => fail({ kind: "unreachable", code });
        let timer = setTimeout(giveUp, request.connectTimeout, "ETIMEDOUT");
        outgoing.on("error", (error) =>
            error instanceof ProxyRefusal
                ? fail({ kind: "refused", status: error.status })
                : giveUp(stringField(error, "code") ?? "an unknown error"),
        );
        outgoing.on("socket", (socket) => {
            const onConnected = () => {
                clearTimeout(timer);
                timer = setTimeout(giveUp, request.readTimeout, "ETIMEDOUT");
            };
            if (socket.connecting) {
                socket.once("connect", onConnected);
            } else {
                onConnected();
            }
        });
        outgoing.on("response", (response) => {
            contentOf(response).then(
                (content) => {
                    clearTimeout(timer);
                    const statusCode = response.statusCode ?? 0;
                    if (statusCode === 200) {
                        resolve({ statusCode, headers: response.headers, body: content });
                    } else {
                        reject(failed({ kind: "refused", status: statusCode, ...codeIn(content) }));
                    }
                },
                (error: unknown) => giveUp(stringField(error, "code") ?? "an answer that broke off"),
            );
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
        // Not URLSearchParams: the signature is of this spelling, and some servers read a plus sign as itself.
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
        if (length > maxAnswerBytes) {
            throw Object.assign(new Error("the answer is endless"), { code: "EMSGSIZE" });
        }
    }
    return Buffer.concat(chunks);
}

function codeIn(content: Buffer): { readonly code?: string } {
    const code = stringField(parseJson(content.toString("utf8")), "Code");
    return code?.match(/^[\w.]{1,80}$/) ? { code } : {};
}
