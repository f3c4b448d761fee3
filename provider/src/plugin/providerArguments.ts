import type { ProcessConfig } from "../configuration";
import { ownNamespace as namespace, providerKeys } from "../identity/attributes";
import { quoted } from "../identity/sources";
import type { Properties } from "../lifecycle/arguments";
import type { ConfigSource } from "../lifecycle/lifecycle";
import { revealed } from "./values";

/** The arguments of a provider, as the settings that decide about a call. */
export interface ProviderArguments {
    readonly frontEnd: ConfigSource;
    readonly surroundings: ProcessConfig;
    /** What is wrong with them, for the check of each resource in a project. */
    readonly failuresIn: (project: string) => readonly string[];
}

/** What the engine adds to the arguments of its own. */
const ofEngine = ["version", "pluginDownloadURL"];

/**
 * Reads the arguments: of a provider that the program declares, or of the default one, to which the engine gives the
 * stack's configuration under this plugin's name. One that is not understood could mean another account, so it is refused.
 */
export function readProviderArguments(
    given: Properties,
    name: string | undefined,
    env: ProcessConfig["env"],
): ProviderArguments {
    const args = Object.entries(revealed(given)).filter(([key, value]) => !ofEngine.includes(key) && value !== null);
    const texts = new Map(args.map(([key, value]) => [`${namespace}:${key}`, textOf(value)]));
    const declared = name !== undefined && !/^default(_|$)/.test(name);
    const unknown = args.map(([key]) => key).filter((key) => !providerKeys.includes(key));
    const failures = unknown.map(
        (key) =>
            `${quoted(key)} is not ${declared ? "an argument of this provider" : `a key under ${namespace}:`}; ` +
            `known are ${providerKeys.join(", ")}`,
    );
    return {
        frontEnd: { namespace, declared },
        surroundings: { config: (key) => texts.get(key), env },
        // A project of the plugin's name has keys of its own under that name.
        failuresIn: (project) => (declared || project !== namespace ? failures : []),
    };
}

/** Structured values are handed on as JSON, as the stack's configuration is. */
function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}
