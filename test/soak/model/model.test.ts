import { randomInt } from "node:crypto";
import { explore } from "./explore";

describe("the model", () => {
    it("keeps the contract through random changes, faults and kills", async () => {
        const exploration = { seed: randomInt(2 ** 31), runs: 60, maxCommands: 30, limitMs: 60_000 };
        console.log(`    ${await explore(exploration)}`);
    });
});
