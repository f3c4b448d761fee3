/** Interrupts a change, works and resumes it; and interrupts another one in another account. */
const pulumi = require("@pulumi/pulumi");

/** As in a generated SDK: an output that is no input is declared by an undefined property. */
class LogstashTaskInterrupt extends pulumi.CustomResource {
    constructor(name, args, options) {
        const outputs = { interruption: undefined, status: undefined };
        super("alicloud-logstash:index:LogstashTaskInterrupt", name, { ...outputs, ...args }, options);
    }
}
class LogstashTaskResume extends pulumi.CustomResource {
    constructor(name, args, options) {
        super("alicloud-logstash:index:LogstashTaskResume", name, args, options);
    }
}

const instanceId = "ls-cn-4591f1y6abcd";
const triggers = [new pulumi.Config().require("release")];

const pause = new LogstashTaskInterrupt(
    "pause",
    { instanceId, triggers, whenIdle: "skip" },
    { customTimeouts: { create: "10m", update: "10m" } },
);
const work = []; // Your resources, each with { dependsOn: pause }.
new LogstashTaskResume("resume", { instanceId, interruption: pause.interruption }, { dependsOn: [pause, ...work] });

// By a profile of the `aliyun` CLI.
const billing = new pulumi.ProviderResource("alicloud-logstash", "billing", {
    region: "ap-southeast-1",
    profile: "billing",
});
new LogstashTaskInterrupt("pause-billing", { instanceId: "ls-cn-0pp1n8xqr3ef", triggers }, { provider: billing });

module.exports = { status: pause.status };
