import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { explore } from "./explore";
import type { Declaration } from "./program";
import { reportOf, summaryOf } from "./report";
import { instanceIds, World } from "./world";

describe("the life of resources", () => {
    it("keeps the promise through sequences of changes, failures and kills", async () => {
        const exploration = { seed: randomInt(2 ** 31), runs: 60, maxCommands: 30, limitMs: 60_000 };
        const started = performance.now();
        const explored = await explore(exploration);
        const seconds = (performance.now() - started) / 1_000;
        console.log(`    ${summaryOf(exploration, explored, seconds)}`);
        assert.ok(!explored.details.failed, reportOf(exploration, explored, seconds));
    });

    it("asks again when the triggers return to what they were before a pending update", async () => {
        const world = await World.open();
        try {
            const pause: Declaration = { name: "pause", aliases: [], instanceId: instanceIds[0], timeoutSeconds: 5 };
            const up = (trigger: string, isUnanswered = false) => {
                const always = isUnanswered ? ("reset before" as const) : undefined;
                return world.up({ pause: { ...pause, triggers: [trigger] } }, { always });
            };
            assert.equal((await up("v1")).ending, "done");
            assert.equal((await up("v2", true)).ending, "failed");
            // The engine forgets the failure, and keeps the inputs from before it.
            world.engine.refresh();
            world.emulator.setStatus(instanceIds[0], "activating", world.region);
            const { ending, steps } = await up("v1");
            assert.deepEqual([ending, steps.map(({ operation }) => operation)], ["done", ["update"]]);
            assert.equal(steps[0]?.after?.outputs.status, "suspended");
            assert.equal(world.emulator.ledger.effects.length, 2);
        } finally {
            await world.close();
        }
    });
});
