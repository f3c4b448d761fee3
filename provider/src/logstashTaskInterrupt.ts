import * as pulumi from "@pulumi/pulumi";
import { pointer } from "./pointer";
import { urnOf } from "./urn";

/** The arguments of a {@link LogstashTaskInterrupt}. */
export interface LogstashTaskInterruptArgs {
    /**
     * The ID of the Logstash instance, such as `ls-cn-4591f1y6abcd`. A change replaces the resource, and so interrupts
     * the running change of the other instance.
     */
    instanceId: pulumi.Input<string>;
    /**
     * The region of the instance, such as `cn-hangzhou`. An explicit other region replaces the resource.
     *
     * @default the region recorded for this instance, else `alicloud:region`, else the environment
     */
    region?: pulumi.Input<string>;
    /**
     * Values that ask for one interrupt each time they change, in place, also when an earlier value returns. Objects are
     * compared without regard to the order of their keys. Removing them does nothing. A trigger is a version, not a
     * secret: its hash is sent to the service.
     *
     * @default none
     */
    // biome-ignore lint/suspicious/noExplicitAny: what Pulumi's own packages take as triggers
    triggers?: pulumi.Input<any[]>;
    /**
     * An idempotency token of your own: 1 to 64 printable ASCII characters. A new value interrupts again, removing it does
     * nothing. Refused together with `triggers`.
     *
     * @default derived from the resource's URN, the region, the instance and the triggers
     */
    clientToken?: pulumi.Input<string>;
    /**
     * Whether to look at the instance until it has left `activating`. With `false` the acceptance is trusted, and
     * `DescribeLogstash` is never sent.
     *
     * @default true
     */
    waitForSuspended?: pulumi.Input<boolean>;
    /**
     * What it means that no change is running: `"fail"` fails the deployment, `"skip"` records that there was nothing to
     * interrupt. `"skip"` is refused together with `waitForSuspended: false`.
     *
     * @default "fail"
     */
    whenIdle?: pulumi.Input<"fail" | "skip">;
    /**
     * The time for a whole operation, retries and waiting included, in seconds: a whole number from 1 to 86,400. Pulumi's
     * `customTimeouts` does not reach dynamic providers.
     *
     * @default 600
     */
    timeoutSeconds?: pulumi.Input<number>;
}

/**
 * Suspends the running change task of an Alibaba Cloud Logstash instance, once for each thing the program asks.
 *
 * @example Interrupt before a release, and again before each later one
 * ```ts
 * import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";
 *
 * const pause = new LogstashTaskInterrupt("pause-before-release", {
 *     instanceId: "ls-cn-4591f1y6abcd",
 *     triggers: ["v1.4.0"],
 * });
 * export const status = pause.status;
 * ```
 */
export class LogstashTaskInterrupt extends pulumi.CustomResource {
    /** The ID of the instance; also the ID of this resource. */
    declare public readonly instanceId: pulumi.Output<string>;
    /** The region the request was sent to. */
    declare public readonly region: pulumi.Output<string>;
    /** The triggers as declared. */
    // biome-ignore lint/suspicious/noExplicitAny: as the argument
    declare public readonly triggers: pulumi.Output<any[] | undefined>;
    /** The token that was sent, at most 64 ASCII characters. */
    declare public readonly clientToken: pulumi.Output<string>;
    /** Whether the instance was to be looked at. */
    declare public readonly waitForSuspended: pulumi.Output<boolean>;
    /** What was to happen when no change is running. */
    declare public readonly whenIdle: pulumi.Output<"fail" | "skip">;
    /** The time for a whole operation in seconds. */
    declare public readonly timeoutSeconds: pulumi.Output<number>;
    /** The service's ID of the answer that decided. */
    declare public readonly requestId: pulumi.Output<string | undefined>;
    /**
     * How it ended: the instance's status when the wait ended, such as `suspended`; `accepted` where nobody looked;
     * `pending` while the outcome is unknown.
     */
    declare public readonly status: pulumi.Output<string>;
    /** True only if the service accepted this token; false for an instance that was suspended already, or idle. */
    declare public readonly interrupted: pulumi.Output<boolean>;
    /** When it did, by the clock of the machine that deployed, as RFC 3339; absent otherwise. */
    declare public readonly interruptedAt: pulumi.Output<string | undefined>;

    /**
     * Declares an interrupt.
     *
     * @param name The name of the resource, unique in its stack and part of its token.
     * @param args What to interrupt, and when to do so again.
     * @param opts Pulumi's options for a resource.
     */
    constructor(name: string, args: LogstashTaskInterruptArgs, opts?: pulumi.CustomResourceOptions) {
        const properties = {
            // An output must be named here to get a value.
            region: undefined,
            triggers: undefined,
            clientToken: undefined,
            waitForSuspended: undefined,
            whenIdle: undefined,
            timeoutSeconds: undefined,
            ...args,
            resourceUrn: urnOf(typeToken, name, opts?.parent),
            __provider: pointer,
            requestId: undefined,
            status: undefined,
            interrupted: undefined,
            interruptedAt: undefined,
        };
        super(typeToken, name, properties, opts);
    }
}

/** Part of the URN of every resource, fixed for ever. */
const typeToken = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt";
