import type { Json } from "./json";

/** The configuration of a process: the stack's, and the environment. */
export interface ProcessConfig {
    /** A value of the stack configuration by its full key, such as `alicloud:region`. */
    readonly config: (key: string) => string | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
}

/** A setting, or a missing one, keeps a request from being sent. The message says how to fix it. */
export class ConfigurationError extends Error {}

/** Parses JSON, the form in which Pulumi passes a structured configuration value; absent if the text is not JSON. */
export function parseJson(text: string): Json | undefined {
    try {
        return JSON.parse(text) as Json;
    } catch {
        return undefined;
    }
}
