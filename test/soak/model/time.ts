import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type Clock, install } from "@sinonjs/fake-timers";

/** After so many turns of the event loop without an open request, only a timer can continue. */
const idleTurns = 10;
const requestCreated = "http.client.request.created";

/** What a run observes of the process while it waits. */
export interface TimeEvents {
    /** An HTTP request of this process begins. Nothing of it is sent yet. */
    readonly onRequest: () => void;
    /** The clock is about to move to the next timer. */
    readonly onTimer: () => void;
    /** Whether the open request hangs, so that only a timer can end it. */
    readonly isHanging: () => boolean;
}

/** The clock of this process. It moves from timer to timer, and only if nothing else is to be done. */
export class SteppedTime {
    readonly #clock: Clock = install({
        now: Date.UTC(2026, 0, 1),
        toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    });
    #openRequests = 0;
    readonly #onRequest = (message: unknown) => {
        this.#openRequests += 1;
        const { request } = message as { readonly request: ClientRequest };
        request.once("close", () => {
            this.#openRequests -= 1;
        });
        this.events.onRequest();
    };

    constructor(private readonly events: TimeEvents) {
        subscribe(requestCreated, this.#onRequest);
    }

    /** Moves the clock until an operation has ended. */
    async until<T>(operation: Promise<T>): Promise<T> {
        let isOver = false;
        const end = () => {
            isOver = true;
        };
        operation.then(end, end);
        for (let idle = 0; !isOver; idle += 1) {
            await setImmediate();
            if (this.#openRequests > 0 && !this.events.isHanging()) {
                idle = 0;
            } else if (idle >= idleTurns) {
                if (this.#clock.countTimers() === 0) {
                    throw new Error("the operation waits, and there is no timer");
                }
                this.events.onTimer();
                this.#clock.next();
                idle = 0;
            }
        }
        return operation;
    }

    /** Lets time pass, after everything that was sent has arrived. */
    async pass(ms: number): Promise<void> {
        await setImmediate();
        this.#clock.tick(ms);
        await setImmediate();
    }

    /** Gives the process its own clock back. */
    end(): void {
        unsubscribe(requestCreated, this.#onRequest);
        this.#clock.uninstall();
    }
}
