import { type Call, callFor } from "../../provider/src/identity/call";
import { profileFor } from "../../provider/src/identity/cliProfiles";
import type { Base, Identity } from "../../provider/src/identity/identity";
import { identityFor } from "../../provider/src/identity/resolve";
import type { FileContent, Settings } from "../../provider/src/identity/settings";

export const home = "/home/someone";
export const clisFile = `${home}/.aliyun/config.json`;
export const region = "cn-hangzhou";

/** What is set: configuration keys without `alicloud:`, structured values as they are; the CLI's file by its profiles. */
export interface Setup {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly profiles?: readonly object[];
    /** The CLI's current profile, which signs nothing. */
    readonly current?: string;
    /** Other files by their paths. */
    readonly files?: Readonly<Record<string, FileContent>>;
    readonly namespace?: string;
    readonly declared?: boolean;
}

export function settingsOf({ namespace = "alicloud", declared = false, ...setup }: Setup): Settings {
    const texts = new Map(
        Object.entries(setup.config ?? {}).map(([key, value]) => [
            key.includes(":") ? key : `${namespace}:${key}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
    const { profiles, current } = setup;
    const files: Readonly<Record<string, FileContent>> = {
        ...(profiles && { [clisFile]: text(JSON.stringify({ current, profiles })) }),
        ...setup.files,
    };
    return {
        config: (key) => texts.get(key),
        env: setup.env ?? {},
        namespace,
        declared,
        homeDirectory: home,
        readFile: (path) => files[path] ?? { kind: "absent" },
    };
}

export function text(content: string): FileContent {
    return { kind: "text", text: content };
}

/** A file of CLI profiles. */
export function fileOf(...profiles: readonly object[]): FileContent {
    return text(JSON.stringify({ profiles }));
}

export function resolve(setup: Setup, profile?: string): Identity {
    const settings = settingsOf(setup);
    return identityFor(settings, profileFor(settings, profile));
}

/** The whole call of a resource in Hangzhou. */
export function callOf(setup: Setup, profile?: string): Call {
    return callFor(settingsOf(setup), region, profile);
}

/** The message of the error that a call must end with. */
export function errorOf(call: () => unknown): string {
    try {
        call();
    } catch (error) {
        return (error as Error).message;
    }
    throw new Error("there should be an error");
}

/** Several setups at once; the settings of a later one go before those of an earlier one. */
export function together(...setups: readonly Setup[]): Setup {
    const merged = <T>(part: (setup: Setup) => Readonly<Record<string, T>> | undefined): Record<string, T> =>
        Object.assign({}, ...setups.map(part));
    const profiles = setups.flatMap((setup) => setup.profiles ?? []);
    return {
        ...Object.assign({}, ...setups),
        config: merged(({ config }) => config),
        env: merged(({ env }) => env),
        files: merged(({ files }) => files),
        ...(profiles.length > 0 && { profiles }),
    };
}

/** The base of an identity, which must be of this kind. */
export function baseOf<Kind extends Base["kind"]>({ base }: Identity, kind: Kind): Extract<Base, { kind: Kind }> {
    if (base.kind !== kind) {
        throw new Error(`it is ${base.kind}, not ${kind}`);
    }
    return base as Extract<Base, { kind: Kind }>;
}

export function without<T extends object>(values: T, name: string): Record<string, unknown> {
    return Object.fromEntries(Object.entries(values).filter(([other]) => other !== name));
}

const key = { access_key_id: "profile-id", access_key_secret: "profile-secret" };

/** A complete profile of each mode that is an identity. */
export const profileOf = {
    AK: { mode: "AK", ...key },
    StsToken: { mode: "StsToken", ...key, sts_token: "profile-token" },
    RamRoleArn: {
        mode: "RamRoleArn",
        ...key,
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

export type Mode = keyof typeof profileOf;
export const allModes = Object.keys(profileOf) as Mode[];

/** The source of the profile of mode ChainableRamRoleArn. */
export const source = { name: "source", ...profileOf.AK, access_key_id: "source-id" };

/** A profile in the CLI's file, which the stack configuration names. */
export function named(profile: object, ...more: readonly object[]): Setup {
    return { config: { profile: "p" }, profiles: [{ name: "p", ...profile }, ...more] };
}

/** A profile in the CLI's file, for a resource to name. */
export function own(profile: object, ...more: readonly object[]): Setup {
    return { profiles: [{ name: "p", ...profile }, ...more] };
}

export const keyConfig = { accessKey: "rest-id", secretKey: "rest-secret" };
export const keyVariables = { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" };
export const oidcConfig = { oidcProviderArn: "rest-provider", roleArn: "rest-role", oidcTokenFile: "/rest-token" };
export const oidcVariables = {
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
    ALIBABA_CLOUD_ROLE_ARN: "oidc-role",
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/token",
};
