import { finder, finderIn, finderInEnvironment, whereVariablesCount } from "./finder";
import type { ResolvedSetting } from "./place";
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

/** Finds the region of a resource. `@pulumi/alicloud` ends with `cn-beijing`; here a wrong region is worse than an error. */
export function regionFor(settings: Settings, given: RegionArguments): ResolvedSetting | undefined {
    if (given.region !== undefined) {
        return { value: given.region, source: { kind: "argument", name: "region" } };
    }
    if (given.recorded !== undefined) {
        return { value: given.recorded, source: { kind: "record" } };
    }
    const ofSettings = () => finder(settings)("region");
    const ofProfile = () => {
        const profile = profileFor(settings, given.profile);
        return profile === undefined ? undefined : finderIn(profile)("region");
    };
    const ofSdks = () => finderInEnvironment(settings)("sdkRegion");
    return given.profile === undefined
        ? (ofSettings() ?? ofProfile() ?? ofSdks())
        : (ofProfile() ?? ofSettings() ?? ofSdks());
}

/** How a region is given, for messages. */
export function howToSetRegion({ namespace, declared }: Settings): string {
    const key = declared ? "the provider's `region`" : `\`pulumi config set ${namespace}:region …\``;
    return `\`region\`, ${key}, or the variable ALIBABA_CLOUD_REGION ${whereVariablesCount}`;
}
