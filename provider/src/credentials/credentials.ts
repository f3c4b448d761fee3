import { ConfigurationError } from "../configuration";
import { type Base, describeIdentity, type Identity } from "../identity/identity";
import { stringField } from "../json";
import { isCertificateCode } from "../operations/networkCodes";
import { ExchangeFailure } from "./exchange";
import { LibraryProvider } from "./libraryProviders";
import * as messages from "./messages";

/** An access key, with the security token of temporary credentials. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

export interface CredentialsSource {
    /** For messages: the settings, never their values. */
    readonly name: string;
    /** Called before every request, so that rotated credentials are used. */
    get(): Promise<Credentials>;
    /** Drops temporary credentials that the service calls expired. Absent for an access key that is set. */
    readonly renew?: (expired: Credentials) => void;
}

/** A temporary failure to get credentials: the next attempt may succeed. */
export class CredentialsUnavailable extends Error {}

/** The credentials of an identity; `stsHost` gives those of its roles. */
export function credentialsFrom(identity: Identity, stsHost: string): CredentialsSource {
    const { base, roles } = identity;
    return base.kind === "accessKey" && roles.length === 0
        ? accessKey(describeIdentity(identity), base)
        : temporaryCredentials(identity, stsHost);
}

function accessKey(name: string, key: Base & { kind: "accessKey" }): CredentialsSource {
    const credentials = {
        accessKeyId: key.accessKeyId.value,
        accessKeySecret: key.accessKeySecret.value,
        ...(key.securityToken && { securityToken: key.securityToken.value }),
    };
    return { name, get: async () => credentials };
}

/** Concurrent requests share credentials for this time; sessions last for minutes at least. */
const shareMs = 5_000;

/** Credentials from the library, which renews a session that expires within 15 minutes. */
function temporaryCredentials(identity: Identity, stsHost: string): CredentialsSource {
    const name = describeIdentity(identity);
    const provider = new LibraryProvider(identity, stsHost);
    let shared: { readonly credentials: Promise<Credentials>; readonly until: number } | undefined;
    let latestToken: string | undefined;

    async function request(): Promise<Credentials> {
        try {
            const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials();
            if (!accessKeyId || !accessKeySecret) {
                // With empty credentials the service would get an unsigned request.
                throw new Error("the credentials are empty");
            }
            latestToken = securityToken || undefined;
            return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
        } catch (error) {
            shared = undefined;
            throw credentialsError(error, {
                name,
                base: identity.base,
                stsHost,
                respondedHost: provider.respondedHost,
            });
        }
    }

    return {
        name,
        get() {
            const now = performance.now();
            if (shared === undefined || shared.until < now) {
                shared = { credentials: request(), until: now + shareMs };
            }
            return shared.credentials;
        },
        renew(expired) {
            // Of many requests with the same session, the first renews it for all.
            if (expired.securityToken === latestToken) {
                provider.forget();
                shared = undefined;
            }
        },
    };
}

/** What was requested, and from which hosts. */
interface FailureContext {
    readonly name: string;
    readonly base: Base;
    readonly stsHost: string;
    /** The last host that responded with 200, if any. */
    readonly respondedHost: string | undefined;
}

/** The library's own messages quote whole responses, command lines and URLs, so none of them is shown. */
function credentialsError(error: unknown, context: FailureContext): Error {
    if (error instanceof ConfigurationError) {
        return error;
    }
    if (error instanceof ExchangeFailure) {
        return exchangeError(error, context);
    }
    const { name, respondedHost } = context;
    return new ConfigurationError(
        respondedHost === undefined ? localFailureText(error, context) : messages.noCredentialsIn(name, respondedHost),
    );
}

/** What failed before any host responded. */
function localFailureText(error: unknown, { name, base }: FailureContext): string {
    switch (base.kind) {
        case "oidc":
            return messages.unreadableTokenFile(
                name,
                base.token.setting,
                stringField(error, "code") ?? "unknown error",
            );
        case "cliProfile":
            return base.profile.mode === "External" ? messages.commandFailed(name) : messages.signInExpired(name);
        case "accessKey":
        case "credentialsUri":
        case "ecsRole":
            return messages.libraryFailed(name);
    }
}

function exchangeError(failure: ExchangeFailure, { name, base, stsHost }: FailureContext): Error {
    const { problem, host } = failure;
    switch (problem.kind) {
        case "noResponse":
            if (isCertificateCode(problem.code)) {
                return new ConfigurationError(messages.untrustedCertificate(name, problem.code, failure));
            }
            return impossibleRequest.test(problem.code)
                ? new ConfigurationError(messages.impossibleRequest(name, problem.code, failure))
                : new CredentialsUnavailable(messages.noResponse(name, problem.code, failure));
        case "rejected": {
            const { status, code } = problem;
            const text = code === undefined ? `${status}` : `${status} (${code})`;
            if (status >= 500 || [408, 429].includes(status) || temporaryCode.test(code ?? "")) {
                return new CredentialsUnavailable(messages.rejected(name, text, failure));
            }
            // STS rejects the role, not the sign-in or the command that gave the session.
            const isSignIn = base.kind === "cliProfile" && host !== stsHost;
            return new ConfigurationError(
                isSignIn ? messages.signInRejected(name, text, failure) : messages.rejected(name, text, failure),
            );
        }
    }
}

/** Node's codes for a request that it cannot make, such as one with an invalid header. */
const impossibleRequest = /^ERR_(INVALID|UNESCAPED)_/;

/** Codes of STS for temporary rejections, whatever the HTTP status. The next request has another nonce. */
const temporaryCode = /^(Throttling|TooManyRequests$|SignatureNonceUsed$|ServiceUnavailable$|InternalError$)/;
