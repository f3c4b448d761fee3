import type { ServiceResponse } from "../request/response";
import { sanitize } from "../sanitize";

/** A response whose texts may be shown. Secrets are masked before texts are cut, because a part of a secret is secret too. */
export function redact(response: ServiceResponse, secrets: ReadonlySet<string>): ServiceResponse {
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
    return { ...shown(response), kind: response.kind } as ServiceResponse;
}
