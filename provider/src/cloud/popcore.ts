import type { Agent } from "node:http";
import { validateHeaderValue } from "node:http";
import { ConfigurationError } from "../configuration";
import { type Credentials, type CredentialsSource, CredentialsUnavailable } from "../credentials/credentials";
import { type Endpoint, isLoopback } from "../identity/endpoint";
import { proxyCode, proxyHeaders } from "../network/connect";
import { type ProxyServer, proxyFor, proxyName } from "../network/proxy";
import { descriptorOf } from "../operations/operations";
import { serviceCode } from "../operations/serviceCodes";
import type { ServiceResponse } from "../request/response";
import type { CallLimits, LogstashService } from "../request/service";
import { type Connection, Connections } from "./connections";
import { type TimeLimit, timeLimit, unlessAborted } from "./deadlines";
import { silenceSecrets } from "./debugOutput";
import { connectCode, responseFromResult, responseFromThrown } from "./popcoreResponse";
import { type Acquire, maxConnections } from "./rateLimit";
import { redact } from "./redact";
import { type Semaphore, semaphore } from "./semaphore";

/** Where and as whom the calls of a service are made. */
export interface ServiceOptions {
    readonly region: string;
    readonly endpoint: Endpoint;
    readonly credentials: CredentialsSource;
    /** Resolves when one more request may be sent. */
    readonly acquire: Acquire;
    /** Headers that are signed with each call, besides those that every call has. */
    readonly headers: Readonly<Record<string, string>>;
    /** The region of resources that name none, for messages. */
    readonly regionOfStack: string | undefined;
    /** @default 32 */
    readonly maxConnections?: number;
}

/** One attempt of a call times out after this time, or with the operation. */
const callTimeoutMs = 10_000;

const apiVersion = "2017-06-13";

/**
 * httpx measures its timeout by the wall clock, and a step of that clock would lose a response. So it gets one that is
 * longer than any call and any step, but not so long that a step could make it more than a timer holds.
 */
const clientTimeoutMs = 86_400_000;

/** The service behind `@alicloud/pop-core`; no other module calls that package. */
export function popCoreService(options: ServiceOptions): LogstashService {
    silenceSecrets(process.env);
    const { endpoint, credentials, region, regionOfStack } = options;
    const proxy = proxyFor(endpoint.url);
    const connections = new Connections(new URL(endpoint.url), proxy?.url);
    const client: Client = {
        ...options,
        proxy,
        connections,
        acquirePermit: semaphore(options.maxConnections ?? maxConnections),
        usedSecrets: new Set(),
        // Loaded with the first call, so that a preview does not pay for it.
        RoaClient: (require("@alicloud/pop-core") as { ROAClient: RoaClientConstructor }).ROAClient,
    };
    const pathOf = (instanceId: string) => `/openapi/logstashes/${encodeURIComponent(instanceId)}`;
    return {
        send: (operation, instanceId, clientToken, limits) => {
            const path = `${pathOf(instanceId)}/${descriptorOf(operation).path}`;
            return call(client, { action: operation, method: "POST", path, query: { clientToken } }, limits);
        },
        describe: (instanceId, limits) => {
            const path = pathOf(instanceId);
            return call(client, { action: "DescribeLogstash", method: "GET", path, query: {} }, limits);
        },
        credentialsName: credentials.name,
        route: {
            endpoint: endpoint.endpoint,
            hints: endpoint.hints,
            ...(endpoint.override === undefined ? {} : { override: endpoint.override }),
            ...(proxy === undefined ? {} : { proxy: proxyName(proxy) }),
            ...(regionOfStack === undefined || regionOfStack === region ? {} : { otherRegion: regionOfStack }),
            get everConnected() {
                return connections.everConnected;
            },
        },
    };
}

interface HttpCall {
    readonly action: string;
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
}

/** What all calls of a service share. */
interface Client extends ServiceOptions {
    readonly proxy: ProxyServer | undefined;
    /** A call holds a permit from its credentials to its response, so no request waits in an agent's queue. */
    readonly acquirePermit: Semaphore;
    readonly connections: Connections;
    /** Every credential that a call has used, so that a response that quotes one is masked. */
    readonly usedSecrets: Set<string>;
    readonly RoaClient: RoaClientConstructor;
}

/** Makes a call within its limits. An expired session is renewed once, and the call repeated. */
async function call(
    client: Client,
    httpCall: HttpCall,
    { leftMs, signal: stopped }: CallLimits,
): Promise<ServiceResponse> {
    const { credentials } = client;
    const limit = timeLimit(leftMs, stopped);
    let release = () => {};
    try {
        release = await client.acquirePermit(limit.signal);
        const first = await callOnce(client, httpCall, limit, stopped);
        if (first.expired === undefined || credentials.renew === undefined) {
            return first.response;
        }
        credentials.renew(first.expired);
        return (await callOnce(client, httpCall, limit, stopped)).response;
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
async function callOnce(
    client: Client,
    httpCall: HttpCall,
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
    const response = redact(await sendByPopCore(client, httpCall, used, limit.signal, stopped), usedSecrets);
    const isExpired = response.kind === "error" && serviceCode(response.code)?.expired === true;
    return isExpired ? { response, expired: used } : { response };
}

/** Connects, and sends the call by pop-core. The kind of the response tells whether anything was given to a connection. */
async function sendByPopCore(
    client: Client,
    { action, method, path, query }: HttpCall,
    credentials: Credentials,
    signal: AbortSignal,
    stopped: AbortSignal,
): Promise<ServiceResponse> {
    const { endpoint, connections, RoaClient } = client;
    const startedMs = performance.now();
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
        return isProxyResponse(client, connection)
            ? notConnected(client, proxyCode(407), startedMs)
            : responseFromResult(result);
    } catch (thrown) {
        if (connection?.sent === true) {
            if (isProxyResponse(client, connection)) {
                return notConnected(client, proxyCode(407), startedMs);
            }
            return stopped.aborted
                ? { kind: "noResponse", code: "Aborted" }
                : responseFromThrown(thrown, connection.httpStatus);
        }
        if (stopped.aborted) {
            return notSent(stopped);
        }
        if (connection?.isOpen === true) {
            // The connection was there, so Node refused to write this request.
            throw new ConfigurationError(`the request cannot be made (${connectCode(thrown)})`);
        }
        return notConnected(client, connectCode(thrown), startedMs);
    } finally {
        if (connection !== undefined) {
            connections.release(connection);
        }
        limit.clear();
    }
}

/** The response to a call that got no connection to the service. */
function notConnected({ endpoint, proxy }: Client, code: string, startedMs: number): ServiceResponse {
    const isRefusedHere = code === "ECONNREFUSED" && isLoopback((proxy?.url ?? new URL(endpoint.url)).host);
    return {
        kind: "notConnected",
        code,
        afterMs: performance.now() - startedMs,
        ...(isRefusedHere ? { isRefusedHere } : {}),
    };
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
