const pulumi = require("@pulumi/pulumi");
const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");

const config = new pulumi.Config();

const pause = new LogstashTaskInterrupt("pause-before-release", {
    instanceId: config.require("instanceId"),
    triggers: [config.require("release")],
});

exports.status = pause.status;
