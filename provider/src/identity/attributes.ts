import { type Mode, modeNames } from "./mode";

/** Where one attribute of a call is looked for, in this order: stack configuration, environment, named profile. */
export interface Attribute {
    /** For messages. */
    readonly label: string;
    /** Whether a value gives access to something. */
    readonly secret?: true;
    /** @default text */
    readonly type?: "integer";
    /** Keys of the stack configuration without their namespace, in order; `block.name` is a field of a block. */
    readonly keys: readonly string[];
    /** In order; those of a block's field count only where the block itself is configured. */
    readonly variables: readonly string[];
    /** The field of a CLI profile, and the modes in which it counts. */
    readonly profile?: { readonly field: string; readonly modes: readonly Mode[] };
}

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
 * As `@pulumi/alicloud` 3.108 has them (terraform-provider-alicloud 1.289, `provider.go`), so that a stack which
 * configures that provider is the same identity here.
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
    /** The SDKs' name, which that provider does not read: asked after everything it does read. */
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
    /** These two are the SDKs' and the CLI's; `@pulumi/alicloud` does not read them. */
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
    /** The older name, which that provider reads after all of the other. */
    securityTransport: {
        label: "secure transport",
        keys: ["securityTransport"],
        variables: ["ALICLOUD_SECURITY_TRANSPORT", "ALIBABA_CLOUD_SECURITY_TRANSPORT"],
    },
} as const satisfies Readonly<Record<string, Attribute>>;

export type AttributeName = keyof typeof attributes;
