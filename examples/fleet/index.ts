import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";

interface Member {
    instanceId: string;
    region: string;
}

const config = new pulumi.Config();
const fleet = config.requireObject<Record<string, Member>>("fleet");
const triggers = [config.require("release")];

const pauses = Object.entries(fleet).map(([name, { instanceId, region }]) => ({
    name,
    pause: new LogstashTaskInterrupt(name, { instanceId, region, triggers, whenIdle: "skip" }),
}));

export const interrupted = Object.fromEntries(pauses.map(({ name, pause }) => [name, pause.interrupted]));
