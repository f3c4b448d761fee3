/** What a CLI profile of one mode provides. */
interface ModeRule {
    /** The identity. `@alicloud/credentials` runs the modes that give `cli`, as the CLI does. */
    readonly gives: "accessKey" | "ecsRole" | "oidc" | "chainedRole" | "cli" | "nothing";
    /** The fields that the profile must have. */
    readonly needs: readonly string[];
}

const key = ["access_key_id", "access_key_secret"];

/** The modes of a profile in the `aliyun` CLI's file (`config/profile.go` of aliyun-cli). */
export const modes = {
    AK: { gives: "accessKey", needs: key },
    StsToken: { gives: "accessKey", needs: [...key, "sts_token"] },
    RamRoleArn: { gives: "accessKey", needs: [...key, "ram_role_arn"] },
    EcsRamRole: { gives: "ecsRole", needs: [] },
    OIDC: { gives: "oidc", needs: ["oidc_provider_arn", "oidc_token_file", "ram_role_arn"] },
    ChainableRamRoleArn: { gives: "chainedRole", needs: ["source_profile", "ram_role_arn"] },
    CloudSSO: {
        gives: "cli",
        needs: ["cloud_sso_sign_in_url", "cloud_sso_account_id", "cloud_sso_access_config", "access_token"],
    },
    External: { gives: "cli", needs: ["process_command"] },
    OAuth: { gives: "cli", needs: ["oauth_site_type", "oauth_refresh_token"] },
    RsaKeyPair: { gives: "nothing", needs: ["private_key", "key_pair_name"] },
    RamRoleArnWithRoleName: { gives: "nothing", needs: ["ram_role_name", "ram_role_arn"] },
    CredentialsURI: { gives: "nothing", needs: ["credentials_uri"] },
    BearerToken: { gives: "nothing", needs: ["bearer_token"] },
    Anonymous: { gives: "nothing", needs: [] },
} satisfies Readonly<Record<string, ModeRule>>;

export type Mode = keyof typeof modes;

const modeNames = Object.keys(modes) as Mode[];

/** The modes that give an identity here. */
export const usableModes: readonly Mode[] = modeNames.filter((mode) => modes[mode].gives !== "nothing");

/** The fields that an access key does not use. A profile without a mode must not have one: its purpose is unclear. */
export const fieldsThatNeedMode: readonly string[] = Object.values(modes)
    .flatMap(({ needs }) => needs)
    .filter((field) => ![...key, "sts_token"].includes(field));

/** Where one attribute of a call comes from, in this order: stack configuration, environment, named profile. */
export interface Attribute {
    /** For the schema's documentation. */
    readonly label: string;
    /** Whether a value grants access to something. */
    readonly secret?: true;
    /** The type in the plugin's schema, if it is not a string. */
    readonly type?: "integer";
    /** Keys of the stack configuration without their namespace, in order; `block.name` is a field of a block. */
    readonly keys: readonly string[];
    /** In order. The variables of a block's field are read only if the block itself is configured. */
    readonly variables: readonly string[];
    /** The field of a CLI profile, and the modes in which it is read. */
    readonly profile?: { readonly field: string; readonly modes: readonly Mode[] };
}

/** A key in a profile of these modes is a leftover of another mode, and signs nothing. */
const keyless: readonly Mode[] = [
    "EcsRamRole",
    "ChainableRamRoleArn",
    "CloudSSO",
    "External",
    "OAuth",
    "BearerToken",
    "Anonymous",
];
const modesWithKey = modeNames.filter((mode) => !keyless.includes(mode));

/**
 * The attributes of `@pulumi/alicloud` 3.108 (terraform-provider-alicloud 1.289, `provider.go`). A stack that configures
 * that provider is the same identity here.
 */
export const attributes = {
    accessKeyId: {
        label: "access key ID",
        secret: true,
        keys: ["accessKey"],
        variables: ["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"],
        profile: { field: "access_key_id", modes: modesWithKey },
    },
    accessKeySecret: {
        label: "secret",
        secret: true,
        keys: ["secretKey"],
        variables: ["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"],
        profile: { field: "access_key_secret", modes: modesWithKey },
    },
    securityToken: {
        label: "security token",
        secret: true,
        keys: ["securityToken"],
        variables: ["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"],
        profile: { field: "sts_token", modes: ["StsToken", "RamRoleArn"] },
    },
    region: {
        label: "region",
        keys: ["region"],
        variables: ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"],
        profile: { field: "region_id", modes: modeNames },
    },
    /** The SDKs' name of the region. `@pulumi/alicloud` does not read it, so it comes after all that provider reads. */
    sdkRegion: { label: "region", keys: [], variables: ["ALIBABA_CLOUD_REGION_ID"] },
    ecsRoleName: {
        label: "ECS role",
        keys: ["ecsRoleName"],
        variables: ["ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"],
        profile: { field: "ram_role_name", modes: ["EcsRamRole"] },
    },
    credentialsUri: {
        label: "credentials URI",
        keys: ["credentialsUri"],
        variables: ["ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"],
    },
    profile: {
        label: "CLI profile",
        keys: ["profile"],
        variables: ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"],
    },
    credentialsFile: {
        label: "file of CLI profiles",
        keys: ["sharedCredentialsFile"],
        variables: ["ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"],
    },
    roleArn: {
        label: "role to assume",
        keys: ["assumeRole.roleArn"],
        variables: ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"],
        profile: { field: "ram_role_arn", modes: ["RamRoleArn"] },
    },
    sessionName: {
        label: "session name",
        keys: ["assumeRole.sessionName"],
        variables: ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"],
        profile: { field: "ram_session_name", modes: ["RamRoleArn"] },
    },
    sessionExpiration: {
        label: "session's duration",
        type: "integer",
        keys: ["assumeRole.sessionExpiration"],
        variables: ["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"],
        profile: { field: "expired_seconds", modes: ["RamRoleArn"] },
    },
    policy: { label: "session's policy", keys: ["assumeRole.policy"], variables: [] },
    externalId: {
        label: "external ID",
        keys: ["assumeRole.externalId"],
        variables: [],
        profile: { field: "external_id", modes: ["RamRoleArn"] },
    },
    oidcProviderArn: {
        label: "OIDC provider",
        keys: ["assumeRoleWithOidc.oidcProviderArn"],
        variables: ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"],
    },
    oidcRoleArn: {
        label: "OIDC role",
        keys: ["assumeRoleWithOidc.roleArn"],
        variables: ["ALIBABA_CLOUD_ROLE_ARN"],
    },
    oidcTokenFile: {
        label: "OIDC token's file",
        keys: ["assumeRoleWithOidc.oidcTokenFile"],
        variables: ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"],
    },
    oidcToken: {
        label: "OIDC token",
        secret: true,
        keys: ["assumeRoleWithOidc.oidcToken"],
        variables: ["ALIBABA_CLOUD_OIDC_TOKEN"],
    },
    oidcSessionName: {
        label: "session name",
        keys: ["assumeRoleWithOidc.roleSessionName"],
        variables: ["ALIBABA_CLOUD_ROLE_SESSION_NAME"],
    },
    oidcPolicy: { label: "session's policy", keys: ["assumeRoleWithOidc.policy"], variables: [] },
    oidcSessionExpiration: {
        label: "session's duration",
        type: "integer",
        keys: ["assumeRoleWithOidc.sessionExpiration"],
        variables: [],
    },
    stsHost: {
        label: "STS host",
        keys: ["endpoints.sts"],
        variables: ["ALIBABA_CLOUD_STS_ENDPOINT"],
        profile: { field: "sts_endpoint", modes: modeNames },
    },
    /** This attribute and `stsInVpc` belong to the SDKs and the CLI; `@pulumi/alicloud` does not read them. */
    stsRegion: {
        label: "region of the STS host",
        keys: [],
        variables: ["ALIBABA_CLOUD_STS_REGION"],
        profile: { field: "sts_region", modes: modeNames },
    },
    stsInVpc: {
        label: "STS host of the VPC",
        keys: [],
        variables: ["ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"],
        profile: { field: "enable_vpc", modes: modeNames },
    },
    endpoint: {
        label: "endpoint",
        keys: ["endpoints.elasticsearch"],
        variables: ["ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH"],
    },
    protocol: { label: "protocol", keys: ["protocol"], variables: [] },
    sourceIp: {
        label: "source IP",
        keys: ["sourceIp"],
        variables: ["ALICLOUD_SOURCE_IP", "ALIBABA_CLOUD_SOURCE_IP"],
    },
    secureTransport: {
        label: "secure transport",
        keys: ["secureTransport"],
        variables: ["ALICLOUD_SECURE_TRANSPORT", "ALIBABA_CLOUD_SECURE_TRANSPORT"],
    },
    /** The older name of `secureTransport`; `@pulumi/alicloud` reads it after all names of the newer one. */
    securityTransport: {
        label: "secure transport",
        keys: ["securityTransport"],
        variables: ["ALICLOUD_SECURITY_TRANSPORT", "ALIBABA_CLOUD_SECURITY_TRANSPORT"],
    },
} satisfies Readonly<Record<string, Attribute>>;

export type AttributeName = keyof typeof attributes;

/** The namespace of this package's own keys, and of all keys of the plugin. */
export const ownNamespace = "alicloud-logstash";

/** Settings that `@pulumi/alicloud` does not have. */
export const ownKeys = {
    requestsPerSecond: {
        type: "integer",
        label: "The most requests a second, all resources together; 90 by default, for the service allows 100",
    },
    allowHttp: { type: "boolean", label: "Whether plain http is allowed to other hosts than this one" },
} as const;

/** The full key of one of this package's own settings. */
export function ownKey(name: keyof typeof ownKeys): string {
    return `${ownNamespace}:${name}`;
}

/** The arguments of the plugin's provider: the keys of `@pulumi/alicloud` that are used here, and this package's own. */
export const providerKeys: readonly string[] = [
    ...new Set([
        ...Object.values(attributes)
            .flatMap(({ keys }) => keys)
            .map((path) => path.replace(/\..*/, "")),
        ...Object.keys(ownKeys),
    ]),
];
