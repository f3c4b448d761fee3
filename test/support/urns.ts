/** The type tokens, part of every URN; they never change. */
export const interruptType = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt";
export const resumeType = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskResume";

/** Those of the plugin. */
export const pluginInterruptType = "alicloud-logstash:index:LogstashTaskInterrupt";
export const pluginResumeType = "alicloud-logstash:index:LogstashTaskResume";

/** Where a resource stands that has no parent. */
export interface Place {
    /** @default "dev" */
    readonly stack?: string;
    /** @default "test" */
    readonly project?: string;
    /** @default that of an interrupt */
    readonly type?: string;
}

/** The URN of a resource without a parent. */
export function urnOf(name: string, { stack = "dev", project = "test", type = interruptType }: Place = {}): string {
    return `urn:pulumi:${stack}::${project}::${type}::${name}`;
}
