import { inspect } from "node:util";
import type { CheckpointFile } from "./checkpoint";
import { type KillStack, planKillStack } from "./killPlan";
import { type KillResult, runKillStack } from "./killStack";
import { Random } from "./random";
import { discardAll, type Violation } from "./site";

/** How much chaos, and which: the same seed brings the same. */
export interface Chaos {
    readonly seed: number;
    readonly kills: number;
}

/** What was done, and which promises broke. */
export interface Totals {
    readonly kills: KillResult[];
    readonly tears: CheckpointFile[];
    readonly violations: Violation[];
    missedKills: number;
    requests: number;
}

/** Stacks at a time, one for each core of a small machine. */
const lanes = 2;

/** Kills deployments of the real engine, in both forms, and reports each stack in a line. */
export async function runChaos({ seed, kills }: Chaos, report: (line: string) => void): Promise<Totals> {
    const random = new Random(seed).fork("kills");
    const totals: Totals = { kills: [], tears: [], violations: [], missedKills: 0, requests: 0 };
    let stacks = 0;
    await Promise.all(
        Array.from({ length: lanes }, async () => {
            // Further stacks of the same plan make up for a kill that comes too late.
            while (totals.kills.length < kills) {
                try {
                    report(await killStack(planKillStack(stacks++, random), totals));
                } catch (error) {
                    totals.violations.push({ where: "the chaos itself", what: inspect(error), evidence: "" });
                    break;
                }
            }
        }),
    );
    await discardAll();
    return totals;
}

async function killStack(stack: KillStack, totals: Totals): Promise<string> {
    const started = performance.now();
    const { results, tears, missed, violations, requests } = await runKillStack(stack);
    totals.kills.push(...results);
    totals.tears.push(...tears);
    totals.violations.push(...violations);
    totals.missedKills += missed;
    totals.requests += requests;
    const kills = results.map(({ victim, mode }) => `${victim} in ${mode}`).join(", ");
    const verdict = violations.length === 0 ? "ok" : `${violations.length} VIOLATIONS`;
    return `${stack.name}: ${kills}; ${verdict}, ${((performance.now() - started) / 1_000).toFixed(0)} s`;
}
