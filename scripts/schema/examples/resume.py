import pulumi
import pulumi_alicloud_logstash as logstash

instance_id = "ls-cn-4591f1y6abcd"
pause = logstash.LogstashTaskInterrupt("pause", instance_id=instance_id, triggers=["v1.4.0"], when_idle="skip")
work: list[pulumi.Resource] = []  # Your resources, each with depends_on=[pause].
logstash.LogstashTaskResume(
    "resume",
    instance_id=instance_id,
    interruption=pause.interruption,
    opts=pulumi.ResourceOptions(depends_on=[pause, *work]),
)
