import * as pulumi from "@pulumi/pulumi";
import { isRecord } from "../core/json";
import { typeTokens } from "../core/urn";
import { inputsOf, type LogstashTaskArgs, type LogstashTaskOutputs, settingsOf } from "./logstashTask";
import { withoutFrames } from "./stackFrames";

/** The arguments of a {@link LogstashTaskResume}. */
export interface LogstashTaskResumeArgs extends LogstashTaskArgs {
    /**
     * What it means that the instance is not suspended: `"fail"` fails the deployment, `"skip"` records that there was
     * nothing to resume. A change sends nothing.
     *
     * @default "fail"
     */
    whenNotSuspended?: pulumi.Input<"fail" | "skip">;
}

/**
 * Resumes the suspended change task of an Alibaba Cloud Logstash instance, once for each thing the program asks. It ends
 * with the acceptance: the change runs again from its start, restarts every node, and may take hours. Only upgrades and
 * plug-in changes can be resumed.
 *
 * @example Interrupt, do some work, resume after it
 * ```ts
 * import { LogstashTaskInterrupt, LogstashTaskResume } from "pulumi-alicloud-logstash";
 *
 * const instanceId = "ls-cn-4591f1y6abcd";
 * const triggers = ["v1.4.0"];
 * const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers });
 * // The work, each resource with { dependsOn: pause }.
 * new LogstashTaskResume("go-on", { instanceId, triggers }, { dependsOn: [pause] });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the engine gives the shared outputs their values
export class LogstashTaskResume extends pulumi.CustomResource {
    /** What was to happen when the instance is not suspended. */
    declare public readonly whenNotSuspended: pulumi.Output<"fail" | "skip">;
    /** True only if the service accepted this token. */
    declare public readonly resumed: pulumi.Output<boolean>;
    /** When it did, by the clock of the machine that deployed, as RFC 3339; absent otherwise. */
    declare public readonly resumedAt: pulumi.Output<string | undefined>;

    /**
     * Declares a resume.
     *
     * @param name The name of the resource, unique in its stack and part of its token.
     * @param args What to resume, and when to do so again.
     * @param opts Pulumi's options for a resource; `import`, `id` and `provider` are refused.
     */
    constructor(name: string, args: LogstashTaskResumeArgs, opts?: pulumi.CustomResourceOptions) {
        const inputs = inputsOf("ResumeLogstashTask", name, args, opts);
        const frames = withoutFrames();
        try {
            super(typeTokens.ResumeLogstashTask, name, inputs, opts);
        } catch (error) {
            throw frames.traced(error, LogstashTaskResume);
        } finally {
            frames.restore();
        }
        Object.assign(this, settingsOf("ResumeLogstashTask", this));
    }

    /** @internal Where policy packs look for the type. */
    static readonly __pulumiType = typeTokens.ResumeLogstashTask;

    /** Whether an object is a LogstashTaskResume, also one of another copy of this package. */
    static override isInstance(object: unknown): object is LogstashTaskResume {
        return isRecord(object) && object.__pulumiType === LogstashTaskResume.__pulumiType;
    }
}

export interface LogstashTaskResume extends LogstashTaskOutputs {}
