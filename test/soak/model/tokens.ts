import { strict as assert } from "node:assert";
import type { EffectEntry } from "pulumi-alicloud-logstash-emulator";

/** A token where it was sent: the service keeps those of each region apart. */
interface Sent {
    readonly token: string | undefined;
    readonly region: string;
}

/** One token for each thing asked, and one thing for each token; what each is stays the provider's affair. */
export class Tokens {
    readonly #byAsked = new Map<string, string>();
    readonly #asked = new Map<string, string>();
    readonly #forgotten = new Map<string, number>();

    /** The token that was sent for it. */
    of(asked: string): string | undefined {
        return this.#byAsked.get(asked);
    }

    expectSent(asked: string, { token, region }: Sent): void {
        assert.ok(token !== undefined && token !== "", "every request has a token");
        const known = this.#byAsked.get(asked) ?? token;
        assert.equal(token, known, `another token for the same: ${asked}`);
        const key = keyOf({ token, region });
        const before = this.#asked.get(key) ?? asked;
        assert.equal(before, asked, "the same token for something else");
        this.#byAsked.set(asked, token);
        this.#asked.set(key, asked);
    }

    /** The tokens whose answers the service remembers. */
    remembered(effects: readonly EffectEntry[]): string[] {
        return [...countsOf(effects)]
            .filter(([key, { count }]) => count > (this.#forgotten.get(key) ?? 0))
            .map(([, { token }]) => token);
    }

    /** The service has forgotten its answers to a token, in all regions. */
    forget(forgotten: string, effects: readonly EffectEntry[]): void {
        for (const [key, { token, count }] of countsOf(effects)) {
            if (token === forgotten) {
                this.#forgotten.set(key, count);
            }
        }
    }

    wasForgotten(sent: Sent): boolean {
        return this.#forgotten.has(keyOf(sent));
    }

    /** For as long as the service remembers a token, it has one effect. */
    expectOneEffectEach(effects: readonly EffectEntry[]): void {
        for (const [key, { token, count }] of countsOf(effects)) {
            assert.ok(this.#asked.has(key), "an effect of a token that nobody asked for");
            assert.ok(count <= 1 + (this.#forgotten.get(key) ?? 0), `${count} effects of one token: ${token}`);
        }
    }
}

function keyOf({ token, region }: Sent): string {
    return `${region} ${token}`;
}

function countsOf(effects: readonly EffectEntry[]): ReadonlyMap<string, { readonly token: string; count: number }> {
    const counts = new Map<string, { readonly token: string; count: number }>();
    for (const { clientToken, region } of effects) {
        assert.ok(clientToken !== undefined, "an effect without a token");
        const key = keyOf({ token: clientToken, region });
        counts.set(key, { token: clientToken, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return counts;
}
