import type { Agent } from "node:http";
import { validateHeaderValue } from "node:http";
import { ConfigurationError } from "../configuration";
import { type Credentials, type CredentialsSource, CredentialsUnavailable } from "../credentials/credentials";
import { type Endpoint, isLoopback } from "../identity/endpoint";
import { proxyCode, proxyHeaders } from "../network/connect";
import { type ProxyServer, proxyFor, proxyName } from "../network/proxy";
import { descriptorOf } from "../operations/operations";
import { rejectionCode } from "../operations/serviceCodes";
import type { CallLimits, LogstashService, Route } from "../request/client";
import type { ServiceResponse } from "../request/response";
import { type Connection, Connections } from "./connections";
import { type TimeLimit, timeLimit, unlessAborted } from "./deadlines";
import { silenceSecrets } from "./debugOutput";
import { connectCode, responseFromResult, responseFromThrown } from "./popcoreResponse";
import { type Acquire, maxConnections } from "./rateLimit";
import { redact } from "./redact";
import { type Semaphore, semaphore } from "./semaphore";

/** What the calls of a service have in common. */
export interface ServiceOptions {
    readonly region: string;
    /** Resolves the settings, once and not before the first call: a deployment that sends nothing needs none. */
    readonly target: () => Target;
    /** @default 32 */
    readonly maxConnections?: number;
}

/** Where and as whom the calls are made. */
export interface Target {
    readonly endpoint: Endpoint;
    readonly credentials: CredentialsSource;
    /** Resolves when one more request may be sent. */
    readonly acquire: Acquire;
    /** Headers that are signed with each call, besides those that every call has. */
    readonly headers?: Readonly<Record<string, string>>;
    /** The region of resources that name none, for messages. */
    readonly regionOfStack?: string | undefined;
}

/** One attempt of a call times out after this time, or with the operation. */
export const callTimeoutMs = 10_000;

const apiVersion = "2017-06-13";

/**
 * httpx measures its timeout by the wall clock, and a step of that clock would lose a response. So it gets one that is
 * longer than any call and any step, but not so long that a step could make it more than a timer holds.
 */
const clientTimeoutMs = 86_400_000;

/** The service behind `@alicloud/pop-core`; no other module calls that package. */
export function popCoreService(options: ServiceOptions): LogstashService {
    let opened: Client | undefined;
    const client = () => {
        opened ??= open(options);
        return opened;
    };
    const pathOf = (instanceId: string) => `/openapi/logstashes/${encodeURIComponent(instanceId)}`;
    return {
        send: async (operation, instanceId, clientToken, limits) => {
            const path = `${pathOf(instanceId)}/${descriptorOf(operation).path}`;
            return callWithRenewal(
                client(),
                { action: operation, method: "POST", path, query: { clientToken } },
                limits,
            );
        },
        describe: async (instanceId, limits) => {
            const path = pathOf(instanceId);
            return callWithRenewal(client(), { action: "DescribeLogstash", method: "GET", path, query: {} }, limits);
        },
        credentialsName: () => client().credentials.name,
        route: () => routeOf(client()),
    };
}

interface HttpCall {
    readonly action: string;
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
}

/** What all calls of a service share. */
interface Client extends Target {
    readonly region: string;
    readonly proxy: ProxyServer | undefined;
    /** A call holds a permit from its credentials to its response, so no request waits in an agent's queue. */
    readonly acquirePermit: Semaphore;
    readonly connections: Connections;
    /** Every credential that a call has used, so that a response that quotes one is masked. */
    readonly usedSecrets: Set<string>;
    readonly RoaClient: RoaClientConstructor;
}

function open({ region, target, maxConnections: permits = maxConnections }: ServiceOptions): Client {
    const resolved = target();
    silenceSecrets(process.env);
    const { url } = resolved.endpoint;
    const proxy = proxyFor(url);
    return {
        ...resolved,
        region,
        proxy,
        acquirePermit: semaphore(permits),
        connections: new Connections(new URL(url), proxy?.url),
        usedSecrets: new Set(),
        // Loaded with the first call, so that a preview does not pay for it.
        RoaClient: (require("@alicloud/pop-core") as { ROAClient: RoaClientConstructor }).ROAClient,
    };
}

function routeOf({ endpoint: { url: _, ...endpoint }, region, proxy, connections, regionOfStack }: Client): Route {
    return {
        ...endpoint,
        everConnected: connections.everConnected,
        otherRegion: () => (regionOfStack === region ? undefined : regionOfStack),
        ...(proxy === undefined ? {} : { proxy: proxyName(proxy) }),
    };
}

/** Makes a call within its limits. An expired session is renewed once, and the call repeated. */
async function callWithRenewal(
    client: Client,
    call: HttpCall,
    { leftMs, signal: stopped }: CallLimits,
): Promise<ServiceResponse> {
    const { credentials } = client;
    const limit = timeLimit(leftMs, stopped);
    let release = () => {};
    try {
        release = await client.acquirePermit(limit.signal);
        const first = await attempt(client, call, limit, stopped);
        if (first.expired === undefined || credentials.renew === undefined) {
            return first.response;
        }
        credentials.renew(first.expired);
        return (await attempt(client, call, limit, stopped)).response;
    } catch (error) {
        if (error instanceof CredentialsUnavailable) {
            return { kind: "notSent", detail: error.message };
        }
        if (error === limit.signal.reason) {
            return notSent(stopped);
        }
        throw error;
    } finally {
        release();
        limit.clear();
    }
}

/** The response to a call that ends before it has a connection. */
function notSent({ aborted }: AbortSignal): ServiceResponse {
    return { kind: "notSent", detail: aborted ? "the deployment was stopped" : "no time was left to send it" };
}

/** Waits for credentials and the rate limit and sends the call. `expired` are credentials that the service calls expired. */
async function attempt(
    client: Client,
    call: HttpCall,
    limit: TimeLimit,
    stopped: AbortSignal,
): Promise<{ readonly response: ServiceResponse; readonly expired?: Credentials }> {
    const { credentials, usedSecrets } = client;
    limit.throwIfOver();
    const used = await unlessAborted(credentials.get(), limit.signal);
    await unlessAborted(client.acquire(), limit.signal);
    limit.throwIfOver();
    checkHeaders(used, credentials.name);
    for (const value of Object.values(used)) {
        usedSecrets.add(value).add(encodeURIComponent(value));
    }
    const response = redact(await request(client, call, used, limit.signal, stopped), usedSecrets);
    const isExpired = response.kind === "error" && rejectionCode(response.code)?.expired === true;
    return isExpired ? { response, expired: used } : { response };
}

/** Connects, and sends the call by pop-core. The kind of the response tells whether anything was given to a connection. */
async function request(
    client: Client,
    { action, method, path, query }: HttpCall,
    credentials: Credentials,
    signal: AbortSignal,
    stopped: AbortSignal,
): Promise<ServiceResponse> {
    const { endpoint, proxy, connections, RoaClient } = client;
    const started = performance.now();
    const notConnected = (code: string): ServiceResponse => ({
        kind: "notConnected",
        code,
        afterMs: performance.now() - started,
        ...(code === "ECONNREFUSED" && isLoopback((proxy?.url ?? new URL(endpoint.url)).host)
            ? { isRefusedHere: true }
            : {}),
    });
    const limit = timeLimit(callTimeoutMs, signal);
    let connection: Connection | undefined;
    try {
        connection = await connections.connect(limit.signal);
        const { agent } = connection;
        const popCore = new RoaClient({ endpoint: endpoint.url, apiVersion, ...credentials, opts: { agent } });
        // pop-core sends none of the first three by itself; it signs all that begin with `x-acs-`.
        const headers = {
            "accept-encoding": "identity",
            "x-acs-action": action,
            "x-acs-region-id": client.region,
            ...client.headers,
        };
        const response = popCore.request(method, path, query, "", headers, {
            timeout: clientTimeoutMs,
            beforeRequest: (options) => ({ ...throughProxy(client, options), signal: limit.signal }),
        });
        const result = await unlessAborted(response, limit.signal);
        return isProxyResponse(client, connection) ? notConnected(proxyCode(407)) : responseFromResult(result);
    } catch (thrown) {
        if (connection?.sent === true) {
            if (isProxyResponse(client, connection)) {
                return notConnected(proxyCode(407));
            }
            return stopped.aborted
                ? { kind: "noResponse", code: "Aborted" }
                : responseFromThrown(thrown, connection.httpStatus);
        }
        if (stopped.aborted) {
            return notSent(stopped);
        }
        if (connection?.isOpen === true) {
            throw new ConfigurationError(`the request cannot be made (${connectCode(thrown)})`);
        }
        return notConnected(connectCode(thrown));
    } finally {
        if (connection !== undefined) {
            connections.release(connection);
        }
        limit.clear();
    }
}

/** A proxy forwards a plain request by its whole URL. */
function throughProxy({ endpoint: { url }, proxy }: Client, options: HttpOptions): HttpOptions {
    return proxy === undefined || !url.startsWith("http:")
        ? options
        : { ...options, path: url + options.path, headers: { ...options.headers, ...proxyHeaders(proxy.url) } };
}

/** Whether a proxy has responded in place of the service. */
function isProxyResponse({ proxy }: Client, { httpStatus }: Connection): boolean {
    return proxy !== undefined && httpStatus === 407;
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

/** The options of a request that httpx is about to make. */
interface HttpOptions {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
}

/** The part of pop-core's `ROAClient` used here; the package's own types leave that class out. */
interface RoaClient {
    request(
        method: HttpCall["method"],
        path: string,
        query: HttpCall["query"],
        body: string,
        headers: Readonly<Record<string, string>>,
        options: { timeout: number; beforeRequest: (options: HttpOptions) => object },
    ): Promise<unknown>;
}

type RoaClientConstructor = new (
    config: Credentials & { endpoint: string; apiVersion: string; opts: { agent: Agent } },
) => RoaClient;
