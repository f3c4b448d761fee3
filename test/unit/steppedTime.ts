import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";

/** The part of a fake clock that is used here. */
interface SteppedClock {
    next(): number;
    countTimers(): number;
}

/**
 * Awaits a promise on a fake clock that jumps from timer to timer. Fails if no timer is left or too many have fired. Other
 * timers, of a connection perhaps, may stay.
 */
export async function settled<T>(clock: SteppedClock, promise: Promise<T>, maxSteps = 2_000): Promise<T> {
    let isSettled = false;
    const settle = () => {
        isSettled = true;
    };
    promise.then(settle, settle);
    // Everything that follows from a timer happens before the next turn of the event loop.
    await setImmediate();
    for (let steps = 0; !isSettled; steps += 1) {
        assert.ok(steps < maxSteps, `not settled after ${steps} timers`);
        assert.ok(clock.countTimers() > 0, "not settled, and no timer is left");
        clock.next();
        await setImmediate();
    }
    return promise;
}
