import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";

const config = new pulumi.Config();

const pause = new LogstashTaskInterrupt("pause-before-release", {
    instanceId: config.require("instanceId"),
    triggers: [config.require("release")],
    whenIdle: "skip",
});

export const { status, interrupted } = pause;
