import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import fc from "fast-check";
import { attemptUntil, backoffMs, type Pause, pollMs, startBudget } from "../../provider/src/request/retry";
import { runsOf } from "../support/propertyRuns";
import { listenersOf } from "./listeners";
import { settled } from "./steppedTime";

interface Conditions {
    readonly totalMs?: number;
    readonly attemptMs?: number;
    readonly random?: () => number;
    /** Aborts the signal at this time, with 0 before the first attempt. */
    readonly abortAtMs?: number;
}

/** Runs attempts on a clock that does not wait. Each ends as the next of `kinds` says, the later ones as the last. */
async function run(
    kinds: ReadonlyArray<Pause | "value">,
    { totalMs = 600_000, attemptMs = 0, random = () => 0.5, abortAtMs }: Conditions = {},
) {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
        const startsMs: number[] = [];
        const budget = startBudget(totalMs, () => clock.performance.now());
        const attempt = async () => {
            startsMs.push(budget.elapsedMs());
            await new Promise((resolve) => setTimeout(resolve, Math.min(attemptMs, budget.remainingMs())));
            const kind = kinds[startsMs.length - 1] ?? kinds.at(-1) ?? "value";
            return kind === "value" ? { value: "done" } : { pause: kind };
        };
        const controller = new AbortController();
        const { signal } = controller;
        const listeners = listenersOf(signal);
        if (abortAtMs === 0) {
            controller.abort();
        } else if (abortAtMs !== undefined) {
            setTimeout(() => controller.abort(), abortAtMs);
        }
        const ended = attemptUntil(attempt, { budget, random, signal });
        const timed = ended.then((value) => ({ value, atMs: budget.elapsedMs() }));
        return { ...(await settled(clock, timed, 1_000_000)), startsMs, listeners: listeners() };
    } finally {
        clock.uninstall();
    }
}

describe("attemptUntil", () => {
    it("ends with the first value when an attempt returns one", async () => {
        const { value, startsMs } = await run(["retry", "poll", "value"]);
        assert.deepEqual([value, startsMs.length], ["done", 3]);
    });

    it("times out, and never after the budget, when no attempt returns a value", async () => {
        const conditions = fc.record({
            totalMs: fc.integer({ min: 1, max: 86_400 }).map((seconds) => seconds * 1000),
            attemptMs: fc.integer({ min: 0, max: 20_000 }),
            random: fc.double({ min: 0.25, max: 1, maxExcluded: true, noNaN: true }).map((value) => () => value),
        });
        const kinds = fc.array(fc.constantFrom<Pause>("retry", "poll"), { minLength: 1, maxLength: 5 });
        await fc.assert(
            fc.asyncProperty(kinds, conditions, async (pauses, given) => {
                const { value, atMs } = await run(pauses, given);
                assert.equal(value, "timed out");
                assert.ok(atMs <= given.totalMs + 1, `ended at ${atMs} of ${given.totalMs}`);
            }),
            runsOf(60),
        );
    });

    it("makes a last attempt when the budget is about to end", async () => {
        const { startsMs } = await run(["poll"], { totalMs: 60_000 });
        assert.equal(startsMs.at(-1), 59_000);
        const short = await run(["retry"], { totalMs: 1_000 });
        assert.deepEqual([short.startsMs, short.atMs], [[0, 250, 750, 900], 900]);
    });

    it("returns a value when the attempt ends together with the budget", async () => {
        const { value, atMs } = await run(["value"], { totalMs: 1_000, attemptMs: 5_000 });
        assert.deepEqual([value, atMs], ["done", 1_000]);
    });

    it("pauses longer when failures follow each other, and starts over when one attempt did not fail", async () => {
        const { startsMs } = await run(["retry", "retry", "retry", "poll", "retry", "value"]);
        assert.deepEqual(startsMs, [0, 250, 750, 1750, 2750, 3000]);
        const limits = [0, 1, 2, 10].map((failures) => Math.round(backoffMs(failures, 0.999)));
        assert.deepEqual(limits, [500, 999, 1998, 19980]);
        assert.equal(backoffMs(3, 0), 0);
    });

    it("polls less often, at least every 15 seconds, when it takes longer", () => {
        assert.deepEqual([0, 1, 2, 20].map(pollMs), [1000, 1500, 2250, 15_000]);
    });

    it("ends at once, and leaves no listener, when it is aborted during a pause", async () => {
        const aborted = await run(["retry"], { abortAtMs: 100 });
        assert.deepEqual(aborted, { value: "aborted", atMs: 100, startsMs: [0], listeners: 0 });
    });

    it("makes no attempt when it was aborted before", async () => {
        assert.deepEqual((await run(["value"], { abortAtMs: 0 })).startsMs, []);
    });

    it("returns the value when it is aborted during the attempt that returns one", async () => {
        assert.equal((await run(["value"], { attemptMs: 200, abortAtMs: 100 })).value, "done");
    });

    it("is aborted, not timed out, when the budget ends too", async () => {
        const { value } = await run(["retry"], { totalMs: 1_000, attemptMs: 2_000, abortAtMs: 500 });
        assert.equal(value, "aborted");
    });
});
