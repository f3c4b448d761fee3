import { TokenBucket } from "limiter";
import { ConfigurationError } from "../configuration";
import { ownKey, ownNamespace } from "../identity/attributes";
import type { Settings } from "../identity/settings";
import { describeSource, sourceOfKey } from "../identity/sources";

/** The service allows a user 100 requests a second. The rest is left for the user's other programs. */
export const defaultRequestsPerSecond = 90;

/** The most connections for one region and account. A deployment of 500 resources has 6 open at once. */
export const maxConnections = 32;

/** Resolves when one more request may be sent. */
export type Acquire = () => Promise<void>;

/** The rate limit that all resources of the process share, from `alicloud-logstash:requestsPerSecond`. */
export function rateLimit({ config, declared = false }: Pick<Settings, "config" | "declared">): Acquire {
    // CI systems pass unset variables as empty ones.
    const limit = Number(config(ownKey("requestsPerSecond")) || defaultRequestsPerSecond);
    if (!Number.isInteger(limit) || limit < 1) {
        const source = sourceOfKey({ namespace: ownNamespace, declared }, "requestsPerSecond");
        throw new ConfigurationError(`${describeSource(source)} is not a whole number from 1`);
    }
    // A tenth is allowed at once and the rest evenly, so no second has more than 1.1 times the limit.
    const bucketSize = Math.max(1, Math.floor(limit / 10));
    const bucket = new TokenBucket({ bucketSize, tokensPerInterval: limit, interval: 1_000 });
    bucket.content = bucketSize;
    return async () => void (await bucket.removeTokens(1));
}
