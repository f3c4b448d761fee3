/**
 * `npm run chaos`: the real engine against the emulator, under every fault at every point, under kills at random moments
 * that may leave a torn checkpoint, behind bad proxies, with a full queue and under a clock that is stepped. It prints its
 * seed first, one line for each stack, then what came of it, and fails on any violation.
 *
 *     npm run chaos -- [--seed N] [--cases N] [--kills N] [--situations N]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type Chaos, runChaos } from "./chaos";
import { faultTable, killTable, situationTable, violationText } from "./report";
import "../setup";

async function main(): Promise<void> {
    const chaos = readArguments();
    const { seed, cases, kills, situations } = chaos;
    const started = performance.now();
    const counts = `--cases ${cases} --kills ${kills} --situations ${situations}`;
    console.log(`seed ${seed}; to repeat: npm run chaos -- --seed ${seed} ${counts}`);

    const totals = await runChaos(chaos, (line) => console.log(line));

    const { length: violations } = totals.violations;
    const struck = totals.faults.filter((result) => result.struck);
    console.log(`\n${faultTable(struck)}\n\n${killTable(totals.kills)}\n\n${situationTable(totals.situations)}\n`);
    console.log(totals.violations.map(violationText).join("\n"));
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    console.log(
        `${struck.length} fault cases, ${totals.kills.length} kills, ${totals.tears.length} torn checkpoints, ` +
            `${totals.situations.length} resources in a situation, ${violations} violations (seed ${seed}, ` +
            `${totals.requests} requests, ${totals.missedKills} kills too late, ${minutes} min)`,
    );
    process.exitCode = violations === 0 ? 0 : 1;
}

function readArguments(): Chaos {
    const { values } = parseArgs({
        options: {
            seed: { type: "string", default: String(randomInt(2 ** 31)) },
            cases: { type: "string", default: "420" },
            kills: { type: "string", default: "48" },
            situations: { type: "string", default: "16" },
        },
    });
    const number = (name: keyof typeof values) => {
        if (!/^\d{1,10}$/.test(values[name])) {
            throw new Error(`--${name} is "${values[name]}"; it must be a whole number`);
        }
        return Number(values[name]);
    };
    return {
        seed: number("seed"),
        cases: number("cases"),
        kills: number("kills"),
        situations: number("situations"),
    };
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
});
