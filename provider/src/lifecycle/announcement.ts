import { canonicalJson, type Json } from "../json";
import { descriptorOf } from "../operations/operations";
import { unknownValue } from "./argumentRules";
import type { Declaration } from "./arguments";
import type { Update } from "./diff";

/** What a preview says about an update, because it cannot show it by itself: what will be requested, never how that ends. */
export function announcementOf(declared: Declaration, update: Update): string | undefined {
    const { noun } = descriptorOf(declared.operation);
    switch (update.kind) {
        case "request": {
            const value = (declared.values[update.because] ?? null) as Json;
            const isKnown = !canonicalJson(value).includes(unknownValue);
            return isKnown
                ? `${update.because} changed: will request ${noun}`
                : `${update.because} is not known yet: may request ${noun}`;
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
