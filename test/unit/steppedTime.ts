import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";

/** What is used of a clock that is stepped. */
interface SteppedClock {
    next(): number;
    countTimers(): number;
}

/**
 * What a promise comes to on a clock that goes from timer to timer, as fast as that is possible; fails where nothing is
 * left that it could wait for, or too much. It stops there: timers that others have set, a connection perhaps, may go on
 * for ever.
 */
export async function settled<T>(clock: SteppedClock, promise: Promise<T>, maxSteps = 2_000): Promise<T> {
    let isSettled = false;
    const settle = () => {
        isSettled = true;
    };
    promise.then(settle, settle);
    // In a turn of the event loop, all that follows from a timer happens.
    await setImmediate();
    for (let steps = 0; !isSettled; steps += 1) {
        assert.ok(steps < maxSteps, `it has not ended after ${steps} timers`);
        assert.ok(clock.countTimers() > 0, "it waits for nothing");
        clock.next();
        await setImmediate();
    }
    return promise;
}
