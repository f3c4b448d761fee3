/** What is known of a client token when a request brings it. */
export type TokenState<Answer> =
    | { readonly kind: "free" }
    | { readonly kind: "running" }
    | { readonly kind: "remembered"; readonly answer: Answer }
    | { readonly kind: "mismatch" };

type Entry<Answer> =
    | { readonly kind: "running"; readonly parameters: string }
    | { readonly kind: "remembered"; readonly parameters: string; readonly answer: Answer; readonly forgetAt: number };

/** Client tokens with the answers they earned. */
export class TokenStore<Answer> {
    readonly #entries = new Map<string, Entry<Answer>>();
    readonly #lifetimeMs: number;

    /** Each answer is remembered for `lifetimeMs`. */
    constructor(lifetimeMs: number) {
        this.#lifetimeMs = lifetimeMs;
    }

    /** Says what a request with this token and these parameters should get at the time `now`. */
    look(token: string, parameters: string, now: number): TokenState<Answer> {
        this.#expire(now);
        const entry = this.#entries.get(token);
        if (entry === undefined) {
            return { kind: "free" };
        }
        return entry.parameters === parameters ? entry : { kind: "mismatch" };
    }

    /** Marks a free token as being worked on. */
    hold(token: string, parameters: string): void {
        this.#entries.set(token, { kind: "running", parameters });
    }

    /** Frees a token that was held and earned no answer. */
    release(token: string): void {
        this.#entries.delete(token);
    }

    /** Forgets the answer to a token before its time; false if none is remembered. */
    forget(token: string, now: number): boolean {
        this.#expire(now);
        return this.#entries.get(token)?.kind === "remembered" && this.#entries.delete(token);
    }

    /** Remembers the answer a free token has earned. */
    remember(token: string, parameters: string, answer: Answer, now: number): void {
        this.#entries.set(token, { kind: "remembered", parameters, answer, forgetAt: now + this.#lifetimeMs });
    }

    // All lifetimes are equal, so the map's insertion order is the order of expiry.
    #expire(now: number): void {
        for (const [token, entry] of this.#entries) {
            if (entry.kind === "running") {
                continue;
            }
            if (entry.forgetAt > now) {
                return;
            }
            this.#entries.delete(token);
        }
    }
}
