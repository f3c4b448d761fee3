import { rejected } from "../rejection";

interface Entry<Response> {
    readonly parameters: string;
    /** Undefined while the request is running. */
    readonly response: Response | undefined;
    /** Milliseconds since 1970. */
    readonly forgetAt: number;
}

/** Client tokens with their responses. */
export class TokenStore<Response> {
    readonly #entries = new Map<string, Entry<Response>>();
    readonly #lifetimeMs: number;

    /** Remembers each response for `lifetimeMs`. */
    constructor(lifetimeMs: number) {
        this.#lifetimeMs = lifetimeMs;
    }

    /**
     * The response remembered for a token; undefined if the token is free. Rejects a token that was used with other
     * parameters, and the token of a running request.
     */
    recall(token: string, parameters: string, now: number): Response | undefined {
        this.#expire(now);
        const entry = this.#entries.get(token);
        if (entry === undefined) {
            return undefined;
        }
        if (entry.parameters !== parameters) {
            throw rejected(400, "IdempotentParameterMismatch", "The clientToken was used with other parameters.");
        }
        if (entry.response === undefined) {
            const message = "The previous request is still being processed.";
            throw rejected(409, "TokenPreviousRequestProcessError", message);
        }
        return entry.response;
    }

    /** Holds a free token for a running request, and returns what releases it; undefined if the token is not free. */
    tryHold(token: string, parameters: string, now: number): (() => void) | undefined {
        this.#expire(now);
        if (this.#entries.has(token)) {
            return undefined;
        }
        this.#entries.set(token, { parameters, response: undefined, forgetAt: Number.POSITIVE_INFINITY });
        return () => this.#entries.delete(token);
    }

    /** Remembers the response for a free token. */
    remember(token: string, parameters: string, response: Response, now: number): void {
        this.#entries.set(token, { parameters, response, forgetAt: now + this.#lifetimeMs });
    }

    /** Forgets the response before its lifetime ends; false if none is remembered. */
    forget(token: string, now: number): boolean {
        this.#expire(now);
        return this.#entries.get(token)?.response !== undefined && this.#entries.delete(token);
    }

    // All lifetimes are equal, so the responses expire in the map's insertion order.
    #expire(now: number): void {
        for (const [token, { response, forgetAt }] of this.#entries) {
            if (response === undefined) {
                continue;
            }
            if (forgetAt > now) {
                return;
            }
            this.#entries.delete(token);
        }
    }
}
