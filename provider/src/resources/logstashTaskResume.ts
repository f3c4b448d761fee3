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

const operation = "ResumeLogstashTask";

/** The arguments of a {@link LogstashTaskResume}. */
export interface LogstashTaskResumeArgs extends LogstashTaskArgs {
    /**
     * The `interruption` of a `LogstashTaskInterrupt` of the same instance: resumes what that resource suspended, once, and
     * nothing that somebody else suspended. A new value sends a resume; `""` sends nothing. Exactly one of `interruption`,
     * `triggers` and `clientToken` is required; the other two resume once for each new value, regardless of who suspended
     * the instance.
     */
    interruption?: pulumi.Input<string | undefined> | undefined;
    /**
     * What to do if the instance is not suspended: `"fail"` fails the deployment, `"skip"` records `resumed: false`.
     * Changing it sends no request.
     *
     * @default "skip" with `interruption`, else "fail"
     */
    whenNotSuspended?: pulumi.Input<"fail" | "skip" | undefined> | undefined;
    /**
     * Whether to poll the instance until it has left `suspended`. With `false` an accepted request is enough. Changing it
     * sends no request.
     *
     * @default true
     */
    waitForResumed?: pulumi.Input<boolean | undefined> | undefined;
}

export interface LogstashTaskResume extends LogstashTaskOutputs {}

/**
 * Resumes the suspended change task of an Alibaba Cloud Logstash instance, at most once per interruption or trigger. The
 * resource is created once the instance has left `suspended`: the change then runs again from its start, restarts every
 * node, and may take hours. Only upgrades and plug-in changes can be resumed.
 *
 * @example Interrupt, work, resume
 * ```ts
 * import type * as pulumi from "@pulumi/pulumi";
 * import { LogstashTaskInterrupt, LogstashTaskResume } from "pulumi-alicloud-logstash";
 *
 * const instanceId = "ls-cn-4591f1y6abcd";
 * const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers: ["v1.4.0"], whenIdle: "skip" });
 * const work: pulumi.Resource[] = []; // Your resources, each with { dependsOn: pause }.
 * new LogstashTaskResume(
 *     "resume",
 *     { instanceId, interruption: pause.interruption },
 *     // `dependsOn` a component waits only for its children, so list the resources themselves.
 *     { dependsOn: [pause, ...work] },
 * );
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the engine gives the shared outputs their values
export class LogstashTaskResume extends pulumi.CustomResource {
    /** What to do if the instance is not suspended: `"fail"` or `"skip"`. */
    declare public readonly whenNotSuspended: pulumi.Output<"fail" | "skip">;
    /** Whether to poll the instance until it has left `suspended`. */
    declare public readonly waitForResumed: pulumi.Output<boolean>;
    /** The interruption to resume; while a request is pending, the one that it resumes. */
    declare public readonly interruption: pulumi.Output<string | undefined>;
    /** The client token that was sent last, at most 64 ASCII characters; absent if none was ever sent. */
    declare public readonly clientToken: pulumi.Output<string | undefined>;
    /**
     * The instance's status when polling ended, such as `activating`. `accepted` if nothing was polled, `pending` while the
     * outcome is unknown or unconfirmed, `none` if there was nothing to resume.
     */
    declare public readonly status: pulumi.Output<string>;
    /** Whether a request of this resource resumed the change. */
    declare public readonly resumed: pulumi.Output<boolean>;
    /** When the service accepted the request, by the deploying machine's clock, as RFC 3339; absent unless `resumed` or pending. */
    declare public readonly resumedAt: pulumi.Output<string | undefined>;
    /** The last interruption that was resumed, or whose suspension was found to be over. It is not resumed again. */
    declare public readonly resumedInterruption: pulumi.Output<string | undefined>;

    /**
     * Declares a resume.
     *
     * @param name The name of the resource, unique in its stack and part of its token.
     * @param args What to resume, and when to resume again.
     * @param opts Pulumi's options for a resource; `import`, `id` and `provider` are refused.
     */
    constructor(name: string, args: LogstashTaskResumeArgs, opts?: LogstashTaskOptions) {
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

    /** Returns whether an object is a LogstashTaskResume, of this or another copy of the package. */
    static override isInstance(object: unknown): object is LogstashTaskResume {
        return isRecord(object) && object.__pulumiType === LogstashTaskResume.__pulumiType;
    }
}
