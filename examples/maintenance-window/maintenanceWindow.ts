import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt, LogstashTaskResume } from "pulumi-alicloud-logstash";

export interface MaintenanceWindowArgs {
    /** The Logstash instance whose change is suspended meanwhile. */
    instanceId: pulumi.Input<string>;
    /** What the window is for, such as a version; a new value opens another one. */
    version: pulumi.Input<string>;
    /** Declares the work and returns its resources. Each needs these options, or it won't wait for the window. */
    work: (inWindow: pulumi.CustomResourceOptions) => pulumi.Resource[];
}

/** Interrupts the running change of an instance, does the work, and resumes the change. */
export class MaintenanceWindow extends pulumi.ComponentResource {
    /** Whether it had a change to interrupt, and so to resume. */
    public readonly interrupted: pulumi.Output<boolean>;

    constructor(name: string, args: MaintenanceWindowArgs, opts?: pulumi.ComponentResourceOptions) {
        super("examples:logstash:MaintenanceWindow", name, {}, opts);
        const { instanceId, version, work } = args;

        const open = new LogstashTaskInterrupt(`${name}-open`, { instanceId, triggers: [version] }, { parent: this });
        const done = work({ parent: this, dependsOn: [open] });
        new LogstashTaskResume(
            `${name}-close`,
            // Resumes what this window has suspended. What somebody else had suspended before stays suspended.
            { instanceId, interruption: open.interruption },
            { parent: this, dependsOn: [open, ...done] },
        );

        this.interrupted = open.interrupted;
        this.registerOutputs({ interrupted: this.interrupted });
    }
}
