import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

// With @pulumi/alicloud, this is where the platform team declares its instances.
export const logstash = {
    instanceId: config.require("instanceId"),
    region: config.require("region"),
};
