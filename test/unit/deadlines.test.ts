import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import { unlessAborted, unlessLate } from "../../provider/src/cloud/deadlines";
import { listenersOf } from "./listeners";

const resolvedAfter = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(resolve, ms, value));

describe("a promise with a deadline", () => {
    const { signal } = new AbortController();

    it("is what it resolves to, or nothing once the time is over, and leaves no timer behind", async () => {
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            const inTime = unlessLate(resolvedAfter(99, "done"), () => 100, signal);
            await clock.tickAsync(99);
            assert.equal(await inTime, "done");
            assert.equal(clock.countTimers(), 0);
            const late = unlessLate(resolvedAfter(101, "done"), () => 100, signal);
            const over = unlessLate(resolvedAfter(1, "done"), () => -100, signal);
            await clock.tickAsync(100);
            assert.deepEqual([await late, await over], [undefined, undefined]);
        } finally {
            clock.uninstall();
        }
    });

    it("fails as it fails", async () => {
        await assert.rejects(
            unlessLate(Promise.reject(new Error("no")), () => 100, signal),
            /^Error: no$/,
        );
    });

    it("is nothing once its signal has fired, and leaves neither timer nor listener", async () => {
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            const stop = new AbortController();
            const listeners = listenersOf(stop.signal);
            const ended = unlessLate(new Promise(() => {}), () => 100, stop.signal);
            stop.abort();
            assert.equal(await ended, undefined);
            assert.deepEqual([listeners(), clock.countTimers()], [0, 0]);
            const before = unlessLate(new Promise(() => {}), () => 100, stop.signal);
            await clock.tickAsync(0);
            assert.equal(await before, undefined);
        } finally {
            clock.uninstall();
        }
    });
});

describe("a promise that may be given up", () => {
    it("is what it resolves to, unless the signal comes first", async () => {
        const { signal } = new AbortController();
        assert.equal(await unlessAborted(Promise.resolve("done"), signal), "done");
        await assert.rejects(unlessAborted(Promise.reject(new Error("no")), signal), /^Error: no$/);
        const giveUp = new AbortController();
        const given = unlessAborted(new Promise(() => {}), giveUp.signal);
        giveUp.abort();
        await assert.rejects(given, { name: "AbortError" });
    });

    it("may fail later, when nobody is there to hear it", async () => {
        const giveUp = new AbortController();
        const { promise, reject } = Promise.withResolvers<never>();
        const given = unlessAborted(promise, giveUp.signal);
        giveUp.abort();
        await assert.rejects(given);
        // Mocha fails the test for a rejection that nobody handles.
        reject(new Error("late"));
        await new Promise((resolve) => setImmediate(resolve));
    });

    it("leaves no listener behind", async () => {
        const { signal } = new AbortController();
        const listeners = listenersOf(signal);
        await unlessAborted(Promise.resolve(), signal);
        await assert.rejects(unlessAborted(Promise.reject(new Error("no")), signal));
        assert.equal(listeners(), 0);
    });
});
