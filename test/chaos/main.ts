/**
 * `npm run chaos`: the real engine against the emulator, under every fault at every point and under kills at random
 * moments. It prints its seed first, one line for each stack, then what came of it, and fails on any violation.
 *
 *     npm run chaos -- [--seed N] [--cases N] [--kills N]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type Chaos, runChaos } from "./chaos";
import { faultTable, killTable, violationText } from "./report";
import "../run/folder";

async function main(): Promise<void> {
    const chaos = readArguments();
    const { seed, cases, kills } = chaos;
    const started = performance.now();
    console.log(`seed ${seed}; to repeat: npm run chaos -- --seed ${seed} --cases ${cases} --kills ${kills}`);

    const totals = await runChaos(chaos, (line) => console.log(line));

    const { length: violations } = totals.violations;
    const struck = totals.faults.filter((result) => result.struck);
    console.log(`\n${faultTable(struck)}\n\n${killTable(totals.kills)}\n`);
    console.log(totals.violations.map(violationText).join("\n"));
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    console.log(
        `${struck.length} fault cases, ${totals.kills.length} kills, ${violations} violations ` +
            `(seed ${seed}, ${totals.requests} requests, ${totals.missedKills} kills too late, ${minutes} min)`,
    );
    process.exitCode = violations === 0 ? 0 : 1;
}

function readArguments(): Chaos {
    const { values } = parseArgs({
        options: {
            seed: { type: "string", default: String(randomInt(2 ** 31)) },
            cases: { type: "string", default: "420" },
            kills: { type: "string", default: "48" },
        },
    });
    const number = (name: keyof typeof values) => {
        if (!/^\d{1,10}$/.test(values[name])) {
            throw new Error(`--${name} is "${values[name]}"; it must be a whole number`);
        }
        return Number(values[name]);
    };
    return { seed: number("seed"), cases: number("cases"), kills: number("kills") };
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
});
