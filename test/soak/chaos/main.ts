/**
 * `npm run chaos`: kills deployments of the real engine at random moments, in both forms. A kill may leave a torn checkpoint.
 * It prints its seed first, one line for each stack, then a table, and fails on any violation.
 *
 *     npm run chaos -- [--seed N] [--kills N]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runChaos } from "./chaos";
import { killTable, violationText } from "./report";
import "../../setup";

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            seed: { type: "string", default: String(randomInt(2 ** 31)) },
            kills: { type: "string", default: "48" },
        },
    });
    const [seed, kills] = [Number(values.seed), Number(values.kills)];
    if (!Number.isInteger(seed) || !Number.isInteger(kills)) {
        throw new Error("--seed and --kills are whole numbers");
    }
    console.log(`seed ${seed}; to repeat: npm run chaos -- --seed ${seed} --kills ${kills}`);
    const started = performance.now();
    const totals = await runChaos({ seed, kills }, (line) => console.log(line));
    console.log(`\n${killTable(totals.kills)}\n`);
    console.log(totals.violations.map(violationText).join("\n"));
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    console.log(
        `${totals.kills.length} kills, ${totals.tears.length} torn checkpoints, ${totals.violations.length} violations ` +
            `(seed ${seed}, ${totals.requests} requests, ${totals.missedKills} kills too late, ${minutes} min)`,
    );
    process.exitCode = totals.violations.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
});
