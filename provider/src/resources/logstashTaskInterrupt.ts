import * as pulumi from "@pulumi/pulumi";
import { isRecord } from "../json";
import { typeTokenOf } from "../lifecycle/urn";
import {
    applyDefaults,
    inputsOf,
    type LogstashTaskArgs,
    type LogstashTaskOptions,
    type LogstashTaskOutputs,
} from "./logstashTask";
import { withoutPromiseTraces } from "./promiseTraces";

const operation = "InterruptLogstashTask";

/** The arguments of a {@link LogstashTaskInterrupt}. */
export interface LogstashTaskInterruptArgs extends LogstashTaskArgs {
    /**
     * Whether to poll the instance until it has left `activating`. With `false` an accepted request is enough, and
     * `DescribeLogstash` is never sent. Changing it sends no request.
     *
     * @default true
     */
    waitForSuspended?: pulumi.Input<boolean | undefined> | undefined;
    /**
     * What to do if no change is running: `"fail"` fails the deployment, `"skip"` records that there was nothing to
     * interrupt. `"skip"` is refused together with `waitForSuspended: false`. Changing it sends no request.
     *
     * @default "fail"
     */
    whenIdle?: pulumi.Input<"fail" | "skip" | undefined> | undefined;
}

export interface LogstashTaskInterrupt extends LogstashTaskOutputs {}

/**
 * Suspends the running change task of an Alibaba Cloud Logstash instance, at most once per trigger.
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
 *
 * @example Interrupt if there is anything to interrupt
 * ```ts
 * import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";
 *
 * new LogstashTaskInterrupt("pause-if-running", {
 *     instanceId: "ls-cn-4591f1y6abcd",
 *     whenIdle: "skip",
 *     timeoutSeconds: 120,
 * });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the engine gives the shared outputs their values
export class LogstashTaskInterrupt extends pulumi.CustomResource {
    /** Whether to poll the instance until it has left `activating`. */
    declare public readonly waitForSuspended: pulumi.Output<boolean>;
    /** What to do if no change is running: `"fail"` or `"skip"`. */
    declare public readonly whenIdle: pulumi.Output<"fail" | "skip">;
    /** The client token that was sent last, at most 64 ASCII characters. */
    declare public readonly clientToken: pulumi.Output<string>;
    /**
     * The instance's status when polling ended, such as `suspended`. `accepted` if nothing was polled, `pending` while the
     * outcome is unknown or unconfirmed.
     */
    declare public readonly status: pulumi.Output<string>;
    /**
     * Whether a request of this resource suspended the change. False if the instance was already suspended or idle, or if the
     * change ended by itself.
     */
    declare public readonly interrupted: pulumi.Output<boolean>;
    /** When the service accepted the request, by the deploying machine's clock, as RFC 3339; absent unless `interrupted` or pending. */
    declare public readonly interruptedAt: pulumi.Output<string | undefined>;
    /**
     * Names the suspension that a resume may still have to end. `""` if there is none. Absent if the request was accepted
     * and nothing was polled (`waitForSuspended: false`); a resume by it then fails. Pass it to a `LogstashTaskResume`.
     */
    declare public readonly interruption: pulumi.Output<string | undefined>;

    /**
     * Declares an interrupt.
     *
     * @param name The name of the resource, unique in its stack and part of its token.
     * @param args What to interrupt, and when to interrupt again.
     * @param opts Pulumi's options for a resource; `import`, `id` and `provider` are refused.
     */
    constructor(name: string, args: LogstashTaskInterruptArgs, opts?: LogstashTaskOptions) {
        const inputs = inputsOf(operation, name, args, opts);
        const restoreTraces = withoutPromiseTraces();
        try {
            super(typeTokenOf(operation), name, inputs, opts);
            applyDefaults(operation, this);
        } finally {
            restoreTraces();
        }
    }

    /** @internal Policy packs look here for the type. */
    static readonly __pulumiType = typeTokenOf(operation);

    /** Returns whether an object is a LogstashTaskInterrupt, of this or another copy of the package. */
    static override isInstance(object: unknown): object is LogstashTaskInterrupt {
        return isRecord(object) && object.__pulumiType === LogstashTaskInterrupt.__pulumiType;
    }
}
