import { join } from "node:path";
import { ConfigurationError } from "../configuration";
import { currentProfile } from "./cliFile";
import type { CliProfile } from "./cliProfile";
import { finderInEnvironment } from "./finder";
import type { Identity } from "./identity";
import { identityOfProfile } from "./profileIdentity";
import { oidcRoleIn } from "./role";
import type { Settings } from "./settings";

/**
 * The default chain of `@alicloud/credentials` 2.4, of which the first that is there is taken and nothing after it: the
 * library itself goes on after a failure, which would make an STS that is out of reach another account.
 */
export function lastResort(settings: Settings): Identity {
    const oidc = oidcOfEnvironment(settings);
    if (oidc !== undefined) {
        return oidc;
    }
    const profile = currentProfileOfChain(settings);
    if (profile !== undefined) {
        return identityOfProfile(profile);
    }
    const path = join(settings.homeDirectory, ".alibabacloud", "credentials");
    if (settings.readFile(path).kind !== "absent") {
        return { base: { kind: "credentialsFile", path }, roles: [] };
    }
    if (isOn(settings, "ALIBABA_CLOUD_ECS_METADATA_DISABLED")) {
        throw new ConfigurationError(waysToGiveCredentials(settings));
    }
    return { base: { kind: "instanceRole", waysToGiveCredentials: waysToGiveCredentials(settings) }, roles: [] };
}

/** The CLI's current profile, if the chain gets as far as that. */
export function profileOfLastResort(settings: Settings): CliProfile | undefined {
    return oidcOfEnvironment(settings) === undefined ? currentProfileOfChain(settings) : undefined;
}

/** Whether a variable that turns something off says so. */
export function isOn({ env }: Settings, variable: string): boolean {
    return env[variable]?.trim().toLowerCase() === "true";
}

/** What to say where nothing at all is set. */
export function waysToGiveCredentials({ namespace, declared }: Settings): string {
    const [key, token, profile] = declared
        ? ["the provider's `accessKey` and `secretKey`", "`securityToken`", "the provider's `profile`"]
        : [
              `pulumi config set ${namespace}:accessKey … and pulumi config set --secret ${namespace}:secretKey …`,
              `--secret ${namespace}:securityToken`,
              `pulumi config set ${namespace}:profile …`,
          ];
    return [
        "no Alibaba Cloud credentials were found; give them in one of these ways:",
        `  ${key}`,
        `    (with temporary credentials also ${token})`,
        "  the variables ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "    (with temporary credentials also ALIBABA_CLOUD_SECURITY_TOKEN)",
        `  ${profile}, a profile of the aliyun CLI`,
        "  an ECS RAM role, OIDC, or a credentials URI; see docs/credentials.md of this package",
    ].join("\n");
}

function oidcOfEnvironment(settings: Settings): Identity | undefined {
    const find = finderInEnvironment(settings);
    const given = (["oidcRoleArn", "oidcProviderArn", "oidcTokenFile", "oidcToken"] as const).some(
        (name) => find(name) !== undefined,
    );
    return given ? { base: { kind: "oidc", ...oidcRoleIn(settings, find) }, roles: [] } : undefined;
}

function currentProfileOfChain(settings: Settings): CliProfile | undefined {
    return isOn(settings, "ALIBABA_CLOUD_CLI_PROFILE_DISABLED") ? undefined : currentProfile(settings);
}
