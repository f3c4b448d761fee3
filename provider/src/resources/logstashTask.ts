import * as pulumi from "@pulumi/pulumi";
import { providerStub } from "../dynamic/providerStub";
import { argumentValue, type ValuesOf } from "../lifecycle/argumentRules";
import { argumentsWithDefault, type ownArguments, type sharedArguments } from "../lifecycle/arguments";
import { outputNames, type sharedResults } from "../lifecycle/outputs";
import { neitherImportedNorRead, secretToken } from "../lifecycle/unsupported";
import { qualifiedTypeIn, typeTokenOf } from "../lifecycle/urn";
import { descriptorOf, type Operation, type operations } from "../operations/operations";
import { guarded } from "./guarded";
import { normalizedTriggers } from "./triggers";

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
     * @default the region recorded for this instance, else that of the configuration, else of the environment
     */
    region?: pulumi.Input<string | undefined> | undefined;
    /**
     * Values that request the call again each time they change, in place, also when an earlier value returns. Allowed is any
     * JSON value, up to 100 kB in all. A `Date` counts as its ISO text, and a `StringAsset` or `FileAsset` as the SHA-256 of
     * its content. Anything that JSON would lose is rejected. The order of keys in an object does not matter. Removing
     * triggers does nothing. A trigger is a version, not a secret: its hash is sent to the service.
     *
     * @default none
     */
    // biome-ignore lint/suspicious/noExplicitAny: what Pulumi's own packages take as triggers
    triggers?: pulumi.Input<readonly any[] | undefined> | undefined;
    /**
     * An idempotency token of your own: 1 to 64 printable ASCII characters. A new value makes the call again, removing it
     * does nothing. Refused together with `triggers`, and as a secret, since it is sent in the clear and recorded.
     *
     * @default derived from the resource's URN, the region, the instance and the triggers
     */
    clientToken?: pulumi.Input<string | undefined> | undefined;
    /**
     * The time for a whole operation, retries and waiting included, in seconds: a whole number from 1 to 86,400. Changing
     * it sends no request. Pulumi's `customTimeouts` wins over it in the plugin, and does not reach dynamic providers.
     *
     * @default 600
     */
    timeoutSeconds?: pulumi.Input<number | undefined> | undefined;
    /**
     * A profile of the `aliyun` CLI for this resource alone, for several accounts in one stack. Changing it sends no request.
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
     * Not available: Pulumi hands no provider's configuration to a dynamic resource. Use `profile`, the stack configuration,
     * or the plugin.
     */
    provider?: never;
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
    /** The time for a whole operation in seconds. */
    readonly timeoutSeconds: pulumi.Output<number>;
    /** The CLI profile, where one was given. */
    readonly profile: pulumi.Output<string | undefined>;
    /** The service's ID of the response that decided the outcome; absent while that is unknown. */
    readonly requestId: pulumi.Output<string | undefined>;
}

/** The names of an operation's arguments, and of all its outputs. */
type ArgumentName<Op extends Operation> = keyof typeof sharedArguments | keyof (typeof ownArguments)[Op];
type ResultProperty<Op extends Operation> = (typeof operations)[Op]["resultProperty"];
type OutputName<Op extends Operation> =
    | ArgumentName<Op>
    | (typeof sharedResults)[number]
    | ResultProperty<Op>
    | `${ResultProperty<Op>}At`
    | (typeof operations)[Op]["suspensionProperty"];

/** The values of an operation's arguments, each as given or by default. */
type Values<Op extends Operation> = ValuesOf<typeof sharedArguments> & ValuesOf<(typeof ownArguments)[Op]>;

/** Refuses, by its type, an interface that does not have just these members: what is left over is what is wrong. */
type Exactly<Given, Wanted> = [Exclude<Wanted, Given>, Exclude<Given, Wanted>] extends [never, never]
    ? unknown
    : { readonly missing: Exclude<Wanted, Given>; readonly unexpected: Exclude<Given, Wanted> };

/**
 * The inputs of a resource: its arguments, and what the constructor knows. Not the constructor of a common base class,
 * which would stand between the program and the place in it that Pulumi records with the resource.
 *
 * @internal
 */
export function inputsOf<Op extends Operation, Args extends LogstashTaskArgs>(
    operation: Op,
    name: string,
    args: Args &
        Exactly<keyof Args, ArgumentName<Op>> & {
            [N in keyof Values<Op>]?: pulumi.Input<NonNullable<Values<Op>[N]> | undefined> | undefined;
        },
    opts: LogstashTaskOptions | undefined,
): pulumi.Inputs {
    const { resource } = descriptorOf(operation);
    // The types demand it, and JavaScript has none.
    if ((args as LogstashTaskArgs | undefined)?.instanceId === undefined) {
        throw new pulumi.ResourceError(
            `${resource} needs the argument \`instanceId\`, the ID of a Logstash instance, such as "ls-cn-4591f1y6abcd"`,
            opts?.parent,
        );
    }
    const { triggers, clientToken, profile } = args;
    refuseUnsupported(resource, opts ?? {}, profile !== undefined);
    return {
        ...Object.fromEntries(outputNames(operation).map((output) => [output, undefined])),
        ...args,
        triggers: normalizedTriggers(triggers),
        ...(clientToken === undefined ? {} : { clientToken: refuseSecret(resource, clientToken) }),
        resourceUrn: guarded(urnOf(typeTokenOf(operation), name, opts?.parent)),
        __provider: providerStub,
    };
}

/**
 * The outputs of arguments that have a default: the engine's, and the default where the state does not repeat it.
 *
 * @internal
 */
export function withDefaults<Op extends Operation, R extends object>(
    operation: Op,
    resource: R &
        Exactly<Exclude<keyof R, keyof pulumi.CustomResource>, OutputName<Op>> & {
            readonly [N in Exclude<keyof Values<Op>, "triggers" | "clientToken">]: pulumi.Output<Values<Op>[N]>;
        },
): Readonly<Record<string, pulumi.Output<unknown>>> {
    return Object.fromEntries(
        argumentsWithDefault(operation).map(([name, rule]) => {
            const outputOf = (output: string) => Reflect.get(resource, output) as pulumi.Output<unknown>;
            return [
                name,
                typeof rule.byDefault === "function"
                    ? pulumi
                          .all([outputOf(name), outputOf("interruption")])
                          .apply(([value, interruption]) => argumentValue(rule, name, { [name]: value, interruption }))
                    : outputOf(name).apply((value) => argumentValue(rule, name, { [name]: value })),
            ];
        }),
    );
}

function refuseUnsupported(
    what: string,
    { id, import: imported, provider, parent, ...rest }: pulumi.CustomResourceOptions,
    hasProfile: boolean,
): void {
    if (id !== undefined || imported !== undefined) {
        throw new pulumi.ResourceError(`${what} ${neitherImportedNorRead}`, parent);
    }
    if (provider !== undefined || "providers" in rest) {
        throw new pulumi.ResourceError(
            `${what} cannot use the \`provider\` option: Pulumi hands no provider's configuration to a dynamic resource, ` +
                "so the call would be made with another account; use `profile`, the stack configuration (`alicloud:…`), " +
                "or the plugin (docs/languages.md), which has a provider of its own",
            parent,
        );
    }
    const inherits = (type: string) => pulumi.Resource.isInstance(parent) && parent.getProvider(type) !== undefined;
    if (inherits("pulumi-nodejs:dynamic:Resource")) {
        throw new pulumi.ResourceError(
            `${what} inherits an explicit provider of the package pulumi-nodejs from its parent, and Pulumi hands the stack ` +
                "configuration to the default one only, so no identity, region or endpoint would arrive; declare it " +
                "outside the component, or use the plugin (docs/languages.md), which has a provider of its own",
            parent,
        );
    }
    if (!hasProfile && inherits("alicloud:index/provider:Provider")) {
        throw new pulumi.ResourceError(
            `${what} inherits a provider of the package alicloud from its parent, and Pulumi does not hand its ` +
                "configuration to a dynamic resource, so the call would be made with another account; give the resource " +
                "a `profile` of its own, declare it outside the component, or use the plugin (docs/languages.md), which " +
                "has a provider of its own",
            parent,
        );
    }
}

/** A token is sent in the clear and recorded, so it can be no secret. The provider could not tell: it gets plain values. */
function refuseSecret(what: string, clientToken: pulumi.Input<string | undefined>): pulumi.Input<string | undefined> {
    if (typeof clientToken === "string") {
        return clientToken;
    }
    const token = pulumi.output(clientToken);
    const refused = pulumi.isSecret(token).then((isSecret) => {
        if (isSecret) {
            throw new Error(`the \`clientToken\` of a ${what} ${secretToken}`);
        }
        return token;
    });
    return guarded(pulumi.output(guarded(refused)));
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
