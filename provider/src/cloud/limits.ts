import pThrottle from "p-throttle";
import { ConfigurationError, nonEmpty, type Surroundings } from "../core/configuration";

/** How much of the service all resources of a process may use together. */
export interface FairUse {
    /** At the most, for each region and profile. */
    readonly maxConnections: number;
    /** Resolves when one more request may be sent. */
    readonly turn: () => Promise<void>;
}

/** The service allows 100 requests a second to a user; what is left serves the other programs of that user. */
export const defaultRequestsPerSecond = 90;
export const defaultMaxConnections = 32;

/** Reads `alicloud-logstash:requestsPerSecond` and `alicloud-logstash:maxConnections`. */
export function fairUse(surroundings: Surroundings): FairUse {
    const limit = positive(surroundings, "alicloud-logstash:requestsPerSecond", defaultRequestsPerSecond);
    // Strict, because in windows twice the limit could fall into one second of the service's.
    const turn = pThrottle({ limit, interval: 1_000, strict: true })(() => undefined);
    return {
        maxConnections: positive(surroundings, "alicloud-logstash:maxConnections", defaultMaxConnections),
        turn: async () => turn(),
    };
}

function positive({ config }: Surroundings, key: string, byDefault: number): number {
    const text = nonEmpty(config(key));
    const value = text === undefined ? byDefault : Number(text);
    if (!Number.isInteger(value) || value < 1) {
        throw new ConfigurationError(`\`${key}\` is not a whole number from 1`);
    }
    return value;
}
