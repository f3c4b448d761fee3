import { strict as assert } from "node:assert";

/** What is used of a clock that is stepped. */
interface SteppedClock {
    nextAsync(): Promise<number>;
    countTimers(): number;
}

/**
 * What a promise comes to on a clock that goes from timer to timer, as fast as that is possible; fails where nothing is
 * left that it could wait for. It stops there: timers that others have set, a connection perhaps, may go on for ever.
 */
export async function settled<T>(clock: SteppedClock, promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
        isSettled = true;
    };
    promise.then(settle, settle);
    for (let idle = 0; !isSettled; idle = clock.countTimers() === 0 ? idle + 1 : 0) {
        assert.ok(idle < 10, "it waits for nothing");
        await clock.nextAsync();
    }
    return promise;
}
