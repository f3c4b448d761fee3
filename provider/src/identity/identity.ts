import type { CliProfile } from "./cliProfile";
import type { CliMode } from "./mode";
import { describeSource, quoted, type ResolvedSetting } from "./place";

/** As whom calls are signed. */
export interface Identity {
    readonly base: Base;
    /** Assumed one by way of the other, the first with `base`. */
    readonly roles: readonly Role[];
}

/** What credentials are got with, before any role is assumed. */
export type Base =
    | {
          readonly kind: "accessKey";
          readonly accessKeyId: ResolvedSetting;
          readonly accessKeySecret: ResolvedSetting;
          readonly securityToken?: ResolvedSetting;
      }
    /** A profile that `@alicloud/credentials` carries out as the CLI does. */
    | { readonly kind: "cliProfile"; readonly mode: CliMode; readonly profile: CliProfile }
    | { readonly kind: "credentialsUri"; readonly uri: ResolvedSetting }
    /** The role of the ECS instance: the one that is named, or whichever it has if a profile leaves that out. */
    | { readonly kind: "ecsRole"; readonly name: ResolvedSetting }
    | { readonly kind: "ecsRole"; readonly name?: undefined; readonly profile: CliProfile }
    | ({ readonly kind: "oidc" } & OidcRole);

/** A role that is assumed by `AssumeRole`. */
export interface Role {
    readonly arn: ResolvedSetting;
    readonly sessionName: string;
    readonly durationSeconds: number;
    readonly policy?: string;
    readonly externalId?: string;
}

/** A role that is assumed by `AssumeRoleWithOIDC`. */
export interface OidcRole {
    readonly arn: ResolvedSetting;
    readonly providerArn: ResolvedSetting;
    readonly token: { readonly kind: "file" | "text"; readonly found: ResolvedSetting };
    readonly sessionName: string;
    readonly durationSeconds: number;
    readonly policy?: string;
}

/** Names an identity by where its parts were found. */
export function identityText({ base, roles }: Identity): string {
    return roles.reduce(
        (text, { arn }) => `the role from ${describeSource(arn.source)}, assumed with ${text}`,
        baseText(base),
    );
}

function baseText(base: Base): string {
    switch (base.kind) {
        case "accessKey": {
            const { accessKeyId, accessKeySecret, securityToken } = base;
            const token =
                securityToken === undefined ? "" : `, security token from ${describeSource(securityToken.source)}`;
            return `access key ID from ${describeSource(accessKeyId.source)}, secret from ${describeSource(accessKeySecret.source)}${token}`;
        }
        case "cliProfile":
            return profileText(base.profile);
        case "credentialsUri":
            return `the credentials URI from ${describeSource(base.uri.source)}`;
        case "ecsRole":
            return base.name === undefined
                ? profileText(base.profile)
                : `the ECS role from ${describeSource(base.name.source)}`;
        case "oidc":
            return `the OIDC role from ${describeSource(base.arn.source)}`;
    }
}

/** Names a profile, its mode and who chose it. */
export function profileText({ name, mode, chosenBy }: CliProfile): string {
    return `the CLI profile ${quoted(name)} of mode ${mode}, chosen by ${describeSource(chosenBy)}`;
}
