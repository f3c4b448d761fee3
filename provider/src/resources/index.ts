export type { LogstashTaskArgs, LogstashTaskOptions, LogstashTaskOutputs } from "./logstashTask";
export { LogstashTaskInterrupt, type LogstashTaskInterruptArgs } from "./logstashTaskInterrupt";
export { LogstashTaskResume, type LogstashTaskResumeArgs } from "./logstashTaskResume";
