/**
 * `npm run chaos`: the real engine against the emulator, under every fault at every point and under kills at random
 * moments. It prints its seed first, one line for each stack, then what came of it, and fails on any violation.
 *
 *     npm run chaos -- [--seed N] [--cases N] [--kills N]
 */
import { randomInt } from "node:crypto";
import { inspect, parseArgs } from "node:util";
import { planFaultRounds } from "./faultPlan";
import { type FaultResult, runFaultRound } from "./faultRound";
import { planKillStack } from "./killPlan";
import { type KillResult, runKillStack } from "./killStack";
import { Random } from "./random";
import { faultTable, killTable, violationText } from "./report";
import { discardAll, type Violation } from "./site";

/** Stacks at a time, one for each core of a small machine. */
const lanes = 2;

interface Totals {
    readonly faults: FaultResult[];
    readonly kills: KillResult[];
    readonly violations: Violation[];
    missedKills: number;
    requests: number;
}

async function main(): Promise<void> {
    const { seed, cases, kills } = readArguments();
    const random = new Random(seed);
    const started = performance.now();
    console.log(`seed ${seed}; to repeat: npm run chaos -- --seed ${seed} --cases ${cases} --kills ${kills}`);

    const totals: Totals = { faults: [], kills: [], violations: [], missedKills: 0, requests: 0 };
    const faultRounds = cases === 0 ? [] : planFaultRounds(cases, random.fork("faults"));
    let killStacks = 0;
    const faultJob = () => {
        const round = faultRounds.shift();
        return round === undefined ? undefined : () => faults(round, totals);
    };
    const killJob = () => {
        // A kill that comes too late is made up for by further stacks of the same plan.
        const wanted = totals.kills.length < kills;
        return wanted ? () => killing(planKillStack(killStacks++, random.fork("kills")), totals) : undefined;
    };
    await Promise.all(
        Array.from({ length: lanes }, async (_, lane) => {
            const next = () => (lane % 2 === 0 ? (faultJob() ?? killJob()) : (killJob() ?? faultJob()));
            for (let job = next(); job !== undefined; job = next()) {
                await job().catch((error: unknown) => {
                    totals.violations.push({ where: "the chaos itself", what: inspect(error), evidence: "" });
                });
            }
        }),
    );

    await discardAll();

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

async function faults(round: Parameters<typeof runFaultRound>[0], totals: Totals): Promise<void> {
    const started = performance.now();
    const { results, violations, requests } = await runFaultRound(round);
    totals.faults.push(...results);
    totals.violations.push(...violations);
    totals.requests += requests;
    const counts = Object.entries(Object.groupBy(results, ({ ending }) => ending));
    const text = counts.map(([ending, list]) => `${list.length} ${ending}`).join(", ");
    say(`${round.name}: ${round.mode}, ${round.cases.length} resources: ${text}; then ${round.between}`, {
        started,
        violations,
    });
}

async function killing(stack: Parameters<typeof runKillStack>[0], totals: Totals): Promise<void> {
    const started = performance.now();
    const { results, missed, violations, requests } = await runKillStack(stack);
    totals.kills.push(...results);
    totals.violations.push(...violations);
    totals.missedKills += missed;
    totals.requests += requests;
    say(`${stack.name}: ${results.map(({ victim, mode }) => `${victim} in ${mode}`).join(", ")}`, {
        started,
        violations,
    });
}

function say(line: string, { started, violations }: { started: number; violations: readonly Violation[] }): void {
    const verdict = violations.length === 0 ? "ok" : `${violations.length} VIOLATIONS`;
    console.log(`${line}; ${verdict}, ${((performance.now() - started) / 1_000).toFixed(0)} s`);
}

function readArguments(): { readonly seed: number; readonly cases: number; readonly kills: number } {
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

for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void discardAll().finally(() => process.exit(130)));
}

main().catch(async (error: unknown) => {
    console.error(error);
    await discardAll();
    process.exitCode = 2;
});
