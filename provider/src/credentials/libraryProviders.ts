import { devNull } from "node:os";
import { fieldOf } from "../identity/cliProfiles";
import { isLoopback } from "../identity/endpoint";
import type { Base, Identity, OidcRole, Role } from "../identity/identity";
import { type ExchangeOptions, type ExchangeRequest, type ExchangeResponse, exchange } from "./exchange";

type Library = typeof import("@alicloud/credentials");

/** A provider of `@alicloud/credentials`. */
interface Provider {
    getCredentials(): Promise<{
        readonly accessKeyId: string;
        readonly accessKeySecret: string;
        readonly securityToken?: string;
    }>;
}

/** The providers of an identity, as one. */
export interface LibraryProvider extends Provider {
    /** Drops the sessions, so that the next credentials are new ones. */
    forget(): void;
}

/** How the providers reach their hosts. */
export interface HostOptions {
    readonly stsHost: string;
    /** Called with each host that responded with 200. */
    readonly onResponse: (host: string) => void;
}

/** Builds the providers of an identity. The library is loaded here, because an access key alone does not need it. */
export function libraryProvider({ base, roles }: Identity, options: HostOptions): LibraryProvider {
    const library = require("@alicloud/credentials") as Library;
    // Stryker disable next-line ArrayDeclaration: equivalent, a text has no session to drop
    const attached: object[] = [];
    const attach: Attach = (provider, exchangeOptions = {}) => {
        attachTo(provider, options, exchangeOptions);
        attached.push(provider);
        return provider;
    };
    const outermost = roles.reduce<Provider>(
        (previous, role) => attach(roleProvider(library, role, previous, options)),
        baseProvider(library, base, options, attach),
    );
    return {
        getCredentials: () => outermost.getCredentials(),
        forget() {
            for (const provider of attached) {
                // Without these two fields a provider of the library requests another session.
                Object.assign(provider, { session: undefined, expirationTimestamp: undefined });
            }
        },
    };
}

type Attach = <P extends Provider>(provider: P, options?: ExchangeOptions) => P;

/**
 * Lets a provider send its requests by `exchange`. The library's own function takes no agent and no proxy, and its errors
 * quote whole responses. Each provider keeps that function in the field `doRequest` (2.4.7, "used for mock").
 */
function attachTo(provider: object, { stsHost, onResponse }: HostOptions, options: ExchangeOptions): void {
    const doRequest = async (request: ExchangeRequest): Promise<ExchangeResponse> => {
        const response = await exchange(request, options);
        onResponse(new URL(request.toRequestURL()).host);
        return response;
    };
    Object.assign(provider, { doRequest, ...("stsEndpoint" in provider ? { stsEndpoint: stsHost } : {}) });
}

function baseProvider(library: Library, base: Base, options: HostOptions, attach: Attach): Provider {
    switch (base.kind) {
        case "accessKey":
            return keyProvider(library, base);
        case "oidc":
            return attach(oidcProvider(library, base, options), oidcToken(base));
        case "credentialsUri": {
            const uri = base.uri.value;
            const provider = library.URICredentialsProvider.builder().withCredentialsURI(uri).build();
            return attach(provider, { direct: isLoopback(new URL(uri).host) });
        }
        case "ecsRole":
            return attach(metadataProvider(library, base.name?.value ?? ""));
        case "cliProfile":
            return attach(cliProvider(library, base), cloudSsoBody(base));
    }
}

function keyProvider(library: Library, { accessKeyId, accessKeySecret, securityToken }: Base & { kind: "accessKey" }) {
    return securityToken === undefined
        ? library.StaticAKCredentialsProvider.builder()
              .withAccessKeyId(accessKeyId.value)
              .withAccessKeySecret(accessKeySecret.value)
              .build()
        : library.StaticSTSCredentialsProvider.builder()
              .withAccessKeyId(accessKeyId.value)
              .withAccessKeySecret(accessKeySecret.value)
              .withSecurityToken(securityToken.value)
              .build();
}

function roleProvider(library: Library, role: Role, previous: Provider, { stsHost }: HostOptions) {
    const builder = library.RAMRoleARNCredentialsProvider.builder();
    // The builder's type is narrower than what its code reads.
    builder.withCredentialsProvider(previous as Parameters<typeof builder.withCredentialsProvider>[0]);
    builder.withRoleArn(role.arn.value).withRoleSessionName(role.sessionName).withDurationSeconds(role.durationSeconds);
    if (role.policy !== undefined) {
        builder.withPolicy(role.policy);
    }
    if (role.externalId !== undefined) {
        builder.withExternalId(role.externalId);
    }
    return builder.withStsEndpoint(stsHost).build();
}

function oidcProvider(library: Library, role: OidcRole, { stsHost }: HostOptions) {
    const builder = library.OIDCRoleArnCredentialsProvider.builder()
        .withRoleArn(role.arn.value)
        .withOIDCProviderArn(role.providerArn.value)
        // The library reads a token from a file only; a token that is text replaces it in the request.
        .withOIDCTokenFilePath(role.token.kind === "file" ? role.token.setting.value : devNull)
        .withRoleSessionName(role.sessionName)
        .withDurationSeconds(role.durationSeconds)
        .withStsEndpoint(stsHost);
    if (role.policy !== undefined) {
        builder.withPolicy(role.policy);
    }
    return builder.build();
}

/** A token's file may end with a newline, as editors and `echo` write it. */
function oidcToken({ token }: OidcRole): ExchangeOptions {
    return {
        form: ({ OIDCToken = "" }) => ({ OIDCToken: token.kind === "text" ? token.setting.value : OIDCToken.trim() }),
    };
}

function metadataProvider(library: Library, roleName: string) {
    const provider = library.ECSRAMRoleCredentialsProvider.builder().withRoleName(roleName).build();
    // The builder takes a missing name from the environment, which the settings have already included.
    return Object.assign(provider, { roleName });
}

interface ProfileReader {
    getCredentialsProvider(file: object, profile: string): Provider;
}

function cliProvider(library: Library, { profile }: Base & { kind: "cliProfile" }): Provider {
    // The public method reads the file of the home directory only, and quotes an invalid one, secrets included.
    const Reader = library.CLIProfileCredentialsProvider;
    const reader: unknown = new Reader(Reader.builder().withProfileName(profile.name));
    const file = { profiles: profile.file.profiles };
    const provider = (reader as ProfileReader).getCredentialsProvider(file, profile.name);
    // In mode External it would write the command's output into the CLI's file, from which it is never read.
    return Object.assign(provider, { credentialUpdateCallback: undefined });
}

/** 2.4.7 makes this body but sends an empty one, so the service would not know the account. */
function cloudSsoBody({ profile }: Base & { kind: "cliProfile" }): ExchangeOptions {
    const AccountId = fieldOf(profile, "cloud_sso_account_id")?.value;
    const AccessConfigurationId = fieldOf(profile, "cloud_sso_access_config")?.value;
    return profile.mode === "CloudSSO" ? { json: { AccountId, AccessConfigurationId } } : {};
}
