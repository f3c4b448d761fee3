import { canonicalJson, type Json } from "../json";
import { descriptorOf } from "../operations/operations";
import type { Declaration } from "./arguments";
import type { Update } from "./diff";
import { unknownValue } from "./triggers";

/** The line beside a resource in a preview: what the update will request. It promises no outcome. */
export function announcementOf(declared: Declaration, update: Update): string | undefined {
    const { noun } = descriptorOf(declared.operation);
    switch (update.kind) {
        case "request": {
            const value = (declared.values[update.because] ?? null) as Json;
            return canonicalJson(value).includes(unknownValue)
                ? `${update.because} is not known yet: may request ${noun}`
                : `${update.because} changed: will request ${noun}`;
        }
        case "finish":
            return update.isAccepted
                ? "the last request was accepted and not confirmed: will poll, and request nothing"
                : "the outcome of the last request is unknown: will send it again with the same client token";
        case "replace":
            return declared.interruption === ""
                ? undefined
                : `${update.because.join(" and ")} changed: will request ${noun} with the first token for this instance`;
        case "record":
        case "none":
            return undefined;
    }
}

/** The lasting line of a run in which a resume has nothing to do. */
export function nothingToResume({ instanceId }: Declaration): string {
    return `this program has nothing to resume on ${instanceId}`;
}

/** The lasting line about a stack whose region has changed since the resource was recorded. */
export function regionStays(source: string, configured: string, recorded: string): string {
    return `${source} is ${configured}, and this resource stays in ${recorded}: set \`region\` to replace it`;
}
