import { strict as assert } from "node:assert";
import type { EffectEntry } from "pulumi-alicloud-logstash-emulator";

/** One token for each request that the contract tells apart, and one request for each token in a region. */
export class Tokens {
    readonly #tokens = new Map<string, string>();
    readonly #keys = new Map<string, string>();
    /** Forgotten tokens, with the number of the last effect at that time. */
    readonly #forgotten = new Map<string, number>();

    /** The token that was sent for the request with a key. */
    tokenOf(key: string): string | undefined {
        return this.#tokens.get(key);
    }

    /** The key of the request for which a token was sent. */
    keyOf(token: unknown, region: unknown): string | undefined {
        return this.#keys.get(`${region} ${token}`);
    }

    expectSent(key: string, region: string, token: string | undefined): void {
        assert.ok(token, "every request has a token");
        assert.equal(token, this.tokenOf(key) ?? token, `another token for the same request: ${key}`);
        assert.equal(this.keyOf(token, region) ?? key, key, "the same token for another request");
        this.#tokens.set(key, token);
        this.#keys.set(`${region} ${token}`, key);
    }

    /** While the service remembers a token, it has one effect in a region. */
    expectOneEffectEach(effects: readonly EffectEntry[]): void {
        const tokens = this.#remembered(effects).map(({ region, clientToken }) => `${region} ${clientToken}`);
        assert.deepEqual(tokens, [...new Set(tokens)], "one effect for each token");
        assert.ok(
            tokens.every((token) => this.#keys.has(token)),
            "every effect was requested",
        );
    }

    /** The tokens that the service remembers. */
    remembered(effects: readonly EffectEntry[]): string[] {
        return [...new Set(this.#remembered(effects).map(({ clientToken }) => String(clientToken)))];
    }

    /** The service forgets a token. */
    forget(token: string, effects: readonly EffectEntry[]): void {
        this.#forgotten.set(token, effects.length);
    }

    wasForgotten(token: unknown): boolean {
        return this.#forgotten.has(String(token));
    }

    #remembered(effects: readonly EffectEntry[]): EffectEntry[] {
        return effects.filter(
            ({ clientToken, sequence }) => sequence > (this.#forgotten.get(String(clientToken)) ?? 0),
        );
    }
}
