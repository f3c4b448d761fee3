/** Where a setting comes from. Messages name the source, and never the value. */
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
    | { readonly kind: "profile"; readonly profile: string; readonly field: string };

/** The value of a setting, and where it comes from. */
export interface ResolvedSetting {
    /** Trimmed, and never empty. */
    readonly value: string;
    readonly source: SettingSource;
}

/** What the configuration keys belong to. */
export interface ConfigSource {
    /** The part of a key before the colon: `alicloud`, as in `@pulumi/alicloud`, or the plugin's name. */
    readonly namespace: string;
    /** Whether the keys are arguments of a provider that the program declares, instead of stack configuration. */
    readonly declared?: boolean;
}

export function sourceOfKey({ namespace, declared }: ConfigSource, path: string): SettingSource {
    return declared ? { kind: "provider", name: path } : { kind: "stack", key: `${namespace}:${path}` };
}

/** Whether a setting comes from the configuration: of the stack, or of a declared provider. */
export function isConfigured({ kind }: SettingSource): boolean {
    return kind === "stack" || kind === "provider";
}

export function describeSource(source: SettingSource): string {
    switch (source.kind) {
        case "argument":
            return `the resource's \`${source.name}\``;
        case "stack":
            return `\`${source.key}\``;
        case "provider":
            return `the provider's \`${source.name}\``;
        case "variable":
            return `the variable ${source.name}`;
        case "profile":
            return `\`${source.field}\` of the CLI profile ${quoted(source.profile)}`;
    }
}

/** A CLI profile, as messages name it. */
export interface NamedProfile {
    readonly name: string;
    readonly mode: string;
    /** The setting that names the profile. */
    readonly chosenBy: SettingSource;
}

export function describeProfile({ name, mode, chosenBy }: NamedProfile): string {
    return `the CLI profile ${quoted(name)} of mode ${mode}, chosen by ${describeSource(chosenBy)}`;
}

/** A name from a file in a form that is safe in a message: control characters escaped, at most 80 characters. */
export function quoted(name: string): string {
    return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}
