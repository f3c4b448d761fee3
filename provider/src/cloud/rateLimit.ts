import { TokenBucket } from "limiter";
import { ConfigurationError, nonEmpty } from "../configuration";
import { ownKey, ownNamespace } from "../identity/attributes";
import type { Settings } from "../identity/settings";
import { describeSource, sourceOfKey } from "../identity/sources";

/** The service allows 100 requests a second to a user; what is left serves the other programs of that user. */
export const defaultRequestsPerSecond = 90;

/** For each region and account; a deployment of 500 resources has 6 open at once. */
export const maxConnections = 32;

/** Resolves when one more request may be sent. */
export type Acquire = () => Promise<void>;

/** Reads `alicloud-logstash:requestsPerSecond`, and keeps to it for all resources of the process. */
export function rateLimit({ config, declared = false }: Pick<Settings, "config" | "declared">): Acquire {
    const text = nonEmpty(config(ownKey("requestsPerSecond")));
    const limit = text === undefined ? defaultRequestsPerSecond : Number(text);
    if (!Number.isInteger(limit) || limit < 1) {
        const place = sourceOfKey({ namespace: ownNamespace, declared }, "requestsPerSecond");
        throw new ConfigurationError(`${describeSource(place)} is not a whole number from 1`);
    }
    // A tenth at once and the rest evenly: in no second more than 1.1 times the limit.
    const bucketSize = Math.max(1, Math.floor(limit / 10));
    const bucket = new TokenBucket({ bucketSize, tokensPerInterval: limit, interval: 1_000 });
    bucket.content = bucketSize;
    return async () => void (await bucket.removeTokens(1));
}
