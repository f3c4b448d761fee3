import { ConfigurationError } from "../configuration";
import { modes } from "./attributes";
import {
    type CliProfile,
    fieldOf,
    lookup,
    lookupInProfile,
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
export function identityFor(settings: Settings, profile?: CliProfile): Identity {
    const identity = profile?.isOwn ? identityFromProfile(profile) : identityFromSettings(settings, profile);
    const isDisabled = settings.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED?.trim().toLowerCase() === "true";
    if (identity.base.kind === "ecsRole" && isDisabled) {
        throw new ConfigurationError(messages.metadataDisabled());
    }
    return identity;
}

/** What each kind of identity is resolved from. */
interface Sources {
    readonly settings: Settings;
    readonly find: Lookup;
    readonly profile: CliProfile | undefined;
}

/** Each kind gives nothing if nothing of it is set, and throws if it is set in part. */
function identityFromSettings(settings: Settings, profile: CliProfile | undefined): Identity {
    const find = lookup(settings, profile);
    const sources = { settings, find, profile };
    const identity =
        accessKey(sources) ??
        profileOfOtherMode(sources) ??
        credentialsUri(sources) ??
        ecsRole(sources) ??
        oidcRole(sources);
    if (identity !== undefined) {
        return identity;
    }
    const role = find("roleArn");
    if (role !== undefined) {
        throw new ConfigurationError(messages.roleWithoutCredentials(settings, role, profileNames(settings)));
    }
    const file = find("credentialsFile");
    throw new ConfigurationError(
        file === undefined
            ? messages.noCredentials(settings, profileNames(settings))
            : messages.fileWithoutProfile(settings, file),
    );
}

function accessKey({ settings, find, profile }: Sources): Identity | undefined {
    const [id, secret] = [find("accessKeyId"), find("accessKeySecret")];
    const token = tokenOfKey(id, find("securityToken"), profile);
    if (id !== undefined && secret === undefined) {
        throw new ConfigurationError(messages.idWithoutSecret(settings, id));
    }
    if (id === undefined && secret !== undefined) {
        throw new ConfigurationError(messages.secretWithoutId(settings, secret));
    }
    if (id === undefined && token !== undefined) {
        throw new ConfigurationError(messages.tokenWithoutKey(settings, token));
    }
    if (id === undefined || secret === undefined) {
        return undefined;
    }
    if (profile?.mode === "StsToken" && id.source.kind === "profile" && token === undefined) {
        throw new ConfigurationError(messages.missingField(profile, "sts_token"));
    }
    const role = roleFrom(find);
    if (profile?.mode === "RamRoleArn" && role === undefined) {
        throw new ConfigurationError(messages.missingField(profile, "ram_role_arn"));
    }
    const base: Base = {
        kind: "accessKey",
        accessKeyId: id,
        accessKeySecret: secret,
        ...(token && { securityToken: token }),
    };
    return { base, roles: role === undefined ? [] : [role] };
}

/**
 * The token to send with a key. That of a RamRoleArn profile fits only the key beside it, so another key is sent alone. That
 * of an StsToken profile goes with any key, because `@pulumi/alicloud` sends it so.
 */
function tokenOfKey(
    id: ResolvedSetting | undefined,
    token: ResolvedSetting | undefined,
    profile: CliProfile | undefined,
): ResolvedSetting | undefined {
    const isOfOtherKey =
        profile?.mode === "RamRoleArn" && token?.source.kind === "profile" && id?.source.kind !== "profile";
    return isOfOtherKey ? undefined : token;
}

/**
 * A profile for an access key is here only if it lacks the key, and the error says so. An EcsRamRole profile is left for later:
 * a credentials URI goes before it.
 */
function profileOfOtherMode({ settings, profile }: Sources): Identity | undefined {
    return profile === undefined || modes[profile.mode].gives === "ecsRole"
        ? undefined
        : withStackRole(settings, identityFromProfile(profile));
}

function credentialsUri({ settings, find }: Sources): Identity | undefined {
    const uri = find("credentialsUri");
    if (uri === undefined) {
        return undefined;
    }
    if (!URL.canParse(uri.value) || !["http:", "https:"].includes(new URL(uri.value).protocol)) {
        throw new ConfigurationError(messages.invalidCredentialsUri(uri));
    }
    return withStackRole(settings, { base: { kind: "credentialsUri", uri }, roles: [] });
}

function ecsRole({ settings, find, profile }: Sources): Identity | undefined {
    const name = find("ecsRoleName");
    if (name !== undefined) {
        return withStackRole(settings, { base: { kind: "ecsRole", name }, roles: [] });
    }
    // A profile that has given no identity yet is of mode EcsRamRole and names no role.
    return profile && withStackRole(settings, identityFromProfile(profile));
}

/** The OIDC role of the block, or without a block that of the environment, where Kubernetes sets it. */
function oidcRole({ settings, find }: Sources): Identity | undefined {
    const hasBlock = readBlock(settings, "assumeRoleWithOidc") !== undefined;
    const findOidc = hasBlock ? find : lookupInEnvironment(settings);
    // A role alone is not an OIDC role: Kubernetes sets it with the other two.
    const isSet = (["oidcProviderArn", "oidcTokenFile", "oidcToken"] as const).some((name) => findOidc(name));
    return hasBlock || isSet
        ? withStackRole(settings, { base: { kind: "oidc", ...oidcRoleFromSettings(settings, findOidc) }, roles: [] })
        : undefined;
}

/** Adds the stack's `assumeRole`, if there is one, as the last role. */
function withStackRole(settings: Settings, { base, roles }: Identity): Identity {
    const role = roleFrom(lookupInSettings(settings));
    return { base, roles: role === undefined ? roles : [...roles, role] };
}

/** The identity of a profile alone: nothing of it comes from other sources. `chained` are the profiles that lead to it. */
function identityFromProfile(profile: CliProfile, chained: readonly string[] = []): Identity {
    if (chained.includes(profile.name)) {
        throw new ConfigurationError(messages.profileCycle(profile));
    }
    const { gives, needs } = modes[profile.mode];
    if (gives === "nothing") {
        throw new ConfigurationError(messages.unusableMode(profile));
    }
    for (const field of needs) {
        requiredField(profile, field);
    }
    switch (gives) {
        case "accessKey": {
            const role = roleFrom(lookupInProfile(profile));
            return { base: keyFromProfile(profile), roles: role === undefined ? [] : [role] };
        }
        case "ecsRole": {
            const name = fieldOf(profile, "ram_role_name");
            return { base: { kind: "ecsRole", ...(name === undefined ? { profile } : { name }) }, roles: [] };
        }
        case "oidc":
            return { base: { kind: "oidc", ...oidcRoleFromProfile(profile) }, roles: [] };
        case "chainedRole":
            return chainedRole(profile, chained);
        case "cli":
            if (profile.mode === "OAuth") {
                checkOauth(profile);
            }
            return { base: { kind: "cliProfile", profile }, roles: [] };
    }
}

function keyFromProfile(profile: CliProfile): Base {
    const token = lookupInProfile(profile)("securityToken");
    return {
        kind: "accessKey",
        accessKeyId: requiredField(profile, "access_key_id"),
        accessKeySecret: requiredField(profile, "access_key_secret"),
        ...(token && { securityToken: token }),
    };
}

function checkOauth(profile: CliProfile): void {
    if (!profile.file.isClis) {
        // The library saves the renewed sign-in in the CLI's file only; lost, it would sign the CLI out.
        throw new ConfigurationError(messages.oauthOutsideCliFile(profile));
    }
    const site = requiredField(profile, "oauth_site_type");
    if (!/^(CN|INTL)$/i.test(site.value)) {
        throw new ConfigurationError(messages.unknownOauthSite(site));
    }
}

/** The role of a ChainableRamRoleArn profile, assumed with the identity of its source profile. */
function chainedRole(profile: CliProfile, chained: readonly string[]): Identity {
    const source = profileIn(profile.file, requiredField(profile, "source_profile"));
    const { base, roles } = identityFromProfile(source, [...chained, profile.name]);
    if (roles.length > 0 || base.kind === "oidc") {
        checkSameSts(profile, source);
    }
    const externalId = fieldOf(profile, "external_id")?.value;
    const role: Role = {
        arn: requiredField(profile, "ram_role_arn"),
        ...session(fieldOf(profile, "ram_session_name"), fieldOf(profile, "expired_seconds")),
        ...(externalId !== undefined && { externalId }),
    };
    return { base, roles: [...roles, role] };
}

/** One STS host gives all sessions of a chain. */
function checkSameSts(profile: CliProfile, source: CliProfile): void {
    for (const name of ["sts_endpoint", "sts_region", "enable_vpc"]) {
        const field = fieldOf(source, name);
        if (field !== undefined && field.value !== fieldOf(profile, name)?.value) {
            throw new ConfigurationError(messages.differentStsHosts(field, profile.name));
        }
    }
}

function roleFrom(find: Lookup): Role | undefined {
    const arn = find("roleArn");
    if (arn === undefined) {
        return undefined;
    }
    const [policy, externalId] = [find("policy"), find("externalId")];
    // The external ID of a profile belongs to its role, and is not sent with the role of the stack.
    const isOfOtherRole = externalId?.source.kind === "profile" && arn.source.kind !== "profile";
    return {
        arn,
        ...session(find("sessionName"), find("sessionExpiration")),
        ...(policy && { policy: policy.value }),
        ...(externalId && !isOfOtherRole && { externalId: externalId.value }),
    };
}

function oidcRoleFromSettings(settings: Settings, find: Lookup): OidcRole {
    const [arn, providerArn, policy] = [find("oidcRoleArn"), find("oidcProviderArn"), find("oidcPolicy")];
    const token = oidcTokenFrom(find);
    if (arn === undefined || providerArn === undefined || token === undefined) {
        const missing = [
            ...(arn === undefined ? ["oidcRoleArn" as const] : []),
            ...(providerArn === undefined ? ["oidcProviderArn" as const] : []),
            ...(token === undefined ? ["oidcTokenFile" as const] : []),
        ];
        throw new ConfigurationError(
            messages.incompleteOidcRole(settings, arn ?? providerArn ?? token?.setting, missing),
        );
    }
    return {
        arn,
        providerArn,
        token,
        ...session(find("oidcSessionName"), find("oidcSessionExpiration")),
        ...(policy && { policy: policy.value }),
    };
}

/** The configuration goes before the environment, regardless of the token's form. */
function oidcTokenFrom(find: Lookup): OidcRole["token"] | undefined {
    const [file, text] = [find("oidcTokenFile"), find("oidcToken")];
    if (file !== undefined && text !== undefined && file.source.kind === text.source.kind) {
        throw new ConfigurationError(messages.twoOidcTokens(file, text));
    }
    if (text === undefined || (file !== undefined && isConfigured(file.source))) {
        return file && { kind: "file", setting: file };
    }
    return { kind: "text", setting: text };
}

function oidcRoleFromProfile(profile: CliProfile): OidcRole {
    const duration = fieldOf(profile, "duration_seconds") ?? fieldOf(profile, "expired_seconds");
    return {
        arn: requiredField(profile, "ram_role_arn"),
        providerArn: requiredField(profile, "oidc_provider_arn"),
        token: { kind: "file", setting: requiredField(profile, "oidc_token_file") },
        ...session(fieldOf(profile, "ram_session_name"), duration),
    };
}

function session(name: ResolvedSetting | undefined, duration: ResolvedSetting | undefined) {
    const durationSeconds = Number(duration?.value ?? 3600);
    const isValid = Number.isInteger(durationSeconds) && durationSeconds >= 900 && durationSeconds <= 43_200;
    if (duration !== undefined && !isValid) {
        throw new ConfigurationError(messages.invalidDuration(duration));
    }
    return { sessionName: name?.value ?? "pulumi-alicloud-logstash", durationSeconds };
}
