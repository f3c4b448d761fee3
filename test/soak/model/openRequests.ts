import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";

const channel = "http.client.request.created";

/** The HTTP requests of this process that have begun and not ended. */
export class OpenRequests {
    #count = 0;
    readonly #created = (message: unknown) => {
        const { request } = message as { readonly request: ClientRequest };
        this.#count += 1;
        request.once("close", () => {
            this.#count -= 1;
        });
        this.onRequest();
    };

    /** `onRequest` is told of each, before anything of it is sent. */
    constructor(private readonly onRequest: () => void) {
        subscribe(channel, this.#created);
    }

    get count(): number {
        return this.#count;
    }

    /** Counts no more. */
    end(): void {
        unsubscribe(channel, this.#created);
    }
}
