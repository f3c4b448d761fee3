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
export class LibraryProvider implements Provider {
    /** The last host that responded with 200 to the latest request for credentials. */
    respondedHost: string | undefined;
    readonly #exchanging: object[] = [];
    #outermost: Provider | undefined;

    constructor(
        private readonly identity: Identity,
        private readonly stsHost: string,
    ) {}

    async getCredentials() {
        this.respondedHost = undefined;
        this.#outermost ??= this.#build();
        return this.#outermost.getCredentials();
    }

    /** Drops the sessions, so that the next credentials are new ones. */
    forget(): void {
        for (const provider of this.#exchanging) {
            // Without these two fields a provider of the library requests another session.
            Object.assign(provider, { session: undefined, expirationTimestamp: undefined });
        }
    }

    #build(): Provider {
        // Loaded here, because an access key alone does not need it.
        const library = require("@alicloud/credentials") as Library;
        let provider = this.#baseProvider(library, this.identity.base);
        for (const role of this.identity.roles) {
            provider = this.#sendByExchange(roleProvider(library, role, provider, this.stsHost));
        }
        return provider;
    }

    #baseProvider(library: Library, base: Base): Provider {
        switch (base.kind) {
            case "accessKey":
                return keyProvider(library, base);
            case "oidc":
                return this.#sendByExchange(oidcProvider(library, base, this.stsHost), oidcToken(base));
            case "credentialsUri": {
                const uri = base.uri.value;
                const provider = library.URICredentialsProvider.builder().withCredentialsURI(uri).build();
                return this.#sendByExchange(provider, { direct: isLoopback(new URL(uri).host) });
            }
            case "ecsRole":
                return this.#sendByExchange(metadataProvider(library, base.name?.value ?? ""));
            case "cliProfile":
                return this.#sendByExchange(cliProvider(library, base), cloudSsoBody(base));
        }
    }

    /**
     * Lets a provider send its requests by `exchange`. The library's own function takes no agent and no proxy, and its errors
     * quote whole responses. Each provider keeps that function in the field `doRequest` (2.4.7, "used for mock").
     */
    #sendByExchange(provider: Provider, options: ExchangeOptions = {}): Provider {
        const doRequest = async (request: ExchangeRequest): Promise<ExchangeResponse> => {
            const response = await exchange(request, options);
            this.respondedHost = new URL(request.toRequestURL()).host;
            return response;
        };
        Object.assign(provider, { doRequest, ...("stsEndpoint" in provider ? { stsEndpoint: this.stsHost } : {}) });
        this.#exchanging.push(provider);
        return provider;
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

function roleProvider(library: Library, role: Role, previous: Provider, stsHost: string) {
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

function oidcProvider(library: Library, role: OidcRole, stsHost: string) {
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
