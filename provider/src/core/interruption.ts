import { rule, typeName, unknownValue } from "./argumentRules";

/** The argument of a resume that names the suspension to end: the output of an interrupt, `""` for none. */
export const interruptionRule = rule<string | undefined>({
    type: "string",
    onChange: "request",
    byDefault: undefined,
    check: (value) =>
        value === "" || (typeof value === "string" && value.indexOf("/") > 0)
            ? undefined
            : `${typeName(value)} is not the \`interruption\` of a LogstashTaskInterrupt`,
});

/** Names the suspension of an instance by the token of the request that suspended it. */
export function interruptionOf(instanceId: string, clientToken: string): string {
    return `${instanceId}/${clientToken}`;
}

/** What is wrong with an interruption for this instance, if both are known. */
export function instanceProblem(interruption: unknown, instanceId: unknown): string | undefined {
    if (typeof interruption !== "string" || interruption === "" || interruption === unknownValue) {
        return undefined;
    }
    const slash = interruption.indexOf("/");
    const named = interruption.slice(0, slash);
    return slash < 1 || named === instanceId || instanceId === unknownValue
        ? undefined
        : `names a suspension of ${named.slice(0, 128)}, and this resource resumes ${String(instanceId)}`;
}
