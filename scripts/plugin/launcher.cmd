@echo off
node "%~dp0bin\pulumi-resource-alicloud-logstash" %*
