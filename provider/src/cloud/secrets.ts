import type { Reply } from "../core/reply";

/** A reply in whose texts no secret stands. */
export function withMask(reply: Reply, secrets: ReadonlySet<string>): Reply {
    const mask = (text: string) => [...secrets].reduce((masking, secret) => masking.replaceAll(secret, "***"), text);
    const maskFields = <T>(value: T): T => {
        if (typeof value === "string") {
            return mask(value) as T;
        }
        if (Array.isArray(value)) {
            return value.map(maskFields) as T;
        }
        return typeof value === "object" && value !== null
            ? (Object.fromEntries(Object.entries(value).map(([name, field]) => [name, maskFields(field)])) as T)
            : value;
    };
    return { ...maskFields(reply), kind: reply.kind } as Reply;
}
