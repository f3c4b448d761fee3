import { strict as assert } from "node:assert";
import { type Line, Progress, type Stage } from "../../provider/src/request/progress";
import { startBudget } from "../../provider/src/request/retry";
import { noResponse } from "./responses";

const problem = { call: "DescribeLogstash", response: noResponse } as const;
const stage: Stage = { isProcessing: true, attempts: 1, problem: undefined, status: "activating", percent: undefined };

function start() {
    const lines: Line[] = [];
    let nowMs = 0;
    const budget = startBudget(60_000, () => nowMs);
    const progress = new Progress("InterruptLogstashTask", budget, (line) => lines.push(line));
    const tick = (changes: Partial<Stage> = {}) => {
        nowMs += 1_000;
        progress.tick({ ...stage, ...changes });
    };
    return { progress, tick, lines };
}

describe("the progress of a request", () => {
    it("is shown when something has changed, and every ten seconds", () => {
        const { tick, lines } = start();
        const counts = Array.from({ length: 21 }, () => {
            tick();
            return lines.length;
        });
        assert.deepEqual(counts, [...Array(10).fill(1), ...Array(10).fill(2), 3]);
        tick({ isProcessing: false, attempts: 2 });
        assert.equal(lines.length, 4);
        assert.ok(lines.every(({ ephemeral }) => ephemeral));
    });

    const texts: ReadonlyArray<readonly [text: string, when: string, changes: Partial<Stage>]> = [
        ["activating", "a poll saw that", {}],
        ["42 %, activating", "a poll saw the percentage", { percent: 41.6 }],
        ["activating, ECONNRESET (the connection was reset)", "the last call failed", { problem }],
        ["activating", "several attempts led to an acceptance", { attempts: 2 }],
        ["activating", "the first attempt was rejected", { isProcessing: false }],
        ["activating, 2 attempts", "two attempts were rejected", { isProcessing: false, attempts: 2 }],
        ["polling", "nothing was polled after an acceptance", { status: undefined }],
        ["requesting an interrupt", "nothing was sent", { status: undefined, isProcessing: false, attempts: 0 }],
    ];
    for (const [text, when, changes] of texts) {
        it(`is "${text}" when ${when}`, () => {
            const { tick, lines } = start();
            tick(changes);
            assert.deepEqual(lines, [{ message: `${text}, 59 s left`, ephemeral: true }]);
        });
    }

    it("names each code once, and the client token, when it leaves a line about a retry", () => {
        const { progress, lines } = start();
        const call = "InterruptLogstashTask";
        progress.retry(problem);
        progress.retry({ call, response: noResponse });
        progress.retry({ call, response: { kind: "noResponse", code: "EPIPE" } });
        assert.deepEqual(lines, [
            { message: "DescribeLogstash: ECONNRESET (the connection was reset); retrying", ephemeral: false },
            {
                message: `${call}: EPIPE (the connection was closed); retrying with the same client token`,
                ephemeral: false,
            },
        ]);
    });
});
