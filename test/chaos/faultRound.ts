import { declareStruck, lastUp } from "./deployments";
import type { FaultRound } from "./faultPlan";
import { type Ending, type FaultCase, timeoutSeconds } from "./faults";
import { Site, type Violation } from "./site";
import { type Generation, judge, judgeExit } from "./verdict";

/** How a resource's faults ended in the first `pulumi up`. */
export interface FaultResult {
    readonly fault: FaultCase;
    readonly ending: Ending;
    /** Whether a fault has struck it at all. */
    readonly struck: boolean;
    /** Whether it was done exactly once after the last `pulumi up`. */
    readonly doneOnce: boolean;
}

export interface FaultRoundReport {
    readonly results: readonly FaultResult[];
    readonly violations: readonly Violation[];
    readonly requests: number;
}

/** Lets every resource of one stack meet its faults, then lets the next `pulumi up` finish what they left. */
export async function runFaultRound(round: FaultRound): Promise<FaultRoundReport> {
    const cases = round.cases.map((fault, n) => ({
        fault,
        instanceId: `ls-cn-chaos${String(n).padStart(4, "0")}`,
    }));
    const { form, account, credentials } = round;
    const instances = cases.map(({ fault, instanceId }) => ({ instanceId, interruptMs: fault.interruptMs }));
    const site = await Site.open({
        name: `${round.name} (${form}, ${round.mode})`,
        form,
        account,
        credentials,
        instances,
    });
    const declarations = cases.map(({ instanceId }) => ({ instanceId, timeoutSeconds }));
    const generation = await declareStruck(site, round.mode, declarations);

    for (const { fault, instanceId } of cases) {
        for (const rule of fault.rules) {
            site.emulator.faults.add({ ...rule, instanceId });
        }
    }
    const met = await firstUp(site, round, generation, cases);
    site.emulator.faults.clear();
    await lastUp(site, generation, round.between, met);

    const results = met.map((result): FaultResult => {
        const { length } = site.emulator.ledger.effectsOn(result.instanceId);
        return { ...result, doneOnce: length === generation.number };
    });
    await site.close();
    return { results, violations: site.violations, requests: site.emulator.ledger.requests.length };
}

type Planned = { readonly fault: FaultCase; readonly instanceId: string };
type Met = Planned & Omit<FaultResult, "doneOnce">;

async function firstUp(
    site: Site,
    round: FaultRound,
    generation: Generation,
    cases: readonly Planned[],
): Promise<Met[]> {
    const stopsEarly = round.cases.some(({ refusedAtOnce }) => refusedAtOnce);
    const { code, text } = await site.up(...(stopsEarly ? ["--continue-on-error"] : []));
    const { records } = await site.exported();
    const results = cases.map(({ fault, instanceId }) => {
        const ending = judge(site, generation, instanceId, records.get(instanceId));
        const struck = site.emulator.ledger.requests.some(
            (entry) => entry.instanceId === instanceId && entry.fault !== undefined,
        );
        if (fault.expected !== undefined && ending !== fault.expected && ending !== "not started") {
            const what = `${fault.label} ${fault.point} ${fault.operation} ${fault.extent}`;
            site.violate(
                `${instanceId}: ${what}: ${ending} where ${fault.expected} follows`,
                site.ledgerOf(instanceId),
            );
        }
        const isExplained = text.includes(`InterruptLogstashTask on ${instanceId} in cn-hangzhou: `);
        if (isExplained !== (ending === "pending" || ending === "failed")) {
            site.violate(`${instanceId}: is ${ending}, and ${isExplained ? "an" : "no"} error was shown`, text);
        }
        return { fault, instanceId, ending, struck };
    });
    const endings = results.map(({ ending }) => ending);
    judgeExit(site, code, endings, text);
    return results;
}
