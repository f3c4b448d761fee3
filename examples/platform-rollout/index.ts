import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";

const config = new pulumi.Config();
const release = config.require("release");

const base = new pulumi.StackReference(config.require("base"));
const logstash = base.requireOutput("logstash") as pulumi.Output<{ instanceId: string; region: string }>;

const pause = new LogstashTaskInterrupt("pause-before-rollout", {
    instanceId: logstash.instanceId,
    region: logstash.region,
    triggers: [release],
});

// Stands for the rollout.
const rollout = new pulumi.Stash("rollout", { input: release }, { dependsOn: [pause] });

export const status = pause.status;
export const rolledOut = rollout.input;
