import type { dynamic } from "@pulumi/pulumi";
import type { ProcessConfig } from "../configuration";
import { connectEngineLog, type EngineLog } from "../engine/engineLog";
import type { ConfigSource } from "../identity/sources";
import type { Properties } from "../lifecycle/arguments";
import { type ApplyResult, Lifecycle, type ResourceRef } from "../lifecycle/lifecycle";
import { operationOf, typeTokenOf } from "../lifecycle/urn";

/** Dynamic resources read the stack configuration of `@pulumi/alicloud`. */
export const dynamicConfigSource: ConfigSource = { namespace: "alicloud" };

/** The provider of all resources, as the SDK's dynamic-provider host runs it. Ends every operation when `stopped` fires. */
export function dynamicProvider(
    { argv, env }: Pick<NodeJS.Process, "argv" | "env">,
    stopped: AbortSignal,
    log: EngineLog = connectEngineLog(argv),
): dynamic.ResourceProvider<Properties, Properties> {
    const lifecycleWith = (config: ProcessConfig) =>
        new Lifecycle({ source: dynamicConfigSource, config, stopped, log });
    let lifecycle = lifecycleWith({ config: () => undefined, env });

    return {
        // The host calls other methods before this promise resolves, so it does nothing but keep the configuration.
        async configure({ config }) {
            lifecycle = lifecycleWith({ config: (key) => config.get(key), env });
        },

        async check(olds, news) {
            const { resource, inputs, constructorInputs } = read(news);
            const { completion, failures } = await lifecycle.check(resource, olds, inputs);
            return {
                inputs: { ...inputs, ...completion, ...constructorInputs },
                // The CLI would print the value of a named property, which may be a secret of the program.
                failures: failures.map((reason) => ({ property: "", reason })),
            };
        },

        async diff(_id, olds, news) {
            const { resource, inputs } = read(news);
            return lifecycle.diff(resource, olds, inputs);
        },

        async create(news) {
            const { resource, inputs, stub } = read(news);
            const id = String(inputs.instanceId);
            return { id, outs: recordOf(id, { ...inputs, ...stub }, await lifecycle.create(resource, inputs)) };
        },

        async update(id, olds, news) {
            const { resource, inputs, stub } = read(news);
            return { outs: recordOf(id, { ...inputs, ...stub }, await lifecycle.update(resource, olds, inputs)) };
        },

        async delete() {
            // Only the record goes: the instance stays as it is.
        },
    };
}

interface ReadInputs {
    readonly resource: ResourceRef;
    /** The inputs that the program gives. */
    readonly inputs: Properties;
    /** The inputs that the constructor adds: the URN, which `create` is not told, and the provider stub. */
    readonly constructorInputs: Properties;
    /** The provider stub alone: without it in the record the resource could never be deleted. */
    readonly stub: Properties;
}

function read({ resourceUrn, __provider, ...inputs }: Properties): ReadInputs {
    const urn = String(resourceUrn);
    return {
        resource: { operation: operationOf(urn, typeTokenOf), urn },
        inputs,
        constructorInputs: { resourceUrn, __provider },
        stub: { __provider },
    };
}

/** What the engine records; or throws what makes the deployment fail. */
function recordOf(id: string, inputs: Properties, applied: ApplyResult): Properties {
    switch (applied.kind) {
        case "done":
            return { ...inputs, ...applied.results };
        case "pending":
            // The engine records the properties of an error with an ID, and shows nothing but its reasons.
            throw Object.assign(new Error(applied.message), {
                id,
                properties: { ...inputs, ...applied.results },
                reasons: [applied.message],
            });
        case "failed":
            throw new Error(applied.message);
    }
}
