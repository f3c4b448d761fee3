import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { runChaos } from "./chaos";
import { violationText } from "./report";
import { situationKinds } from "./situationPlan";

/** Small enough for every run of CI; `npm run chaos` does more. */
const chaos = { seed: randomInt(2 ** 31), cases: 60, kills: 6, situations: situationKinds.length };

describe("a round of chaos", function () {
    this.timeout(900_000);
    const { seed, cases, kills, situations } = chaos;
    const flags = `--seed ${seed} --cases ${cases} --kills ${kills} --situations ${situations}`;

    it(`breaks no promise: ${flags}`, async () => {
        const totals = await runChaos(chaos, () => {});
        assert.deepEqual(totals.violations.map(violationText), []);
        assert.equal(totals.faults.length, cases);
        assert.ok(totals.kills.length >= kills, `${totals.kills.length} kills`);
        assert.deepEqual([...new Set(totals.tears)].sort(), ["attributes", "state"]);
        const struck = Object.groupBy(totals.situations, ({ situation }) => situation);
        assert.deepEqual(Object.keys(struck).sort(), [...situationKinds].sort());
        const queued = struck["full queue"]?.filter(({ ending }) => ending === "not started") ?? [];
        assert.ok(queued.length > 0, "nothing waited in vain for a connection");
    });
});
