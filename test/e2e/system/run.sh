#!/bin/sh
# Runs the tests of this folder, which need root and Debian packages, in a network of their own: only loopback, with the
# address of the ECS metadata service on it, and with the public name of a region's STS leading to it.
set -eu
cd "$(dirname "$0")/../../.."
hosts=$(mktemp)
trap 'rm -f "$hosts"' EXIT
# Some shells leave out the former when a signal ends them.
trap 'exit 130' INT TERM
echo "127.0.0.1 localhost sts.cn-hangzhou.aliyuncs.com" > "$hosts"
HOSTS=$hosts unshare --net --mount sh -euc '
    mount --bind "$HOSTS" /etc/hosts
    ip link set lo up
    ip address add 100.100.100.200/32 dev lo
    exec mocha "$@"
' sh "${@:-test/e2e/system/**/*.test.ts}"
