import type { CliProfile } from "./cliProfile";
import type { CliMode } from "./mode";
import { type Found, placeText, quoted } from "./place";

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
          readonly accessKeyId: Found;
          readonly accessKeySecret: Found;
          readonly securityToken?: Found;
      }
    /** A profile that `@alicloud/credentials` carries out as the CLI does. */
    | { readonly kind: "cliProfile"; readonly mode: CliMode; readonly profile: CliProfile }
    | { readonly kind: "credentialsUri"; readonly uri: Found }
    /** The role of the ECS instance; without a name it is whichever the instance has. */
    | { readonly kind: "ecsRole"; readonly name?: Found; readonly profile?: CliProfile }
    | ({ readonly kind: "oidc" } & OidcRole)
    /** The default chain: `[default]` in the file that the SDKs share. */
    | { readonly kind: "credentialsFile"; readonly path: string }
    /** The last of the default chain: a role, if this machine happens to be an ECS instance. */
    | { readonly kind: "instanceRole"; readonly waysToGiveCredentials: string };

/** A role that is assumed by `AssumeRole`. */
export interface Role {
    readonly arn: Found;
    readonly sessionName: string;
    readonly durationSeconds: number;
    readonly policy?: string;
    readonly externalId?: string;
}

/** A role that is assumed by `AssumeRoleWithOIDC`. */
export interface OidcRole {
    readonly arn: Found;
    readonly providerArn: Found;
    readonly token: { readonly kind: "file" | "text"; readonly found: Found };
    readonly sessionName: string;
    readonly durationSeconds: number;
    readonly policy?: string;
}

/** Names an identity by where its parts were found. */
export function identityText({ base, roles }: Identity): string {
    return roles.reduce(
        (text, { arn }) => `the role from ${placeText(arn.place)}, assumed with ${text}`,
        baseText(base),
    );
}

function baseText(base: Base): string {
    switch (base.kind) {
        case "accessKey": {
            const { accessKeyId, accessKeySecret, securityToken } = base;
            const token = securityToken === undefined ? "" : `, security token from ${placeText(securityToken.place)}`;
            return `access key ID from ${placeText(accessKeyId.place)}, secret from ${placeText(accessKeySecret.place)}${token}`;
        }
        case "cliProfile":
            return profileText(base.profile);
        case "credentialsUri":
            return `the credentials URI from ${placeText(base.uri.place)}`;
        case "ecsRole":
            if (base.name !== undefined) {
                return `the ECS role from ${placeText(base.name.place)}`;
            }
            return base.profile === undefined ? "the ECS role" : profileText(base.profile);
        case "oidc":
            return `the OIDC role from ${placeText(base.arn.place)}`;
        case "credentialsFile":
            return "`[default]` in ~/.alibabacloud/credentials";
        case "instanceRole":
            return "the role of this ECS instance";
    }
}

/** Names a profile, its mode and who chose it. */
export function profileText({ name, mode, chosenBy }: CliProfile): string {
    return `the CLI profile ${quoted(name)} of mode ${mode}, chosen by ${placeText(chosenBy)}`;
}
