import { finder, finderIn, finderInEnvironment } from "./finder";
import type { Found } from "./place";
import { profileFor } from "./resolution";
import type { Settings } from "./settings";

/** What a resource says about its region. */
export interface RegionArguments {
    /** Its own `region`. */
    readonly region?: string | undefined;
    /** What an earlier run has recorded for the same instance. */
    readonly recorded?: string | undefined;
    /** Its own `profile`. */
    readonly profile?: string | undefined;
}

/**
 * Finds the region of a resource. A last resort as `@pulumi/alicloud` has it, `cn-beijing`, is left out: a wrong region
 * is worse than a question.
 */
export function regionFor(settings: Settings, given: RegionArguments): Found | undefined {
    if (given.region !== undefined) {
        return { value: given.region, place: { kind: "argument", name: "region" } };
    }
    if (given.recorded !== undefined) {
        return { value: given.recorded, place: { kind: "record" } };
    }
    const ofSettings = () => finder(settings)("region");
    const ofProfile = () => {
        const profile = profileFor(settings, given.profile);
        return profile === undefined ? undefined : finderIn(profile)("region");
    };
    const ofSdks = () => finderInEnvironment(settings)("sdkRegion");
    const isNamed = finder(settings)("profile") !== undefined;
    if (given.profile !== undefined) {
        return ofProfile() ?? ofSettings() ?? ofSdks();
    }
    // A profile that somebody has named goes before the SDKs' variable, the CLI's current one after it.
    return isNamed ? (ofSettings() ?? ofProfile() ?? ofSdks()) : (ofSettings() ?? ofSdks() ?? ofProfile());
}

/** How a region is given, for messages. */
export function waysToGiveRegion({ namespace, declared }: Settings): string {
    const key = declared ? "the provider's `region`" : `\`pulumi config set ${namespace}:region …\``;
    return `\`region\`, ${key}, or the variable ALIBABA_CLOUD_REGION`;
}
