import { strict as assert } from "node:assert";
import {
    type Emulator,
    type EmulatorOptions,
    type InstanceOptions,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import { type ResourceState, type Run, Stack, type StackOptions } from "./stack";

export const interrupt = "InterruptLogstashTask";
export const resume = "ResumeLogstashTask";

/** Instances by ID are `activating`. */
type FixtureOptions = Omit<EmulatorOptions, "instances"> &
    Partial<Omit<StackOptions, "emulator">> & { readonly instances?: readonly (string | InstanceOptions)[] };

/** What there is after a run of the CLI. */
export interface Moment {
    readonly run: Run;
    /** The recorded resources by name. */
    readonly records: Readonly<Partial<Record<string, ResourceState>>>;
    /** How many entries the ledger has. */
    readonly requests: number;
    readonly effects: number;
}

/** An emulator and a stack that uses it. */
export class Fixture {
    private constructor(
        readonly emulator: Emulator,
        readonly stack: Stack,
    ) {}

    static async open(options: FixtureOptions): Promise<Fixture> {
        const instances = (options.instances ?? []).map((one) => (typeof one === "string" ? { instanceId: one } : one));
        const emulator = await startEmulator({ ...options, instances });
        return new Fixture(emulator, await Stack.create({ program: "", ...options, emulator }));
    }

    async close(): Promise<void> {
        this.stack.remove();
        await this.emulator.stop();
    }

    /** Runs `up`, however it ends. */
    async up(...flags: readonly string[]): Promise<Moment> {
        const run = await this.stack.up(...flags);
        const records = await this.records();
        const { requests, effects } = this.emulator.ledger;
        return { run, records, requests: requests.length, effects: effects.length };
    }

    async records(): Promise<Moment["records"]> {
        const records = await this.stack.resources();
        return Object.fromEntries(records.map((record) => [record.urn.split("::").slice(3).join("::"), record]));
    }

    /** Fails if something sends a request. */
    async withoutRequests<T>(act: () => Promise<T>): Promise<T> {
        const before = this.emulator.ledger.requests.length;
        const result = await act();
        assert.equal(this.emulator.ledger.requests.length, before, "requests were sent");
        return result;
    }

    effects(instanceId: string): number {
        return this.emulator.ledger.effectsOn(instanceId).length;
    }

    /** The token of each request, in the order in which they came. */
    tokens(instanceId: string, operation: typeof interrupt | typeof resume = interrupt): string[] {
        return this.emulator.ledger.requestsTo(operation, instanceId).map(({ clientToken }) => String(clientToken));
    }
}
