import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import fc from "fast-check";
import { attemptUntil, backoffMs, type Pause, pollMs, startBudget } from "../../provider/src/request/retry";
import { runsOf } from "../support/propertyRuns";
import { listenersOf } from "./listeners";
import { settled } from "./steppedTime";

/** How an attempt ends: with a value, or with the pause before the next one. */
type Kind = Pause | "value";

interface Conditions {
    readonly totalMs?: number;
    /** How long each attempt takes, unless the budget ends before. */
    readonly attemptMs?: number;
    readonly random?: () => number;
}

/** Runs attempts on a clock that does not wait; each ends as the next of `kinds` says, and then as the last one. */
async function run(kinds: readonly Kind[], { totalMs = 600_000, attemptMs = 0, random = () => 0.5 }: Conditions = {}) {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
        const starts: number[] = [];
        const budget = startBudget(totalMs, () => clock.performance.now());
        const attempt = async () => {
            starts.push(budget.elapsedMs());
            await new Promise((resolve) => setTimeout(resolve, Math.min(attemptMs, budget.remainingMs())));
            const kind = kinds[starts.length - 1] ?? kinds.at(-1) ?? "value";
            return kind === "value" ? { value: "done" } : { pause: kind };
        };
        const signal = new AbortController().signal;
        const ended = attemptUntil(attempt, { budget, random, signal }).then((value) => ({
            value,
            atMs: budget.elapsedMs(),
        }));
        return { ...(await settled(clock, ended, 1_000_000)), starts };
    } finally {
        clock.uninstall();
    }
}

describe("attempts within a budget", () => {
    it("end with the first that returns a value", async () => {
        const { value, starts } = await run(["retry", "poll", "value"]);
        assert.equal(value, "done");
        assert.equal(starts.length, 3);
    });

    it("are timed out when the time is up, and never later", async () => {
        const conditions = fc.record({
            totalMs: fc.integer({ min: 1, max: 86_400 }).map((seconds) => seconds * 1000),
            attemptMs: fc.integer({ min: 0, max: 20_000 }),
            random: fc.double({ min: 0.25, max: 1, maxExcluded: true, noNaN: true }).map((value) => () => value),
        });
        const kinds = fc.array(fc.constantFrom<Kind>("retry", "poll"), { minLength: 1, maxLength: 5 });
        await fc.assert(
            fc.asyncProperty(kinds, conditions, async (attempted, given) => {
                const { value, atMs } = await run(attempted, given);
                assert.equal(value, "timed out");
                assert.ok(atMs <= given.totalMs + 1, `ended at ${atMs} of ${given.totalMs}`);
            }),
            runsOf(60),
        );
    });

    it("include a last one near the end", async () => {
        const { starts } = await run(["poll"], { totalMs: 60_000 });
        assert.ok((starts.at(-1) ?? 0) >= 58_000);
    });

    it("include more than one in a short budget, the last near its end", async () => {
        const { starts, atMs } = await run(["retry"], { totalMs: 1_000 });
        assert.deepEqual(starts, [0, 250, 750, 900]);
        assert.ok(atMs <= 1_000);
    });

    it("count where they end in the very last moment", async () => {
        const { value, atMs } = await run(["value"], { totalMs: 1_000, attemptMs: 5_000 });
        assert.deepEqual([value, atMs], ["done", 1_000]);
    });

    it("wait at random up to a limit that doubles with each failure in a row", async () => {
        const { starts } = await run(["retry", "retry", "retry", "value"], { random: () => 0.5 });
        assert.deepEqual(starts, [0, 250, 750, 1750]);
        assert.deepEqual(
            [0, 1, 2, 10].map((failures) => backoffMs(failures, 0.999)).map(Math.round),
            [500, 999, 1998, 19980],
        );
        assert.equal(backoffMs(3, 0), 0);
    });

    it("start over with the pauses after one that did not fail", async () => {
        const { starts } = await run(["retry", "retry", "poll", "retry", "value"]);
        assert.deepEqual(starts, [0, 250, 750, 1750, 2000]);
    });

    it("poll less and less often, at least every 15 seconds", () => {
        assert.deepEqual([0, 1, 2, 20].map(pollMs), [1000, 1500, 2250, 15_000]);
    });

    it("end at once when they are stopped, in a pause too, and leave no listener behind", async () => {
        const controller = new AbortController();
        const { signal } = controller;
        const listeners = listenersOf(signal);
        const budget = startBudget(600_000, () => 0);
        let attempts = 0;
        const attempt = async (): Promise<{ readonly pause: Pause }> => {
            attempts += 1;
            return { pause: "retry" };
        };
        const stopped = attemptUntil(attempt, { budget, random: () => 0.9, signal });
        controller.abort(new Error("stopped"));
        assert.equal(await stopped, "aborted");
        assert.equal(listeners(), 0);
        assert.equal(await attemptUntil(attempt, { budget, random: () => 0.9, signal }), "aborted");
        assert.equal(attempts, 1);
    });

    it("return the value of one that ends after they are stopped", async () => {
        const controller = new AbortController();
        const budget = startBudget(600_000, () => 0);
        const attempt = async () => {
            controller.abort(new Error("stopped"));
            return { value: "done" };
        };
        const ended = await attemptUntil(attempt, { budget, random: () => 0.9, signal: controller.signal });
        assert.equal(ended, "done");
    });

    it("are stopped, not timed out, when both happen in one attempt", async () => {
        const controller = new AbortController();
        let nowMs = 0;
        const budget = startBudget(1_000, () => nowMs);
        const attempt = async (): Promise<{ readonly pause: Pause }> => {
            nowMs = 1_000;
            controller.abort(new Error("stopped"));
            return { pause: "retry" };
        };
        const ended = await attemptUntil(attempt, { budget, random: () => 0.9, signal: controller.signal });
        assert.equal(ended, "aborted");
    });
});
