import { ConfigurationError } from "../configuration";
import { lookupInProfile, profileFor } from "./cliProfiles";
import { type Endpoint, endpointFor, stsHostFor } from "./endpoint";
import type { Identity } from "./identity";
import * as messages from "./messages";
import { identityFor } from "./resolve";
import { lookupInEnvironment, lookupInSettings, type Settings } from "./settings";
import type { ResolvedSetting } from "./sources";

/** The identity, hosts and headers of a resource's calls. */
export interface Call {
    readonly identity: Identity;
    readonly endpoint: Endpoint;
    /** The host that gives temporary credentials. */
    readonly stsHost: string;
    /** In addition to those that name the action and the region. */
    readonly headers: Readonly<Record<string, string>>;
}

/** Resolves all of that from the settings; `profileArgument` is the resource's own, if it has one. */
export function callFor(settings: Settings, region: string, profileArgument?: string): Call {
    const profile = profileFor(settings, profileArgument);
    return {
        identity: identityFor(settings, profile),
        endpoint: endpointFor(settings, region, profile),
        stsHost: stsHostFor(settings, region, profile),
        headers: headersFor(settings),
    };
}

/**
 * The region of a resource that names none; `profileArgument` is its own profile, whose region goes before that of the settings.
 * Without any there is no default, because a wrong region is worse than an error; `@pulumi/alicloud` takes `cn-beijing`.
 */
export function regionFor(settings: Settings, profileArgument?: string): ResolvedSetting | undefined {
    const fromSettings = () => lookupInSettings(settings)("region");
    const fromProfile = () => {
        const profile = profileFor(settings, profileArgument);
        return profile && lookupInProfile(profile)("region");
    };
    const region =
        profileArgument === undefined ? (fromSettings() ?? fromProfile()) : (fromProfile() ?? fromSettings());
    return region ?? lookupInEnvironment(settings)("sdkRegion");
}

/** The headers that RAM policies can depend on, and their attributes in order. */
const attributesOf = {
    "x-acs-source-ip": ["sourceIp"],
    "x-acs-secure-transport": ["secureTransport", "securityTransport"],
} as const;

function headersFor(settings: Settings): Readonly<Record<string, string>> {
    const find = lookupInSettings(settings);
    const headers: Record<string, string> = {};
    for (const [header, names] of Object.entries(attributesOf)) {
        const setting = names.map(find).find((value) => value !== undefined);
        if (setting !== undefined) {
            if (!/^[\x21-\x7e]+$/.test(setting.value)) {
                throw new ConfigurationError(messages.invalidHeader(setting));
            }
            headers[header] = setting.value;
        }
    }
    return headers;
}
