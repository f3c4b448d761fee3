// Interrupts a change, works and resumes it; and interrupts another one in another account.
package main

import (
	"example.com/pulumi-alicloud-logstash/sdk/go/alicloudlogstash"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

const instanceID = "ls-cn-4591f1y6abcd"

func main() {
	pulumi.Run(declare)
}

func declare(ctx *pulumi.Context) error {
	release := pulumi.Array{pulumi.String(config.New(ctx, "").Require("release"))}
	pause, err := alicloudlogstash.NewLogstashTaskInterrupt(ctx, "pause", &alicloudlogstash.LogstashTaskInterruptArgs{
		InstanceId: pulumi.String(instanceID),
		Triggers:   release,
		WhenIdle:   pulumi.String("skip"),
	}, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "10m", Update: "10m"}))
	if err != nil {
		return err
	}
	work := []pulumi.Resource{} // Your resources, each with pulumi.DependsOn([]pulumi.Resource{pause}).
	_, err = alicloudlogstash.NewLogstashTaskResume(ctx, "resume", &alicloudlogstash.LogstashTaskResumeArgs{
		InstanceId:   pulumi.String(instanceID),
		Interruption: pause.Interruption,
	}, pulumi.DependsOn(append(work, pause)))
	if err != nil {
		return err
	}

	// By a profile of the `aliyun` CLI.
	billing, err := alicloudlogstash.NewProvider(ctx, "billing", &alicloudlogstash.ProviderArgs{
		Region:  pulumi.String("ap-southeast-1"),
		Profile: pulumi.String("billing"),
	})
	if err != nil {
		return err
	}
	_, err = alicloudlogstash.NewLogstashTaskInterrupt(ctx, "pause-billing", &alicloudlogstash.LogstashTaskInterruptArgs{
		InstanceId: pulumi.String("ls-cn-0pp1n8xqr3ef"),
		Triggers:   release,
	}, pulumi.Provider(billing))
	if err != nil {
		return err
	}
	ctx.Export("status", pause.Status)
	return nil
}
