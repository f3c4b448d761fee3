import type { RequestEntry } from "pulumi-alicloud-logstash-emulator";
import type { ResourceState } from "../../support/stack";
import type { ExportedState, Site } from "./site";

/** One interrupt that the program has asked for on each of several instances: the first, or that of a new trigger. */
export interface Generation {
    /** 1 for the first. */
    readonly number: number;
    readonly trigger: string;
    readonly instanceIds: readonly string[];
    /** How many entries the ledger had when it began. */
    readonly requestsBefore: number;
    readonly effectsBefore: number;
}

export function beginGeneration(site: Site, number: number, instanceIds: readonly string[]): Generation {
    const { requests, effects } = site.emulator.ledger;
    const [requestsBefore, effectsBefore] = [requests.length, effects.length];
    return { number, trigger: `v${number}`, instanceIds, requestsBefore, effectsBefore };
}

/** The interrupt requests of a generation for one instance. */
export function signalsOf(site: Site, { requestsBefore }: Generation, instanceId: string): RequestEntry[] {
    const signals = site.emulator.ledger.requestsTo("InterruptLogstashTask", instanceId);
    return signals.filter(({ sequence }) => sequence > requestsBefore);
}

/** How the interrupt of an instance ended. */
type Ending = "suspended" | "pending" | "failed" | "not started";

/** What a `pulumi up` made of a generation's interrupt of one instance; complains where state and ledger disagree. */
function judge(site: Site, generation: Generation, instanceId: string, record?: ResourceState): Ending {
    const signals = signalsOf(site, generation, instanceId);
    const effects = effectsOf(site, generation, instanceId);
    const complain = (what: string) => site.violate(`${instanceId}: ${what}`, evidence(site, instanceId, record));

    if (effects.length > 1) {
        complain(`${effects.length} effects`);
    }
    if (new Set(signals.map(({ clientToken }) => clientToken)).size > 1) {
        complain("several tokens for one interrupt");
    }
    if (record === undefined || JSON.stringify(record.outputs.triggers) !== JSON.stringify([generation.trigger])) {
        if (effects.length > 0) {
            complain("not recorded, but done");
        }
        return signals.length === 0 ? "not started" : "failed";
    }
    const { status, clientToken, interrupted } = record.outputs;
    if (signals.some((signal) => signal.clientToken !== clientToken)) {
        complain("recorded with another token than was sent");
    }
    if (interrupted === true && effects.length === 0) {
        complain("recorded as interrupted, but not done");
    }
    switch (status) {
        case "pending":
            return "pending";
        case "suspended":
            if (effects.length === 0) {
                complain("recorded as suspended, but not done");
            }
            if (record.initErrors !== undefined) {
                complain("recorded as suspended, but with an error");
            }
            return "suspended";
        default:
            complain(`recorded with the status ${status}`);
            return "failed";
    }
}

/** After the last `pulumi up` of a generation: everything is recorded as suspended and was done exactly once. */
export function judgeEnd(site: Site, generation: Generation, { records }: ExportedState): void {
    for (const instanceId of generation.instanceIds) {
        const record = records.get(instanceId);
        const ending = judge(site, generation, instanceId, record);
        const complain = (what: string) => site.violate(`${instanceId}: ${what}`, evidence(site, instanceId, record));
        if (ending !== "suspended") {
            complain(`is ${ending} after the last up`);
        }
        const ofAllGenerations = site.emulator.ledger.effectsOn(instanceId);
        const tokens = new Set(ofAllGenerations.map(({ clientToken }) => clientToken));
        if (ofAllGenerations.length !== generation.number || tokens.size !== generation.number) {
            complain(`${ofAllGenerations.length} effects with ${tokens.size} tokens, not ${generation.number}`);
        }
        const [token] = effectsOf(site, generation, instanceId).map(({ clientToken }) => clientToken);
        if (signalsOf(site, generation, instanceId).some(({ clientToken }) => clientToken !== token)) {
            complain("a request with another token than that of the effect");
        }
    }
}

function effectsOf(site: Site, { effectsBefore }: Generation, instanceId: string) {
    return site.emulator.ledger.effectsOn(instanceId).filter(({ sequence }) => sequence > effectsBefore);
}

function evidence(site: Site, instanceId: string, record: ResourceState | undefined): string {
    return `${site.ledgerOf(instanceId)}\nrecord: ${JSON.stringify(record)}`;
}
