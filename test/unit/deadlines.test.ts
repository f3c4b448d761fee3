import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";
import { install } from "@sinonjs/fake-timers";
import { timeLimit, unlessAborted } from "../../provider/src/cloud/deadlines";
import { semaphore } from "../../provider/src/cloud/semaphore";
import { listenersOf } from "./listeners";
import { unhandledIn } from "./unhandled";

const { signal } = new AbortController();

describe("a time limit", () => {
    it("fires when the time is over, or the other signal fires, and leaves no timer when it is cleared", () => {
        const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
        try {
            const stop = new AbortController();
            const [limit, cleared, stopped] = [signal, signal, stop.signal].map((other) => timeLimit(100, other));
            cleared?.clear();
            stop.abort("the reason");
            clock.tick(99);
            limit?.throwIfOver();
            assert.equal(limit?.signal.aborted, false);
            assert.equal(stopped?.signal.reason, "the reason");
            clock.tick(1);
            assert.deepEqual([limit.signal.aborted, cleared?.signal.aborted, clock.countTimers()], [true, false, 0]);
        } finally {
            clock.uninstall();
        }
    });

    it("is over at once when there is no time, even if no timer has run", () => {
        for (const ms of [0, -1]) {
            const limit = timeLimit(ms, signal);
            assert.throws(() => limit.throwIfOver(), { name: "AbortError" });
            assert.equal(limit.signal.aborted, true);
            limit.clear();
        }
    });
});

describe("a promise with a signal", () => {
    it("settles as the promise does when the signal has not fired, and leaves no listener", async () => {
        const listeners = listenersOf(signal);
        assert.equal(await unlessAborted(Promise.resolve("done"), signal), "done");
        await assert.rejects(unlessAborted(Promise.reject(new Error("no")), signal), /^Error: no$/);
        assert.equal(listeners(), 0);
    });

    it("rejects with the signal's reason when the signal fires, or has fired before", async () => {
        const stop = new AbortController();
        const listeners = listenersOf(stop.signal);
        const waiting = unlessAborted(new Promise(() => {}), stop.signal);
        stop.abort();
        const isReason = (error: unknown) => error === stop.signal.reason;
        await assert.rejects(waiting, isReason);
        await assert.rejects(unlessAborted(Promise.resolve("done"), stop.signal), isReason);
        assert.equal(listeners(), 0);
    });

    it("leaves no unhandled rejection when the promise fails after the signal", async () => {
        const stop = new AbortController();
        const { promise, reject } = Promise.withResolvers<never>();
        const waiting = unlessAborted(promise, stop.signal);
        stop.abort();
        await assert.rejects(waiting);
        assert.deepEqual(await unhandledIn(() => reject(new Error("late"))), []);
    });
});

describe("a semaphore", () => {
    /** Takes permits, and notes the names of those that came. */
    function taking(permits: number) {
        const acquire = semaphore(permits);
        const taken: string[] = [];
        const take = async (name: string, until = signal) => {
            const release = await acquire(until);
            taken.push(name);
            return release;
        };
        return { taken, take };
    }

    it("gives as many permits as it has, and the next ones in order when permits come back", async () => {
        const { taken, take } = taking(2);
        const [a, b, c] = [take("a"), take("b"), take("c"), take("d")];
        for (const [permit, expected] of [
            [a, "ab"],
            [b, "abc"],
            [c, "abcd"],
        ] as const) {
            await setImmediate();
            assert.equal(taken.join(""), expected);
            (await permit)();
        }
        await take("e");
        assert.equal(taken.join(""), "abcde");
    });

    it("rejects and gives the permit to the next one when the signal fires", async () => {
        const { taken, take } = taking(1);
        const first = await take("a");
        const stop = new AbortController();
        const aborted = take("b", stop.signal);
        const next = take("c");
        stop.abort();
        // In the same turn, before the abort has been noticed.
        first();
        await assert.rejects(aborted, { name: "AbortError" });
        await next;
        assert.deepEqual(taken, ["a", "c"]);
    });
});
