import type { Json } from "./json";

/** What is set around a program: the stack's configuration and the environment of the process. */
export interface ProcessConfig {
    /** A value of the stack configuration by its full key, such as `alicloud:region`. */
    readonly config: (key: string) => string | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
}

/** Something the user has set, or not set, keeps a request from being sent; the message says how to mend it. */
export class ConfigurationError extends Error {}

/** Parses a structured configuration value, which Pulumi hands over as JSON text; nothing where it is none. */
export function parseJson(text: string): Json | undefined {
    try {
        return JSON.parse(text) as Json;
    } catch {
        return undefined;
    }
}

/** Treats an empty setting as absent, as CI systems leave unset variables. */
export function nonEmpty(text: string | undefined): string | undefined {
    return text === "" ? undefined : text;
}
