import { strict as assert } from "node:assert";
import { randomInt } from "node:crypto";
import { runChaos } from "./chaos";

/** Few, for every run of CI. `npm run chaos` does more. */
const kills = 6;

describe("a deployment that is killed", function () {
    this.timeout(900_000);
    const seed = randomInt(2 ** 31);

    it(`is finished by the next run, with each request applied once: --seed ${seed} --kills ${kills}`, async () => {
        const totals = await runChaos(seed, kills, () => {});
        assert.deepEqual(totals.violations, []);
        assert.ok(totals.kills >= kills, `${totals.kills} kills`);
        assert.deepEqual([...new Set(totals.tears)].sort(), ["attributes", "state"]);
    });
});
