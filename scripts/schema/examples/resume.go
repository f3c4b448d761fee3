package main

import (
	"example.com/pulumi-alicloud-logstash/sdk/go/alicloudlogstash"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		instanceID := pulumi.String("ls-cn-4591f1y6abcd")
		pause, err := alicloudlogstash.NewLogstashTaskInterrupt(ctx, "pause", &alicloudlogstash.LogstashTaskInterruptArgs{
			InstanceId: instanceID,
			Triggers:   pulumi.Array{pulumi.String("v1.4.0")},
			WhenIdle:   pulumi.String("skip"),
		})
		if err != nil {
			return err
		}
		work := []pulumi.Resource{} // Your resources, each with pulumi.DependsOn([]pulumi.Resource{pause}).
		_, err = alicloudlogstash.NewLogstashTaskResume(ctx, "resume", &alicloudlogstash.LogstashTaskResumeArgs{
			InstanceId:   instanceID,
			Interruption: pause.Interruption,
		}, pulumi.DependsOn(append(work, pause)))
		return err
	})
}
