"""Interrupts a change, works and resumes it; and interrupts another one in another account."""

import pulumi
import pulumi_alicloud_logstash as logstash

instance_id = "ls-cn-4591f1y6abcd"
release = pulumi.Config().require("release")

pause = logstash.LogstashTaskInterrupt(
    "pause",
    instance_id=instance_id,
    triggers=[release],
    when_idle="skip",
    opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="10m", update="10m")),
)
work: list[pulumi.Resource] = []  # Your resources, each with depends_on=[pause].
logstash.LogstashTaskResume(
    "resume",
    instance_id=instance_id,
    interruption=pause.interruption,
    opts=pulumi.ResourceOptions(depends_on=[pause, *work]),
)

# By a profile of the `aliyun` CLI.
billing = logstash.Provider("billing", region="ap-southeast-1", profile="billing")
logstash.LogstashTaskInterrupt(
    "pause-billing",
    instance_id="ls-cn-0pp1n8xqr3ef",
    triggers=[release],
    opts=pulumi.ResourceOptions(provider=billing),
)

pulumi.export("status", pause.status)
