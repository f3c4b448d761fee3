import { ConfigurationError } from "../configuration";
import { readBlock } from "./block";
import { namedProfile, ownProfile, profileNames } from "./cliFile";
import type { CliProfile } from "./cliProfile";
import { type Finder, finder, finderInEnvironment, howToSet, whereVariablesCount } from "./finder";
import { type Base, type Identity, profileText } from "./identity";
import { modes } from "./mode";
import { describeSource, type ResolvedSetting } from "./place";
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
            ? identityOfSettings(settings)
            : identityOfProfile(ownProfile(settings, profileArgument));
    const isForbidden = settings.env.ALIBABA_CLOUD_ECS_METADATA_DISABLED?.trim().toLowerCase() === "true";
    if (identity.base.kind === "ecsRole" && isForbidden) {
        throw new ConfigurationError(
            "an ECS role is set, and ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids to ask for it",
        );
    }
    return identity;
}

/** The profile that takes part in a resource's calls: its own, or the one that the settings name. */
export function profileFor(settings: Settings, profileArgument?: string): CliProfile | undefined {
    return profileArgument === undefined ? namedProfile(settings) : ownProfile(settings, profileArgument);
}

/** What to say where nothing is set: nothing that merely happens to be on a machine signs a call. */
export function howToNameIdentity(settings: Settings): string {
    const { namespace, declared } = settings;
    const names = profileNames(settings);
    const [role, key] = declared
        ? ["the provider's `ecsRoleName`", "  in the program: the provider's `accessKey` and `secretKey`"]
        : [
              `\`pulumi config set ${namespace}:ecsRoleName …\``,
              `  in the stack: \`pulumi config set ${namespace}:accessKey …\` and ` +
                  `\`pulumi config set --secret ${namespace}:secretKey …\``,
          ];
    return [
        "no Alibaba Cloud credentials are set; name an identity in one of these ways:",
        "  on a laptop: `export ALIBABA_CLOUD_PROFILE=NAME`, with a profile of the aliyun CLI" +
            (names.length === 0 ? "" : `; its file has ${names.join(", ")}`),
        "  in CI: the variables ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "    (with temporary credentials also ALIBABA_CLOUD_SECURITY_TOKEN)",
        `  on ECS: ${role} with the RAM role of the instance, or the variable ALIBABA_CLOUD_ECS_METADATA`,
        "  in Kubernetes: the variables ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and",
        "    ALIBABA_CLOUD_OIDC_TOKEN_FILE, as RRSA sets them",
        key,
        `Variables count ${whereVariablesCount}: those that a program writes into process.env do not arrive here.`,
        "More is in docs/credentials.md of this package.",
    ].join("\n");
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
    oidcRole,
];

/** The identity that is set. None at all is an error, and so is one that is set in part. */
function identityOfSettings(settings: Settings): Identity {
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
            `there are no credentials to assume the role from ${describeSource(role.source)} with\n` +
                howToNameIdentity(settings),
        );
    }
    const file = findings.find("credentialsFile");
    if (file !== undefined) {
        throw new ConfigurationError(
            `${describeSource(file.source)} names a file of CLI profiles, and no profile is chosen; ` +
                `set ${howToSet(settings, "profile")}`,
        );
    }
    throw new ConfigurationError(howToNameIdentity(settings));
}

function accessKey({ settings, find, profile }: Findings): Identity | undefined {
    const [id, secret] = [find("accessKeyId"), find("accessKeySecret")];
    const token = tokenOf(profile, id, find("securityToken"));
    if (id === undefined && secret === undefined) {
        if (token !== undefined) {
            throw new ConfigurationError(
                `there is a security token from ${describeSource(token.source)}, and no access key; ` +
                    `set ${howToSet(settings, "accessKeyId")}, and ${howToSet(settings, "accessKeySecret")}`,
            );
        }
        return undefined;
    }
    if (id === undefined || secret === undefined) {
        throw halfKey(settings, id, secret);
    }
    if (profile?.mode === "StsToken" && id.source.kind === "profile" && token === undefined) {
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

/** The token of a RamRoleArn profile belongs to the key beside it; of StsToken `@pulumi/alicloud` takes it for any key. */
function tokenOf(
    profile: CliProfile | undefined,
    id: ResolvedSetting | undefined,
    token: ResolvedSetting | undefined,
): ResolvedSetting | undefined {
    const isOfOtherKey =
        profile?.mode === "RamRoleArn" && token?.source.kind === "profile" && id?.source.kind !== "profile";
    return isOfOtherKey ? undefined : token;
}

function halfKey(
    settings: Settings,
    id: ResolvedSetting | undefined,
    secret: ResolvedSetting | undefined,
): ConfigurationError {
    const [has, found, lacks] =
        id === undefined
            ? (["a secret", secret, "accessKeyId"] as const)
            : (["an access key ID", id, "accessKeySecret"] as const);
    const from = found === undefined ? "" : ` from ${describeSource(found.source)}`;
    const other = lacks === "accessKeyId" ? "access key ID" : "secret";
    return new ConfigurationError(
        `there is ${has}${from}, and no ${other}: half of an access key; set ${howToSet(settings, lacks)}`,
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
        throw new ConfigurationError(`${describeSource(uri.source)} is not an http or https URL`);
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

/** That of the block, or without one that of the environment, where Kubernetes sets it. A role alone is none. */
function oidcRole({ settings, find }: Findings): Identity | undefined {
    const inEnvironment = finderInEnvironment(settings);
    const isBlock = readBlock(settings, "assumeRoleWithOidc") !== undefined;
    const isSet =
        isBlock ||
        (["oidcProviderArn", "oidcTokenFile", "oidcToken"] as const).some((name) => inEnvironment(name) !== undefined);
    const role = isSet ? oidcRoleIn(settings, isBlock ? find : inEnvironment) : undefined;
    return role && assumedBy(settings, { base: { kind: "oidc", ...role }, roles: [] });
}

/** With the stack's `assumeRole`, if it has one, as the last role. */
function assumedBy(settings: Settings, { base, roles }: Identity): Identity {
    const role = roleIn(finder(settings));
    return { base, roles: role === undefined ? roles : [...roles, role] };
}
