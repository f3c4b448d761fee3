import { rule, typeName } from "./argumentRules";

/** The argument of a resume that names the suspension to end: the output of an interrupt, `""` for none. */
export const interruptionRule = rule<string | undefined>({
    type: "string",
    onChange: "request",
    byDefault: undefined,
    check: (value) =>
        value === "" || instanceOf(value) !== undefined
            ? undefined
            : `${typeName(value)} is not the \`interruption\` of a LogstashTaskInterrupt`,
});

/** Names the suspension of an instance by the token of the request that suspended it. */
export function interruptionOf(instanceId: string, clientToken: string): string {
    return `${instanceId}/${clientToken}`;
}

/** The instance whose suspension an interruption names; nothing if the value names none. */
export function instanceOf(interruption: unknown): string | undefined {
    return typeof interruption === "string"
        ? /^([A-Za-z0-9][\w-]{0,127})\/[\x20-\x7e]+$/.exec(interruption)?.[1]
        : undefined;
}
