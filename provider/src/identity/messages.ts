import { type Attribute, type AttributeName, attributes, ownKey, usableModes } from "./attributes";
import {
    type ConfigSource,
    describeProfile,
    describeSource,
    type NamedProfile,
    quoted,
    type ResolvedSetting,
    type SettingSource,
    sourceOfKey,
} from "./sources";

/** A program runs in another process than the provider, so what it writes into `process.env` does not reach the provider. */
const whereVariablesCount = "where `pulumi` is started";

/** The keys and variables that set an attribute: the first of each kind. */
export function howToSet(config: ConfigSource, name: AttributeName): string {
    const { keys, variables }: Attribute = attributes[name];
    const hints = [
        // The documented form of a field of `endpoints`, which is a list.
        ...keys
            .slice(0, 1)
            .map((key) => describeSource(sourceOfKey(config, key.replace(/^endpoints\./, "endpoints[0].")))),
        ...variables.slice(0, 1).map((variable) => `the variable ${variable} ${whereVariablesCount}`),
    ];
    return hints.join(" or ");
}

/** The same for a resource's region, which is an argument too. */
export function howToSetRegion({ namespace, declared }: ConfigSource): string {
    const key = declared ? "the provider's `region`" : `\`pulumi config set ${namespace}:region …\``;
    return `\`region\`, ${key}, or the variable ALIBABA_CLOUD_REGION ${whereVariablesCount}`;
}

/** No identity is set. Each line names one that the user can set; `profiles` are the quoted names in the CLI's file. */
function howToSetIdentity({ namespace, declared }: ConfigSource, profiles: readonly string[]): string {
    const [role, key] = declared
        ? ["the provider's `ecsRoleName`", "  in the program: the provider's `accessKey` and `secretKey`"]
        : [
              `\`pulumi config set ${namespace}:ecsRoleName …\``,
              `  in the stack: \`pulumi config set ${namespace}:accessKey …\` and \`pulumi config set --secret ${namespace}:secretKey …\``,
          ];
    const inFile = profiles.length === 0 ? "" : `; its file has ${profiles.join(", ")}`;
    return [
        `  on a laptop: \`export ALIBABA_CLOUD_PROFILE=NAME\`, with a profile of the aliyun CLI${inFile}`,
        "  in CI: the variables ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "    (with temporary credentials also ALIBABA_CLOUD_SECURITY_TOKEN)",
        `  on ECS: ${role} with the RAM role of the instance, or the variable ALIBABA_CLOUD_ECS_METADATA`,
        "  in Kubernetes: the variables ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and",
        "    ALIBABA_CLOUD_OIDC_TOKEN_FILE, as RRSA sets them",
        key,
        `Set variables ${whereVariablesCount}: the provider does not see what a program writes into process.env.`,
        "See docs/credentials.md in this package.",
    ].join("\n");
}

// Identity

export function noCredentials(config: ConfigSource, profiles: readonly string[]): string {
    return `no Alibaba Cloud credentials are set; set one of these identities:\n${howToSetIdentity(config, profiles)}`;
}

export function roleWithoutCredentials(
    config: ConfigSource,
    role: ResolvedSetting,
    profiles: readonly string[],
): string {
    return `no credentials are set to assume the role from ${describeSource(role.source)}; set one of these identities:\n${howToSetIdentity(config, profiles)}`;
}

export function fileWithoutProfile(config: ConfigSource, file: ResolvedSetting): string {
    return `${describeSource(file.source)} names a file of CLI profiles, but no profile is chosen; set ${howToSet(config, "profile")}`;
}

export function tokenWithoutKey(config: ConfigSource, token: ResolvedSetting): string {
    return `there is a security token from ${describeSource(token.source)}, but no access key; set ${howToSet(config, "accessKeyId")}, and ${howToSet(config, "accessKeySecret")}`;
}

export function secretWithoutId(config: ConfigSource, secret: ResolvedSetting): string {
    return `there is a secret from ${describeSource(secret.source)}, but no access key ID; set ${howToSet(config, "accessKeyId")}`;
}

export function idWithoutSecret(config: ConfigSource, id: ResolvedSetting): string {
    return `there is an access key ID from ${describeSource(id.source)}, but no secret; set ${howToSet(config, "accessKeySecret")}`;
}

export function invalidCredentialsUri(uri: ResolvedSetting): string {
    return `${describeSource(uri.source)} is not an http or https URL`;
}

export function metadataDisabled(): string {
    return "an ECS role is set, but the variable ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids requests to the metadata service; unset one of them";
}

export function twoOidcTokens(file: ResolvedSetting, text: ResolvedSetting): string {
    return `there are two OIDC tokens: a file from ${describeSource(file.source)}, and a text from ${describeSource(text.source)}; set only one of them`;
}

export function incompleteOidcRole(
    config: ConfigSource,
    given: ResolvedSetting | undefined,
    missing: readonly AttributeName[],
): string {
    const from = given === undefined ? "" : ` from ${describeSource(given.source)}`;
    const hints = missing.map((name) => howToSet(config, name)).join(", and ");
    return `the OIDC role${from} is incomplete; set ${hints}`;
}

export function invalidDuration(duration: ResolvedSetting): string {
    return `${describeSource(duration.source)} is not a whole number of seconds from 900 to 43200`;
}

// Structured configuration

export function invalidBlock({ declared }: ConfigSource, block: SettingSource): string {
    // The command line cannot set the arguments of a declared provider.
    const howToSetFields = declared ? "" : "; set its fields with `pulumi config set --path`";
    return `${describeSource(block)} must be an object${howToSetFields}`;
}

export function unknownField(block: SettingSource, fields: readonly string[]): string {
    return `${describeSource(block)} has a field that is not supported; supported are ${fields.join(", ")}`;
}

export function fieldIsNoText(field: SettingSource): string {
    return `${describeSource(field)} is not text`;
}

export function severalValues(field: SettingSource, count: number): string {
    return `${describeSource(field)} is given ${count} times with different values`;
}

// The CLI's file and its profiles

/** Names the CLI's own file, or the one at a path that is set. */
export function nameOfCliFile(path: ResolvedSetting | undefined): string {
    return path === undefined ? "the CLI's file" : `the file that ${describeSource(path.source)} names`;
}

export function noCliFile(path: ResolvedSetting | undefined, profile: ResolvedSetting): string {
    const file = path === undefined ? "the CLI's file ~/.aliyun/config.json" : nameOfCliFile(path);
    return `${file} does not exist; it must have the profile from ${describeSource(profile.source)}`;
}

export function unreadableCliFile(file: string, code: string): string {
    return `${file} cannot be read: ${code}`;
}

export function cliFileIsNoJson(file: string): string {
    return `${file} is not JSON, as the aliyun CLI writes it`;
}

export function cliFileWithoutProfiles(file: string): string {
    return `${file} has no list of \`profiles\`, as the aliyun CLI writes it`;
}

export function noSuchProfile(file: string, wanted: ResolvedSetting, profiles: readonly string[]): string {
    return `${file} has no profile ${quoted(wanted.value)}, which ${describeSource(wanted.source)} names; it has ${profiles.join(", ") || "none"}`;
}

export function unknownMode(profile: string, mode: string): string {
    return `the CLI profile ${quoted(profile)} has the unknown mode ${quoted(mode)}; usable are the modes ${usableModes.join(", ")}`;
}

export function unusableMode(profile: NamedProfile): string {
    return `${describeProfile(profile)}, cannot be used here; usable are the modes ${usableModes.join(", ")}`;
}

export function missingMode(profile: string, field: string): string {
    return `the CLI profile ${quoted(profile)} has \`${field}\`, but no \`mode\` that gives it a meaning; set its \`mode\``;
}

export function missingField(profile: NamedProfile, field: string): string {
    return `${describeProfile(profile)}, has no \`${field}\``;
}

export function profileCycle(profile: NamedProfile): string {
    return `${describeProfile(profile)}, is its own \`source_profile\``;
}

export function differentStsHosts(field: ResolvedSetting, profile: string): string {
    return `${describeSource(field.source)} differs from that of the CLI profile ${quoted(profile)}, which is chained to it; all roles of a chain use one STS host, so set the same in both`;
}

export function oauthOutsideCliFile(profile: NamedProfile): string {
    return `${describeProfile(profile)}, must be in ~/.aliyun/config.json, where its sign-in is renewed`;
}

export function unknownOauthSite(site: ResolvedSetting): string {
    return `${describeSource(site.source)} must be "CN" or "INTL"`;
}

// Endpoint, STS host and headers

export function unencryptedEndpoint({ declared }: ConfigSource, host: string, by: ResolvedSetting): string {
    const allow = declared ? "set the provider's `allowHttp`" : `run \`pulumi config set ${ownKey("allowHttp")} true\``;
    return `the endpoint http://${host} is not encrypted, because of ${describeSource(by.source)}; use https, or ${allow}`;
}

export function endpointOfProfile(config: ConfigSource, field: ResolvedSetting, example: string): string {
    return `${describeSource(field.source)} is not used here; set ${howToSet(config, "endpoint")}, such as ${example}`;
}

export function unknownProtocol(protocol: ResolvedSetting): string {
    return `${describeSource(protocol.source)} must be "HTTPS" or "HTTP"`;
}

export function invalidHost({ value, source }: ResolvedSetting, example: string): string {
    const braces = /[{}]/.test(value) ? ", with the region itself in place of the braces" : "";
    return `${describeSource(source)} must be a host or an http(s) URL without a path${braces}, such as ${example}`;
}

export function unencryptedSts(host: ResolvedSetting): string {
    return `${describeSource(host.source)} must be https, because keys come from that host`;
}

export function invalidHeader(value: ResolvedSetting): string {
    return `${describeSource(value.source)} cannot be sent as a header`;
}
