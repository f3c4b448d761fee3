import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { runChaos } from "./chaos";
import { violationText } from "./report";

/** Small enough for every run of CI; `npm run chaos` does more. */
const chaos = { seed: randomInt(2 ** 31), cases: 60, kills: 6 };

describe("a round of chaos", function () {
    this.timeout(900_000);

    it(`breaks no promise: --seed ${chaos.seed} --cases ${chaos.cases} --kills ${chaos.kills}`, async () => {
        const { violations, faults, kills } = await runChaos(chaos, () => {});
        assert.deepEqual(violations.map(violationText), []);
        assert.equal(faults.length, chaos.cases);
        assert.ok(kills.length >= chaos.kills, `${kills.length} kills`);
    });
});
