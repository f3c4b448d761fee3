package main

import (
	"example.com/pulumi-alicloud-logstash/sdk/go/alicloudlogstash"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		pause, err := alicloudlogstash.NewLogstashTaskInterrupt(ctx, "pause", &alicloudlogstash.LogstashTaskInterruptArgs{
			InstanceId: pulumi.String("ls-cn-4591f1y6abcd"),
			Triggers:   pulumi.Array{pulumi.String("v1.4.0")},
		})
		if err != nil {
			return err
		}
		ctx.Export("status", pause.Status) // "suspended"
		return nil
	})
}
