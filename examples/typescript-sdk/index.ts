/** Interrupts a change, works and resumes it; and interrupts another one in another account. */
import * as pulumi from "@pulumi/pulumi";
import * as logstash from "pulumi-alicloud-logstash-sdk";

const instanceId = "ls-cn-4591f1y6abcd";
const triggers = [new pulumi.Config().require("release")];

const pause = new logstash.LogstashTaskInterrupt(
    "pause",
    { instanceId, triggers, whenIdle: "skip" },
    { customTimeouts: { create: "10m", update: "10m" } },
);
const work: pulumi.Resource[] = []; // Your resources, each with { dependsOn: pause }.
new logstash.LogstashTaskResume(
    "resume",
    { instanceId, interruption: pause.interruption },
    { dependsOn: [pause, ...work] },
);

// By a profile of the `aliyun` CLI.
const billing = new logstash.Provider("billing", { region: "ap-southeast-1", profile: "billing" });
new logstash.LogstashTaskInterrupt(
    "pause-billing",
    { instanceId: "ls-cn-0pp1n8xqr3ef", triggers },
    { provider: billing },
);

export const status = pause.status;
