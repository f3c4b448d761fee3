import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import { attemptUntil, backoffMs, type Pause, pollMs, startBudget } from "../../provider/src/request/retry";
import { listenersOf } from "./listeners";
import { settled } from "./steppedTime";

type Kind = Pause | "value";

interface Conditions {
    readonly totalMs?: number;
    readonly attemptMs?: number;
    readonly abortAtMs?: number;
}

/** Runs attempts on a clock that does not wait. Each ends as the next of `kinds` says, the later ones as the last. */
async function run(kinds: readonly Kind[], { totalMs = 600_000, attemptMs = 0, abortAtMs }: Conditions) {
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
        const listeners = listenersOf(controller.signal);
        if (abortAtMs !== undefined) {
            setTimeout(() => controller.abort(), abortAtMs);
        }
        const ended = attemptUntil(attempt, { budget, random: () => 0.5, signal: controller.signal });
        const value = await settled(clock, ended);
        assert.equal(listeners(), 0);
        return [value, startsMs, budget.elapsedMs()];
    } finally {
        clock.uninstall();
    }
}

describe("attempts", () => {
    const [short, both] = [{ totalMs: 1_000 }, { totalMs: 1_000, attemptMs: 2_000, abortAtMs: 500 }];
    const long = { totalMs: 12_000 };
    const slow = { totalMs: 10_000, attemptMs: 4_000 };
    const mixed = ["retry", "retry", "retry", "poll", "retry", "value"] as const;
    const cases: ReadonlyArray<
        readonly [title: string, readonly Kind[], Conditions, value: string, startsMs: readonly number[], atMs: number]
    > = [
        ["pause longer when failures follow each other", mixed, {}, "done", [0, 250, 750, 1750, 2750, 3000], 3_000],
        ["time out after a last one when the budget is short", ["retry"], short, "timed out", [0, 250, 750, 900], 900],
        ["time out a second before the end", ["poll"], long, "timed out", [0, 1000, 2500, 4750, 8125, 11_000], 11_000],
        ["time out with the budget when an attempt lasts", ["retry"], slow, "timed out", [0, 4250, 8750], 10_000],
        ["return a value when the budget ends too", ["value"], { ...short, attemptMs: 5_000 }, "done", [0], 1_000],
        ["end at once when aborted during a pause", ["retry"], { abortAtMs: 100 }, "aborted", [0], 100],
        ["return a value when aborted meanwhile", ["value"], { attemptMs: 200, abortAtMs: 100 }, "done", [0], 200],
        ["are aborted, not timed out, when the budget ends too", ["retry"], both, "aborted", [0], 1_000],
    ];
    for (const [title, kinds, conditions, ...expected] of cases) {
        it(title, async () => assert.deepEqual(await run(kinds, conditions), expected));
    }

    it("pause up to 20 seconds after failures, and up to 15 between polls", () => {
        assert.deepEqual(
            [0, 1, 10].map((failures) => Math.round(backoffMs(failures, 0.999))),
            [500, 999, 19_980],
        );
        assert.equal(backoffMs(3, 0), 0);
        assert.deepEqual([0, 1, 2, 20].map(pollMs), [1000, 1500, 2250, 15_000]);
    });
});
