export type { LogstashTaskArgs, LogstashTaskOptions, LogstashTaskOutputs } from "./resources/logstashTask";
export { LogstashTaskInterrupt, type LogstashTaskInterruptArgs } from "./resources/logstashTaskInterrupt";
export { LogstashTaskResume, type LogstashTaskResumeArgs } from "./resources/logstashTaskResume";
