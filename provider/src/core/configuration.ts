import type { Json } from "./json";
import { isRecord } from "./json";

/** What is set around a program: the stack's configuration and the environment of the process. */
export interface Surroundings {
    /** A value of the stack configuration by its full key, such as `alicloud:region`. */
    readonly config: (key: string) => string | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
}

/** Something the user has set, or not set, keeps a request from being sent; the message says how to mend it. */
export class ConfigurationError extends Error {}

/** The region for resources that name none: `alicloud:region`, then the environment. */
export function defaultRegion({ config, env }: Surroundings): string | undefined {
    return (
        nonEmpty(config("alicloud:region")) ??
        firstOf(env, ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION", "ALIBABA_CLOUD_REGION_ID"])
    );
}

/** How a region is given, for messages. */
export const waysToGiveRegion = "`region`, `pulumi config set alicloud:region …`, or the variable ALIBABA_CLOUD_REGION";

/** The base URL of the API in a region: `alicloud:endpoints[].elasticsearch`, else the public endpoint. */
export function endpointOf(region: string, { config }: Surroundings): { url: string; setting?: string } {
    const configured = configuredEndpoint(config("alicloud:endpoints"));
    if (configured === undefined) {
        return { url: `https://elasticsearch.${region}.aliyuncs.com` };
    }
    const url = baseUrl(configured);
    if (url.protocol === "http:" && !isLoopback(url.hostname) && config("alicloud-logstash:allowHttp") !== "true") {
        throw new ConfigurationError(
            `the endpoint ${url.origin} is not encrypted; use https, or \`pulumi config set alicloud-logstash:allowHttp true\``,
        );
    }
    return { url: url.origin, setting: "`alicloud:endpoints[0].elasticsearch`" };
}

function isLoopback(hostname: string): boolean {
    return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function configuredEndpoint(text: string | undefined): string | undefined {
    if (nonEmpty(text) === undefined) {
        return undefined;
    }
    const endpoints = parseJson("alicloud:endpoints", text ?? "");
    for (const entry of Array.isArray(endpoints) ? endpoints : [endpoints]) {
        const endpoint: unknown = isRecord(entry) ? entry.elasticsearch : undefined;
        if (typeof endpoint === "string" && endpoint !== "") {
            return endpoint;
        }
    }
    return undefined;
}

function baseUrl(endpoint: string): URL {
    const text = endpoint.includes("://") ? endpoint : `https://${endpoint}`;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const plain =
        url !== undefined && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
    if (url === undefined || !plain || !["http:", "https:"].includes(url.protocol)) {
        throw new ConfigurationError(
            "`alicloud:endpoints[0].elasticsearch` must be a host or an http(s) URL without a path, " +
                "such as elasticsearch-vpc.cn-hangzhou.aliyuncs.com",
        );
    }
    return url;
}

/** Parses a structured configuration value, which Pulumi hands over as JSON text. */
export function parseJson(key: string, text: string): Json {
    try {
        return JSON.parse(text) as Json;
    } catch {
        throw new ConfigurationError(`\`${key}\` must be structured: set it with \`pulumi config set --path\``);
    }
}

/** The first of several environment variables that is set to something. */
export function firstOf(env: Surroundings["env"], names: readonly string[]): string | undefined {
    return names.map((name) => nonEmpty(env[name])).find((value) => value !== undefined);
}

/** Treats an empty setting as absent, as CI systems leave unset variables. */
export function nonEmpty(text: string | undefined): string | undefined {
    return text === "" ? undefined : text;
}
