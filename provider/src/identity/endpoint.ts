import { ConfigurationError } from "../configuration";
import type { ConfigHints, Route } from "../request/service";
import { ownKey } from "./attributes";
import { type CliProfile, fieldOf, lookup, lookupInProfile } from "./cliProfiles";
import * as messages from "./messages";
import { type Lookup, lookupInSettings, type Settings } from "./settings";
import { type ConfigSource, describeSource, type ResolvedSetting, sourceOfKey } from "./sources";

/** The endpoint of the service, with what messages say of it. */
export interface Endpoint extends Pick<Route, "endpoint" | "hints" | "override"> {
    /** Without a trailing slash. */
    readonly url: string;
}

/** The endpoint of the service in a region. `profile` is the one of the calls; its own endpoint is refused. */
export function endpointFor(settings: Settings, region: string, profile?: CliProfile): Endpoint {
    const find = lookupInSettings(settings);
    const [setting, protocol] = [find("endpoint"), find("protocol")];
    if (profile !== undefined && setting === undefined) {
        checkNoEndpoint(profile, settings, region);
    }
    const defaultScheme = schemeOf(protocol);
    const { scheme, host } =
        setting === undefined
            ? { scheme: defaultScheme, host: `elasticsearch.${region}.aliyuncs.com` }
            : hostIn(setting, defaultScheme, vpcHost(region));
    const schemeSetting = setting?.value.includes("://") ? setting : protocol;
    if (scheme === "http" && schemeSetting !== undefined && !isLoopback(host) && !isHttpAllowed(settings)) {
        throw new ConfigurationError(messages.unencryptedEndpoint(settings, host, schemeSetting));
    }
    return {
        url: `${scheme}://${host}`,
        endpoint: host,
        hints: configHints(settings),
        ...(setting && { override: `${host}, from ${describeSource(setting.source)}` }),
    };
}

/** The CLI sends all calls of such a profile to its endpoint, `@pulumi/alicloud` does not: an error instead of a guess. */
function checkNoEndpoint(profile: CliProfile, settings: Settings, region: string): void {
    const type = fieldOf(profile, "endpoint_type");
    const field = fieldOf(profile, "endpoint") ?? (type?.value.toLowerCase() === "vpc" ? type : undefined);
    if (field !== undefined) {
        throw new ConfigurationError(messages.endpointOfProfile(settings, field, vpcHost(region)));
    }
}

/**
 * The host of the Security Token Service, which is always called by https. The default is the host of the region, because
 * the central one is unreliable outside China. A resource's own profile goes before all other settings, and alone.
 */
export function stsHostFor(settings: Settings, region: string, profile?: CliProfile): string {
    const own = profile?.isOwn ? configuredStsHost(lookupInProfile(profile), region) : undefined;
    return own ?? configuredStsHost(lookup(settings, profile), region) ?? `sts.${region}.aliyuncs.com`;
}

/** The STS host that is set: as a host, by a region of its own, by the network of the VPC, or by the last two. */
function configuredStsHost(find: Lookup, region: string): string | undefined {
    const [ofHost, ofRegion, inVpc] = [find("stsHost"), find("stsRegion"), find("stsInVpc")];
    const isInVpc = inVpc?.value.toLowerCase() === "true";
    const setting = ofHost ?? ofRegion ?? (isInVpc ? inVpc : undefined);
    if (setting === undefined) {
        return undefined;
    }
    const inRegion = `${isInVpc ? "sts-vpc" : "sts"}.${ofRegion?.value ?? region}.aliyuncs.com`;
    const value = ofHost?.value ?? inRegion;
    const { scheme, host } = hostIn({ ...setting, value }, "https", `sts.${region}.aliyuncs.com`);
    if (scheme !== "https") {
        throw new ConfigurationError(messages.unencryptedSts(setting));
    }
    return host;
}

/** The names of the settings for region and endpoint, for messages. */
export function configHints(config: ConfigSource): ConfigHints {
    const hint = (path: string) => describeSource(sourceOfKey(config, path));
    return { region: hint("region"), endpoint: hint("endpoints[0].elasticsearch") };
}

function isHttpAllowed({ config }: Settings): boolean {
    return config(ownKey("allowHttp"))?.trim() === "true";
}

/** Whether a host, with or without a port, is this machine. */
export function isLoopback(host: string): boolean {
    return /^(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d+)?$/.test(host);
}

function vpcHost(region: string): string {
    return `elasticsearch-vpc.${region}.aliyuncs.com`;
}

type Scheme = "https" | "http";

function schemeOf(protocol: ResolvedSetting | undefined): Scheme {
    if (protocol === undefined) {
        return "https";
    }
    switch (protocol.value.toUpperCase()) {
        case "HTTPS":
            return "https";
        case "HTTP":
            return "http";
        default:
            throw new ConfigurationError(messages.unknownProtocol(protocol));
    }
}

interface SchemeAndHost {
    readonly scheme: Scheme;
    /** With a port, if there is one. */
    readonly host: string;
}

/** Reads a setting that is a host, or a URL of nothing more than a host; `example` is a valid host. */
function hostIn(setting: ResolvedSetting, defaultScheme: Scheme, example: string): SchemeAndHost {
    const { value } = setting;
    const parsed = parseHost(value.includes("://") ? value : `${defaultScheme}://${value}`);
    if (parsed === undefined) {
        throw new ConfigurationError(messages.invalidHost(setting, example));
    }
    return parsed;
}

const hostPattern =
    /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?|\[[0-9a-f:.]+\])(:\d+)?$/;

/** Parses an http(s) URL without a user, a path, a query or a fragment. */
function parseHost(text: string): SchemeAndHost | undefined {
    if (!URL.canParse(text)) {
        return undefined;
    }
    const { protocol, host, pathname, search, hash, username, password } = new URL(text);
    const scheme = protocol === "https:" ? "https" : protocol === "http:" ? "http" : undefined;
    const rest = pathname.slice(1) + search + hash + username + password;
    return scheme !== undefined && rest === "" && hostPattern.test(host) ? { scheme, host } : undefined;
}
