import type { Agent } from "node:http";
import { ConfigurationError } from "../core/configuration";
import { operations } from "../core/operation";
import type { Reply } from "../core/reply";
import { replyFromResult, replyFromThrown } from "../core/reply";
import type { Attempt, LogstashService } from "../core/service";
import { agentFor } from "./agent";
import { type Credentials, type CredentialsSource, CredentialsUnavailable } from "./credentials";
import { silenceSecrets } from "./debugOutput";
import type { FairUse } from "./limits";

/** Where and as whom the calls are made. */
export interface ServiceOptions {
    /** The base URL, without a trailing slash. */
    readonly endpoint: () => string;
    /** Sent with each call besides those that name the action and the region. @default none */
    readonly headers?: () => Readonly<Record<string, string>>;
    readonly region: string;
    readonly credentials: () => CredentialsSource;
    readonly fairUse: () => FairUse;
}

/** The service behind `@alicloud/pop-core`; no other module calls that package. */
export function popCoreService({
    endpoint,
    headers: added,
    region,
    credentials,
    fairUse,
}: ServiceOptions): LogstashService {
    // Every credential this client has used, so that an answer that quotes one (a signature error does) is masked.
    const seen = new Set<string>();
    let connection: Promise<Connection> | undefined;

    async function connect(): Promise<Connection> {
        const source = credentials();
        const use = fairUse();
        const url = endpoint();
        silenceSecrets(process.env);
        const RoaClient = loadRoaClient();
        const agent = await agentFor(url, use.maxConnections);
        const clientFor = (credentials: Credentials) =>
            new RoaClient({ endpoint: url, apiVersion: "2017-06-13", ...credentials, opts: { agent } });
        return { clientFor, source, use, headers: added?.() ?? {} };
    }

    async function call(action: string, method: "GET" | "POST", path: string, query: Query, attempt: Attempt) {
        connection ??= connect();
        const { clientFor, source, use, headers: more } = await connection;
        // pop-core sends neither header by itself; given, both are signed.
        const headers = { ...more, "x-acs-action": action, "x-acs-region-id": region };
        const deadline = performance.now() + attempt.patienceMs;
        const leftMs = () => deadline - performance.now();
        let used: Credentials | undefined;
        const send = async (): Promise<Reply> => {
            const limit = new AbortController();
            let timer: NodeJS.Timeout | undefined;
            try {
                used = await unlessLate(
                    use.turn().then(() => source.get()),
                    leftMs(),
                );
                if (used === undefined) {
                    return { kind: "unsent", detail: "no time was left to send it" };
                }
                for (const value of Object.values(used)) {
                    seen.add(value).add(encodeURIComponent(value));
                }
                const timeout = Math.max(1, Math.min(attempt.timeoutMs, leftMs()));
                timer = setTimeout(() => limit.abort(), timeout);
                const signal = AbortSignal.any([attempt.signal, limit.signal]);
                const result = await clientFor(used).request(method, path, query, "", headers, {
                    timeout,
                    // At its timeout httpx stops listening and leaves the connection open; the signal closes it.
                    beforeRequest: (request) => ({ ...request, signal }),
                });
                return masked(replyFromResult(result), seen);
            } catch (thrown) {
                if (thrown instanceof ConfigurationError) {
                    throw thrown;
                }
                if (thrown instanceof CredentialsUnavailable) {
                    return { kind: "unsent", detail: thrown.message };
                }
                return masked(replyFromThrown(thrown), seen);
            } finally {
                clearTimeout(timer);
            }
        };
        const reply = await send();
        if (
            reply.kind === "failure" &&
            /^InvalidSecurityToken\.Expired/.test(reply.code) &&
            source.renew !== undefined &&
            used !== undefined
        ) {
            source.renew(used);
            return send();
        }
        return reply;
    }

    const pathOf = (instanceId: string) => `/openapi/logstashes/${encodeURIComponent(instanceId)}`;
    return {
        signal: (operation, instanceId, clientToken, attempt) =>
            call(operation, "POST", `${pathOf(instanceId)}/${operations[operation].path}`, { clientToken }, attempt),
        describe: (instanceId, attempt) => call("DescribeLogstash", "GET", pathOf(instanceId), {}, attempt),
        credentialsName: () => credentials().name,
    };
}

/** What a promise resolves to, or nothing once the time is over. */
async function unlessLate<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, ms), undefined);
    });
    try {
        return await Promise.race([promise, late]);
    } finally {
        clearTimeout(timer);
    }
}

interface Connection {
    /** A client for one request: what is slow, its connections, is shared by all. */
    readonly clientFor: (credentials: Credentials) => RoaClient;
    readonly source: CredentialsSource;
    readonly use: FairUse;
    readonly headers: Readonly<Record<string, string>>;
}

function masked(reply: Reply, secrets: ReadonlySet<string>): Reply {
    const mask = (text: string) => [...secrets].reduce((masking, secret) => masking.replaceAll(secret, "***"), text);
    switch (reply.kind) {
        case "body":
            return reply;
        case "failure":
            return { ...reply, message: mask(reply.message) };
        case "unusable":
        case "unreachable":
        case "unsent":
            return { ...reply, detail: mask(reply.detail) };
    }
}

type Query = Readonly<Record<string, string>>;

/** The part of pop-core's `ROAClient` used here; the package's own types leave that class out. */
interface RoaClient {
    request(
        method: "GET" | "POST",
        path: string,
        query: Query,
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
