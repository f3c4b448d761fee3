import { ConfigurationError } from "../configuration";
import { profileIn } from "./cliFile";
import { type CliProfile, fieldOf } from "./cliProfile";
import { type Finder, finderIn, howToSet } from "./finder";
import { type Identity, type OidcRole, profileText, type Role } from "./identity";
import { describeSource, isConfigured, quoted, type ResolvedSetting } from "./place";
import type { Settings } from "./settings";

/** The name of sessions that no setting names. */
const ourSessionName = "pulumi-alicloud-logstash";

const defaultDurationSeconds = 3600;

/** The role that is found, with what is found about its session. */
export function roleIn(find: Finder): Role | undefined {
    const arn = find("roleArn");
    return arn === undefined
        ? undefined
        : {
              arn,
              sessionName: find("sessionName")?.value ?? ourSessionName,
              durationSeconds: durationIn(find("sessionExpiration")),
              ...textOf("policy", find("policy")),
              ...textOf("externalId", externalIdOf(arn, find("externalId"))),
          };
}

/** An external ID belongs to its role: that of a profile is not sent with the role of the stack. */
function externalIdOf(arn: ResolvedSetting, externalId: ResolvedSetting | undefined): ResolvedSetting | undefined {
    return externalId?.source.kind === "profile" && arn.source.kind !== "profile" ? undefined : externalId;
}

/** The OIDC role that is found; one that lacks something is an error. */
export function oidcRoleIn(settings: Settings, find: Finder): OidcRole {
    const tokenFile = find("oidcTokenFile");
    const tokenText = find("oidcToken");
    if (tokenFile !== undefined && tokenText !== undefined && tokenFile.source.kind === tokenText.source.kind) {
        throw new ConfigurationError(
            `there are two OIDC tokens, a file's from ${describeSource(tokenFile.source)} and one from ` +
                `${describeSource(tokenText.source)}; give one of them`,
        );
    }
    const arn = find("oidcRoleArn");
    const providerArn = find("oidcProviderArn");
    // Of two places the configuration goes before the environment.
    const text = tokenFile !== undefined && isConfigured(tokenFile.source) ? undefined : tokenText;
    const token = text === undefined ? tokenFile : text;
    if (arn === undefined || providerArn === undefined || token === undefined) {
        const missing = [
            ...(arn === undefined ? ["oidcRoleArn" as const] : []),
            ...(providerArn === undefined ? ["oidcProviderArn" as const] : []),
            ...(token === undefined ? ["oidcTokenFile" as const] : []),
        ].map((name) => howToSet(settings, name));
        const given = [arn, providerArn, token].find((found) => found !== undefined);
        const from = given === undefined ? "" : ` from ${describeSource(given.source)}`;
        throw new ConfigurationError(`an OIDC role${from} is not complete: set ${missing.join(", and ")}`);
    }
    return {
        arn,
        providerArn,
        token: { kind: text === undefined ? "file" : "text", found: token },
        sessionName: find("oidcSessionName")?.value ?? ourSessionName,
        durationSeconds: durationIn(find("oidcSessionExpiration")),
        ...textOf("policy", find("oidcPolicy")),
    };
}

/** The OIDC role of a profile that is known to be complete. */
export function oidcRoleOf(profile: CliProfile): OidcRole {
    return {
        arn: needed(profile, "ram_role_arn"),
        providerArn: needed(profile, "oidc_provider_arn"),
        token: { kind: "file", found: needed(profile, "oidc_token_file") },
        sessionName: fieldOf(profile, "ram_session_name")?.value ?? ourSessionName,
        durationSeconds: durationIn(fieldOf(profile, "duration_seconds") ?? fieldOf(profile, "expired_seconds")),
    };
}

/** The role of a ChainableRamRoleArn profile, assumed with what its source profile gives. */
export function chainedRole(profile: CliProfile, identityOf: (source: CliProfile) => Identity): Identity {
    const source = profileIn(profile.file, needed(profile, "source_profile"));
    const { base, roles } = identityOf(source);
    if (roles.length > 0 || base.kind === "oidc") {
        checkSameSts(profile, source);
    }
    const role: Role = {
        arn: needed(profile, "ram_role_arn"),
        sessionName: fieldOf(profile, "ram_session_name")?.value ?? ourSessionName,
        durationSeconds: durationIn(fieldOf(profile, "expired_seconds")),
        ...textOf("externalId", fieldOf(profile, "external_id")),
    };
    return { base, roles: [...roles, role] };
}

/** One host is asked for all sessions of a chain. */
function checkSameSts(profile: CliProfile, source: CliProfile): void {
    for (const field of ["sts_endpoint", "sts_region", "enable_vpc"]) {
        const found = fieldOf(source, field);
        if (found !== undefined && found.value !== fieldOf(profile, field)?.value) {
            throw new ConfigurationError(
                `${describeSource(found.source)} is not that of the CLI profile ${quoted(profile.name)}, which is chained to it; ` +
                    "one STS host is asked for all roles of a chain, so set the same in both",
            );
        }
    }
}

/** The role of a RamRoleArn profile taken alone. */
export function roleOf(profile: CliProfile): readonly Role[] {
    const role = roleIn(finderIn(profile));
    return role === undefined ? [] : [role];
}

/** A field without which a profile is no identity. */
export function needed(profile: CliProfile, field: string): ResolvedSetting {
    const found = fieldOf(profile, field);
    if (found === undefined) {
        throw new ConfigurationError(`${profileText(profile)}, has no \`${field}\``);
    }
    return found;
}

function durationIn(found: ResolvedSetting | undefined): number {
    const seconds = found === undefined ? defaultDurationSeconds : Number(found.value);
    if (found !== undefined && (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200)) {
        throw new ConfigurationError(
            `${describeSource(found.source)} is not a whole number of seconds from 900 to 43200`,
        );
    }
    return seconds;
}

function textOf<Name extends string>(
    name: Name,
    found: ResolvedSetting | undefined,
): { readonly [N in Name]?: string } {
    return found === undefined ? {} : ({ [name]: found.value } as { readonly [N in Name]: string });
}
