import { ConfigurationError, parseJson } from "../configuration";
import { isRecord } from "../json";
import { attributes } from "./attributes";
import { describeSource, sourceOfKey } from "./place";
import type { Settings } from "./settings";

/** A structured value of the stack configuration: one object, or a list of them as `endpoints` is. */
export type Block = readonly Readonly<Record<string, unknown>>[];

/** A block that is a list, and holds fields of other services too. */
const endpoints = "endpoints";

/** Reads a block; absent if it is not configured. */
export function readBlock(settings: Settings, name: string): Block | undefined {
    const place = describeSource(sourceOfKey(settings, name));
    const way = settings.declared ? "" : "; set its fields with `pulumi config set --path`";
    const text = settings.config(`${settings.namespace}:${name}`)?.trim();
    const value = text === undefined || text === "" ? null : parseJson(text);
    if (value === undefined) {
        throw new ConfigurationError(`${place} must be structured${way}`);
    }
    const entries: readonly unknown[] = value === null ? [] : Array.isArray(value) ? value : [value];
    if (!entries.every(isRecord)) {
        throw new ConfigurationError(`${place} is not an object${way}`);
    }
    if (name !== endpoints) {
        checkSingle(place, name, entries);
    }
    return entries.length === 0 ? undefined : entries;
}

/** What is not understood could change the identity, so it is refused. */
function checkSingle(place: string, name: string, entries: Block): void {
    if (entries.length > 1) {
        throw new ConfigurationError(`${place} is a list of ${entries.length}; it can be one object only`);
    }
    const known = fieldsOf(name);
    if (entries.flatMap(Object.keys).some((field) => !known.includes(field))) {
        throw new ConfigurationError(`${place} has a field that is not known here; known are ${known.join(", ")}`);
    }
}

function fieldsOf(block: string): readonly string[] {
    return Object.values(attributes)
        .flatMap(({ keys }): readonly string[] => keys)
        .filter((path) => path.startsWith(`${block}.`))
        .map((path) => path.slice(block.length + 1));
}

/** Text, a number or a boolean as trimmed text; nothing for what is empty or no such value. */
export function scalarText(value: unknown): string | undefined {
    const text = ["string", "number", "boolean"].includes(typeof value) ? String(value).trim() : "";
    return text === "" ? undefined : text;
}
