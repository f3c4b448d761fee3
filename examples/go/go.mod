module logstash-go

go 1.25.0

require (
	example.com/pulumi-alicloud-logstash/sdk/go/alicloudlogstash v0.0.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

replace example.com/pulumi-alicloud-logstash/sdk/go/alicloudlogstash => ./sdks/alicloud-logstash
