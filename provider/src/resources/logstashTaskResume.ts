import * as pulumi from "@pulumi/pulumi";
import { isRecord } from "../core/json";
import { typeTokenOf } from "../core/urn";
import {
    inputsOf,
    type LogstashTaskArgs,
    type LogstashTaskOptions,
    type LogstashTaskOutputs,
    withDefaults,
} from "./logstashTask";
import { withoutPromiseTraces } from "./promiseTraces";

const operation = "ResumeLogstashTask";

/** The arguments of a {@link LogstashTaskResume}. */
export interface LogstashTaskResumeArgs extends LogstashTaskArgs {
    /**
     * What it means that the instance is not suspended: `"fail"` fails the deployment, `"skip"` records that there was
     * nothing to resume. Changing it sends no request.
     *
     * @default "fail"
     */
    whenNotSuspended?: pulumi.Input<"fail" | "skip" | undefined> | undefined;
    /**
     * Whether to look at the instance until it has left `suspended`, after the acceptance. With `false` the acceptance is
     * trusted, also that of a token which the service remembers. Changing it sends no request.
     *
     * @default true
     */
    waitForResumed?: pulumi.Input<boolean | undefined> | undefined;
    /**
     * Whether to resume at all. `enabled: pause.interrupted` resumes what this program has interrupted, and not what
     * somebody else had suspended. From `false` to `true` is a request.
     *
     * @default true
     */
    enabled?: pulumi.Input<boolean | undefined> | undefined;
}

/**
 * Resumes the suspended change task of an Alibaba Cloud Logstash instance, once for each thing the program asks. It ends
 * when the instance has left `suspended`: the change then runs again from its start, restarts every node, and may take
 * hours. Only upgrades and plug-in changes can be resumed.
 *
 * @example Interrupt, do some work, resume after it
 * ```ts
 * import type * as pulumi from "@pulumi/pulumi";
 * import { LogstashTaskInterrupt, LogstashTaskResume } from "pulumi-alicloud-logstash";
 *
 * const instanceId = "ls-cn-4591f1y6abcd";
 * const triggers = ["v1.4.0"];
 * const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers });
 * const work: pulumi.Resource[] = []; // Your resources, each with { dependsOn: pause }.
 * new LogstashTaskResume(
 *     "go-on",
 *     { instanceId, triggers, enabled: pause.interrupted },
 *     // The resume waits for what is listed here, and an empty component is nothing to wait for.
 *     { dependsOn: [pause, ...work] },
 * );
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the engine gives the shared outputs their values
export class LogstashTaskResume extends pulumi.CustomResource {
    /** What was to happen when the instance is not suspended. */
    declare public readonly whenNotSuspended: pulumi.Output<"fail" | "skip">;
    /** Whether the instance was to be looked at after the acceptance. */
    declare public readonly waitForResumed: pulumi.Output<boolean>;
    /** Whether there was anything to do at all. */
    declare public readonly enabled: pulumi.Output<boolean>;
    /** True if the service accepted this token, or if a request in doubt was followed by a status that tells of it. */
    declare public readonly resumed: pulumi.Output<boolean>;
    /** When the service accepted it, by the clock of the machine that deployed, as RFC 3339; absent otherwise. */
    declare public readonly resumedAt: pulumi.Output<string | undefined>;

    /**
     * Declares a resume.
     *
     * @param name The name of the resource, unique in its stack and part of its token.
     * @param args What to resume, and when to do so again.
     * @param opts Pulumi's options for a resource; `import`, `id` and `provider` are refused.
     */
    constructor(name: string, args: LogstashTaskResumeArgs, opts?: LogstashTaskOptions) {
        const inputs = inputsOf(operation, name, args, opts);
        const restoreTraces = withoutPromiseTraces();
        try {
            super(typeTokenOf(operation), name, inputs, opts);
            Object.assign(this, withDefaults<typeof operation, LogstashTaskResume>(operation, this));
        } finally {
            restoreTraces();
        }
    }

    /** @internal Where policy packs look for the type. */
    static readonly __pulumiType = typeTokenOf(operation);

    /** Whether an object is a LogstashTaskResume, also one of another copy of this package. */
    static override isInstance(object: unknown): object is LogstashTaskResume {
        return isRecord(object) && object.__pulumiType === LogstashTaskResume.__pulumiType;
    }
}

export interface LogstashTaskResume extends LogstashTaskOutputs {}
