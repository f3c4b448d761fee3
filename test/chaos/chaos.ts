import { inspect } from "node:util";
import type { CheckpointFile } from "./checkpoint";
import { type FaultRound, planFaultRounds } from "./faultPlan";
import { type FaultResult, runFaultRound } from "./faultRound";
import type { Ending } from "./faults";
import { type KillStack, planKillStack } from "./killPlan";
import { type KillResult, runKillStack } from "./killStack";
import { Random } from "./random";
import { discardAll, type Violation } from "./site";
import { planSituations, type SituationRound } from "./situationPlan";
import { runSituation, type SituationResult } from "./situationRound";

/** How much chaos, and which: the same seed brings the same. */
export interface Chaos {
    readonly seed: number;
    /** Resources that faults strike. */
    readonly cases: number;
    readonly kills: number;
    /** Stacks in a situation: a proxy, a full queue, a clock that is stepped. */
    readonly situations: number;
}

/** What came of it. */
export interface Totals {
    readonly faults: FaultResult[];
    readonly kills: KillResult[];
    readonly tears: CheckpointFile[];
    readonly situations: SituationResult[];
    readonly violations: Violation[];
    missedKills: number;
    requests: number;
}

/** Stacks at a time, one for each core of a small machine. */
const lanes = 2;

/** Lets faults and kills loose on stacks of the real engine; tells of each stack in a line. */
export async function runChaos(
    { seed, cases, kills, situations }: Chaos,
    say: (line: string) => void,
): Promise<Totals> {
    const random = new Random(seed);
    const totals: Totals = {
        faults: [],
        kills: [],
        tears: [],
        situations: [],
        violations: [],
        missedKills: 0,
        requests: 0,
    };
    const faultRounds = cases === 0 ? [] : planFaultRounds(cases, random.fork("faults"));
    const situationRounds = planSituations(situations, random.fork("situations"));
    let killStacks = 0;
    const faultJob = () => {
        const round = faultRounds.shift();
        return round === undefined ? undefined : () => faults(round, totals);
    };
    const situationJob = () => {
        const round = situationRounds.shift();
        return round === undefined ? undefined : () => situation(round, totals);
    };
    const killJob = () => {
        // A kill that comes too late is made up for by further stacks of the same plan.
        const wanted = totals.kills.length < kills;
        return wanted ? () => killing(planKillStack(killStacks++, random.fork("kills")), totals) : undefined;
    };
    await Promise.all(
        Array.from({ length: lanes }, async (_, lane) => {
            const next = () =>
                lane % 2 === 0
                    ? (faultJob() ?? situationJob() ?? killJob())
                    : (killJob() ?? situationJob() ?? faultJob());
            for (let job = next(); job !== undefined; job = next()) {
                try {
                    say(await job());
                } catch (error) {
                    totals.violations.push({ where: "the chaos itself", what: inspect(error), evidence: "" });
                }
            }
        }),
    );
    await discardAll();
    return totals;
}

async function faults(round: FaultRound, totals: Totals): Promise<string> {
    const started = performance.now();
    const { results, violations, requests } = await runFaultRound(round);
    totals.faults.push(...results);
    totals.violations.push(...violations);
    totals.requests += requests;
    const { name, form, mode, between } = round;
    const line = `${name}: ${form}, ${mode}, ${endingsOf(results)}; then ${between}`;
    return told(line, started, violations);
}

async function situation(round: SituationRound, totals: Totals): Promise<string> {
    const started = performance.now();
    const { results, trouble, violations, requests } = await runSituation(round);
    totals.situations.push(...results);
    totals.violations.push(...violations);
    totals.requests += requests;
    const { name, mode, between } = round;
    const met = trouble === "" ? "" : ` (${trouble})`;
    const line = `${name}: ${round.situation.kind}${met}, ${mode}, ${endingsOf(results)}; then ${between}`;
    return told(line, started, violations);
}

async function killing(stack: KillStack, totals: Totals): Promise<string> {
    const started = performance.now();
    const { results, tears, missed, violations, requests } = await runKillStack(stack);
    totals.kills.push(...results);
    totals.tears.push(...tears);
    totals.violations.push(...violations);
    totals.missedKills += missed;
    totals.requests += requests;
    const line = `${stack.name}: ${results.map(({ victim, mode }) => `${victim} in ${mode}`).join(", ")}`;
    return told(line, started, violations);
}

function endingsOf(results: readonly { readonly ending: Ending }[]): string {
    const counts = Object.entries(Object.groupBy(results, ({ ending }) => ending));
    return `${results.length} resources: ${counts.map(([ending, list]) => `${list.length} ${ending}`).join(", ")}`;
}

function told(line: string, started: number, violations: readonly Violation[]): string {
    const verdict = violations.length === 0 ? "ok" : `${violations.length} VIOLATIONS`;
    return `${line}; ${verdict}, ${((performance.now() - started) / 1_000).toFixed(0)} s`;
}
