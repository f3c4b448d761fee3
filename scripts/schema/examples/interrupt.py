import pulumi
import pulumi_alicloud_logstash as logstash

pause = logstash.LogstashTaskInterrupt("pause", instance_id="ls-cn-4591f1y6abcd", triggers=["v1.4.0"])

pulumi.export("status", pause.status)  # "suspended"
