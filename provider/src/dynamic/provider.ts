import type { dynamic } from "@pulumi/pulumi";
import type { ProcessConfig } from "../configuration";
import { connectEngineLog, type EngineLog } from "../engine/engineLog";
import type { Properties } from "../lifecycle/arguments";
import { type ApplyResult, type ConfigSource, Lifecycle, type ResourceRef } from "../lifecycle/lifecycle";
import { operationOf, typeTokenOf } from "../lifecycle/urn";

/** It reads the settings of `@pulumi/alicloud`. */
export const dynamicConfigSource: ConfigSource = { namespace: "alicloud" };

/**
 * The provider of all resources, in the form that the SDK's dynamic-provider server runs. Ends every operation when
 * `stopped` fires.
 */
export function dynamicProvider(
    { argv, env }: Pick<NodeJS.Process, "argv" | "env">,
    stopped: AbortSignal,
    log: EngineLog = connectEngineLog(argv),
): dynamic.ResourceProvider<Properties, Properties> {
    // The host calls `configure` once and may call the others before it has ended, so it only keeps what it is given.
    let surroundings: ProcessConfig = { config: () => undefined, env };
    const lifecycle = new Lifecycle({
        configSource: () => dynamicConfigSource,
        config: () => surroundings,
        log,
        stopped,
    });

    return {
        async configure({ config }) {
            surroundings = { config: (key) => config.get(key), env };
        },

        async check(olds, news) {
            const { subject, inputs, ownInputs } = read(news);
            const checked = await lifecycle.check(subject, olds, inputs);
            return {
                inputs: { ...inputs, ...checked.completion, ...ownInputs },
                // With a property named, the CLI would print its value, which may be a secret of the program.
                failures: checked.failures.map((reason) => ({ property: "", reason })),
            };
        },

        async diff(_id, olds, news) {
            const { subject, inputs } = read(news);
            return lifecycle.diff(subject, olds, inputs);
        },

        async create(news) {
            const { subject, inputs, pointer } = read(news);
            const id = String(inputs.instanceId);
            return { id, outs: outputsOf(id, { ...inputs, ...pointer }, await lifecycle.create(subject, inputs)) };
        },

        async update(id, olds, news) {
            const { subject, inputs, pointer } = read(news);
            return { outs: outputsOf(id, { ...inputs, ...pointer }, await lifecycle.update(subject, olds, inputs)) };
        },

        async delete() {
            // The record goes; what was done to the instance stays as it is.
        },
    };
}

/** Inputs that the constructor adds to those of the program: the URN, which `create` is not told, and the pointer. */
interface OwnInputs {
    readonly resourceUrn?: unknown;
    readonly __provider?: unknown;
}

interface Read {
    readonly subject: ResourceRef;
    readonly inputs: Properties;
    readonly ownInputs: Properties;
    readonly pointer: Properties;
}

function read({ resourceUrn, __provider, ...inputs }: Properties & OwnInputs): Read {
    const urn = String(resourceUrn);
    const pointer = __provider === undefined ? {} : { __provider };
    return {
        subject: { operation: operationOf(urn, typeTokenOf), urn },
        inputs,
        ownInputs: { resourceUrn, ...pointer },
        pointer,
    };
}

/** What the engine records, or throws what makes the deployment fail. */
function outputsOf(id: string, mirrored: Properties, written: ApplyResult): Properties {
    switch (written.kind) {
        case "done":
            return { ...mirrored, ...written.results };
        case "pending":
            // The engine records what comes with an ID; of the rest the user sees the reasons only.
            throw Object.assign(new Error(written.message), {
                id,
                properties: { ...mirrored, ...written.results },
                reasons: [written.message],
            });
        case "failed":
            throw new Error(written.message);
    }
}
