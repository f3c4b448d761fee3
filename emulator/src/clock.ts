import { EventEmitter, once } from "node:events";
import { setTimeout } from "node:timers/promises";

/** The emulated cloud's source of time. */
export interface Clock {
    /** Milliseconds since 1970. */
    now(): number;
    /** Resolves after `ms` milliseconds of this clock; rejects if the signal is aborted first. */
    sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const realClock: Clock = {
    now: () => Date.now(),
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
};

/** A clock that a test moves with `advance`. */
export class SteppedClock implements Clock {
    readonly #steps = new EventEmitter().setMaxListeners(0);
    #now: number;

    /** Starts at `start`, in milliseconds since 1970. */
    constructor(start: number = Date.now()) {
        this.#now = start;
    }

    now(): number {
        return this.#now;
    }

    async sleep(ms: number, signal: AbortSignal): Promise<void> {
        const end = this.#now + ms;
        while (this.#now < end) {
            await once(this.#steps, "step", { signal });
        }
    }

    /** Moves the time forward and ends the sleeps that are due. */
    advance(ms: number): void {
        this.#now += ms;
        this.#steps.emit("step");
    }
}
