import { ConfigurationError } from "../configuration";
import { finder } from "./finder";
import { describeSource } from "./place";
import type { Settings } from "./settings";

/** What policies can depend on, by the header that says it. */
const headerOf = {
    "x-acs-source-ip": ["sourceIp"],
    "x-acs-secure-transport": ["secureTransport", "securityTransport"],
} as const;

/** The headers that the settings add to each call. */
export function headersFor(settings: Settings): Readonly<Record<string, string>> {
    const find = finder(settings);
    const headers: Record<string, string> = {};
    for (const [header, attributes] of Object.entries(headerOf)) {
        const found = attributes.map(find).find((one) => one !== undefined);
        if (found !== undefined && !/^[\x21-\x7e]+$/.test(found.value)) {
            throw new ConfigurationError(`${describeSource(found.source)} cannot be sent as a header`);
        }
        if (found !== undefined) {
            headers[header] = found.value;
        }
    }
    return headers;
}
