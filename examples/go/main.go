// Interrupts before a release, and once more in another account, by a provider of its own.
package main

import (
	"example.com/pulumi-alicloud-logstash/sdk/go/alicloudlogstash"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(declare)
}

func declare(ctx *pulumi.Context) error {
	release := pulumi.Array{pulumi.String(config.New(ctx, "").Require("release"))}
	pause, err := alicloudlogstash.NewLogstashTaskInterrupt(ctx, "pause", &alicloudlogstash.LogstashTaskInterruptArgs{
		InstanceId: pulumi.String("ls-cn-4591f1y6abcd"),
		Triggers:   release,
	}, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "10m", Update: "10m"}))
	if err != nil {
		return err
	}
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
