import { devNull } from "node:os";
import { fieldOf } from "../identity/cliProfile";
import { isLoopback } from "../identity/endpoint";
import type { Base, Identity, OidcRole, Role } from "../identity/identity";
import { type ExchangeAnswer, type ExchangeOptions, type ExchangeRequest, exchange } from "./exchange";

type Library = typeof import("@alicloud/credentials");

/** What a provider of the library gives. */
export interface LibraryCredentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

/** The providers of `@alicloud/credentials` that carry out an identity. */
export interface CredentialsChain {
    getCredentials(): Promise<LibraryCredentials>;
    /** Drops the sessions that are held, so that the next credentials are new ones. */
    forget(): void;
}

/** How the providers reach their hosts. */
export interface ChainOptions {
    readonly stsHost: string;
    /** Told of each host that has answered 200. */
    readonly onAnswer: (host: string) => void;
}

interface Provider {
    getCredentials(): Promise<LibraryCredentials>;
}

/** Builds what carries out an identity; the library is loaded here, since an access key alone needs nothing of it. */
export function credentialsChain({ base, roles }: Identity, options: ChainOptions): CredentialsChain {
    const library = require("@alicloud/credentials") as Library;
    // Stryker disable next-line ArrayDeclaration: equivalent, a text has no session to drop
    const parts: object[] = [];
    const attach: Attach = (provider, how = {}) => {
        attachTo(provider, options, how);
        parts.push(provider);
        return provider;
    };
    const outermost = roles.reduce<Provider>(
        (previous, role) => attach(roleProvider(library, role, previous, options)),
        baseProvider(library, base, options, attach),
    );
    return {
        getCredentials: () => outermost.getCredentials(),
        forget() {
            for (const part of parts) {
                // Without these two fields a provider of the library requests another session.
                Object.assign(part, { session: undefined, expirationTimestamp: undefined });
            }
        },
    };
}

type Attach = <P extends Provider>(provider: P, how?: ExchangeOptions) => P;

/**
 * Gives a provider our way to its host. The library's own takes neither an agent nor a proxy and puts whole answers into
 * errors, but each provider keeps it in the field `doRequest` (2.4.7, "used for mock"), and signs and reads around it.
 */
function attachTo(provider: object, { stsHost, onAnswer }: ChainOptions, how: ExchangeOptions): void {
    const doRequest = async (request: ExchangeRequest): Promise<ExchangeAnswer> => {
        const answer = await exchange(request, how);
        onAnswer(new URL(request.toRequestURL()).host);
        return answer;
    };
    Object.assign(provider, { doRequest, ...("stsEndpoint" in provider ? { stsEndpoint: stsHost } : {}) });
}

function baseProvider(library: Library, base: Base, options: ChainOptions, attach: Attach): Provider {
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

function roleProvider(library: Library, role: Role, previous: Provider, { stsHost }: ChainOptions) {
    const builder = library.RAMRoleARNCredentialsProvider.builder();
    // The builder's type is narrower than what its code reads.
    builder.withCredentialsProvider(previous as Parameters<typeof builder.withCredentialsProvider>[0]);
    builder.withRoleArn(role.arn.value).withRoleSessionName(role.sessionName).withDurationSeconds(role.durationSeconds);
    withGiven(role.policy, (policy) => builder.withPolicy(policy));
    withGiven(role.externalId, (externalId) => builder.withExternalId(externalId));
    return builder.withStsEndpoint(stsHost).build();
}

function oidcProvider(library: Library, role: OidcRole, { stsHost }: ChainOptions) {
    const builder = library.OIDCRoleArnCredentialsProvider.builder()
        .withRoleArn(role.arn.value)
        .withOIDCProviderArn(role.providerArn.value)
        // The library reads a token from a file only; one that is given as text is put into the request instead.
        .withOIDCTokenFilePath(role.token.kind === "file" ? role.token.found.value : devNull)
        .withRoleSessionName(role.sessionName)
        .withDurationSeconds(role.durationSeconds)
        .withStsEndpoint(stsHost);
    withGiven(role.policy, (policy) => builder.withPolicy(policy));
    return builder.build();
}

/** A token's file ends with a newline where an editor or `echo` has written it. */
function oidcToken({ token }: OidcRole): ExchangeOptions {
    return {
        form: ({ OIDCToken = "" }) => ({ OIDCToken: token.kind === "text" ? token.found.value : OIDCToken.trim() }),
    };
}

function metadataProvider(library: Library, roleName: string) {
    const provider = library.ECSRAMRoleCredentialsProvider.builder().withRoleName(roleName).build();
    // The builder completes a missing name from the environment, which the settings have already decided about.
    return Object.assign(provider, { roleName });
}

interface ProfileReader {
    getCredentialsProvider(file: object, profile: string): Provider;
}

function cliProvider(library: Library, { profile }: Base & { kind: "cliProfile" }): Provider {
    // Its public way reads the file of the home directory only, and quotes a broken one, secrets included.
    const Reader = library.CLIProfileCredentialsProvider;
    const reader: unknown = new Reader(Reader.builder().withProfileName(profile.name));
    const file = { profiles: profile.file.profiles };
    const provider = (reader as ProfileReader).getCredentialsProvider(file, profile.name);
    // In mode External it would write what the command printed into the CLI's file, which nobody reads from there.
    return Object.assign(provider, { credentialUpdateCallback: undefined });
}

/** 2.4.7 makes this body and then sends none, so that the service cannot know what is asked for. */
function cloudSsoBody({ mode, profile }: Base & { kind: "cliProfile" }): ExchangeOptions {
    const AccountId = fieldOf(profile, "cloud_sso_account_id")?.value;
    const AccessConfigurationId = fieldOf(profile, "cloud_sso_access_config")?.value;
    return mode === "CloudSSO" ? { json: { AccountId, AccessConfigurationId } } : {};
}

function withGiven<T>(value: T | undefined, use: (value: T) => void): void {
    if (value !== undefined) {
        use(value);
    }
}
