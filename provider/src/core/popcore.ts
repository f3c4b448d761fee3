import { ConfigurationError } from "./configuration";
import type { Credentials, CredentialsSource } from "./credentials";
import { operations } from "./operation";
import type { Reply } from "./reply";
import { replyFromResult, replyFromThrown } from "./reply";
import type { Attempt, LogstashService } from "./service";

/** Where and as whom the calls are made. */
export interface ServiceOptions {
    /** The base URL, without a trailing slash. */
    readonly endpoint: () => string;
    readonly region: string;
    readonly credentials: CredentialsSource;
}

/** The service behind `@alicloud/pop-core`; no other module knows that package. */
export function popCoreService({ endpoint, region, credentials }: ServiceOptions): LogstashService {
    // Every credential this client has used, so that an answer that quotes one (a signature error does) is masked.
    const seen = new Set<string>();
    let client: Promise<RoaClient> | undefined;

    function connect(): Promise<RoaClient> {
        client ??= loadRoaClient().then(
            (RoaClient) =>
                new RoaClient({
                    endpoint: endpoint(),
                    apiVersion: "2017-06-13",
                    credentialsProvider: {
                        async getCredentials() {
                            const current = await credentials();
                            for (const value of Object.values(current)) {
                                seen.add(value);
                            }
                            return current;
                        },
                    },
                }),
        );
        return client;
    }

    async function call(action: string, method: "GET" | "POST", path: string, query: Query, attempt: Attempt) {
        const roa = await connect();
        const limit = AbortSignal.any([attempt.signal, AbortSignal.timeout(attempt.timeoutMs)]);
        // pop-core sends neither header by itself; given, both are signed.
        const headers = { "x-acs-action": action, "x-acs-region-id": region };
        try {
            const result = await roa.request(method, path, query, "", headers, {
                timeout: attempt.timeoutMs,
                // At its timeout httpx stops listening and leaves the connection open; the signal closes it.
                beforeRequest: (request) => ({ ...request, signal: limit }),
            });
            return masked(replyFromResult(result), seen);
        } catch (thrown) {
            if (thrown instanceof ConfigurationError) {
                throw thrown;
            }
            return masked(replyFromThrown(thrown), seen);
        }
    }

    const pathOf = (instanceId: string) => `/openapi/logstashes/${encodeURIComponent(instanceId)}`;
    return {
        signal: (operation, instanceId, clientToken, attempt) =>
            call(operation, "POST", `${pathOf(instanceId)}/${operations[operation].path}`, { clientToken }, attempt),
        describe: (instanceId, attempt) => call("DescribeLogstash", "GET", pathOf(instanceId), {}, attempt),
    };
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

type RoaClientConstructor = new (config: {
    endpoint: string;
    apiVersion: string;
    credentialsProvider: { getCredentials(): Promise<Credentials> };
}) => RoaClient;

async function loadRoaClient(): Promise<RoaClientConstructor> {
    const popCore: unknown = (await import("@alicloud/pop-core")).default;
    return (popCore as { ROAClient: RoaClientConstructor }).ROAClient;
}
