import { ConfigurationError } from "../configuration";
import { readBlock } from "./block";
import { namedProfile, ownProfile } from "./cliFile";
import type { CliProfile } from "./cliProfile";
import { type Finder, finder, waysToSet } from "./finder";
import { type Base, type Identity, profileText } from "./identity";
import { isOn, lastResort, profileOfLastResort, waysToGiveCredentials } from "./lastResort";
import { modes } from "./mode";
import { type Found, placeText } from "./place";
import { identityOfProfile } from "./profileIdentity";
import { oidcRoleIn, roleIn } from "./role";
import type { Settings } from "./settings";

/**
 * Decides as whom a resource's calls are signed: by its own profile alone if it has one, else by the first kind that is
 * set, as `@pulumi/alicloud` decides. A kind that is set in part is an error and never passed over.
 */
export function identityFor(settings: Settings, profileArgument?: string): Identity {
    const identity =
        profileArgument === undefined
            ? (identityOfSettings(settings) ?? identityByLastResort(settings))
            : identityOfProfile(ownProfile(settings, profileArgument));
    if (identity.base.kind === "ecsRole" && isOn(settings, "ALIBABA_CLOUD_ECS_METADATA_DISABLED")) {
        throw new ConfigurationError(
            "an ECS role is set, and ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids to ask for it",
        );
    }
    return identity;
}

/** The profile that takes part in a resource's calls, also if it is the CLI's current one by last resort. */
export function profileFor(settings: Settings, profileArgument?: string): CliProfile | undefined {
    if (profileArgument !== undefined) {
        return ownProfile(settings, profileArgument);
    }
    const isLastResort = settings.lastResort && identityOfSettings(settings) === undefined;
    return isLastResort ? profileOfLastResort(settings) : namedProfile(settings);
}

interface Findings {
    readonly settings: Settings;
    readonly find: Finder;
    readonly profile: CliProfile | undefined;
}

/** Each says what it finds, nothing if nothing of its kind is set, or throws if it is set in part. */
const kinds: readonly ((findings: Findings) => Identity | undefined)[] = [
    accessKey,
    executedProfile,
    credentialsUri,
    ecsRole,
    oidcBlock,
];

/** The identity that is set, nothing if nothing at all is; one that is set in part is an error. */
function identityOfSettings(settings: Settings): Identity | undefined {
    const profile = namedProfile(settings);
    const findings = { settings, profile, find: finder(settings, profile) };
    for (const kind of kinds) {
        const identity = kind(findings);
        if (identity !== undefined) {
            return identity;
        }
    }
    const role = findings.find("roleArn");
    if (role !== undefined) {
        throw new ConfigurationError(
            `there are no credentials to assume the role from ${placeText(role.place)} with\n` +
                waysToGiveCredentials(settings),
        );
    }
    const file = findings.find("credentialsFile");
    if (file !== undefined) {
        throw new ConfigurationError(
            `${placeText(file.place)} names a file of CLI profiles, and no profile is chosen; ` +
                `set ${waysToSet(settings, "profile")}`,
        );
    }
    return undefined;
}

function identityByLastResort(settings: Settings): Identity {
    if (!settings.lastResort) {
        throw new ConfigurationError(waysToGiveCredentials(settings));
    }
    return lastResort(settings);
}

function accessKey({ settings, find, profile }: Findings): Identity | undefined {
    const [id, secret, token] = [find("accessKeyId"), find("accessKeySecret"), find("securityToken")];
    if (id === undefined && secret === undefined) {
        if (token !== undefined) {
            throw new ConfigurationError(
                `there is a security token from ${placeText(token.place)}, and no access key; ` +
                    `set ${waysToSet(settings, "accessKeyId")}, and ${waysToSet(settings, "accessKeySecret")}`,
            );
        }
        return undefined;
    }
    if (id === undefined || secret === undefined) {
        throw halfKey(settings, id, secret);
    }
    if (profile?.mode === "StsToken" && id.place.kind === "profile" && token === undefined) {
        throw new ConfigurationError(`${profileText(profile)}, has no \`sts_token\``);
    }
    const role = roleIn(find);
    if (profile?.mode === "RamRoleArn" && role === undefined) {
        throw new ConfigurationError(`${profileText(profile)}, has no \`ram_role_arn\``);
    }
    const base: Base = {
        kind: "accessKey",
        accessKeyId: id,
        accessKeySecret: secret,
        ...(token === undefined ? {} : { securityToken: token }),
    };
    return { base, roles: role === undefined ? [] : [role] };
}

function halfKey(settings: Settings, id: Found | undefined, secret: Found | undefined): ConfigurationError {
    const [has, found, lacks] =
        id === undefined
            ? (["a secret", secret, "accessKeyId"] as const)
            : (["an access key ID", id, "accessKeySecret"] as const);
    const from = found === undefined ? "" : ` from ${placeText(found.place)}`;
    const other = lacks === "accessKeyId" ? "access key ID" : "secret";
    return new ConfigurationError(
        `there is ${has}${from}, and no ${other}: half of an access key; set ${waysToSet(settings, lacks)}`,
    );
}

/** A named profile whose mode is an identity of its own; one that should have given a key, and did not, is an error. */
function executedProfile({ settings, profile }: Findings): Identity | undefined {
    if (profile === undefined || modes[profile.mode].gives === "ecsRole") {
        return undefined;
    }
    return assumedBy(settings, identityOfProfile(profile));
}

function credentialsUri({ settings, find }: Findings): Identity | undefined {
    const uri = find("credentialsUri");
    if (uri === undefined) {
        return undefined;
    }
    if (!URL.canParse(uri.value) || !["http:", "https:"].includes(new URL(uri.value).protocol)) {
        throw new ConfigurationError(`${placeText(uri.place)} is not an http or https URL`);
    }
    return assumedBy(settings, { base: { kind: "credentialsUri", uri }, roles: [] });
}

function ecsRole({ settings, find, profile }: Findings): Identity | undefined {
    const name = find("ecsRoleName");
    if (name !== undefined) {
        return assumedBy(settings, { base: { kind: "ecsRole", name }, roles: [] });
    }
    return profile === undefined ? undefined : assumedBy(settings, identityOfProfile(profile));
}

function oidcBlock({ settings, find }: Findings): Identity | undefined {
    return readBlock(settings, "assumeRoleWithOidc") === undefined
        ? undefined
        : assumedBy(settings, { base: { kind: "oidc", ...oidcRoleIn(settings, find) }, roles: [] });
}

/** With the stack's `assumeRole`, if it has one, as the last role. */
function assumedBy(settings: Settings, { base, roles }: Identity): Identity {
    const role = roleIn(finder(settings));
    return { base, roles: role === undefined ? roles : [...roles, role] };
}
