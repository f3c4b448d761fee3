import type { Operation } from "./operation";

/** The types of our resources: part of the URN of every one of them, fixed for ever. */
export const typeTokens: Readonly<Record<Operation, string>> = {
    InterruptLogstashTask: "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt",
    ResumeLogstashTask: "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskResume",
};

/** Which call a resource stands for, by its URN. */
export function operationOf(urn: string): Operation {
    const type = qualifiedTypeIn(urn)?.split("$").at(-1);
    return type === typeTokens.ResumeLogstashTask ? "ResumeLogstashTask" : "InterruptLogstashTask";
}

/** The types in a URN, from the outermost parent's on: its third part. A name behind it may contain `::` itself. */
export function qualifiedTypeIn(urn: string): string | undefined {
    return urn.split("::", 3)[2];
}
