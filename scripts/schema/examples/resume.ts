import type * as pulumi from "@pulumi/pulumi";
import * as logstash from "pulumi-alicloud-logstash-sdk";

const instanceId = "ls-cn-4591f1y6abcd";
const pause = new logstash.LogstashTaskInterrupt("pause", { instanceId, triggers: ["v1.4.0"], whenIdle: "skip" });
const work: pulumi.Resource[] = []; // Your resources, each with { dependsOn: pause }.
new logstash.LogstashTaskResume(
    "resume",
    { instanceId, interruption: pause.interruption as pulumi.Output<string> },
    { dependsOn: [pause, ...work] },
);
