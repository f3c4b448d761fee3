import { ConfigurationError } from "../configuration";
import { type Attribute, type AttributeName, attributes, usableModes } from "./attributes";
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
        ...keys.slice(0, 1).map((key) => describeSource(sourceOfKey(config, key))),
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
        `Variables count ${whereVariablesCount}: those that a program writes into process.env do not reach the provider.`,
        "More is in docs/credentials.md of this package.",
    ].join("\n");
}

// Identity

export function noCredentials(config: ConfigSource, profiles: readonly string[]): ConfigurationError {
    return new ConfigurationError(
        `no Alibaba Cloud credentials are set; set one of these identities:\n${howToSetIdentity(config, profiles)}`,
    );
}

export function roleWithoutCredentials(
    role: ResolvedSetting,
    config: ConfigSource,
    profiles: readonly string[],
): ConfigurationError {
    return new ConfigurationError(
        `no credentials are set to assume the role from ${describeSource(role.source)}; set one of these identities:\n${howToSetIdentity(config, profiles)}`,
    );
}

export function fileWithoutProfile(file: ResolvedSetting, config: ConfigSource): ConfigurationError {
    return new ConfigurationError(
        `${describeSource(file.source)} names a file of CLI profiles, but no profile is chosen; set ${howToSet(config, "profile")}`,
    );
}

export function tokenWithoutKey(token: ResolvedSetting, config: ConfigSource): ConfigurationError {
    return new ConfigurationError(
        `there is a security token from ${describeSource(token.source)}, but no access key; set ${howToSet(config, "accessKeyId")}, and ${howToSet(config, "accessKeySecret")}`,
    );
}

export function secretWithoutId(secret: ResolvedSetting, config: ConfigSource): ConfigurationError {
    return new ConfigurationError(
        `there is a secret from ${describeSource(secret.source)}, but no access key ID; set ${howToSet(config, "accessKeyId")}`,
    );
}

export function idWithoutSecret(id: ResolvedSetting, config: ConfigSource): ConfigurationError {
    return new ConfigurationError(
        `there is an access key ID from ${describeSource(id.source)}, but no secret; set ${howToSet(config, "accessKeySecret")}`,
    );
}

export function invalidCredentialsUri(uri: ResolvedSetting): ConfigurationError {
    return new ConfigurationError(`${describeSource(uri.source)} is not an http or https URL`);
}

export function metadataDisabled(): ConfigurationError {
    return new ConfigurationError(
        "an ECS role is set, but the variable ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids requests to the metadata service; unset one of them",
    );
}

export function twoOidcTokens(file: ResolvedSetting, text: ResolvedSetting): ConfigurationError {
    return new ConfigurationError(
        `there are two OIDC tokens: a file from ${describeSource(file.source)}, and a text from ${describeSource(text.source)}; set only one of them`,
    );
}

export function incompleteOidcRole(
    given: ResolvedSetting | undefined,
    missing: readonly AttributeName[],
    config: ConfigSource,
): ConfigurationError {
    const from = given === undefined ? "" : ` from ${describeSource(given.source)}`;
    const hints = missing.map((name) => howToSet(config, name)).join(", and ");
    return new ConfigurationError(`the OIDC role${from} is incomplete; set ${hints}`);
}

export function invalidDuration(duration: ResolvedSetting): ConfigurationError {
    return new ConfigurationError(
        `${describeSource(duration.source)} is not a whole number of seconds from 900 to 43200`,
    );
}

// Structured configuration

/** The command line cannot set the arguments of a declared provider. */
function howToSetFields({ declared }: ConfigSource): string {
    return declared ? "" : "; set its fields with `pulumi config set --path`";
}

export function unstructuredBlock(block: SettingSource, config: ConfigSource): ConfigurationError {
    return new ConfigurationError(`${describeSource(block)} must be structured${howToSetFields(config)}`);
}

export function blockIsNoObject(block: SettingSource, config: ConfigSource): ConfigurationError {
    return new ConfigurationError(`${describeSource(block)} is not an object${howToSetFields(config)}`);
}

export function severalBlocks(block: SettingSource, count: number): ConfigurationError {
    return new ConfigurationError(`${describeSource(block)} is a list of ${count}; it must be one object`);
}

export function unknownField(block: SettingSource, fields: readonly string[]): ConfigurationError {
    return new ConfigurationError(
        `${describeSource(block)} has a field that is not supported; supported are ${fields.join(", ")}`,
    );
}

export function fieldIsNoText(field: SettingSource): ConfigurationError {
    return new ConfigurationError(`${describeSource(field)} is not text`);
}

export function severalValues(field: SettingSource, count: number): ConfigurationError {
    return new ConfigurationError(`${describeSource(field)} is given ${count} times with different values`);
}

// The CLI's file and its profiles

/** Names the CLI's own file, or the one at a path that is set. */
export function nameOfCliFile(path: ResolvedSetting | undefined): string {
    return path === undefined ? "the CLI's file" : `the file that ${describeSource(path.source)} names`;
}

export function noCliFile(path: ResolvedSetting | undefined, profile: ResolvedSetting): ConfigurationError {
    const file = path === undefined ? "the CLI's file ~/.aliyun/config.json" : nameOfCliFile(path);
    return new ConfigurationError(
        `${file} does not exist; it must have the profile from ${describeSource(profile.source)}`,
    );
}

export function unreadableCliFile(file: string, code: string): ConfigurationError {
    return new ConfigurationError(`${file} cannot be read: ${code}`);
}

export function cliFileIsNoJson(file: string): ConfigurationError {
    return new ConfigurationError(`${file} is not JSON, as the aliyun CLI writes it`);
}

export function cliFileWithoutProfiles(file: string): ConfigurationError {
    return new ConfigurationError(`${file} has no list of \`profiles\`, as the aliyun CLI writes it`);
}

export function noSuchProfile(file: string, wanted: ResolvedSetting, profiles: readonly string[]): ConfigurationError {
    return new ConfigurationError(
        `${file} has no profile ${quoted(wanted.value)}, which ${describeSource(wanted.source)} names; it has ${profiles.join(", ") || "none"}`,
    );
}

export function unknownMode(profile: string, mode: string): ConfigurationError {
    return new ConfigurationError(
        `the CLI profile ${quoted(profile)} has the unknown mode ${quoted(mode)}; usable are the modes ${usableModes.join(", ")}`,
    );
}

export function unusableMode(profile: NamedProfile): ConfigurationError {
    return new ConfigurationError(
        `${describeProfile(profile)}, cannot be used here; usable are the modes ${usableModes.join(", ")}`,
    );
}

export function missingMode(profile: string, field: string): ConfigurationError {
    return new ConfigurationError(
        `the CLI profile ${quoted(profile)} has \`${field}\`, but no \`mode\` that gives it a meaning; set its \`mode\``,
    );
}

export function missingField(profile: NamedProfile, field: string): ConfigurationError {
    return new ConfigurationError(`${describeProfile(profile)}, has no \`${field}\``);
}

export function profileCycle(profile: NamedProfile): ConfigurationError {
    return new ConfigurationError(`${describeProfile(profile)}, is its own \`source_profile\``);
}

export function differentStsHosts(field: ResolvedSetting, profile: string): ConfigurationError {
    return new ConfigurationError(
        `${describeSource(field.source)} differs from that of the CLI profile ${quoted(profile)}, which is chained to it; all roles of a chain use one STS host, so set the same in both`,
    );
}

export function oauthOutsideCliFile(profile: NamedProfile): ConfigurationError {
    return new ConfigurationError(
        `${describeProfile(profile)}, must be in ~/.aliyun/config.json, where its sign-in is renewed`,
    );
}

export function unknownOauthSite(site: ResolvedSetting): ConfigurationError {
    return new ConfigurationError(`${describeSource(site.source)} must be "CN" or "INTL"`);
}

// Endpoint, STS host and headers

export function unencryptedEndpoint(host: string, by: ResolvedSetting, { declared }: ConfigSource, key: string) {
    const allow = declared ? "set the provider's `allowHttp`" : `run \`pulumi config set ${key} true\``;
    return new ConfigurationError(
        `the endpoint http://${host} is not encrypted, because of ${describeSource(by.source)}; use https, or ${allow}`,
    );
}

export function endpointOfProfile(field: ResolvedSetting, config: ConfigSource, example: string): ConfigurationError {
    return new ConfigurationError(
        `${describeSource(field.source)} is not used here; set ${howToSet(config, "endpoint")}, such as ${example}`,
    );
}

export function unknownProtocol(protocol: ResolvedSetting): ConfigurationError {
    return new ConfigurationError(`${describeSource(protocol.source)} must be "HTTPS" or "HTTP"`);
}

export function invalidRegion(): ConfigurationError {
    return new ConfigurationError("no host can be made of the region; it must be one such as cn-hangzhou");
}

export function invalidHost({ value, source }: ResolvedSetting, example: string): ConfigurationError {
    const braces = /[{}]/.test(value) ? ", with the region itself in place of the braces" : "";
    return new ConfigurationError(
        `${describeSource(source)} must be a host or an http(s) URL without a path${braces}, such as ${example}`,
    );
}

export function unencryptedSts(host: ResolvedSetting): ConfigurationError {
    return new ConfigurationError(`${describeSource(host.source)} must be https, because keys come from that host`);
}

export function invalidHeader(value: ResolvedSetting): ConfigurationError {
    return new ConfigurationError(`${describeSource(value.source)} cannot be sent as a header`);
}
