import type { ProcessConfig } from "../configuration";
import { ownNamespace as namespace, providerKeys } from "../identity/attributes";
import type { ConfigSource } from "../identity/sources";
import type { Properties } from "../lifecycle/arguments";
import { unknownConfigurationKey, unknownProviderArgument } from "./checkFailures";
import { revealed } from "./values";

/** The arguments of a provider, as the settings of its calls. */
export interface ProviderArguments {
    readonly source: ConfigSource;
    readonly config: ProcessConfig;
    /** What is wrong with them, for the check of each resource in a project. */
    readonly failuresIn: (project: string) => readonly string[];
}

/** Arguments that the engine adds. */
const engineArguments = ["version", "pluginDownloadURL"];

/**
 * Reads the arguments of a provider that the program declares, or of the default one, to which the engine gives the stack
 * configuration under this plugin's name. An unknown argument could mean another account, so it is refused.
 */
export function readProviderArguments(
    given: Properties,
    name: string | undefined,
    env: ProcessConfig["env"],
): ProviderArguments {
    const args = Object.entries(revealed(given)).filter(
        ([key, value]) => !engineArguments.includes(key) && value !== null,
    );
    const settings = new Map(args.map(([key, value]) => [`${namespace}:${key}`, textOf(value)]));
    const declared = name !== undefined && !/^default(_|$)/.test(name);
    const failures = args
        .map(([key]) => key)
        .filter((key) => !providerKeys.includes(key))
        .map((key) =>
            declared
                ? unknownProviderArgument(key, providerKeys)
                : unknownConfigurationKey(key, namespace, providerKeys),
        );
    return {
        source: { namespace, declared },
        config: { config: (key) => settings.get(key), env },
        // A project named like the plugin has keys of its own in the plugin's namespace.
        failuresIn: (project) => (declared || project !== namespace ? failures : []),
    };
}

/** Structured values become JSON, as in the stack configuration. */
function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}
