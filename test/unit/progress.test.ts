import { strict as assert } from "node:assert";
import { type Line, Progress, type Stage } from "../../provider/src/request/progress";
import type { ServiceResponse } from "../../provider/src/request/response";
import { startBudget } from "../../provider/src/request/retry";

const lost: ServiceResponse = { kind: "noResponse", code: "ECONNRESET" };
const stage: Stage = { isUnderWay: true, attempts: 1, problem: undefined, status: "activating", percent: undefined };

function progress() {
    const lines: Line[] = [];
    let nowMs = 0;
    const told = new Progress(
        "InterruptLogstashTask",
        startBudget(60_000, () => nowMs),
        (line) => lines.push(line),
    );
    const tick = (changes: Partial<Stage> = {}) => {
        nowMs += 1_000;
        told.tick({ ...stage, ...changes });
    };
    return { told, tick, lines };
}

describe("the lines about a request", () => {
    it("come when something has changed, and every ten seconds", () => {
        const { tick, lines } = progress();
        const counts = Array.from({ length: 21 }, () => {
            tick();
            return lines.length;
        });
        assert.deepEqual(counts, [...Array(10).fill(1), ...Array(10).fill(2), 3]);
        tick({ isUnderWay: false, attempts: 2 });
        assert.equal(lines.length, 4);
        assert.ok(lines.every(({ ephemeral }) => ephemeral));
    });

    it("tell the progress and the problem, if there are any", () => {
        const { tick, lines } = progress();
        const problem = { call: "DescribeLogstash", reply: lost } as const;
        tick();
        tick({ percent: 41.6 });
        tick({ problem });
        tick({ isUnderWay: false, attempts: 2, problem });
        assert.deepEqual(
            lines.map(({ message }) => message),
            [
                "activating, 59 s left",
                "42 %, activating, 58 s left",
                "activating, ECONNRESET (the connection was reset), 57 s left",
                "activating, ECONNRESET (the connection was reset), 2 attempts, 56 s left",
            ],
        );
    });

    it("say what is going on while nothing has come back", () => {
        const { tick, lines } = progress();
        tick({ status: undefined });
        tick({ status: undefined, isUnderWay: false, attempts: 0 });
        assert.deepEqual(
            lines.map(({ message }) => message),
            ["polling, 59 s left", "requesting an interrupt, 58 s left"],
        );
    });

    it("name the token where a request is sent again, and not where a look is", () => {
        const { told, lines } = progress();
        told.retry({ call: "DescribeLogstash", reply: lost });
        told.retry({ call: "InterruptLogstashTask", reply: lost });
        told.retry({ call: "InterruptLogstashTask", reply: { kind: "noResponse", code: "EPIPE" } });
        const [look = "", sent = "", ...others] = lines.map(({ message }) => message);
        assert.match(look, /^DescribeLogstash: ECONNRESET.*retrying$/);
        assert.match(sent, /EPIPE.*retrying with the same client token$/);
        assert.deepEqual(others, []);
    });
});
