import * as logstash from "pulumi-alicloud-logstash-sdk";

const pause = new logstash.LogstashTaskInterrupt("pause", {
    instanceId: "ls-cn-4591f1y6abcd",
    triggers: ["v1.4.0"],
});

export const status = pause.status; // "suspended"
