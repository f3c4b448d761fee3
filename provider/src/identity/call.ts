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

/** Resolves all of that from the settings; `profile` is the resource's own, if it has one. */
export function callFor(settings: Settings, region: string, profile?: string): Call {
    return {
        identity: identityFor(settings, profile),
        endpoint: endpointFor(settings, region, profileFor(settings, profile)),
        stsHost: stsHostFor(settings, region, profile),
        headers: headersFor(settings),
    };
}

/**
 * The region of a resource that names none. `profile` is the resource's own, whose region goes before that of the settings.
 * Without any there is no default, because a wrong region is worse than an error; `@pulumi/alicloud` takes `cn-beijing`.
 */
export function regionFor(settings: Settings, profile?: string): ResolvedSetting | undefined {
    const ofSettings = () => lookupInSettings(settings)("region");
    const ofProfile = () => {
        const named = profileFor(settings, profile);
        return named && lookupInProfile(named)("region");
    };
    return (
        (profile === undefined ? (ofSettings() ?? ofProfile()) : (ofProfile() ?? ofSettings())) ??
        lookupInEnvironment(settings)("sdkRegion")
    );
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
                throw messages.invalidHeader(setting);
            }
            headers[header] = setting.value;
        }
    }
    return headers;
}
