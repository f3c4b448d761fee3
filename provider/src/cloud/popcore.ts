import type { Agent } from "node:http";
import { validateHeaderValue } from "node:http";
import { type BulkheadPolicy, bulkhead } from "cockatiel";
import { ConfigurationError } from "../configuration";
import { type Credentials, type CredentialsSource, CredentialsUnavailable } from "../credentials/credentials";
import { type Endpoint, isLoopback } from "../identity/endpoint";
import { descriptorOf } from "../operations/operations";
import { rejectionCode } from "../operations/serviceCodes";
import type { CallLimits, ConfigHints, LogstashService } from "../request/client";
import type { ServiceResponse } from "../request/response";
import { Connections } from "./connections";
import { unlessAborted, unlessLate } from "./deadlines";
import { silenceSecrets } from "./debugOutput";
import { connectCode, replyFromResult, replyFromThrown } from "./popcoreResponse";
import { proxyFor, proxyName } from "./proxy";
import { type Acquire, maxConnections as defaultMaxConnections } from "./rateLimit";
import { redact } from "./redact";
import { proxyCode } from "./tunnel";

/** Where and as whom the calls are made. */
export interface ServiceOptions {
    readonly endpoint: () => Pick<Endpoint, "url" | "override">;
    readonly region: string;
    /** How region and endpoint are set, for messages. */
    readonly hints: ConfigHints;
    /** The region of resources that name none, for messages. */
    readonly regionOfStack?: () => string | undefined;
    readonly credentials: () => CredentialsSource;
    /** Resolves when one more request may be sent. */
    readonly turn: () => Acquire;
    /** Headers that are signed with each call, beside those that every call has. */
    readonly headers?: () => Readonly<Record<string, string>>;
    /** @default 32 */
    readonly maxConnections?: number;
}

/** One try of a call is given up after this time, or what is left of the operation's. */
export const callTimeoutMs = 10_000;

/** Longer than any call and any step of a clock, and not so long that a step could make it more than a timer holds. */
const clientTimeoutMs = 86_400_000;

/** The reply to a call that ends before anything of it is given to a connection. */
function unsent({ aborted }: AbortSignal): ServiceResponse {
    return { kind: "notSent", detail: aborted ? "the deployment was stopped" : "no time was left to send it" };
}

/** The service behind `@alicloud/pop-core`; no other module calls that package. */
export function popCoreService(options: ServiceOptions): LogstashService {
    const client = new PopCore(options);
    const pathOf = (instanceId: string) => `/openapi/logstashes/${encodeURIComponent(instanceId)}`;
    return {
        send: (operation, instanceId, clientToken, limits) =>
            client.call(
                {
                    action: operation,
                    method: "POST",
                    path: `${pathOf(instanceId)}/${descriptorOf(operation).path}`,
                    query: { clientToken },
                },
                limits,
            ),
        describe: (instanceId, limits) =>
            client.call({ action: "DescribeLogstash", method: "GET", path: pathOf(instanceId), query: {} }, limits),
        credentialsName: () => options.credentials().name,
        route: () => client.route(),
    };
}

interface HttpCall {
    readonly action: string;
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
}

/** What is made once, with the first call. */
interface Opened {
    readonly url: string;
    readonly connections: Connections;
    readonly source: CredentialsSource;
    readonly turn: Acquire;
    readonly headers: Readonly<Record<string, string>>;
    readonly proxy?: string;
    /** Whether connections go to this machine: to the endpoint, or to a proxy. */
    readonly isLocal: boolean;
    readonly RoaClient: RoaClientConstructor;
}

class PopCore {
    #opening: Promise<Opened> | undefined;
    #opened: Opened | undefined;
    /** Every credential this client has used, so that an answer that quotes one is masked. */
    readonly #usedSecrets = new Set<string>();
    /** A request waits here for its connection, not in the agent: only what is sent counts as sent. */
    readonly #slots: BulkheadPolicy;

    constructor(private readonly options: ServiceOptions) {
        this.#slots = bulkhead(this.#maxConnections, Number.POSITIVE_INFINITY);
    }

    get #maxConnections(): number {
        return this.options.maxConnections ?? defaultMaxConnections;
    }

    async call(call: HttpCall, { leftMs, signal }: CallLimits): Promise<ServiceResponse> {
        const deadline = performance.now() + leftMs;
        const left = () => deadline - performance.now();
        this.#opening ??= this.#open();
        const opened = await this.#opening;
        let started = false;
        const result = this.#slots.execute(async () => {
            started = true;
            return left() <= 0 || signal.aborted ? unsent(signal) : this.#withRenewal(opened, call, left, signal);
        });
        return (await unlessLate(result, left, signal)) ?? (started ? result : unsent(signal));
    }

    route() {
        const { url, override } = this.options.endpoint();
        const { host } = new URL(url);
        return {
            endpoint: host,
            hints: this.options.hints,
            everConnected: this.#opened?.connections.stood ?? false,
            otherRegion: () => {
                const region = this.options.regionOfStack?.();
                return region === this.options.region ? undefined : region;
            },
            ...(override === undefined ? {} : { override }),
            ...(this.#opened?.proxy === undefined ? {} : { proxy: this.#opened.proxy }),
        };
    }

    async #open(): Promise<Opened> {
        const source = this.options.credentials();
        const turn = this.options.turn();
        const { url } = this.options.endpoint();
        silenceSecrets(process.env);
        const proxy = proxyFor(url);
        const connections = await Connections.to(url, proxy, this.#maxConnections);
        this.#opened = {
            url,
            connections,
            source,
            turn,
            headers: this.options.headers?.() ?? {},
            isLocal: isLoopback((proxy?.url ?? new URL(url)).host),
            RoaClient: loadRoaClient(),
            ...(proxy === undefined ? {} : { proxy: proxyName(proxy) }),
        };
        return this.#opened;
    }

    /** An expired session is renewed once, and the call repeated. */
    async #withRenewal(
        opened: Opened,
        call: HttpCall,
        left: () => number,
        signal: AbortSignal,
    ): Promise<ServiceResponse> {
        const { reply, expired } = await this.#try(opened, call, left, signal);
        if (expired === undefined || opened.source.renew === undefined) {
            return reply;
        }
        opened.source.renew(expired);
        return (await this.#try(opened, call, left, signal)).reply;
    }

    /** `expired` are the credentials that the service calls so. */
    async #try(
        opened: Opened,
        call: HttpCall,
        left: () => number,
        signal: AbortSignal,
    ): Promise<{ readonly reply: ServiceResponse; readonly expired?: Credentials }> {
        try {
            const used = await unlessLate(
                opened.source.get().then(async (credentials) => {
                    await opened.turn();
                    return credentials;
                }),
                left,
                signal,
            );
            if (used === undefined || left() <= 0 || signal.aborted) {
                return { reply: unsent(signal) };
            }
            checkHeaders(used, opened.source.name);
            for (const value of Object.values(used)) {
                this.#usedSecrets.add(value).add(encodeURIComponent(value));
            }
            const reply = redact(await this.#send(opened, call, used, left, signal), this.#usedSecrets);
            const isExpired = reply.kind === "error" && rejectionCode(reply.code)?.expired === true;
            return isExpired ? { reply, expired: used } : { reply };
        } catch (thrown) {
            if (thrown instanceof CredentialsUnavailable) {
                return { reply: { kind: "notSent", detail: thrown.message } };
            }
            throw thrown;
        }
    }

    /**
     * Sends the call, and ends in time whatever the network does: Node reports no abort before there is a socket. Also an
     * abort ends in a reply, which tells whether anything was given to a connection.
     */
    async #send(
        opened: Opened,
        call: HttpCall,
        used: Credentials,
        left: () => number,
        signal: AbortSignal,
    ): Promise<ServiceResponse> {
        const started = performance.now();
        const limit = new AbortController();
        const timer = setTimeout(() => limit.abort(), Math.max(1, Math.min(callTimeoutMs, left())));
        const giveUp = AbortSignal.any([signal, limit.signal]);
        const { watch, options } = opened.connections.watch(giveUp);
        const { agent } = opened.connections;
        const client = new opened.RoaClient({
            endpoint: opened.url,
            apiVersion: "2017-06-13",
            ...used,
            opts: { agent },
        });
        const { action, method, path, query } = call;
        // pop-core sends none of the first three by itself; it signs all that begin with `x-acs-`.
        const headers = {
            "accept-encoding": "identity",
            "x-acs-action": action,
            "x-acs-region-id": this.options.region,
            ...opened.headers,
        };
        const unconnected = (code: string): ServiceResponse => ({
            kind: "notConnected",
            code,
            afterMs: performance.now() - started,
            ...(opened.isLocal && code === "ECONNREFUSED" ? { isRefusedHere: true } : {}),
        });
        try {
            const answer = client.request(method, path, query, "", headers, {
                // httpx reckons by the wall clock, and a step of it would lose an answer; the signal is the limit.
                timeout: clientTimeoutMs,
                beforeRequest: (request) => ({ ...request, ...options, signal: giveUp }),
            });
            const result = await unlessAborted(answer, giveUp);
            // A plain forward proxy answers in the service's place.
            return opened.proxy !== undefined && watch.httpStatus === 407
                ? unconnected(proxyCode(407))
                : replyFromResult(result);
        } catch (thrown) {
            if (signal.aborted) {
                return watch.stage === "sent" ? { kind: "noResponse", code: "Aborted" } : unsent(signal);
            }
            switch (watch.stage) {
                case "sent":
                    return opened.proxy !== undefined && watch.httpStatus === 407
                        ? unconnected(proxyCode(407))
                        : replyFromThrown(thrown, watch.httpStatus);
                case "connecting":
                    return unconnected(connectCode(thrown));
                case "queued":
                    if (giveUp.aborted) {
                        return unsent(signal);
                    }
                    throw new ConfigurationError(`the request cannot be made (${connectCode(thrown)})`);
            }
        } finally {
            clearTimeout(timer);
        }
    }
}

/** What a header cannot carry would fail in the middle of sending, with a message that quotes nothing useful. */
function checkHeaders({ accessKeyId, securityToken }: Credentials, name: string): void {
    const parts = [
        ["access key ID", accessKeyId],
        ["security token", securityToken],
    ] as const;
    for (const [what, value] of parts) {
        try {
            // Stryker disable next-line StringLiteral: equivalent, the name is for a message that is left out, and any text does for no token
            validateHeaderValue("authorization", value ?? "");
        } catch {
            throw new ConfigurationError(
                `the ${what} has a line break or another character that no request can carry (${name})`,
            );
        }
    }
}

/** The part of pop-core's `ROAClient` used here; the package's own types leave that class out. */
interface RoaClient {
    request(
        method: HttpCall["method"],
        path: string,
        query: HttpCall["query"],
        body: string,
        headers: Readonly<Record<string, string>>,
        options: { timeout: number; beforeRequest: (request: object) => object },
    ): Promise<unknown>;
}

type RoaClientConstructor = new (
    config: Credentials & { endpoint: string; apiVersion: string; opts: { agent: Agent } },
) => RoaClient;

/** Loaded with the first call, so that a preview does not pay for it. */
function loadRoaClient(): RoaClientConstructor {
    return (require("@alicloud/pop-core") as { ROAClient: RoaClientConstructor }).ROAClient;
}
