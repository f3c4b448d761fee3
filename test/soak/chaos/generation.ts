import { isDeepStrictEqual } from "node:util";
import type { ResourceState } from "../../support/stack";
import type { ExportedState, Fixture } from "./fixture";

/** The interrupts that a program requests with one trigger. */
export interface Generation {
    /** 1 for the first. */
    readonly number: number;
    readonly trigger: string;
    readonly instanceIds: readonly string[];
    /** How many requests the ledger had when it began. */
    readonly requestsBefore: number;
}

export function isSuspended(record: ResourceState | undefined, { trigger }: Generation): boolean {
    const { status, triggers } = record?.outputs ?? {};
    return status === "suspended" && isDeepStrictEqual(triggers, [trigger]);
}

/** After the last `pulumi up` of a generation, every interrupt is recorded as suspended and was applied once. */
export function expectAppliedOnce(fixture: Fixture, generation: Generation, { records }: ExportedState): void {
    const { ledger } = fixture.emulator;
    for (const instanceId of generation.instanceIds) {
        const record = records.get(instanceId);
        const expect = (isTrue: boolean, what: string) => {
            if (!isTrue) {
                const ours = ledger.requests.filter((request) => request.instanceId === instanceId);
                const evidence = [...ours, ...ledger.effectsOn(instanceId), record];
                fixture.violate(`${instanceId}: ${what}`, evidence.map((entry) => JSON.stringify(entry)).join("\n"));
            }
        };
        const effects = ledger.effectsOn(instanceId);
        const tokens = new Set(effects.map(({ clientToken }) => clientToken));
        const requests = ledger
            .requestsTo("InterruptLogstashTask", instanceId)
            .filter(({ sequence }) => sequence > generation.requestsBefore);
        const token = record?.outputs.clientToken;
        expect(isSuspended(record, generation), "not recorded as suspended");
        expect(record?.initErrors === undefined, "recorded with an error");
        expect(effects.length === generation.number, `${effects.length} effects after ${generation.number} triggers`);
        expect(tokens.size === generation.number, `${tokens.size} tokens after ${generation.number} triggers`);
        expect(effects.at(-1)?.clientToken === token, "recorded with another token than that of the effect");
        expect(
            requests.every(({ clientToken }) => clientToken === token),
            "a request with another token than the recorded one",
        );
    }
}
