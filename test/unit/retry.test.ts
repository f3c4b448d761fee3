import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import fc from "fast-check";
import { backoffMs, pollMs, startBudget, type Try, tryUntil } from "../../provider/src/core/retry";
import { runsOf } from "../propertyRuns";
import { listenersOf } from "./listeners";
import { settled } from "./steppedTime";

type Kind = Try<string>["kind"];

interface Conditions {
    readonly totalMs?: number;
    /** How long each try takes, unless it is given up before. */
    readonly tryMs?: number;
    readonly random?: () => number;
}

/** Runs tries on a clock that does not wait; each ends as the next of `kinds` says, and then as the last one. */
async function run(kinds: readonly Kind[], { totalMs = 600_000, tryMs = 0, random = () => 0.5 }: Conditions = {}) {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
        const starts: number[] = [];
        const budget = startBudget(totalMs, () => clock.performance.now());
        const attempt = async (): Promise<Try<string>> => {
            starts.push(budget.elapsedMs());
            await new Promise((resolve) => setTimeout(resolve, Math.min(tryMs, budget.remainingMs())));
            const kind = kinds[starts.length - 1] ?? kinds.at(-1) ?? "ended";
            return kind === "ended" ? { kind, value: "done" } : { kind };
        };
        const signal = new AbortController().signal;
        const ended = tryUntil(attempt, { budget, random, signal }).then((value) => ({
            value,
            atMs: budget.elapsedMs(),
        }));
        return { ...(await settled(clock, ended, 1_000_000)), starts };
    } finally {
        clock.uninstall();
    }
}

describe("tries within a budget", () => {
    it("end with the first try that ends", async () => {
        const { value, starts } = await run(["failed", "waiting", "ended"]);
        assert.equal(value, "done");
        assert.equal(starts.length, 3);
    });

    it("end without a value when the time is up, and never later", async () => {
        const conditions = fc.record({
            totalMs: fc.integer({ min: 1, max: 86_400 }).map((seconds) => seconds * 1000),
            tryMs: fc.integer({ min: 0, max: 20_000 }),
            random: fc.double({ min: 0.25, max: 1, maxExcluded: true, noNaN: true }).map((value) => () => value),
        });
        const kinds = fc.array(fc.constantFrom<Kind>("failed", "waiting"), { minLength: 1, maxLength: 5 });
        await fc.assert(
            fc.asyncProperty(kinds, conditions, async (tried, given) => {
                const { value, atMs } = await run(tried, given);
                assert.equal(value, undefined);
                assert.ok(atMs <= given.totalMs + 1, `ended at ${atMs} of ${given.totalMs}`);
            }),
            runsOf(60),
        );
    });

    it("include a last try near the end", async () => {
        const { starts } = await run(["waiting"], { totalMs: 60_000 });
        assert.ok((starts.at(-1) ?? 0) >= 58_000);
    });

    it("include more than one in a short budget, the last near its end", async () => {
        const { starts, atMs } = await run(["failed"], { totalMs: 1_000 });
        assert.deepEqual(starts, [0, 250, 750, 900]);
        assert.ok(atMs <= 1_000);
    });

    it("count where they end in the very last moment", async () => {
        const { value, atMs } = await run(["ended"], { totalMs: 1_000, tryMs: 5_000 });
        assert.deepEqual([value, atMs], ["done", 1_000]);
    });

    it("wait at random up to a limit that doubles with each failure in a row", async () => {
        const { starts } = await run(["failed", "failed", "failed", "ended"], { random: () => 0.5 });
        assert.deepEqual(starts, [0, 250, 750, 1750]);
        assert.deepEqual(
            [0, 1, 2, 10].map((failures) => backoffMs(failures, 0.999)).map(Math.round),
            [500, 999, 1998, 19980],
        );
        assert.equal(backoffMs(3, 0), 0);
    });

    it("start over with the pauses after a try that did not fail", async () => {
        const { starts } = await run(["failed", "failed", "waiting", "failed", "ended"]);
        assert.deepEqual(starts, [0, 250, 750, 1750, 2000]);
    });

    it("look less and less often, at least every 15 seconds", () => {
        assert.deepEqual([0, 1, 2, 20].map(pollMs), [1000, 1500, 2250, 15_000]);
    });

    it("end at once when they are stopped, in a pause too, and leave no listener behind", async () => {
        const controller = new AbortController();
        const { signal } = controller;
        const listeners = listenersOf(signal);
        const budget = startBudget(600_000, () => 0);
        const stopped = tryUntil(async () => ({ kind: "failed" }), { budget, random: () => 0.9, signal });
        controller.abort(new Error("stopped"));
        await assert.rejects(stopped, /^Error: stopped$/);
        assert.equal(listeners(), 0);
    });
});
