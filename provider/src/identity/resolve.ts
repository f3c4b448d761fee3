import { type CliMode, type Mode, modes } from "./attributes";
import {
    type CliProfile,
    fieldOf,
    lookup,
    lookupInProfile,
    profileFor,
    profileIn,
    profileNames,
    requiredField,
} from "./cliProfiles";
import type { Base, Identity, OidcRole, Role } from "./identity";
import * as messages from "./messages";
import { type Lookup, lookupInEnvironment, lookupInSettings, readBlock, type Settings } from "./settings";
import { isConfigured, type ResolvedSetting } from "./sources";

/**
 * The identity of a resource's calls: of its own profile alone, or else the first kind that is set, in the order of
 * `@pulumi/alicloud`. A kind that is set in part is an error; the next kind does not replace it.
 */
export function identityFor(settings: Settings, profileArgument?: string): Identity {
    const profile = profileFor(settings, profileArgument);
    const identity =
        profile === undefined || profileArgument === undefined
            ? identityOfSettings(settings, profile)
            : identityOfProfile(profile);
    const isDisabled = settings.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED?.trim().toLowerCase() === "true";
    if (identity.base.kind === "ecsRole" && isDisabled) {
        throw messages.metadataDisabled();
    }
    return identity;
}

/** What each kind of identity is resolved from. */
interface Sources {
    readonly settings: Settings;
    readonly find: Lookup;
    readonly profile: CliProfile | undefined;
}

/** Each returns an identity, or nothing if nothing of its kind is set, or throws if it is set in part. */
const kinds: readonly ((sources: Sources) => Identity | undefined)[] = [
    accessKey,
    profileOfOtherMode,
    credentialsUri,
    ecsRole,
    oidcRole,
];

function identityOfSettings(settings: Settings, profile: CliProfile | undefined): Identity {
    const find = lookup(settings, profile);
    for (const kind of kinds) {
        const identity = kind({ settings, profile, find });
        if (identity !== undefined) {
            return identity;
        }
    }
    const role = find("roleArn");
    if (role !== undefined) {
        throw messages.roleWithoutCredentials(role, settings, profileNames(settings));
    }
    const file = find("credentialsFile");
    throw file === undefined
        ? messages.noCredentials(settings, profileNames(settings))
        : messages.fileWithoutProfile(file, settings);
}

function accessKey({ settings, find, profile }: Sources): Identity | undefined {
    const [id, secret] = [find("accessKeyId"), find("accessKeySecret")];
    const token = tokenOf(profile, id, find("securityToken"));
    if (id === undefined || secret === undefined) {
        if (id !== undefined) {
            throw messages.idWithoutSecret(id, settings);
        }
        if (secret !== undefined) {
            throw messages.secretWithoutId(secret, settings);
        }
        if (token !== undefined) {
            throw messages.tokenWithoutKey(token, settings);
        }
        return undefined;
    }
    if (profile?.mode === "StsToken" && id.source.kind === "profile" && token === undefined) {
        throw messages.missingField(profile, "sts_token");
    }
    const role = roleIn(find);
    if (profile?.mode === "RamRoleArn" && role === undefined) {
        throw messages.missingField(profile, "ram_role_arn");
    }
    const base: Base = {
        kind: "accessKey",
        accessKeyId: id,
        accessKeySecret: secret,
        ...(token && { securityToken: token }),
    };
    return { base, roles: role === undefined ? [] : [role] };
}

/** The token of a RamRoleArn profile belongs to the key beside it; `@pulumi/alicloud` sends that of StsToken with any key. */
function tokenOf(
    profile: CliProfile | undefined,
    id: ResolvedSetting | undefined,
    token: ResolvedSetting | undefined,
): ResolvedSetting | undefined {
    const isOfOtherKey =
        profile?.mode === "RamRoleArn" && token?.source.kind === "profile" && id?.source.kind !== "profile";
    return isOfOtherKey ? undefined : token;
}

/** The named profile, unless it gives the ECS role, which comes later. One that gives an access key lacks it: an error. */
function profileOfOtherMode({ settings, profile }: Sources): Identity | undefined {
    return profile === undefined || modes[profile.mode].gives === "ecsRole"
        ? undefined
        : withStackRole(settings, identityOfProfile(profile));
}

function credentialsUri({ settings, find }: Sources): Identity | undefined {
    const uri = find("credentialsUri");
    if (uri === undefined) {
        return undefined;
    }
    if (!URL.canParse(uri.value) || !["http:", "https:"].includes(new URL(uri.value).protocol)) {
        throw messages.invalidCredentialsUri(uri);
    }
    return withStackRole(settings, { base: { kind: "credentialsUri", uri }, roles: [] });
}

function ecsRole({ settings, find, profile }: Sources): Identity | undefined {
    const name = find("ecsRoleName");
    if (name !== undefined) {
        return withStackRole(settings, { base: { kind: "ecsRole", name }, roles: [] });
    }
    return profile && withStackRole(settings, identityOfProfile(profile));
}

/** The OIDC role of the block, or without a block that of the environment, where Kubernetes sets it. */
function oidcRole({ settings, find }: Sources): Identity | undefined {
    const hasBlock = readBlock(settings, "assumeRoleWithOidc") !== undefined;
    const findOidc = hasBlock ? find : lookupInEnvironment(settings);
    // A role alone is not an OIDC role: Kubernetes sets it with the other two.
    const isSet = (["oidcProviderArn", "oidcTokenFile", "oidcToken"] as const).some((name) => findOidc(name));
    return hasBlock || isSet
        ? withStackRole(settings, { base: { kind: "oidc", ...oidcRoleIn(settings, findOidc) }, roles: [] })
        : undefined;
}

/** Adds the stack's `assumeRole`, if there is one, as the last role. */
function withStackRole(settings: Settings, { base, roles }: Identity): Identity {
    const role = roleIn(lookupInSettings(settings));
    return { base, roles: role === undefined ? roles : [...roles, role] };
}

/** The identity of a profile alone: nothing of it comes from other sources. `chained` are the profiles that lead to it. */
function identityOfProfile(profile: CliProfile, chained: readonly string[] = []): Identity {
    if (chained.includes(profile.name)) {
        throw messages.profileCycle(profile);
    }
    const { gives, needs } = modes[profile.mode];
    if (gives === "nothing") {
        throw messages.unusableMode(profile);
    }
    for (const field of needs) {
        requiredField(profile, field);
    }
    switch (gives) {
        case "accessKey": {
            const role = roleIn(lookupInProfile(profile));
            return { base: keyOf(profile), roles: role === undefined ? [] : [role] };
        }
        case "ecsRole": {
            const name = fieldOf(profile, "ram_role_name");
            return { base: { kind: "ecsRole", ...(name === undefined ? { profile } : { name }) }, roles: [] };
        }
        case "oidc":
            return { base: { kind: "oidc", ...oidcRoleOf(profile) }, roles: [] };
        case "chainedRole":
            return chainedRole(profile, chained);
        case "cli":
            return { base: cliBase(profile), roles: [] };
    }
}

function keyOf(profile: CliProfile): Base {
    const token = lookupInProfile(profile)("securityToken");
    return {
        kind: "accessKey",
        accessKeyId: requiredField(profile, "access_key_id"),
        accessKeySecret: requiredField(profile, "access_key_secret"),
        ...(token && { securityToken: token }),
    };
}

function cliBase(profile: CliProfile): Base {
    const { mode, file } = profile;
    if (!isCliMode(mode)) {
        throw new Error(`${mode} is not a mode that the library runs`);
    }
    if (mode === "OAuth") {
        if (!file.isClis) {
            // The library saves the renewed sign-in in the CLI's file only; lost, it would sign the CLI out.
            throw messages.oauthOutsideCliFile(profile);
        }
        const site = requiredField(profile, "oauth_site_type");
        if (!/^(CN|INTL)$/i.test(site.value)) {
            throw messages.unknownOauthSite(site);
        }
    }
    return { kind: "cliProfile", mode, profile };
}

function isCliMode(mode: Mode): mode is CliMode {
    return modes[mode].gives === "cli";
}

/** The role of a ChainableRamRoleArn profile, assumed with the identity of its source profile. */
function chainedRole(profile: CliProfile, chained: readonly string[]): Identity {
    const source = profileIn(profile.file, requiredField(profile, "source_profile"));
    const { base, roles } = identityOfProfile(source, [...chained, profile.name]);
    if (roles.length > 0 || base.kind === "oidc") {
        checkSameSts(profile, source);
    }
    const externalId = fieldOf(profile, "external_id")?.value;
    const role: Role = {
        arn: requiredField(profile, "ram_role_arn"),
        ...sessionOf(fieldOf(profile, "ram_session_name"), fieldOf(profile, "expired_seconds")),
        ...(externalId !== undefined && { externalId }),
    };
    return { base, roles: [...roles, role] };
}

/** One STS host gives all sessions of a chain. */
function checkSameSts(profile: CliProfile, source: CliProfile): void {
    for (const name of ["sts_endpoint", "sts_region", "enable_vpc"]) {
        const field = fieldOf(source, name);
        if (field !== undefined && field.value !== fieldOf(profile, name)?.value) {
            throw messages.differentStsHosts(field, profile.name);
        }
    }
}

function roleIn(find: Lookup): Role | undefined {
    const arn = find("roleArn");
    if (arn === undefined) {
        return undefined;
    }
    const [policy, externalId] = [find("policy"), find("externalId")];
    // The external ID of a profile belongs to its role, and is not sent with the role of the stack.
    const isOfOtherRole = externalId?.source.kind === "profile" && arn.source.kind !== "profile";
    return {
        arn,
        ...sessionOf(find("sessionName"), find("sessionExpiration")),
        ...(policy && { policy: policy.value }),
        ...(externalId && !isOfOtherRole && { externalId: externalId.value }),
    };
}

function oidcRoleIn(settings: Settings, find: Lookup): OidcRole {
    const [arn, providerArn, policy] = [find("oidcRoleArn"), find("oidcProviderArn"), find("oidcPolicy")];
    const token = oidcTokenIn(find);
    if (arn === undefined || providerArn === undefined || token === undefined) {
        const missing = [
            ...(arn === undefined ? ["oidcRoleArn" as const] : []),
            ...(providerArn === undefined ? ["oidcProviderArn" as const] : []),
            ...(token === undefined ? ["oidcTokenFile" as const] : []),
        ];
        throw messages.incompleteOidcRole(arn ?? providerArn ?? token?.setting, missing, settings);
    }
    return {
        arn,
        providerArn,
        token,
        ...sessionOf(find("oidcSessionName"), find("oidcSessionExpiration")),
        ...(policy && { policy: policy.value }),
    };
}

/** The configuration goes before the environment, regardless of the token's form. */
function oidcTokenIn(find: Lookup): OidcRole["token"] | undefined {
    const [file, text] = [find("oidcTokenFile"), find("oidcToken")];
    if (file !== undefined && text !== undefined && file.source.kind === text.source.kind) {
        throw messages.twoOidcTokens(file, text);
    }
    if (text === undefined || (file !== undefined && isConfigured(file.source))) {
        return file && { kind: "file", setting: file };
    }
    return { kind: "text", setting: text };
}

function oidcRoleOf(profile: CliProfile): OidcRole {
    const duration = fieldOf(profile, "duration_seconds") ?? fieldOf(profile, "expired_seconds");
    return {
        arn: requiredField(profile, "ram_role_arn"),
        providerArn: requiredField(profile, "oidc_provider_arn"),
        token: { kind: "file", setting: requiredField(profile, "oidc_token_file") },
        ...sessionOf(fieldOf(profile, "ram_session_name"), duration),
    };
}

const defaultSessionName = "pulumi-alicloud-logstash";
const defaultDurationSeconds = 3600;

function sessionOf(name: ResolvedSetting | undefined, duration: ResolvedSetting | undefined) {
    const durationSeconds = duration === undefined ? defaultDurationSeconds : Number(duration.value);
    if (
        duration !== undefined &&
        !(Number.isInteger(durationSeconds) && durationSeconds >= 900 && durationSeconds <= 43_200)
    ) {
        throw messages.invalidDuration(duration);
    }
    return { sessionName: name?.value ?? defaultSessionName, durationSeconds };
}
