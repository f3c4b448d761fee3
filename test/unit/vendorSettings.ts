/** What a setting that the vendor's tools understand does in the calls of this package. */
export type Verdict =
    | "used"
    /** An error names it where it is set, since leaving it out could mean another identity or host. */
    | "refused"
    /** It has no part in these calls. */
    | "unused";

type Verdicts = Readonly<Record<string, Verdict>>;

/** The date when the lists were compared with their sources. */
export const reviewed = "2026-11-27";

function verdicts(lists: Partial<Readonly<Record<Verdict, string>>>): Verdicts {
    return Object.fromEntries(
        Object.entries(lists).flatMap(([verdict, names]) =>
            names
                .trim()
                .split(/\s+/)
                .map((name) => [name, verdict as Verdict]),
        ),
    );
}

/** The fields of `Profile` in aliyun-cli, `config/profile.go` of 2026-07-30. */
export const profileFields = verdicts({
    used: `
        name mode access_key_id access_key_secret sts_token sts_region sts_endpoint ram_role_name ram_role_arn
        ram_session_name external_id source_profile expired_seconds region_id process_command oidc_provider_arn
        oidc_token_file cloud_sso_sign_in_url access_token cloud_sso_access_token_expire cloud_sso_access_config
        cloud_sso_account_id oauth_access_token oauth_refresh_token oauth_access_token_expire oauth_site_type`,
    refused: `
        private_key key_pair_name credentials_uri endpoint_type endpoint bearer_token`,
    unused: `
        verified output_format language site read_timeout connect_timeout retry_count sts_expiration
        oauth_refresh_token_expire external_account_type auto_plugin_install auto_plugin_install_enable_pre
        bearer_token_header_key`,
});

/** The fields that `@alicloud/credentials` reads besides. */
export const libraryFields = verdicts({
    used: `
        enable_vpc duration_seconds`,
});

/** The version of `@alicloud/credentials` that its lists are of. */
export const libraryVersion = "2.4.7";

/** The variables of `@alicloud/credentials`. Those that are unused belong to its default chain. */
export const libraryVariables = verdicts({
    used: `
        ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABA_CLOUD_SECURITY_TOKEN
        ALIBABA_CLOUD_CREDENTIALS_FILE ALIBABA_CLOUD_CREDENTIALS_URI ALIBABA_CLOUD_ECS_METADATA
        ALIBABA_CLOUD_ECS_METADATA_DISABLED ALIBABA_CLOUD_IMDSV1_DISABLED ALIBABA_CLOUD_OIDC_PROVIDER_ARN
        ALIBABA_CLOUD_OIDC_TOKEN_FILE ALIBABA_CLOUD_PROFILE ALIBABA_CLOUD_ROLE_ARN ALIBABA_CLOUD_ROLE_SESSION_NAME
        ALIBABA_CLOUD_STS_REGION ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED HOME`,
    unused: `
        ALIBABA_CLOUD_CLI_PROFILE_DISABLED ALIBABA_CLOUD_ECS_IMDSV2_ENABLE`,
});

/** The variables that are read after the settings are resolved: by the library itself, and by `os.homedir()`. */
export const readLater = ["ALIBABA_CLOUD_IMDSV1_DISABLED", "HOME"];

/**
 * The variables of terraform-provider-alicloud, `alicloud/provider.go` of 2026-08-21 (1.289). `timeoutSeconds` is in the place
 * of its three timeouts.
 */
export const terraformVariables = verdicts({
    used: `
        ALICLOUD_ACCESS_KEY ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABACLOUD_ACCESS_KEY_ID ALICLOUD_SECRET_KEY
        ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABACLOUD_ACCESS_KEY_SECRET ALICLOUD_SECURITY_TOKEN
        ALIBABA_CLOUD_SECURITY_TOKEN ALIBABACLOUD_SECURITY_TOKEN ALICLOUD_ECS_ROLE_NAME ALIBABA_CLOUD_ECS_METADATA
        ALICLOUD_REGION ALIBABA_CLOUD_REGION ALICLOUD_SHARED_CREDENTIALS_FILE ALIBABA_CLOUD_CREDENTIALS_FILE
        ALICLOUD_PROFILE ALIBABA_CLOUD_PROFILE ALICLOUD_SOURCE_IP ALIBABA_CLOUD_SOURCE_IP ALICLOUD_SECURITY_TRANSPORT
        ALIBABA_CLOUD_SECURITY_TRANSPORT ALICLOUD_SECURE_TRANSPORT ALIBABA_CLOUD_SECURE_TRANSPORT
        ALICLOUD_CREDENTIALS_URI ALIBABA_CLOUD_CREDENTIALS_URI ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION
        ALICLOUD_ASSUME_ROLE_ARN ALIBABA_CLOUD_ROLE_ARN ALICLOUD_ASSUME_ROLE_SESSION_NAME
        ALIBABA_CLOUD_ROLE_SESSION_NAME ALIBABA_CLOUD_OIDC_PROVIDER_ARN ALIBABA_CLOUD_OIDC_TOKEN_FILE
        ALIBABA_CLOUD_OIDC_TOKEN`,
    unused: `
        ALICLOUD_ACCOUNT_ID ALIBABA_CLOUD_ACCOUNT_ID ALIBABA_CLOUD_ACCOUNT_TYPE ALICLOUD_SKIP_REGION_VALIDATION
        TF_APPEND_USER_AGENT CLIENT_READ_TIMEOUT CLIENT_CONNECT_TIMEOUT MAX_RETRY_TIMEOUT`,
});

/**
 * Variables of the CLI, of other SDKs, and of `connectivity/endpoint.go`. Applications use `ELASTICSEARCH_ENDPOINT` for clusters
 * of their own.
 */
export const otherVariables = verdicts({
    used: `
        ALIBABA_CLOUD_STS_ENDPOINT ALIBABA_CLOUD_REGION_ID ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH`,
    unused: `
        ELASTICSEARCH_ENDPOINT`,
});
