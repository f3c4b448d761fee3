import { ConfigurationError } from "../configuration";
import type { ConfigHints } from "../request/client";
import { type CliProfile, fieldOf } from "./cliProfile";
import { type Finder, finder, finderIn, howToSet } from "./finder";
import { describeSource, type ResolvedSetting, type SettingSource, sourceOfKey } from "./place";
import { ownKey } from "./providerKeys";
import { profileFor } from "./resolution";
import type { Settings } from "./settings";

/** Where the calls go. */
export interface Endpoint {
    readonly scheme: "https" | "http";
    /** With a port, if one is given. */
    readonly host: string;
    /** Without a trailing slash. */
    readonly url: string;
    /** Who says so; absent for the public endpoint of the region. */
    readonly override?: SettingSource;
}

/** The host of the Security Token Service, always called over https. */
export interface StsHost {
    /** With a port, if one is given. */
    readonly host: string;
    /** Who says so; absent for the public host of the region. */
    readonly override?: SettingSource;
}

/** The endpoint of the service in a region. `profile` takes part in the call, and may not lead it elsewhere. */
export function endpointFor(settings: Settings, region: string, profile?: CliProfile): Endpoint {
    const find = finder(settings);
    const found = find("endpoint");
    if (profile !== undefined && found === undefined) {
        refuseEndpointOf(profile, settings, region);
    }
    const protocol = find("protocol");
    const { scheme, host } = hostIn(
        found,
        { scheme: schemeOf(protocol), host: `elasticsearch.${region}.aliyuncs.com` },
        vpcHost(region),
    );
    const allowed = scheme === "https" || isLoopback(host) || isHttpAllowed(settings);
    if (!allowed) {
        const by = found?.value.includes("://") ? found : (protocol ?? found);
        const from = by === undefined ? "" : `, as ${describeSource(by.source)} says`;
        const way = settings.declared ? "the provider's `allowHttp`" : `\`pulumi config set ${allowHttpKey} true\``;
        throw new ConfigurationError(`the endpoint http://${host} is not encrypted${from}; use https, or ${way}`);
    }
    return { scheme, host, url: `${scheme}://${host}`, ...overrideOf(found) };
}

/** The CLI sends all calls of such a profile to another host. `@pulumi/alicloud` does not, and neither may be guessed. */
function refuseEndpointOf(profile: CliProfile, settings: Settings, region: string): void {
    const isPublic = fieldOf(profile, "endpoint_type")?.value.toLowerCase() !== "vpc";
    const found = fieldOf(profile, "endpoint") ?? (isPublic ? undefined : fieldOf(profile, "endpoint_type"));
    if (found !== undefined) {
        throw new ConfigurationError(
            `${describeSource(found.source)} is not used here; set ${howToSet(settings, "endpoint")}, ` +
                `such as ${vpcHost(region)}`,
        );
    }
}

/**
 * The host that is asked for temporary credentials: the region's own by default, because the central one is unreliable
 * outside China. What a resource's own profile says goes before all else, with nothing of it completed from elsewhere.
 */
export function stsHostFor(settings: Settings, region: string, profileArgument?: string): StsHost {
    const profile = profileFor(settings, profileArgument);
    const own =
        profileArgument === undefined || profile === undefined ? undefined : stsHostBy(finderIn(profile), region);
    return own ?? stsHostBy(finder(settings, profile), region) ?? { host: `sts.${region}.aliyuncs.com` };
}

/** The STS host that somebody has set: as a host, or by a region of its own, the network of the VPC, or both. */
function stsHostBy(find: Finder, region: string): StsHost | undefined {
    const [found, ofRegion] = [find("stsHost"), find("stsRegion")];
    const inVpc = find("stsInVpc");
    const isInVpc = inVpc?.value.toLowerCase() === "true";
    const by = found ?? ofRegion ?? (isInVpc ? inVpc : undefined);
    if (by === undefined) {
        return undefined;
    }
    const inRegion = `${isInVpc ? "sts-vpc" : "sts"}.${ofRegion?.value ?? region}.aliyuncs.com`;
    const example = `sts.${region}.aliyuncs.com`;
    const { scheme, host } = hostIn(
        { ...by, value: found?.value ?? inRegion },
        { scheme: "https", host: example },
        example,
    );
    if (scheme !== "https") {
        throw new ConfigurationError(`${describeSource(by.source)} must be https: keys come from there`);
    }
    return { host, override: by.source };
}

/** How the region and the endpoint are set, for messages. */
export function configHints(settings: Pick<Settings, "namespace" | "declared">): ConfigHints {
    const way = (path: string) => describeSource(sourceOfKey(settings, path));
    return { region: way("region"), endpoint: way("endpoints[0].elasticsearch") };
}

/** The setting that allows an endpoint without TLS. */
export const allowHttpKey = ownKey("allowHttp");

/** Whether a host, with or without a port, is this machine. */
export function isLoopback(host: string): boolean {
    return /^(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d+)?$/.test(host);
}

function vpcHost(region: string): string {
    return `elasticsearch-vpc.${region}.aliyuncs.com`;
}

function isHttpAllowed({ config }: Settings): boolean {
    return config(allowHttpKey)?.trim() === "true";
}

function schemeOf(protocol: ResolvedSetting | undefined): Endpoint["scheme"] {
    if (protocol === undefined) {
        return "https";
    }
    switch (protocol.value.toUpperCase()) {
        case "HTTPS":
            return "https";
        case "HTTP":
            return "http";
        default:
            throw new ConfigurationError(`${describeSource(protocol.source)} is neither "HTTPS" nor "HTTP"`);
    }
}

const hostPattern =
    /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?|\[[0-9a-f:.]+\])(:\d+)?$/;

/** Reads a host, or a URL that is no more than one; `example` is a right one. */
function hostIn(
    found: ResolvedSetting | undefined,
    byDefault: Pick<Endpoint, "scheme" | "host">,
    example: string,
): Pick<Endpoint, "scheme" | "host"> {
    const text = found?.value ?? byDefault.host;
    const whole = text.includes("://") ? text : `${byDefault.scheme}://${text}`;
    const read = URL.canParse(whole) ? hostOnly(new URL(whole)) : undefined;
    if (read !== undefined) {
        return read;
    }
    if (found === undefined) {
        throw new ConfigurationError("no host can be made of the region; it must be one such as cn-hangzhou");
    }
    const braces = /[{}]/.test(text) ? ", with the region itself in place of the braces" : "";
    throw new ConfigurationError(
        `${describeSource(found.source)} must be a host or an http(s) URL without a path${braces}, such as ${example}`,
    );
}

/** Reads an http(s) URL that has nothing behind its host, nor a user before it. */
function hostOnly(url: URL): Pick<Endpoint, "scheme" | "host"> | undefined {
    const rest = url.pathname.slice(1) + url.search + url.hash + url.username + url.password;
    const scheme = url.protocol === "https:" ? "https" : url.protocol === "http:" ? "http" : undefined;
    return scheme !== undefined && rest === "" && hostPattern.test(url.host) ? { scheme, host: url.host } : undefined;
}

function overrideOf(found: ResolvedSetting | undefined): { readonly override?: SettingSource } {
    return found === undefined ? {} : { override: found.source };
}
