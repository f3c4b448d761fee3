import type { ServiceResponse } from "../request/response";
import { sanitize } from "../sanitize";

/** A reply whose texts may be shown: without secrets, and only then bounded, for a part of a secret is one too. */
export function redact(reply: ServiceResponse, secrets: ReadonlySet<string>): ServiceResponse {
    const mask = (text: string) => [...secrets].reduce((masking, secret) => masking.replaceAll(secret, "***"), text);
    const shown = <T>(value: T): T => {
        if (typeof value === "string") {
            return sanitize(mask(value)) as T;
        }
        if (Array.isArray(value)) {
            return value.map(shown) as T;
        }
        return typeof value === "object" && value !== null
            ? (Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shown(field)])) as T)
            : value;
    };
    return { ...shown(reply), kind: reply.kind } as ServiceResponse;
}
