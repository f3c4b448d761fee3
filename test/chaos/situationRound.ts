import { declareStruck, lastUp, patiently } from "./deployments";
import type { Ending } from "./faults";
import { instanceIdOf, prepare, type Setting } from "./setting";
import { Site, type Violation } from "./site";
import type { Situation, SituationCase, SituationRound } from "./situationPlan";
import { type Generation, judge, judgeExit, signalsOf } from "./verdict";

/** How a resource came through the first `pulumi up` of its situation. */
export interface SituationResult {
    readonly situation: Situation["kind"];
    readonly label: string;
    readonly ending: Ending;
    /** How far the operation went beyond its time, at most; less than 0 within it. */
    readonly lateMs: number;
    /** Whether it was done exactly once after the last `pulumi up`. */
    readonly doneOnce: boolean;
}

export interface SituationReport {
    readonly results: readonly SituationResult[];
    /** What there was of trouble. */
    readonly trouble: string;
    readonly violations: readonly Violation[];
    readonly requests: number;
}

/** Takes one stack through its situation, then lets the next `pulumi up` finish what that has left. */
export async function runSituation(round: SituationRound): Promise<SituationReport> {
    const setting = await prepare(round);
    const { account, credentials, situation, mode } = round;
    const cases = round.cases.map((planned, n) => ({ ...planned, instanceId: instanceIdOf(n) }));
    const name = `${round.name} (${situation.kind}, ${mode})`;
    try {
        const site = await Site.open({ name, form: "dynamic", account, credentials, instances: cases, ...setting });
        const generation = await declareStruck(site, mode, cases);
        const operationsBefore = site.operations.length;
        setting.begin(site);
        const met = await firstUp(site, setting, generation, cases);
        const trouble = setting.mend(site);
        if (situation.kind === "stepped clock") {
            judgeSteps(site, generation, met, trouble);
        }
        const operations = site.operations.slice(operationsBefore);
        site.declare(patiently(cases), generation.trigger);
        await lastUp(site, generation, round.between, met);
        const results = met.map(({ instanceId, label, ending }): SituationResult => {
            const ours = operations.filter((operation) => operation.instanceId === instanceId);
            return {
                situation: situation.kind,
                label,
                ending,
                lateMs: Math.max(...ours.map(({ ms, timeoutSeconds }) => ms - timeoutSeconds * 1_000)),
                doneOnce: site.emulator.ledger.effectsOn(instanceId).length === generation.number,
            };
        });
        await site.close();
        return { results, trouble, violations: site.violations, requests: site.emulator.ledger.requests.length };
    } finally {
        await setting.close();
    }
}

type Planned = SituationCase & { readonly instanceId: string };
type Met = Planned & Pick<SituationResult, "ending">;

async function firstUp(
    site: Site,
    setting: Setting,
    generation: Generation,
    cases: readonly Planned[],
): Promise<Met[]> {
    const { code, text } = await site.up("--continue-on-error");
    const { records } = await site.exported();
    const results = cases.map((planned): Met => {
        const { instanceId } = planned;
        const ending = judge(site, generation, instanceId, records.get(instanceId));
        const isRecorded = ending === "suspended" || ending === "pending";
        const mayBeDone = setting.mayBeDone(site, generation, instanceId);
        if (isRecorded !== mayBeDone) {
            const what = mayBeDone ? "may have been done, and is not recorded" : `was never sent, and is ${ending}`;
            site.violate(`${instanceId} (${planned.label}): ${what}`, `${site.ledgerOf(instanceId)}\n${text}`);
        }
        const isExplained = text.includes(`InterruptLogstashTask on ${instanceId} in cn-hangzhou: `);
        if (isExplained !== (ending !== "suspended")) {
            site.violate(`${instanceId}: is ${ending}, and ${isExplained ? "an" : "no"} error was shown`, text);
        }
        return { ...planned, ending };
    });
    const endings = results.map(({ ending }) => ending);
    judgeExit(site, code, endings, text);
    return results;
}

/** Whatever a clock does, nothing fails by it and nothing is sent again that was not refused. */
function judgeSteps(site: Site, generation: Generation, met: readonly Met[], steps: string): void {
    if (steps === "") {
        throw new Error(`${site.name}: the clock was not stepped`);
    }
    for (const { instanceId, label, ending } of met) {
        const { length } = signalsOf(site, generation, instanceId).filter(({ fault }) => fault !== "throttling");
        if (length !== 1 || ending !== "suspended") {
            const what = `is ${ending} after ${length} requests, with the steps ${steps}`;
            site.violate(`${instanceId} (${label}): ${what}`, site.ledgerOf(instanceId));
        }
    }
}
