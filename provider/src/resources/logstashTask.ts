import * as pulumi from "@pulumi/pulumi";
import { providerStub } from "../dynamic/providerStub";
import { argumentsWithDefault, valueOrDefault } from "../lifecycle/arguments";
import { importFailure, secretTokenFailure } from "../lifecycle/checkFailures";
import { outputNames } from "../lifecycle/outputs";
import { qualifiedTypeIn, typeTokenOf } from "../lifecycle/urn";
import { descriptorOf, type Operation } from "../operations/operations";
import { awaitedByPulumi, normalizedTriggers } from "./triggers";

/** The arguments that all resources of this package share. */
export interface LogstashTaskArgs {
    /**
     * The ID of the Logstash instance, such as `ls-cn-4591f1y6abcd`. Changing it replaces the resource, which makes the call
     * on the other instance.
     */
    instanceId: pulumi.Input<string>;
    /**
     * The region of the instance, such as `cn-hangzhou`. An explicit other region replaces the resource.
     *
     * @default the region recorded for this instance, else that of the configuration, else of the environment
     */
    region?: pulumi.Input<string | undefined> | undefined;
    /**
     * Values that request the call again, in place, each time they change, even if an earlier value returns. Any JSON value is
     * allowed, up to 100 kB in all. A `Date` counts as its ISO text, and a `StringAsset` or `FileAsset` as the SHA-256 of its
     * content. Values that JSON would lose are refused. The order of keys in an object does not matter. Removing triggers
     * requests nothing. A trigger is a version, not a secret: its hash is sent to the service.
     *
     * @default none
     */
    // biome-ignore lint/suspicious/noExplicitAny: what Pulumi's own packages take as triggers
    triggers?: pulumi.Input<readonly any[] | undefined> | undefined;
    /**
     * Your own idempotency token, 1 to 64 printable ASCII characters. A new value requests the call again; removing it
     * requests nothing. Refused together with `triggers`. Refused if it is a secret, because it is sent and recorded in plain
     * text.
     *
     * @default derived from the resource's URN, the region, the instance and the triggers
     */
    clientToken?: pulumi.Input<string | undefined> | undefined;
    /**
     * The time limit for the whole operation, retries and polling included, in seconds: an integer from 1 to 86,400. Changing
     * it sends no request. In the plugin, Pulumi's option `customTimeouts` wins over it; dynamic resources do not get that
     * option.
     *
     * @default 600
     */
    timeoutSeconds?: pulumi.Input<number | undefined> | undefined;
    /**
     * A profile of the `aliyun` CLI that signs the calls of this resource alone, for several accounts in one stack. Changing
     * it sends no request.
     *
     * @default the credentials of the stack or the provider
     */
    profile?: pulumi.Input<string | undefined> | undefined;
}

/** The options of Pulumi that a resource of this package takes. */
export interface LogstashTaskOptions extends Omit<pulumi.CustomResourceOptions, "id" | "import" | "provider"> {
    /** Not available: the service keeps no record of calls that could be read. */
    id?: never;
    /** Not available: the service keeps no record of calls that could be imported. */
    import?: never;
    /**
     * Not available: Pulumi passes no provider's configuration to a dynamic resource. Use `profile`, the stack configuration,
     * or the plugin.
     */
    provider?: never;
}

/** The outputs that all resources of this package share. */
export interface LogstashTaskOutputs {
    /** The ID of the Logstash instance, which is also the ID of this resource. */
    readonly instanceId: pulumi.Output<string>;
    /** The region that the request was sent to, such as `cn-hangzhou`. */
    readonly region: pulumi.Output<string>;
    /** The triggers as declared, with dates and assets as text. */
    // biome-ignore lint/suspicious/noExplicitAny: as the argument
    readonly triggers: pulumi.Output<any[] | undefined>;
    /** The time limit for the whole operation, in seconds. */
    readonly timeoutSeconds: pulumi.Output<number>;
    /** The profile of the `aliyun` CLI that signs the calls of this resource; absent if none was given. */
    readonly profile: pulumi.Output<string | undefined>;
    /** The service's ID of the response that decided the outcome; absent while the outcome is unknown. */
    readonly requestId: pulumi.Output<string | undefined>;
}

/**
 * The inputs of a resource: its arguments, and what the constructor adds. This is not the constructor of a common base class,
 * because Pulumi records the line of the program that calls the outermost constructor of its own.
 *
 * @internal
 */
export function inputsOf(
    operation: Operation,
    name: string,
    args: LogstashTaskArgs,
    opts: LogstashTaskOptions | undefined,
): pulumi.Inputs {
    const { resource } = descriptorOf(operation);
    // JavaScript programs can leave out what the type demands.
    if ((args as LogstashTaskArgs | undefined)?.instanceId === undefined) {
        throw new pulumi.ResourceError(
            `${resource} needs the argument \`instanceId\`, the ID of a Logstash instance, such as "ls-cn-4591f1y6abcd"`,
            opts?.parent,
        );
    }
    const { triggers, clientToken, profile } = args;
    refuseUnsupported(resource, opts ?? {}, profile !== undefined);
    return {
        // Pulumi gives values only to outputs that the inputs name.
        ...Object.fromEntries(outputNames(operation).map((output) => [output, undefined])),
        ...args,
        // Before the promises below, which nobody would await if this throws.
        triggers: normalizedTriggers(triggers),
        ...(clientToken === undefined ? {} : { clientToken: plainToken(resource, clientToken) }),
        resourceUrn: urnOf(typeTokenOf(operation), name, opts?.parent),
        __provider: providerStub,
    };
}

/**
 * Gives outputs the defaults of their arguments. The state has only what the program gives, so they have no value without it.
 * Only an output whose default depends on `interruption` is combined with it: that may be unknown in a preview, and would
 * make the others unknown too.
 *
 * @internal
 */
export function applyDefaults(operation: Operation, resource: pulumi.CustomResource): void {
    const outputOf = (name: string) => Reflect.get(resource, name) as pulumi.Output<unknown>;
    for (const [name, rule] of argumentsWithDefault(operation)) {
        const output =
            rule.defaultWithInterruption === undefined
                ? outputOf(name).apply((value) => valueOrDefault(rule, value, undefined))
                : pulumi
                      .all([outputOf(name), outputOf("interruption")])
                      .apply(([value, interruption]) => valueOrDefault(rule, value, interruption));
        Reflect.set(resource, name, output);
    }
}

function refuseUnsupported(
    what: string,
    { id, import: imported, provider, parent, ...rest }: pulumi.CustomResourceOptions,
    hasProfile: boolean,
): void {
    if (id !== undefined || imported !== undefined) {
        throw new pulumi.ResourceError(importFailure(what), parent);
    }
    if (provider !== undefined || "providers" in rest) {
        throw new pulumi.ResourceError(
            `${what} cannot use the \`provider\` option: Pulumi passes no provider's configuration to a dynamic resource, ` +
                "so the call would be made with another account; use `profile`, the stack configuration (`alicloud:…`), " +
                "or the plugin (docs/languages.md), which has a provider of its own",
            parent,
        );
    }
    const inherits = (type: string) => pulumi.Resource.isInstance(parent) && parent.getProvider(type) !== undefined;
    if (inherits("pulumi-nodejs:dynamic:Resource")) {
        throw new pulumi.ResourceError(
            `${what} inherits an explicit provider of the package pulumi-nodejs from its parent, and Pulumi passes the stack ` +
                "configuration to the default one only, so no identity, region or endpoint would arrive; declare it " +
                "outside the component, or use the plugin (docs/languages.md), which has a provider of its own",
            parent,
        );
    }
    if (!hasProfile && inherits("alicloud:index/provider:Provider")) {
        throw new pulumi.ResourceError(
            `${what} inherits a provider of the package alicloud from its parent, and Pulumi does not pass its ` +
                "configuration to a dynamic resource, so the call would be made with another account; give the resource " +
                "a `profile` of its own, declare it outside the component, or use the plugin (docs/languages.md), which " +
                "has a provider of its own",
            parent,
        );
    }
}

/** Refuses a secret token. Only the program's process can: a dynamic provider gets plain values. */
function plainToken(what: string, clientToken: pulumi.Input<string | undefined>): pulumi.Input<string | undefined> {
    if (typeof clientToken === "string") {
        return clientToken;
    }
    const token = pulumi.output(clientToken);
    const plain = pulumi.isSecret(token).then((isSecret): pulumi.Output<string | undefined> => {
        if (isSecret) {
            throw new Error(`the \`clientToken\` of a ${what} ${secretTokenFailure}`);
        }
        return token;
    });
    // Pulumi resolves an Output in a promise, which its type does not say.
    return awaitedByPulumi(plain) as unknown as Promise<string | undefined>;
}

/**
 * The URN that the engine will give to a resource, known before the resource is registered. `create` is told no URN,
 * and a resource's own `urn` as its input ends in a deadlock.
 *
 * A promise, not an Output: an Output of the parent's URN would make the resource wait for all its siblings.
 */
async function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): Promise<string> {
    // Pulumi throws for a parent that is no resource.
    const parentUrn = pulumi.Resource.isInstance(parent) ? await resolved(parent.urn) : undefined;
    const parentType = parentUrn === undefined ? undefined : qualifiedTypeIn(parentUrn);
    const qualified = parentType === undefined || parentType === "pulumi:pulumi:Stack" ? type : `${parentType}$${type}`;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`;
}

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply((value) => resolve(value as T));
    });
}
