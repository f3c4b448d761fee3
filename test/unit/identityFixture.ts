import { ConfigurationError } from "../../provider/src/configuration";
import { profileFor } from "../../provider/src/identity/cliProfiles";
import type { Identity } from "../../provider/src/identity/identity";
import { identityFor } from "../../provider/src/identity/resolve";
import type { FileContent, Settings } from "../../provider/src/identity/settings";
import { isRecord } from "../../provider/src/json";

export const home = "/home/someone";
export const clisFile = `${home}/.aliyun/config.json`;

/** What is set: configuration keys without `alicloud:`, structured values as they are; the CLI's file by its profiles. */
export interface Setup {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly profiles?: readonly object[];
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
    const files: Setup["files"] = { ...(setup.profiles && { [clisFile]: fileOf(...setup.profiles) }), ...setup.files };
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

/** A file of CLI profiles, with a current one that signs nothing. */
export function fileOf(...profiles: readonly object[]): FileContent {
    return text(JSON.stringify({ current: "source", profiles }));
}

/** Several setups at once; the settings of a later one go before those of an earlier one. */
export function together(...setups: readonly Setup[]): Setup {
    const profiles = setups.flatMap((setup) => setup.profiles ?? []);
    return {
        ...Object.assign({}, ...setups),
        config: Object.assign({}, ...setups.map(({ config }) => config)),
        env: Object.assign({}, ...setups.map(({ env }) => env)),
        ...(profiles.length > 0 && { profiles }),
    };
}

/** What a call gives, or the message of its error. */
export function resultOf(call: () => string): string {
    try {
        return call();
    } catch (error) {
        if (error instanceof ConfigurationError) {
            return `error: ${error.message}`;
        }
        throw error;
    }
}

export function identityOf(setup: Setup, profile?: string): Identity {
    const settings = settingsOf(setup);
    return identityFor(settings, profileFor(settings, profile));
}

/** The values of an identity and of its roles, or the error. */
export function valuesOf(setup: Setup, profile?: string): string {
    const valuesUnder = (name: string, value: unknown): string[] => {
        if (name === "profile") {
            return [String(isRecord(value) && value.mode)];
        }
        return name === "source" ? [] : valuesIn(value);
    };
    const valuesIn = (value: unknown): string[] =>
        isRecord(value) ? Object.entries(value).flatMap(([name, inner]) => valuesUnder(name, inner)) : [String(value)];
    return resultOf(() => {
        const { base, roles } = identityOf(setup, profile);
        return [base, ...roles].map((part) => valuesIn(part).join(" ")).join(" > ");
    });
}

export function without(values: object, name: string): Record<string, unknown> {
    return Object.fromEntries(Object.entries(values).filter(([other]) => other !== name));
}

const key = { access_key_id: "profile-id", access_key_secret: "profile-secret" };

/** A profile of each mode that is an identity, with no more fields than it needs. */
export const profileOf = {
    AK: { mode: "AK", ...key },
    StsToken: { mode: "StsToken", ...key, sts_token: "profile-token" },
    RamRoleArn: { mode: "RamRoleArn", ...key, ram_role_arn: "profile-role" },
    EcsRamRole: { mode: "EcsRamRole" },
    OIDC: { mode: "OIDC", oidc_provider_arn: "provider", oidc_token_file: "/file", ram_role_arn: "profile-role" },
    ChainableRamRoleArn: { mode: "ChainableRamRoleArn", source_profile: "source", ram_role_arn: "last-role" },
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

/** The profile that a chained one names. */
export const source = { name: "source", ...profileOf.AK, access_key_id: "source-id" };

/** A profile in the CLI's file, for a resource to name. */
export function own(profile: object, ...more: readonly object[]): Setup {
    return { profiles: [{ name: "p", ...profile }, ...more] };
}

/** A profile in the CLI's file, which the stack configuration names. */
export function named(profile: object, ...more: readonly object[]): Setup {
    return { config: { profile: "p" }, ...own(profile, ...more) };
}

export const keyConfig = { accessKey: "id", secretKey: "secret" };
