import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";

const config = new pulumi.Config();
const release = config.require("release");

const gate = new LogstashTaskInterrupt("gate", {
    instanceId: config.require("instanceId"),
    triggers: [release],
    whenIdle: "skip",
});

// Stands for whatever is rolled out: it changes only after the gate, and not at all when the gate fails.
const rollout = new pulumi.Stash("rollout", { input: release }, { dependsOn: [gate] });

export const interrupted = gate.interrupted;
export const rolledOut = rollout.input;
