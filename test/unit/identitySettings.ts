import type { Base, Identity } from "../../provider/src/identity/identity";
import { identityFor } from "../../provider/src/identity/resolution";
import type { FileContent, Settings } from "../../provider/src/identity/settings";

export const home = "/home/someone";
export const clisFile = `${home}/.aliyun/config.json`;
export const sdksFile = `${home}/.alibabacloud/credentials`;

/** What is set: configuration keys without `alicloud:`, structured values as they are; the CLI's file by its profiles. */
export interface Setup {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly profiles?: readonly object[];
    /** The CLI's own choice, which signs nothing. */
    readonly current?: string;
    /** Other files by their paths. */
    readonly files?: Readonly<Record<string, FileContent>>;
    readonly namespace?: string;
}

export function settingsOf(setup: Setup): Settings {
    const { namespace = "alicloud", profiles, current } = setup;
    const config = Object.entries(setup.config ?? {}).map(([key, value]) => [
        key.includes(":") ? key : `${namespace}:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const texts = new Map<string, string>(config as [string, string][]);
    const files: Readonly<Record<string, FileContent>> = {
        ...(profiles === undefined ? {} : { [clisFile]: text(JSON.stringify({ current, profiles })) }),
        ...setup.files,
    };
    return {
        config: (key) => texts.get(key),
        env: setup.env ?? {},
        namespace,
        homeDirectory: home,
        readFile: (path) => files[path] ?? { kind: "absent" },
    };
}

export function text(content: string): FileContent {
    return { kind: "text", text: content };
}

export function resolve(setup: Setup, profile?: string): Identity {
    return identityFor(settingsOf(setup), profile);
}

/** Several setups at once; the later one's settings go before the earlier one's. */
export function together(...setups: readonly Setup[]): Setup {
    const merged = <T>(part: (setup: Setup) => Readonly<Record<string, T>> | undefined): Record<string, T> =>
        Object.assign({}, ...setups.map(part));
    const profiles = setups.flatMap((setup) => setup.profiles ?? []);
    return {
        ...Object.assign({}, ...setups),
        config: merged(({ config }) => config),
        env: merged(({ env }) => env),
        files: merged(({ files }) => files),
        ...(profiles.length === 0 ? {} : { profiles }),
    };
}

/** The base of an identity, which must be of this kind. */
export function baseOf<Kind extends Base["kind"]>({ base }: Identity, kind: Kind): Extract<Base, { kind: Kind }> {
    if (base.kind !== kind) {
        throw new Error(`it is ${base.kind}, not ${kind}`);
    }
    return base as Extract<Base, { kind: Kind }>;
}

/** The message of the error that a resolution ends with. */
export function refusal(setup: Setup, profile?: string): string {
    try {
        resolve(setup, profile);
    } catch (error) {
        return (error as Error).message;
    }
    throw new Error("it should have been refused");
}

/** A complete profile of each mode that is an identity. */
export const profileOf = {
    AK: { mode: "AK", access_key_id: "profile-id", access_key_secret: "profile-secret" },
    StsToken: {
        mode: "StsToken",
        access_key_id: "profile-id",
        access_key_secret: "profile-secret",
        sts_token: "profile-token",
    },
    RamRoleArn: {
        mode: "RamRoleArn",
        access_key_id: "profile-id",
        access_key_secret: "profile-secret",
        ram_role_arn: "profile-role",
        ram_session_name: "profile-session",
        expired_seconds: 901,
    },
    EcsRamRole: { mode: "EcsRamRole", ram_role_name: "profile-ecs" },
    OIDC: {
        mode: "OIDC",
        oidc_provider_arn: "profile-provider",
        oidc_token_file: "/profile-token",
        ram_role_arn: "profile-role",
    },
    ChainableRamRoleArn: { mode: "ChainableRamRoleArn", source_profile: "source", ram_role_arn: "profile-role" },
    CloudSSO: {
        mode: "CloudSSO",
        cloud_sso_sign_in_url: "https://signin.example",
        cloud_sso_account_id: "1",
        cloud_sso_access_config: "ac-1",
        access_token: "profile-token",
    },
    External: { mode: "External", process_command: "/bin/profile-command" },
    OAuth: { mode: "OAuth", oauth_site_type: "CN", oauth_refresh_token: "profile-refresh" },
} as const;

/** What ChainableRamRoleArn starts from. */
export const source = { name: "source", ...profileOf.AK, access_key_id: "source-id" };
