import { typeName, unknownValue } from "./argumentRules";
import { isRecord } from "./json";

/** The property by which Pulumi marks secrets, assets, archives and resources on their way through it. */
export const signature = "4dabf18193072939515e22adb298388d";

/** What is wrong with triggers as the provider gets them. The program's process has turned what it can into JSON. */
export function triggersProblem(value: unknown): string | undefined {
    if (!Array.isArray(value)) {
        return `is ${typeof value === "string" ? "a string" : typeName(value)}; allowed is a list`;
    }
    return value.some(isForeign)
        ? "has an asset, archive or resource, in a TypeScript program by a transform perhaps; its location would go into " +
              "the token: give a hash of its content as text"
        : undefined;
}

/**
 * Whether triggers ask for the same as recorded ones. The first release recorded a Date as `{}` and an asset as an asset:
 * each counts as equal to the text that now stands in its place, or the upgrade would interrupt.
 */
export function sameTriggers(recorded: unknown, declared: unknown): boolean {
    if (declared === unknownValue) {
        return false;
    }
    if (Array.isArray(recorded) && Array.isArray(declared)) {
        return (
            recorded.length === declared.length && recorded.every((item, index) => sameTriggers(item, declared[index]))
        );
    }
    if (!isRecord(recorded)) {
        return recorded === declared;
    }
    if (typeof declared === "string") {
        return isForeign(recorded) || Object.keys(recorded).length === 0;
    }
    if (!isRecord(declared)) {
        return false;
    }
    const names = new Set([...Object.keys(recorded), ...Object.keys(declared)]);
    return [...names].every(
        (name) =>
            Object.hasOwn(recorded, name) &&
            Object.hasOwn(declared, name) &&
            sameTriggers(recorded[name], declared[name]),
    );
}

/** Whether a value is one of Pulumi's own kinds, as an object of the SDK or as it is transported, at any depth. */
function isForeign(value: unknown): boolean {
    if (Array.isArray(value)) {
        return value.some(isForeign);
    }
    return (
        isRecord(value) &&
        (["__pulumiAsset", "__pulumiArchive", "__pulumiResource", signature].some((mark) => mark in value) ||
            Object.values(value).some(isForeign))
    );
}
