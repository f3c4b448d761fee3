import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { explore } from "./explore";
import { reportOf } from "./report";

describe("the life of resources", () => {
    it("keeps the promise through sequences of changes, failures and kills", async () => {
        const exploration = { seed: randomInt(2 ** 31), runs: 100, maxCommands: 30 };
        const started = performance.now();
        const explored = await explore(exploration);
        const report = reportOf(exploration, explored, (performance.now() - started) / 1_000);
        console.log(report);
        assert.ok(!explored.details.failed, report);
    });
});
