import { PolicyPack, validateResourceOfType } from "@pulumi/policy";
import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";

new PolicyPack("logstash", {
    policies: [
        {
            name: "interrupt-names-its-release",
            description: "Without triggers, an interrupt happens once in the life of its stack, and never again.",
            enforcementLevel: "mandatory",
            validateResource: validateResourceOfType(
                LogstashTaskInterrupt,
                ({ instanceId, triggers = [] }, _args, reportViolation) => {
                    if (triggers.length === 0) {
                        reportViolation(`The interrupt of ${instanceId} needs \`triggers\`, such as the release.`);
                    }
                },
            ),
        },
    ],
});
