import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigurationError, firstOf, nonEmpty, parseJson, type Surroundings } from "../core/configuration";
import { isRecord, stringField } from "../core/json";

/** An access key, with the security token of temporary credentials. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

/** Where credentials come from. */
export interface CredentialsSource {
    /** For messages: which setting, never its value. */
    readonly name: string;
    /** Asked before every request, so that rotated credentials are taken up. */
    get(): Promise<Credentials>;
    /** Drops temporary credentials that the service calls expired; absent where no others can be had. */
    readonly renew?: (expired: Credentials) => void;
}

/** Credentials that could not be had this time; asking again may help. */
export class CredentialsUnavailable extends Error {}

/**
 * Finds the credentials of a resource: its own `profile`, the stack configuration, the environment, a profile of the
 * `aliyun` CLI, then the default chain of `@alicloud/credentials`. Each is taken whole, never half from one and half from
 * another; a role of the stack configuration is assumed with what was found, unless the resource has its own profile.
 */
export function credentialsFrom(surroundings: Surroundings, ownProfile: string | undefined): CredentialsSource {
    if (ownProfile !== undefined) {
        return fromProfile(surroundings, ownProfile, "the resource's `profile`");
    }
    const base =
        fromStack(surroundings) ??
        fromEnvironment(surroundings) ??
        fromNamedProfile(surroundings) ??
        fromDefaultChain();
    return withAssumedRole(surroundings, base);
}

function fromStack(surroundings: Surroundings): CredentialsSource | undefined {
    const setting = (name: string) => nonEmpty(surroundings.config(`alicloud:${name}`));
    const key = wholeKey("the stack configuration", {
        accessKeyId: { name: "alicloud:accessKey", value: setting("accessKey") },
        accessKeySecret: { name: "alicloud:secretKey", value: setting("secretKey") },
        securityToken: setting("securityToken"),
    });
    if (key !== undefined) {
        return key;
    }
    const oidc = structured(surroundings, "alicloud:assumeRoleWithOidc");
    if (oidc !== undefined) {
        const roleArn = required(oidc, "alicloud:assumeRoleWithOidc", "roleArn");
        const providerArn = required(oidc, "alicloud:assumeRoleWithOidc", "oidcProviderArn");
        const tokenFile = required(oidc, "alicloud:assumeRoleWithOidc", "oidcTokenFile");
        return temporary("`alicloud:assumeRoleWithOidc`", async ({ OIDCRoleArnCredentialsProvider }) => {
            const builder = OIDCRoleArnCredentialsProvider.builder()
                .withRoleArn(roleArn)
                .withOIDCProviderArn(providerArn)
                .withOIDCTokenFilePath(tokenFile)
                .withRoleSessionName(stringField(oidc, "roleSessionName") ?? sessionName)
                .withDurationSeconds(durationIn(oidc, "alicloud:assumeRoleWithOidc"));
            withGiven(stringField(oidc, "policy"), (policy) => builder.withPolicy(policy));
            withGiven(stsEndpoint(surroundings), (host) => builder.withStsEndpoint(host));
            return builder.build();
        });
    }
    const ecsRoleName = setting("ecsRoleName");
    if (ecsRoleName !== undefined) {
        return temporary("`alicloud:ecsRoleName`", async ({ ECSRAMRoleCredentialsProvider }) =>
            ECSRAMRoleCredentialsProvider.builder().withRoleName(ecsRoleName).build(),
        );
    }
    const uri = setting("credentialsUri");
    if (uri !== undefined) {
        return temporary("`alicloud:credentialsUri`", async ({ URICredentialsProvider }) =>
            URICredentialsProvider.builder().withCredentialsURI(uri).build(),
        );
    }
    return undefined;
}

function fromEnvironment({ env }: Surroundings): CredentialsSource | undefined {
    const given = spellings
        .map(([id, secret, token]) => ({
            accessKeyId: { name: id, value: nonEmpty(env[id]) },
            accessKeySecret: { name: secret, value: nonEmpty(env[secret]) },
            securityToken: nonEmpty(env[token]),
        }))
        .filter(
            ({ accessKeyId, accessKeySecret }) =>
                accessKeyId.value !== undefined || accessKeySecret.value !== undefined,
        );
    const whole = given.find(({ accessKeyId, accessKeySecret }) => accessKeyId.value && accessKeySecret.value);
    const parts = whole ?? given[0];
    return parts === undefined ? undefined : wholeKey("the environment", parts);
}

function fromNamedProfile(surroundings: Surroundings): CredentialsSource | undefined {
    const configured = nonEmpty(surroundings.config("alicloud:profile"));
    if (configured !== undefined) {
        return fromProfile(surroundings, configured, "`alicloud:profile`");
    }
    for (const variable of ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"]) {
        const profile = nonEmpty(surroundings.env[variable]);
        if (profile !== undefined) {
            return fromProfile(surroundings, profile, `the variable ${variable}`);
        }
    }
    return undefined;
}

function fromProfile(surroundings: Surroundings, profile: string, setting: string): CredentialsSource {
    return temporary(`the CLI profile "${profile}" of ${setting}`, async ({ CLIProfileCredentialsProvider }) => {
        const configured = nonEmpty(surroundings.config("alicloud:sharedCredentialsFile"));
        const file = configured ?? firstOf(surroundings.env, ["ALICLOUD_SHARED_CREDENTIALS_FILE"]);
        const profiles = await readProfiles(file ?? join(homedir(), ".aliyun", "config.json"), profile);
        const reader: unknown = CLIProfileCredentialsProvider.builder().withProfileName(profile).build();
        // Its public way reads the file of the home directory only, and quotes a broken one, secrets included.
        return (reader as ProfileReader).getCredentialsProvider(profiles, profile);
    });
}

/** The public chain: environment (OIDC too), CLI profile, credentials file, ECS metadata, credentials URI. */
function fromDefaultChain(): CredentialsSource {
    return temporary("the default chain of @alicloud/credentials", async ({ DefaultCredentialsProvider }) => {
        const chain = DefaultCredentialsProvider.builder().build();
        return {
            async getCredentials() {
                try {
                    return await chain.getCredentials();
                } catch {
                    throw new ConfigurationError(waysToGiveCredentials);
                }
            },
        };
    });
}

function withAssumedRole(surroundings: Surroundings, base: CredentialsSource): CredentialsSource {
    const role = structured(surroundings, "alicloud:assumeRole");
    if (role === undefined) {
        return base;
    }
    const roleArn = required(role, "alicloud:assumeRole", "roleArn");
    const duration = durationIn(role, "alicloud:assumeRole");
    return temporary(`\`alicloud:assumeRole\` with ${base.name}`, async ({ RAMRoleARNCredentialsProvider }) => {
        const providerName = "pulumi";
        const previous = {
            getCredentials: async () => ({ ...(await base.get()), providerName }),
            getProviderName: () => providerName,
        };
        const builder = RAMRoleARNCredentialsProvider.builder();
        // The library asks for an object of its own class, and reads no more of it than this.
        builder.withCredentialsProvider(previous as unknown as Parameters<typeof builder.withCredentialsProvider>[0]);
        builder.withRoleArn(roleArn).withDurationSeconds(duration);
        builder.withRoleSessionName(stringField(role, "sessionName") ?? sessionName);
        withGiven(stringField(role, "policy"), (policy) => builder.withPolicy(policy));
        withGiven(stringField(role, "externalId"), (externalId) => builder.withExternalId(externalId));
        withGiven(stsEndpoint(surroundings), (host) => builder.withStsEndpoint(host));
        return builder.build();
    });
}

type Library = typeof import("@alicloud/credentials");

interface Provider {
    getCredentials(): Promise<{ accessKeyId: string; accessKeySecret: string; securityToken?: string }>;
}

interface ProfileReader {
    getCredentialsProvider(file: object, profile: string): Provider;
}

/** The library's sessions last for minutes at least; so long, concurrent requests share one answer. */
const shareMs = 5_000;

/** A source behind a provider of the library, which renews what runs out within 15 minutes. */
function temporary(name: string, build: (library: Library) => Promise<Provider>): CredentialsSource {
    let provider: Promise<Provider> | undefined;
    let shared: { readonly credentials: Promise<Credentials>; readonly until: number } | undefined;
    let latest: Credentials | undefined;

    async function ask(): Promise<Credentials> {
        try {
            provider ??= loadLibrary().then(build);
            const { accessKeyId, accessKeySecret, securityToken } = await (await provider).getCredentials();
            if (!accessKeyId || !accessKeySecret) {
                throw new Error("they are empty");
            }
            latest = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
            return latest;
        } catch (error) {
            provider = undefined;
            shared = undefined;
            throw error instanceof ConfigurationError ? error : unavailable(name, error);
        }
    }

    return {
        name,
        get() {
            const now = performance.now();
            if (shared === undefined || shared.until < now) {
                shared = { credentials: ask(), until: now + shareMs };
            }
            return shared.credentials;
        },
        renew(expired) {
            // Of many requests with the same session the first renews it for all.
            if (expired.securityToken === latest?.securityToken) {
                provider = undefined;
                shared = undefined;
            }
        },
    };
}

/** Loaded only where it is needed: an access key needs nothing of it. */
async function loadLibrary(): Promise<Library> {
    return require("@alicloud/credentials") as Library;
}

/** The library's messages quote whole answers, files and signed URLs: of those only the code is kept. */
function unavailable(name: string, error: unknown): Error {
    const message = error instanceof Error ? error.message : "";
    const code = /"Code"\s*:\s*"([\w.]{1,80})"/.exec(message)?.[1];
    const text = message
        .split(/[{<\n]/, 1)[0]
        ?.slice(0, 200)
        .trim()
        .replace(/[:,]$/, "");
    const reason = `credentials from ${name} could not be had: ${[text, code].filter(Boolean).join(", ")}`;
    const passing = code === undefined && /Timeout|ECONN|EAI_AGAIN|socket hang up|httpStatus: 5/.test(message);
    return passing ? new CredentialsUnavailable(reason) : new ConfigurationError(reason);
}

async function readProfiles(file: string, profile: string): Promise<object> {
    const text = await readFile(file, "utf8").catch((error: unknown) => {
        throw new ConfigurationError(
            `the CLI's file with profile "${profile}" cannot be read: ${stringField(error, "code")}`,
        );
    });
    let content: unknown;
    try {
        content = JSON.parse(text);
    } catch {
        throw new ConfigurationError(`the CLI's file with profile "${profile}" is not JSON`);
    }
    const profiles: readonly unknown[] = isRecord(content) && Array.isArray(content.profiles) ? content.profiles : [];
    const names = profiles.map((entry) => stringField(entry, "name"));
    if (!isRecord(content) || !names.includes(profile)) {
        throw new ConfigurationError(
            `the CLI's file has no profile "${profile}"; it has ${names.join(", ") || "none"}`,
        );
    }
    return content;
}

const sessionName = "pulumi-alicloud-logstash";

function durationIn(role: Readonly<Record<string, unknown>>, key: string): number {
    const given = role.sessionExpiration ?? 3600;
    const duration = Number(given);
    if (!Number.isInteger(duration) || duration < 900 || duration > 43_200) {
        throw new ConfigurationError(`\`${key}.sessionExpiration\` is not a whole number of seconds from 900 to 43200`);
    }
    return duration;
}

function structured({ config }: Surroundings, key: string): Readonly<Record<string, unknown>> | undefined {
    const text = nonEmpty(config(key));
    if (text === undefined) {
        return undefined;
    }
    const value = parseJson(key, text);
    const first: unknown = Array.isArray(value) ? (value[0] ?? {}) : value;
    if (!isRecord(first)) {
        throw new ConfigurationError(`\`${key}\` is not an object`);
    }
    return first;
}

function required(settings: Readonly<Record<string, unknown>>, key: string, name: string): string {
    const value = stringField(settings, name);
    if (value === undefined) {
        throw new ConfigurationError(`\`${key}.${name}\` is missing`);
    }
    return value;
}

function stsEndpoint(surroundings: Surroundings): string | undefined {
    const endpoints = structured(surroundings, "alicloud:endpoints");
    return stringField(endpoints, "sts")
        ?.replace(/^https:\/\//, "")
        .replace(/\/$/, "");
}

function withGiven<T>(value: T | undefined, use: (value: T) => void): void {
    if (value !== undefined) {
        use(value);
    }
}

/** The variables of an access key and its security token; never one of one row and one of another. */
const spellings = [
    ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"],
    ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"],
    ["ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"],
] as const;

const waysToGiveCredentials = [
    "no Alibaba Cloud credentials were found; give them in one of these ways:",
    "  pulumi config set alicloud:accessKey … and pulumi config set --secret alicloud:secretKey …",
    "    (with temporary credentials also --secret alicloud:securityToken)",
    "  the variables ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "    (with temporary credentials also ALIBABA_CLOUD_SECURITY_TOKEN)",
    "  pulumi config set alicloud:profile …, a profile of the aliyun CLI",
    "  an ECS RAM role, OIDC, or a credentials URI; see the README's table of credentials",
].join("\n");

interface Setting {
    readonly name: string;
    readonly value: string | undefined;
}

function wholeKey(
    name: string,
    parts: { accessKeyId: Setting; accessKeySecret: Setting; securityToken: string | undefined },
): CredentialsSource | undefined {
    const { accessKeyId, accessKeySecret, securityToken } = parts;
    if (accessKeyId.value === undefined && accessKeySecret.value === undefined) {
        return undefined;
    }
    if (accessKeyId.value === undefined || accessKeySecret.value === undefined) {
        const missing = accessKeyId.value === undefined ? accessKeyId.name : accessKeySecret.name;
        throw new ConfigurationError(`${name} has half of an access key: ${missing} is missing`);
    }
    const credentials = {
        accessKeyId: accessKeyId.value,
        accessKeySecret: accessKeySecret.value,
        ...(securityToken === undefined ? {} : { securityToken }),
    };
    return { name, get: async () => credentials };
}
