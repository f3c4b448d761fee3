/** A value that survives JSON, and so Pulumi's state, unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether a value is an object with named fields, whatever its prototype (pop-core's results have none). */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of an untrusted value, if it is a string that is not empty. */
export function stringField(value: unknown, name: string): string | undefined {
    const field = isRecord(value) ? value[name] : undefined;
    return typeof field === "string" && field !== "" ? field : undefined;
}

/** JSON with the keys of every object in code unit order, so that equal values have equal text. */
export function canonicalJson(value: Json): string {
    if (Array.isArray(value)) {
        return `[${value.map(canonicalJson).join(",")}]`;
    }
    if (value !== null && typeof value === "object") {
        const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
        return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
    }
    return JSON.stringify(value);
}

/** Describes a value in a message without showing it, because it may be a secret. */
export function typeName(value: unknown): string {
    if (Array.isArray(value)) {
        return "a list";
    }
    if (typeof value === "string") {
        return value === "" ? "an empty text" : "this text";
    }
    return isRecord(value) ? "an object" : `this ${typeof value}`;
}
