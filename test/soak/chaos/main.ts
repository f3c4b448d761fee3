/**
 * `npm run chaos`: kills deployments of the real engine at random moments, in both forms. A kill may leave a torn checkpoint.
 * Prints its seed first and some lines for each stack, and fails on any violation.
 *
 *     npm run chaos -- [--seed N] [--kills N]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runChaos } from "./chaos";
import "../../setup";

const { values } = parseArgs({
    options: {
        seed: { type: "string", default: String(randomInt(2 ** 31)) },
        kills: { type: "string", default: "48" },
    },
});

async function main(seed: number, kills: number): Promise<void> {
    if (!Number.isInteger(seed) || !Number.isInteger(kills)) {
        throw new Error("--seed and --kills are whole numbers");
    }
    console.log(`seed ${seed}; to repeat: npm run chaos -- --seed ${seed} --kills ${kills}`);
    const totals = await runChaos(seed, kills, console.log);
    console.log(totals.violations.join("\n"));
    console.log(
        `${totals.kills} kills, ${totals.tears.length} torn checkpoints, ${totals.violations.length} violations ` +
            `(seed ${seed}, ${totals.requests} requests, ${totals.missed} kills too late)`,
    );
    process.exitCode = totals.violations.length === 0 ? 0 : 1;
}

main(Number(values.seed), Number(values.kills)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
