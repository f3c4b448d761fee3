import { type Clock, install } from "@sinonjs/fake-timers";

/** So many turns of the event loop without a request on its way: then everything waits for the time. */
const quietTurns = 10;

/** Resolves in a later turn of the event loop; sockets have been read and written until then. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The time of this process, from one timer to the next: it stands while anything else is to be done. */
export class SteppedTime {
    readonly #clock: Clock = install({
        now: Date.UTC(2026, 0, 1),
        toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
    });

    /** `isIdle` tells whether nothing but the time can bring it further, `onStep` is told of each step. */
    async until<T>(operation: Promise<T>, isIdle: () => boolean, onStep: () => void): Promise<T> {
        let isOver = false;
        const end = () => {
            isOver = true;
        };
        operation.then(end, end);
        for (let quiet = 0; !isOver; quiet += 1) {
            await turn();
            if (!isIdle()) {
                quiet = 0;
            } else if (quiet >= quietTurns) {
                if (this.#clock.countTimers() === 0) {
                    throw new Error("it waits for something that never comes");
                }
                onStep();
                this.#clock.next();
                quiet = 0;
            }
        }
        return operation;
    }

    /** Lets time go by. */
    async pass(ms: number): Promise<void> {
        this.#clock.tick(ms);
        await turn();
    }

    /** Gives this process its own time back. */
    end(): void {
        this.#clock.uninstall();
    }
}
