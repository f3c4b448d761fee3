import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";

const config = new pulumi.Config();

const pause = new LogstashTaskInterrupt("pause-before-release", {
    instanceId: config.get("instanceId") ?? "ls-cn-4591f1y6abcd",
    triggers: [config.get("release") ?? "v1"],
    timeoutSeconds: config.getNumber("timeoutSeconds") ?? 600,
});

export const status = pause.status;
export const requestId = pause.requestId;
