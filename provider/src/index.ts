export { LogstashTaskInterrupt, type LogstashTaskInterruptArgs } from "./logstashTaskInterrupt";
