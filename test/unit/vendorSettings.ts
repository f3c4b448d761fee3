/** What a setting that the vendor's tools understand does in the calls of this package. */
export type Verdict =
    | "used"
    /** An error names it where it is set, since leaving it out could mean another identity or host. */
    | "refused"
    /** It has no part in these calls. */
    | "no part";

/** When the lists below were compared with their sources. */
export const reviewed = "2026-11-27";

/** The fields of `Profile` in aliyun-cli, `config/profile.go` of 2026-07-30. */
export const profileFields: Readonly<Record<string, Verdict>> = {
    name: "used",
    mode: "used",
    access_key_id: "used",
    access_key_secret: "used",
    sts_token: "used",
    sts_region: "used",
    sts_endpoint: "used",
    ram_role_name: "used",
    ram_role_arn: "used",
    ram_session_name: "used",
    external_id: "used",
    source_profile: "used",
    private_key: "refused",
    key_pair_name: "refused",
    expired_seconds: "used",
    verified: "no part",
    region_id: "used",
    output_format: "no part",
    language: "no part",
    site: "no part",
    read_timeout: "no part",
    connect_timeout: "no part",
    retry_count: "no part",
    process_command: "used",
    credentials_uri: "refused",
    oidc_provider_arn: "used",
    oidc_token_file: "used",
    cloud_sso_sign_in_url: "used",
    access_token: "used",
    cloud_sso_access_token_expire: "used",
    sts_expiration: "no part",
    cloud_sso_access_config: "used",
    cloud_sso_account_id: "used",
    oauth_access_token: "used",
    oauth_refresh_token: "used",
    oauth_access_token_expire: "used",
    oauth_refresh_token_expire: "no part",
    oauth_site_type: "used",
    endpoint_type: "refused",
    endpoint: "refused",
    external_account_type: "no part",
    auto_plugin_install: "no part",
    auto_plugin_install_enable_pre: "no part",
    bearer_token: "refused",
    bearer_token_header_key: "no part",
};

/** The fields that `@alicloud/credentials` reads besides. */
export const libraryFields: Readonly<Record<string, Verdict>> = {
    enable_vpc: "used",
    duration_seconds: "used",
};

/** The version of `@alicloud/credentials` that its lists are of. */
export const libraryVersion = "2.4.7";

/** The variables of `@alicloud/credentials`. */
export const libraryVariables: Readonly<Record<string, Verdict>> = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: "used",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "used",
    ALIBABA_CLOUD_SECURITY_TOKEN: "used",
    // These turn off or tune parts of the default chain, which signs nothing here.
    ALIBABA_CLOUD_CLI_PROFILE_DISABLED: "no part",
    ALIBABA_CLOUD_ECS_IMDSV2_ENABLE: "no part",
    ALIBABA_CLOUD_CREDENTIALS_FILE: "used",
    ALIBABA_CLOUD_CREDENTIALS_URI: "used",
    ALIBABA_CLOUD_ECS_METADATA: "used",
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "used",
    ALIBABA_CLOUD_IMDSV1_DISABLED: "used",
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "used",
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: "used",
    ALIBABA_CLOUD_PROFILE: "used",
    ALIBABA_CLOUD_ROLE_ARN: "used",
    ALIBABA_CLOUD_ROLE_SESSION_NAME: "used",
    ALIBABA_CLOUD_STS_REGION: "used",
    ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "used",
    HOME: "used",
};

/** Those of them that are read after the settings are resolved: by the library itself, and by `os.homedir()`. */
export const readLater = ["ALIBABA_CLOUD_IMDSV1_DISABLED", "HOME"];

/** The variables of terraform-provider-alicloud, `alicloud/provider.go` of 2026-08-21 (1.289). */
export const terraformVariables: Readonly<Record<string, Verdict>> = {
    ALICLOUD_ACCESS_KEY: "used",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "used",
    ALIBABACLOUD_ACCESS_KEY_ID: "used",
    ALICLOUD_SECRET_KEY: "used",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "used",
    ALIBABACLOUD_ACCESS_KEY_SECRET: "used",
    ALICLOUD_SECURITY_TOKEN: "used",
    ALIBABA_CLOUD_SECURITY_TOKEN: "used",
    ALIBABACLOUD_SECURITY_TOKEN: "used",
    ALICLOUD_ECS_ROLE_NAME: "used",
    ALIBABA_CLOUD_ECS_METADATA: "used",
    ALICLOUD_REGION: "used",
    ALIBABA_CLOUD_REGION: "used",
    ALICLOUD_ACCOUNT_ID: "no part",
    ALIBABA_CLOUD_ACCOUNT_ID: "no part",
    ALIBABA_CLOUD_ACCOUNT_TYPE: "no part",
    ALICLOUD_SHARED_CREDENTIALS_FILE: "used",
    ALIBABA_CLOUD_CREDENTIALS_FILE: "used",
    ALICLOUD_PROFILE: "used",
    ALIBABA_CLOUD_PROFILE: "used",
    ALICLOUD_SKIP_REGION_VALIDATION: "no part",
    TF_APPEND_USER_AGENT: "no part",
    // `timeoutSeconds` is in the place of these three.
    CLIENT_READ_TIMEOUT: "no part",
    CLIENT_CONNECT_TIMEOUT: "no part",
    MAX_RETRY_TIMEOUT: "no part",
    ALICLOUD_SOURCE_IP: "used",
    ALIBABA_CLOUD_SOURCE_IP: "used",
    ALICLOUD_SECURITY_TRANSPORT: "used",
    ALIBABA_CLOUD_SECURITY_TRANSPORT: "used",
    ALICLOUD_SECURE_TRANSPORT: "used",
    ALIBABA_CLOUD_SECURE_TRANSPORT: "used",
    ALICLOUD_CREDENTIALS_URI: "used",
    ALIBABA_CLOUD_CREDENTIALS_URI: "used",
    ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION: "used",
    ALICLOUD_ASSUME_ROLE_ARN: "used",
    ALIBABA_CLOUD_ROLE_ARN: "used",
    ALICLOUD_ASSUME_ROLE_SESSION_NAME: "used",
    ALIBABA_CLOUD_ROLE_SESSION_NAME: "used",
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "used",
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: "used",
    ALIBABA_CLOUD_OIDC_TOKEN: "used",
};

/** Variables of the same tools that are in neither list: of the CLI, of other SDKs, of `connectivity/endpoint.go`. */
export const otherVariables: Readonly<Record<string, Verdict>> = {
    ALIBABA_CLOUD_STS_ENDPOINT: "used",
    ALIBABA_CLOUD_REGION_ID: "used",
    ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: "used",
    // Applications use it for clusters of their own.
    ELASTICSEARCH_ENDPOINT: "no part",
};
