import { isDeepStrictEqual } from "node:util";
import type { ApplyResponse, Properties, ProviderProcess } from "./provider";

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
    /** Computed from the outputs of resources before it. They are undefined if they are not known yet. */
    readonly inputs: (outputsOf: (urn: string) => Properties | undefined) => Properties;
}

/** What happened to a resource in a run. */
export interface Step {
    readonly urn: string;
    readonly operation: "same" | "create" | "update" | "replace" | "rejected";
    readonly before: ResourceRecord | undefined;
    /** The inputs that the program gives, and what `check` has made of them. */
    readonly declared: Properties;
    readonly inputs: Properties;
    readonly failure?: string;
    /** Whether the engine was killed during it. */
    readonly isKilled?: boolean;
}

export interface RunOptions {
    readonly provider: ProviderProcess;
    readonly isPreview: boolean;
    /** A resource that fails is registered before the one with this URN. */
    readonly failsBefore?: string | undefined;
    /** The URN that `--replace` names. */
    readonly replace?: string | undefined;
    readonly onStep: (step: Step) => void;
}

/** Pulumi's engine, as far as a dynamic resource depends on it. A test compares it with the real one. */
export class Engine {
    #records = new Map<string, ResourceRecord>();

    record(urn: string | undefined): ResourceRecord | undefined {
        return urn === undefined ? undefined : this.#records.get(urn);
    }

    records(): ResourceRecord[] {
        return [...this.#records.values()];
    }

    /** `pulumi refresh`: without a `read` the state stays as it is, except for the errors of partial failures. */
    refresh(): void {
        this.#records = new Map([...this.#records].map(([urn, record]) => [urn, { ...record, initErrors: [] }]));
    }

    /** `pulumi up` or `pulumi preview`: false if a resource has failed. */
    async deploy(program: readonly Registration[], options: RunOptions): Promise<boolean> {
        const outputs = new Map<string, Properties | undefined>();
        for (const registration of program) {
            const { urn } = registration;
            if (urn === options.failsBefore) {
                return false;
            }
            const step = await this.#step(
                registration,
                registration.inputs((other) => outputs.get(other)),
                options,
            );
            options.onStep(step);
            if (step.failure !== undefined) {
                return false;
            }
            // The outputs of a resource that will change are not known in a preview.
            const isKnown = !options.isPreview || step.operation === "same";
            outputs.set(urn, isKnown ? (this.record(urn) ?? step.before)?.outputs : undefined);
        }
        if (!options.isPreview) {
            const urns = program.map(({ urn }) => urn);
            this.#records = new Map([...this.#records].filter(([urn]) => urns.includes(urn)));
        }
        return true;
    }

    async #step({ urn, aliases }: Registration, declared: Properties, options: RunOptions): Promise<Step> {
        const { provider, isPreview, replace } = options;
        const before = [urn, ...aliases].map((name) => this.record(name)).find((record) => record !== undefined);
        const { inputs, failures } = await provider.check(before?.inputs ?? {}, declared);
        if (failures.length > 0) {
            return { urn, operation: "rejected", before, declared, inputs, failure: failures.join("\n") };
        }
        const operation = replace === urn && before ? "replace" : await this.#compare(before, inputs, provider);
        // What `check` took over from an old resource does not hold for its replacement.
        const final = operation === "replace" ? await provider.check({}, declared) : { inputs };
        const step: Step = { urn, operation, before, declared, inputs: final.inputs };
        if (isPreview) {
            return step;
        }
        if (operation === "same") {
            this.#put(urn, before, { inputs, outputs: before?.outputs ?? {}, initErrors: before?.initErrors ?? [] });
            return step;
        }
        return this.#write(step, options);
    }

    async #compare(
        before: ResourceRecord | undefined,
        inputs: Properties,
        provider: ProviderProcess,
    ): Promise<Step["operation"]> {
        if (before === undefined) {
            return "create";
        }
        const { changes, replaces = [] } = await provider.diff(idOf(before), before.outputs, inputs);
        if (changes ?? !isDeepStrictEqual(before.inputs, inputs)) {
            return replaces.length > 0 ? "replace" : "update";
        }
        return before.initErrors.length > 0 ? "update" : "same";
    }

    async #write(step: Step, { provider, onStep }: RunOptions): Promise<Step> {
        const { urn, operation, before, inputs } = step;
        const updated = operation === "update" ? before : undefined;
        let response: ApplyResponse;
        try {
            response = await (updated === undefined
                ? provider.create(inputs)
                : provider.update(idOf(updated), updated.outputs, inputs));
        } catch (error) {
            onStep({ ...step, isKilled: true });
            throw error;
        }
        switch (response.kind) {
            case "success":
                this.#put(urn, before, { inputs, outputs: response.outputs, initErrors: [] });
                return step;
            case "partial failure": {
                // An update that fails keeps the inputs from before it.
                const { outputs, reasons } = response;
                this.#put(urn, before, { inputs: updated?.inputs ?? inputs, outputs, initErrors: reasons });
                return { ...step, failure: reasons.join("\n") };
            }
            case "error":
                return { ...step, failure: response.message };
        }
    }

    #put(urn: string, before: ResourceRecord | undefined, record: Omit<ResourceRecord, "urn">): void {
        if (before !== undefined) {
            this.#records.delete(before.urn);
        }
        this.#records.set(urn, { urn, ...record });
    }
}

function idOf({ outputs }: ResourceRecord): string {
    return String(outputs.instanceId);
}
