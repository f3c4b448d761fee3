import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { runChaos } from "./chaos";
import { violationText } from "./report";

/** Small enough for every run of CI; `npm run chaos` does more. */
const chaos = { seed: randomInt(2 ** 31), kills: 6 };

describe("a deployment that is killed", function () {
    this.timeout(900_000);

    it(`is finished by the next run, with each request applied once: --seed ${chaos.seed} --kills ${chaos.kills}`, async () => {
        const totals = await runChaos(chaos, () => {});
        assert.deepEqual(totals.violations.map(violationText), []);
        assert.ok(totals.kills.length >= chaos.kills, `${totals.kills.length} kills`);
        assert.deepEqual([...new Set(totals.tears)].sort(), ["attributes", "state"]);
    });
});
