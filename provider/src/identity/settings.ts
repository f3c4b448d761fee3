import { ConfigurationError, type ProcessConfig, parseJson } from "../configuration";
import { isRecord } from "../json";
import { type Attribute, type AttributeName, attributes } from "./attributes";
import * as messages from "./messages";
import { type ConfigSource, type ResolvedSetting, sourceOfKey } from "./sources";

/** What reading a file gives. */
export type FileContent =
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "absent" }
    /** With Node's error code. */
    | { readonly kind: "unreadable"; readonly code: string };

/** Everything that decides the identity, region and endpoint of a call, apart from a resource's arguments. */
export interface Settings extends ProcessConfig, ConfigSource {
    /** The directory that `~` stands for. */
    readonly homeDirectory: string;
    /** Reads a file, once for all callers. */
    readonly readFile: (path: string) => FileContent;
}

export type Lookup = (name: AttributeName) => ResolvedSetting | undefined;

/** Looks up each attribute in the configuration, then in the environment. */
export function lookupInSettings(settings: Settings): Lookup {
    return (name) => {
        const attribute: Attribute = attributes[name];
        return (
            configured(settings, attribute) ??
            (variablesCount(settings, attribute) ? inEnvironment(settings, attribute) : undefined)
        );
    };
}

/** Looks up attributes in the environment alone, including those whose block is not configured. */
export function lookupInEnvironment(settings: Settings): Lookup {
    return (name) => inEnvironment(settings, attributes[name]);
}

function configured(settings: Settings, { keys }: Attribute): ResolvedSetting | undefined {
    for (const path of keys) {
        const [block = "", field] = path.split(".");
        const setting = field === undefined ? valueOfKey(settings, path) : fieldOfBlock(settings, block, field);
        if (setting !== undefined) {
            return setting;
        }
    }
    return undefined;
}

function valueOfKey(settings: Settings, key: string): ResolvedSetting | undefined {
    const value = scalarText(settings.config(`${settings.namespace}:${key}`));
    return value === undefined ? undefined : { value, source: sourceOfKey(settings, key) };
}

function fieldOfBlock(settings: Settings, block: string, field: string): ResolvedSetting | undefined {
    const values = (readBlock(settings, block) ?? []).map((entry) => entry[field]).filter((value) => value != null);
    const source = sourceOfKey(settings, `${block}${block === endpoints ? "[0]" : ""}.${field}`);
    if (values.some((value) => typeof value === "object")) {
        throw new ConfigurationError(messages.fieldIsNoText(source));
    }
    const distinct = new Set(values.map(scalarText).filter((value) => value !== undefined));
    if (distinct.size > 1) {
        throw new ConfigurationError(messages.severalValues(source, distinct.size));
    }
    const [value] = distinct;
    return value === undefined ? undefined : { value, source };
}

/** `@pulumi/alicloud` reads these variables as defaults of a block's fields, so without the block it does not read them. */
function variablesCount(settings: Settings, { keys }: Attribute): boolean {
    return keys.every((path) => {
        const [block = "", field] = path.split(".");
        return field === undefined || block === endpoints || readBlock(settings, block) !== undefined;
    });
}

function inEnvironment({ env }: Settings, { variables }: Attribute): ResolvedSetting | undefined {
    for (const name of variables) {
        const value = scalarText(env[name]);
        if (value !== undefined) {
            return { value, source: { kind: "variable", name } };
        }
    }
    return undefined;
}

/** A structured value of the configuration: one object, or a list of them as `endpoints` is. */
type Block = readonly Readonly<Record<string, unknown>>[];

/** A block that is a list, and holds fields of other services too. */
const endpoints = "endpoints";

/** Reads a block; absent if it is not configured. An unknown field is refused, because it could change the identity. */
export function readBlock(settings: Settings, name: string): Block | undefined {
    const source = sourceOfKey(settings, name);
    const text = scalarText(settings.config(`${settings.namespace}:${name}`));
    const value = text === undefined ? null : parseJson(text);
    const entries: readonly unknown[] = value === null ? [] : [value].flat();
    const isList = name === endpoints;
    if (!entries.every(isRecord) || (!isList && entries.length > 1)) {
        throw new ConfigurationError(messages.invalidBlock(settings, source));
    }
    const supported = fieldsOfBlock(name);
    if (!isList && entries.flatMap(Object.keys).some((field) => !supported.includes(field))) {
        throw new ConfigurationError(messages.unknownField(source, supported));
    }
    return entries.length === 0 ? undefined : entries;
}

function fieldsOfBlock(block: string): readonly string[] {
    return Object.values(attributes)
        .flatMap(({ keys }) => keys)
        .filter((path) => path.startsWith(`${block}.`))
        .map((path) => path.slice(block.length + 1));
}

/** Text, a number or a boolean as trimmed text; absent for an empty text and for every other value. */
export function scalarText(value: unknown): string | undefined {
    const text = ["string", "number", "boolean"].includes(typeof value) ? String(value).trim() : "";
    return text === "" ? undefined : text;
}
