import { strict as assert } from "node:assert";
import { type Line, Progress, type Stage } from "../../provider/src/core/progress";
import type { Reply } from "../../provider/src/core/reply";
import { startBudget } from "../../provider/src/core/retry";

const lost: Reply = { kind: "lost", code: "ECONNRESET" };
const stage: Stage = { isUnderWay: true, tries: 1, problem: undefined, status: "activating", percent: undefined };

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
        tick({ tries: 2 });
        assert.equal(lines.length, 4);
        assert.ok(lines.every(({ ephemeral }) => ephemeral));
    });

    it("tell the progress and the problem, if there are any", () => {
        const { tick, lines } = progress();
        tick();
        tick({ percent: 41.6 });
        tick({ problem: { call: "DescribeLogstash", reply: lost } });
        const [plain = "", percent = "", problem = ""] = lines.map(({ message }) => message);
        assert.match(plain, /: activating, try 1, 59 s left$/);
        assert.match(percent, /activating, 42 %, try 1/);
        assert.match(problem, /activating, ECONNRESET .*, try 1/);
    });

    it("name the token where a request is sent again, and not where a look is", () => {
        const { told, lines } = progress();
        told.retry({ call: "DescribeLogstash", reply: lost });
        told.retry({ call: "InterruptLogstashTask", reply: lost });
        told.retry({ call: "InterruptLogstashTask", reply: { kind: "lost", code: "EPIPE" } });
        const [look = "", sent = "", ...others] = lines.map(({ message }) => message);
        assert.match(look, /^DescribeLogstash: ECONNRESET.*trying again$/);
        assert.match(sent, /EPIPE.*same token$/);
        assert.deepEqual(others, []);
    });

    it("end with what there is to add, else with the tries if there were several", () => {
        const { told, lines } = progress();
        told.end("suspended", 1, undefined);
        told.end("suspended", 2, undefined);
        told.end("suspended", 2, "to add");
        const [tries, added] = lines;
        assert.match(tries?.message ?? "", /2 tries/);
        assert.deepEqual(added, { message: "to add", ephemeral: false });
        assert.equal(lines.length, 2);
    });
});
