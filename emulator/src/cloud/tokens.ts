/** What the store knows about a client token. */
export type TokenState<Response> =
    | { readonly kind: "free" }
    | { readonly kind: "running" }
    | { readonly kind: "remembered"; readonly response: Response }
    | { readonly kind: "mismatch" };

type Entry<Response> =
    | { readonly kind: "running"; readonly parameters: string }
    | {
          readonly kind: "remembered";
          readonly parameters: string;
          readonly response: Response;
          readonly forgetAt: number;
      };

/** Client tokens with their responses. */
export class TokenStore<Response> {
    readonly #entries = new Map<string, Entry<Response>>();
    readonly #lifetimeMs: number;

    /** Remembers each response for `lifetimeMs`. */
    constructor(lifetimeMs: number) {
        this.#lifetimeMs = lifetimeMs;
    }

    /** What is known about a token at the time `now`; `mismatch` if it was used with other parameters. */
    lookup(token: string, parameters: string, now: number): TokenState<Response> {
        this.#expire(now);
        const entry = this.#entries.get(token);
        if (entry === undefined) {
            return { kind: "free" };
        }
        return entry.parameters === parameters ? entry : { kind: "mismatch" };
    }

    /** Marks a free token as in use by a running request. */
    hold(token: string, parameters: string): void {
        this.#entries.set(token, { kind: "running", parameters });
    }

    /** Frees a held token whose request ended without a response to remember. */
    release(token: string): void {
        this.#entries.delete(token);
    }

    /** Forgets the response before its lifetime ends; false if none is remembered. */
    forget(token: string, now: number): boolean {
        this.#expire(now);
        return this.#entries.get(token)?.kind === "remembered" && this.#entries.delete(token);
    }

    /** Remembers the response for a free token. */
    remember(token: string, parameters: string, response: Response, now: number): void {
        this.#entries.set(token, { kind: "remembered", parameters, response, forgetAt: now + this.#lifetimeMs });
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
