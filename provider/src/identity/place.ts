import type { Settings } from "./settings";

/** Where a setting was found. Errors name it, and never the value. */
export type SettingSource =
    /** An argument of the resource. */
    | { readonly kind: "argument"; readonly name: string }
    /** The stack configuration; the key has its namespace. */
    | { readonly kind: "stack"; readonly key: string }
    /** An argument of a provider that the program declares. */
    | { readonly kind: "provider"; readonly name: string }
    /** The environment. */
    | { readonly kind: "variable"; readonly name: string }
    /** A field of a profile in the CLI's file. */
    | { readonly kind: "profile"; readonly profile: string; readonly field: string }
    /** What an earlier run has recorded. */
    | { readonly kind: "record" };

/** A setting that was found. */
export interface ResolvedSetting {
    /** Trimmed, and never empty. */
    readonly value: string;
    readonly source: SettingSource;
}

/** Where a key is set, for the front end that asks. */
export function sourceOfKey(
    { namespace, declared }: Pick<Settings, "namespace" | "declared">,
    path: string,
): SettingSource {
    return declared ? { kind: "provider", name: path } : { kind: "stack", key: `${namespace}:${path}` };
}

/** Whether somebody has set it in the configuration, the stack's or a provider's. */
export function isConfigured({ kind }: SettingSource): boolean {
    return kind === "stack" || kind === "provider";
}

/** Names a place in a message. */
export function describeSource(place: SettingSource): string {
    switch (place.kind) {
        case "argument":
            return `the resource's \`${place.name}\``;
        case "stack":
            return `\`${place.key}\``;
        case "provider":
            return `the provider's \`${place.name}\``;
        case "variable":
            return `the variable ${place.name}`;
        case "profile":
            return `\`${place.field}\` of the CLI profile ${quoted(place.profile)}`;
        case "record":
            return "the record of an earlier run";
    }
}

/** A name from a file, safe in a message: control characters escaped, and not longer than a line. */
export function quoted(name: string): string {
    return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}
