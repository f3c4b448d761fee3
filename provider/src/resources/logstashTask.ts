import * as pulumi from "@pulumi/pulumi";
import { resolvedSettings } from "../core/arguments";
import { type Operation, operations } from "../core/operation";
import { qualifiedTypeIn, typeTokens } from "../core/urn";
import { pointer } from "../host/pointer";

/** The arguments that all resources of this package share. */
export interface LogstashTaskArgs {
    /**
     * The ID of the Logstash instance, such as `ls-cn-4591f1y6abcd`. A change replaces the resource, and so acts on the
     * other instance.
     */
    instanceId: pulumi.Input<string>;
    /**
     * The region of the instance, such as `cn-hangzhou`. An explicit other region replaces the resource.
     *
     * @default the region recorded for this instance, else `alicloud:region`, else the environment
     */
    region?: pulumi.Input<string>;
    /**
     * Values that ask for the call again each time they change, in place, also when an earlier value returns. Objects are
     * compared without regard to the order of their keys. Removing them does nothing. A trigger is a version, not a
     * secret: its hash is sent to the service.
     *
     * @default none
     */
    // biome-ignore lint/suspicious/noExplicitAny: what Pulumi's own packages take as triggers
    triggers?: pulumi.Input<any[]>;
    /**
     * An idempotency token of your own: 1 to 64 printable ASCII characters. A new value makes the call again, removing it
     * does nothing. Refused together with `triggers`.
     *
     * @default derived from the resource's URN, the region, the instance and the triggers
     */
    clientToken?: pulumi.Input<string>;
    /**
     * The time for a whole operation, retries and waiting included, in seconds: a whole number from 1 to 86,400. A change
     * sends nothing. Pulumi's `customTimeouts` does not reach dynamic providers.
     *
     * @default 600
     */
    timeoutSeconds?: pulumi.Input<number>;
    /**
     * A profile of the `aliyun` CLI for this resource alone, for several accounts in one stack. A change sends nothing.
     *
     * @default the credentials of the stack
     */
    profile?: pulumi.Input<string>;
}

/** The outputs that all resources of this package share. */
export interface LogstashTaskOutputs {
    /** The ID of the instance; also the ID of this resource. */
    readonly instanceId: pulumi.Output<string>;
    /** The region the request was sent to. */
    readonly region: pulumi.Output<string>;
    /** The triggers as declared. */
    // biome-ignore lint/suspicious/noExplicitAny: as the argument
    readonly triggers: pulumi.Output<any[] | undefined>;
    /** The token that was sent, at most 64 ASCII characters. */
    readonly clientToken: pulumi.Output<string>;
    /** The time for a whole operation in seconds. */
    readonly timeoutSeconds: pulumi.Output<number>;
    /** The CLI profile, where one was given. */
    readonly profile: pulumi.Output<string | undefined>;
    /** The service's ID of the answer that decided; absent while that is unknown. */
    readonly requestId: pulumi.Output<string | undefined>;
    /**
     * How it ended: the instance's status at the last look, such as `suspended`; `accepted` where nobody looked; `pending`
     * while the outcome is unknown.
     */
    readonly status: pulumi.Output<string>;
}

/**
 * The inputs of a resource: its arguments, and what the constructor knows. Not the constructor of a common base class,
 * which would stand between the program and the place in it that Pulumi records with the resource.
 *
 * @internal
 */
export function inputsOf(
    operation: Operation,
    name: string,
    args: LogstashTaskArgs,
    opts: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
    const type = typeTokens[operation];
    refuseUnsupported(type.slice(type.lastIndexOf(":") + 1), opts ?? {});
    const { participle } = operations[operation];
    // An output must be named here to get a value.
    const outputs = [...commonOutputs, participle, `${participle}At`].map((output) => [output, undefined]);
    return {
        ...Object.fromEntries(outputs),
        ...args,
        resourceUrn: urnOf(type, name, opts?.parent),
        __provider: pointer,
    };
}

/**
 * The arguments that have a default, as outputs: the engine's for those that are given, and else the default, which the
 * state need not repeat.
 *
 * @internal
 */
export function settingsOf(operation: Operation, resource: object): Readonly<Record<string, pulumi.Output<unknown>>> {
    const settings = Object.entries(resolvedSettings(operation, {}));
    return Object.fromEntries(
        settings.map(([name, byDefault]) => {
            const given: unknown = Reflect.get(resource, name);
            return [
                name,
                given === undefined
                    ? pulumi.output(byDefault)
                    : pulumi.output(given).apply((value) => value ?? byDefault),
            ];
        }),
    );
}

const commonOutputs = ["instanceId", "region", "triggers", "clientToken", "profile", "requestId", "status"];

function refuseUnsupported(
    what: string,
    { id, import: imported, provider, parent }: pulumi.CustomResourceOptions,
): void {
    if (id !== undefined || imported !== undefined) {
        throw new pulumi.ResourceError(
            `${what} can be neither imported nor read by ID: it stands for a call, and the service keeps no record ` +
                "of calls that could be read; declare it, and it makes the call",
            parent,
        );
    }
    if (provider !== undefined) {
        throw new pulumi.ResourceError(
            `${what} cannot use the \`provider\` option: Pulumi hands no provider's configuration to a dynamic resource, ` +
                "so the call would be made with another account; use `profile`, or the stack configuration (`alicloud:…`)",
            parent,
        );
    }
}

/**
 * The URN that the engine will give to a resource, known before the resource is registered. `create` is told no URN,
 * and a resource's own `urn` as its input ends in a deadlock.
 *
 * A promise, not an Output: an Output of the parent's URN would make the resource wait for all its siblings.
 */
async function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): Promise<string> {
    const parentType = parent === undefined ? undefined : qualifiedTypeIn(await resolved(parent.urn));
    const qualified = parentType === undefined || parentType === "pulumi:pulumi:Stack" ? type : `${parentType}$${type}`;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`;
}

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply((value) => resolve(value as T));
    });
}
