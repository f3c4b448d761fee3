/** What a profile of a mode stands for. */
interface ModeRule {
    /** How it becomes an identity; `cli` modes are carried out by `@alicloud/credentials` as the CLI does. */
    readonly gives: "accessKey" | "ecsRole" | "oidc" | "chainedRole" | "cli" | "nothing";
    /** The fields without which it is none. */
    readonly needs: readonly string[];
}

const key = ["access_key_id", "access_key_secret"] as const;

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
} as const satisfies Readonly<Record<string, ModeRule>>;

export type Mode = keyof typeof modes;

/** The modes that `@alicloud/credentials` carries out by itself. */
export type CliMode = { [M in Mode]: (typeof modes)[M]["gives"] extends "cli" ? M : never }[Mode];

export const modeNames = Object.keys(modes) as readonly Mode[];

/** Whether this is a mode that is known here. */
export function isMode(name: string): name is Mode {
    return Object.hasOwn(modes, name);
}

/** The modes an identity can come from, for messages. */
export const usableModes: readonly Mode[] = modeNames.filter((mode) => modes[mode].gives !== "nothing");

/** The fields of which a key makes no use: in a profile without a mode, nobody can tell what they are for. */
export const fieldsThatNeedMode: readonly string[] = [
    ...new Set(Object.values(modes).flatMap(({ needs }): readonly string[] => needs)),
].filter((field) => ![...key, "sts_token"].includes(field));
