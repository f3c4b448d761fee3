#!/bin/sh
# Starts the plugin in the Node.js that is on PATH.
if ! command -v node >/dev/null; then
    echo "pulumi-resource-alicloud-logstash needs Node.js 22.12 or later on PATH: https://nodejs.org" >&2
    exit 1
fi
exec node "${0%/*}/bin/pulumi-resource-alicloud-logstash" "$@"
