export { LogstashTask, type LogstashTaskArgs } from "./logstashTask";
export { LogstashTaskInterrupt, type LogstashTaskInterruptArgs } from "./logstashTaskInterrupt";
export { LogstashTaskResume, type LogstashTaskResumeArgs } from "./logstashTaskResume";
