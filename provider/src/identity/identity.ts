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
    /** The role of the ECS instance: the one that is named, or whichever it has if a profile leaves that out. */
    | { readonly kind: "ecsRole"; readonly name: Found }
    | { readonly kind: "ecsRole"; readonly name?: undefined; readonly profile: CliProfile }
    | ({ readonly kind: "oidc" } & OidcRole);

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
            return base.name === undefined
                ? profileText(base.profile)
                : `the ECS role from ${placeText(base.name.place)}`;
        case "oidc":
            return `the OIDC role from ${placeText(base.arn.place)}`;
    }
}

/** Names a profile, its mode and who chose it. */
export function profileText({ name, mode, chosenBy }: CliProfile): string {
    return `the CLI profile ${quoted(name)} of mode ${mode}, chosen by ${placeText(chosenBy)}`;
}
