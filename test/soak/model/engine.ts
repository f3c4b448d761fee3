import { isDeepStrictEqual } from "node:util";
import type { Answer, Properties, ProviderProcess } from "./providerProcess";

/** A resource in the state. */
export interface ResourceRecord {
    readonly urn: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
    readonly initErrors: readonly string[];
}

/** A resource as the program registers it. */
export interface Registration {
    readonly urn: string;
    readonly aliases: readonly string[];
    /** By the outputs of a resource before it: `undefined` where they are not known yet. */
    readonly inputs: (outputsOf: (urn: string) => Properties | undefined) => Properties;
}

/** What the engine does to a resource. */
export type Operation = "same" | "create" | "update" | "replace" | "rejected";

/** What came of a resource in a run. */
export interface Step {
    readonly urn: string;
    readonly operation: Operation;
    readonly before: ResourceRecord | undefined;
    /** What it was declared with, as `check` has completed it. */
    readonly inputs: Properties;
    /** How it failed. */
    readonly failure?: string;
}

/** How a call to the provider's process is made; it rejects with `Killed` when the engine ends before the answer. */
export type Await = <T>(call: Promise<T>) => Promise<T>;

/** The engine has ended in the middle of a run. */
export class Killed extends Error {}

export interface RunOptions {
    readonly process: ProviderProcess;
    readonly awaiting: Await;
    readonly dryRun: boolean;
    /** A resource that fails is declared in front of the one with this URN, which depends on it. */
    readonly workFailsBefore?: string | undefined;
    /** The URN that `--replace` names. */
    readonly replace?: string | undefined;
    /** Told of each create and update before it is called, and of each resource that is done with. */
    readonly onWrite: (step: Step) => void;
    readonly onStep: (step: Step) => void;
}

/**
 * Pulumi's engine, as far as a dynamic resource depends on it: what it calls, and what it records. A create that did not
 * come to its end leaves a pending one; a half success is recorded with its errors; a failure ends the run.
 */
export class Engine {
    #records = new Map<string, ResourceRecord>();
    readonly #pendingCreates = new Set<string>();

    get pendingCreates(): ReadonlySet<string> {
        return this.#pendingCreates;
    }

    record(urn: string): ResourceRecord | undefined {
        return this.#records.get(urn);
    }

    records(): ResourceRecord[] {
        return [...this.#records.values()];
    }

    /** `pulumi up`, or `pulumi preview`: false if a resource has failed. */
    async deploy(program: readonly Registration[], options: RunOptions): Promise<boolean> {
        const outputs = new Map<string, Properties | undefined>();
        for (const registration of program) {
            if (registration.urn === options.workFailsBefore) {
                return false;
            }
            const inputs = registration.inputs((urn) => outputs.get(urn));
            const before = [registration.urn, ...registration.aliases]
                .map((urn) => this.#records.get(urn))
                .find((record) => record !== undefined);
            const step = await this.#step(registration.urn, inputs, before, options);
            options.onStep(step);
            if (step.failure !== undefined) {
                return false;
            }
            const isChanged = step.operation !== "same";
            // Without a provider that previews, the outputs of what will be changed are not known.
            const isKnown = !(options.dryRun && isChanged);
            outputs.set(registration.urn, isKnown ? (this.record(registration.urn) ?? before)?.outputs : undefined);
        }
        if (!options.dryRun) {
            await this.#deleteAllBut(new Set(program.map(({ urn }) => urn)), options);
        }
        return true;
    }

    /** `pulumi refresh`: without a `read` the state stays as it is, but for the errors of a half success. */
    refresh(): void {
        this.#records = new Map([...this.#records].map(([urn, record]) => [urn, { ...record, initErrors: [] }]));
    }

    /** `pulumi refresh --clear-pending-creates`. */
    clearPendingCreates(): void {
        this.refresh();
        this.#pendingCreates.clear();
    }

    /** `pulumi destroy`. */
    async destroy(options: RunOptions): Promise<void> {
        await this.#deleteAllBut(new Set(), options);
    }

    async #step(
        urn: string,
        declared: Properties,
        before: ResourceRecord | undefined,
        options: RunOptions,
    ): Promise<Step> {
        const { process, awaiting, dryRun } = options;
        const { inputs, failures } = await awaiting(process.check(before?.inputs ?? {}, declared));
        if (failures.length > 0) {
            return { urn, operation: "rejected", before, inputs, failure: failures.join("\n") };
        }
        if (before === undefined) {
            return this.#write({ urn, operation: "create", before, inputs }, options);
        }
        if (options.replace === urn) {
            return this.#write({ urn, operation: "replace", before, inputs }, options);
        }
        const operation = await this.#decide(before, inputs, options);
        switch (operation) {
            case "replace": {
                // What `check` had carried over from the old resource is no longer so.
                const anew = await awaiting(process.check({}, declared));
                return this.#write({ urn, operation, before, inputs: anew.inputs }, options);
            }
            case "update":
                return this.#write({ urn, operation, before, inputs }, options);
            case "same":
                if (!dryRun) {
                    this.#put({ ...before, urn, inputs }, before);
                }
                return { urn, operation, before, inputs };
        }
    }

    async #decide(
        before: ResourceRecord,
        inputs: Properties,
        { process, awaiting }: RunOptions,
    ): Promise<"same" | "update" | "replace"> {
        const { changes, replaces = [] } = await awaiting(process.diff(idOf(before), before.outputs, inputs));
        const isChanged = changes ?? !isDeepStrictEqual(before.inputs, inputs);
        if (isChanged) {
            return replaces.length > 0 ? "replace" : "update";
        }
        return before.initErrors.length > 0 ? "update" : "same";
    }

    async #write(step: Step, { process, awaiting, dryRun, onWrite }: RunOptions): Promise<Step> {
        if (dryRun) {
            return step;
        }
        onWrite(step);
        const { urn, operation, before, inputs } = step;
        const isUpdate = operation === "update" && before !== undefined;
        const wasPending = this.#pendingCreates.has(urn);
        if (!isUpdate) {
            this.#pendingCreates.add(urn);
        }
        const answer = await awaiting(
            isUpdate ? process.update(idOf(before), before.outputs, inputs) : process.create(inputs),
        );
        const isNew = answer.kind !== "error" && !isUpdate;
        // One that an earlier run has left stays until it is cleared.
        if (!wasPending) {
            this.#pendingCreates.delete(urn);
        }
        if (answer.kind !== "error") {
            this.#put(recordOf(step, isUpdate, answer), before);
        }
        if (isNew && before !== undefined) {
            await process.delete(idOf(before), before.outputs);
        }
        switch (answer.kind) {
            case "done":
                return step;
            case "half":
                return { ...step, failure: answer.reasons.join("\n") };
            case "error":
                return { ...step, failure: answer.message };
        }
    }

    #put(record: ResourceRecord, before: ResourceRecord | undefined): void {
        if (before !== undefined) {
            this.#records.delete(before.urn);
        }
        this.#records.set(record.urn, record);
    }

    async #deleteAllBut(urns: ReadonlySet<string>, { process, awaiting }: RunOptions): Promise<void> {
        for (const record of [...this.#records.values()].reverse()) {
            if (!urns.has(record.urn)) {
                await awaiting(process.delete(idOf(record), record.outputs));
                this.#records.delete(record.urn);
            }
        }
    }
}

function idOf({ outputs }: ResourceRecord): string {
    return String(outputs.instanceId);
}

/** An update that is half a success leaves the inputs from before it, with the new outputs. */
function recordOf(
    { urn, inputs, before }: Step,
    isUpdate: boolean,
    answer: Exclude<Answer, { kind: "error" }>,
): ResourceRecord {
    switch (answer.kind) {
        case "done":
            return { urn, inputs, outputs: answer.properties, initErrors: [] };
        case "half": {
            const kept = isUpdate ? (before?.inputs ?? inputs) : inputs;
            return { urn, inputs: kept, outputs: answer.properties, initErrors: answer.reasons };
        }
    }
}
