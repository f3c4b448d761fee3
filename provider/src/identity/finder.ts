import { ConfigurationError } from "../configuration";
import { type Attribute, type AttributeName, attributes } from "./attributes";
import { readBlock, scalarText } from "./block";
import { type CliProfile, fieldOf } from "./cliProfile";
import { describeSource, type ResolvedSetting, sourceOfKey } from "./place";
import type { Settings } from "./settings";

/** Looks for one attribute. */
export type Finder = (name: AttributeName) => ResolvedSetting | undefined;

/** Looks in the stack configuration, then in the environment, then in the profile, for each attribute by itself. */
export function finder(settings: Settings, profile?: CliProfile): Finder {
    const fromProfile = profile === undefined ? () => undefined : finderIn(profile);
    return (name) => inStack(settings, attributes[name]) ?? inEnvironment(settings, name) ?? fromProfile(name);
}

/** Looks in a profile alone. */
export function finderIn(profile: CliProfile): Finder {
    return (name) => {
        const { profile: row }: Attribute = attributes[name];
        return row?.modes.includes(profile.mode) ? fieldOf(profile, row.field) : undefined;
    };
}

/** Looks in the environment alone, also for what otherwise counts only where a block is configured. */
export function finderInEnvironment(settings: Settings): Finder {
    return (name) => firstVariable(settings, attributes[name]);
}

/** A program is another process than the provider, so what it writes into `process.env` does not arrive. */
export const whereVariablesCount = "where `pulumi` is started";

/** How an attribute is set, for messages. */
export function howToSet(settings: Settings, name: AttributeName): string {
    const { keys, variables }: Attribute = attributes[name];
    const hints = [
        ...keys.slice(0, 1).map((key) => describeSource(sourceOfKey(settings, key))),
        ...variables.slice(0, 1).map((variable) => `the variable ${variable} ${whereVariablesCount}`),
    ];
    return hints.join(" or ");
}

function inStack(settings: Settings, { keys }: Attribute): ResolvedSetting | undefined {
    for (const path of keys) {
        const [block = "", field] = path.split(".");
        const found = field === undefined ? atKey(settings, path) : inBlock(settings, block, field);
        if (found !== undefined) {
            return found;
        }
    }
    return undefined;
}

function atKey(settings: Settings, path: string): ResolvedSetting | undefined {
    const value = scalarText(settings.config(`${settings.namespace}:${path}`));
    return value === undefined ? undefined : { value, source: sourceOfKey(settings, path) };
}

function inBlock(settings: Settings, block: string, field: string): ResolvedSetting | undefined {
    const values = (readBlock(settings, block) ?? []).map((entry) => entry[field]).filter((value) => value != null);
    const source = sourceOfKey(settings, `${block}${block === "endpoints" ? "[0]" : ""}.${field}`);
    if (values.some((value) => typeof value === "object")) {
        throw new ConfigurationError(`${describeSource(source)} is not text`);
    }
    const given = new Set(values.map(scalarText).filter((value) => value !== undefined));
    if (given.size > 1) {
        throw new ConfigurationError(`${describeSource(source)} is given ${given.size} times with different values`);
    }
    const [value] = given;
    return value === undefined ? undefined : { value, source };
}

function inEnvironment(settings: Settings, name: AttributeName): ResolvedSetting | undefined {
    const { keys }: Attribute = attributes[name];
    // That provider reads these variables as defaults of a block's fields, so without the block nobody reads them.
    const counts = keys.every((path) => {
        const [block = "", field] = path.split(".");
        return field === undefined || block === "endpoints" || readBlock(settings, block) !== undefined;
    });
    return counts ? firstVariable(settings, attributes[name]) : undefined;
}

function firstVariable({ env }: Settings, { variables }: Attribute): ResolvedSetting | undefined {
    for (const name of variables) {
        const value = scalarText(env[name]);
        if (value !== undefined) {
            return { value, source: { kind: "variable", name } };
        }
    }
    return undefined;
}
