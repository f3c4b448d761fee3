import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt, LogstashTaskResume } from "pulumi-alicloud-logstash";

const config = new pulumi.Config();
const instanceId = config.require("instanceId");

// The inputs of the guarded resource are the triggers: only a change of them interrupts.
const inputs = { input: { engine: config.require("engine"), size: config.requireNumber("size") } };

const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers: [inputs], whenIdle: "skip" });
// pulumi.Stash is in place of a database, a network or whatever must not change while Logstash does.
const guarded = new pulumi.Stash("guarded", inputs, { dependsOn: [pause] });
new LogstashTaskResume("resume", { instanceId, interruption: pause.interruption }, { dependsOn: [pause, guarded] });

// Not guarded: a change of it interrupts nothing.
new pulumi.Stash("dashboard", { input: config.get("title") ?? "Orders" });

export const { interrupted } = pause;
