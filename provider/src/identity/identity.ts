import type { CliProfile } from "./cliProfiles";
import { describeProfile, describeSource, type ResolvedSetting } from "./sources";

/** The identity that signs calls. */
export interface Identity {
    readonly base: Base;
    /** The roles to assume, each with the credentials of the one before it, the first with those of `base`. */
    readonly roles: readonly Role[];
}

/** The source of credentials, before any role is assumed. */
export type Base =
    | {
          readonly kind: "accessKey";
          readonly accessKeyId: ResolvedSetting;
          readonly accessKeySecret: ResolvedSetting;
          readonly securityToken?: ResolvedSetting;
      }
    /** A profile that `@alicloud/credentials` runs as the CLI does. */
    | { readonly kind: "cliProfile"; readonly profile: CliProfile }
    | { readonly kind: "credentialsUri"; readonly uri: ResolvedSetting }
    /** The named role of the ECS instance. */
    | { readonly kind: "ecsRole"; readonly name: ResolvedSetting }
    /** The role that the ECS instance has, by a profile that names none. */
    | { readonly kind: "ecsRole"; readonly name?: undefined; readonly profile: CliProfile }
    | ({ readonly kind: "oidc" } & OidcRole);

interface Session {
    readonly sessionName: string;
    readonly durationSeconds: number;
    readonly policy?: string;
}

/** A role that `AssumeRole` gives. */
export interface Role extends Session {
    readonly arn: ResolvedSetting;
    readonly externalId?: string;
}

/** A role that `AssumeRoleWithOIDC` gives. */
export interface OidcRole extends Session {
    readonly arn: ResolvedSetting;
    readonly providerArn: ResolvedSetting;
    readonly token: { readonly kind: "file" | "text"; readonly setting: ResolvedSetting };
}

/** Names an identity by the sources of its parts. */
export function describeIdentity({ base, roles }: Identity): string {
    return roles.reduce(
        (text, { arn }) => `the role from ${describeSource(arn.source)}, assumed with ${text}`,
        describeBase(base),
    );
}

function describeBase(base: Base): string {
    switch (base.kind) {
        case "accessKey": {
            const { accessKeyId, accessKeySecret, securityToken } = base;
            const token =
                securityToken === undefined ? "" : `, security token from ${describeSource(securityToken.source)}`;
            return `access key ID from ${describeSource(accessKeyId.source)}, secret from ${describeSource(accessKeySecret.source)}${token}`;
        }
        case "cliProfile":
            return describeProfile(base.profile);
        case "credentialsUri":
            return `the credentials URI from ${describeSource(base.uri.source)}`;
        case "ecsRole":
            return base.name === undefined
                ? describeProfile(base.profile)
                : `the ECS role from ${describeSource(base.name.source)}`;
        case "oidc":
            return `the OIDC role from ${describeSource(base.arn.source)}`;
    }
}
