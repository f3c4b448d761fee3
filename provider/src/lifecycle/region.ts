import { ConfigurationError } from "../configuration";
import { regionFor } from "../identity/call";
import { checkOwnProfile } from "../identity/cliProfiles";
import { endpointFor } from "../identity/endpoint";
import { howToSetRegion } from "../identity/messages";
import type { Settings } from "../identity/settings";
import { describeSource, isConfigured } from "../identity/sources";
import { regionStays } from "./announcement";
import type { Properties } from "./arguments";
import { isGiven, missingRegionFailure } from "./checkFailures";
import { unknownValue } from "./triggers";

/** The region that completes the inputs of a resource. */
export interface RegionResult {
    /** Absent if the program gives one, or none can be found. */
    readonly region?: string;
    readonly failures: readonly string[];
    /** What the person who deploys should know about it. */
    readonly note?: string;
}

/**
 * Finds the region of a resource that gives none. The recorded one stays while the instance is the same, so that another
 * runner's environment replaces nothing.
 */
export function resolveRegion(settings: Settings, olds: Properties, news: Properties): RegionResult {
    if (isGiven(news.region)) {
        return { failures: [] };
    }
    const profile = knownProfile(news);
    const found = attempt(profile === undefined ? "region: " : "profile: ", () => regionFor(settings, profile));
    const isSameInstance = news.instanceId === olds.instanceId || news.instanceId === unknownValue;
    if (isSameInstance && typeof olds.region === "string") {
        // A failure in the settings is reported if a request needs them.
        const { value } = found;
        return value !== undefined && isConfigured(value.source) && value.value !== olds.region
            ? {
                  region: olds.region,
                  failures: [],
                  note: regionStays(describeSource(value.source), value.value, olds.region),
              }
            : { region: olds.region, failures: [] };
    }
    if (found.failures.length > 0) {
        return { failures: found.failures };
    }
    if (news.profile === unknownValue) {
        // The profile may have the region.
        return { region: unknownValue, failures: [] };
    }
    return found.value === undefined
        ? { failures: [missingRegionFailure(howToSetRegion(settings))] }
        : { region: found.value.value, failures: [] };
}

/**
 * What is wrong with the settings for the calls of a resource. Credentials are not resolved, because a deployment that changes
 * nothing needs none.
 */
export function settingsFailures(settings: Settings, olds: Properties, news: Properties): readonly string[] {
    const region = typeof news.region === "string" ? news.region : unknownValue;
    const profile = knownProfile(news);
    return [
        ...attempt("", () => endpointFor(settings, region)).failures,
        ...(profile === undefined || profile === olds.profile
            ? []
            : attempt("profile: ", () => checkOwnProfile(settings, profile)).failures),
    ];
}

function knownProfile({ profile }: Properties): string | undefined {
    return typeof profile === "string" && profile !== unknownValue ? profile : undefined;
}

/** What a lookup in the settings finds, or why it fails if the user can change that. */
function attempt<T>(label: string, find: () => T): { readonly value?: T; readonly failures: readonly string[] } {
    try {
        return { value: find(), failures: [] };
    } catch (error) {
        if (error instanceof ConfigurationError) {
            return { failures: [label + error.message] };
        }
        throw error;
    }
}
