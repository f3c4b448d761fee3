import { ConfigurationError } from "../configuration";
import { type Base, type Identity, identityText } from "../identity/identity";
import { describeSource } from "../identity/place";
import { stringField } from "../json";
import { ExchangeFailure, type ExchangeProblem } from "./exchange";
import { type CredentialsChain, credentialsChain } from "./provider";

/** An access key, with the security token of temporary credentials. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

/** Where credentials come from. */
export interface CredentialsSource {
    /** For messages: which settings, never their values. */
    readonly name: string;
    /** Asked before every request, so that rotated credentials are taken up. */
    get(): Promise<Credentials>;
    /** Drops temporary credentials that the service calls expired; absent where no others can be had. */
    readonly renew?: (expired: Credentials) => void;
}

/** Credentials that could not be had this time; asking again may help. */
export class CredentialsUnavailable extends Error {}

/** The credentials of an identity; `stsHost` is asked for those of its roles. */
export function credentialsFrom(identity: Identity, stsHost: string): CredentialsSource {
    const { base, roles } = identity;
    if (base.kind === "accessKey" && roles.length === 0) {
        const credentials = keyOf(base);
        return { name: identityText(identity), get: async () => credentials };
    }
    return temporary(identity, stsHost);
}

function keyOf({ accessKeyId, accessKeySecret, securityToken }: Base & { kind: "accessKey" }): Credentials {
    return {
        accessKeyId: accessKeyId.value,
        accessKeySecret: accessKeySecret.value,
        ...(securityToken === undefined ? {} : { securityToken: securityToken.value }),
    };
}

/** The library's sessions last for minutes at least; so long, concurrent requests share one answer. */
const shareMs = 5_000;

/** A source behind the library, which renews what runs out within 15 minutes. */
function temporary(identity: Identity, stsHost: string): CredentialsSource {
    const name = identityText(identity);
    let chain: CredentialsChain | undefined;
    let answeredBy: string | undefined;
    let shared: { readonly credentials: Promise<Credentials>; readonly until: number } | undefined;
    let latestToken: string | undefined;

    async function ask(): Promise<Credentials> {
        answeredBy = undefined;
        try {
            const onAnswer = (host: string) => {
                answeredBy = host;
            };
            chain ??= credentialsChain(identity, { stsHost, onAnswer });
            const { accessKeyId, accessKeySecret, securityToken } = await chain.getCredentials();
            if (!accessKeyId || !accessKeySecret) {
                // Without this check the service would be sent an unsigned request.
                throw new Error("they are empty");
            }
            latestToken = securityToken || undefined;
            return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
        } catch (error) {
            shared = undefined;
            throw failureOf({ identity, name, stsHost, answeredBy }, error);
        }
    }

    return {
        name,
        get() {
            const now = performance.now();
            if (shared === undefined || shared.until < now) {
                shared = { credentials: ask(), until: now + shareMs };
            }
            return shared.credentials;
        },
        renew(expired) {
            // Of many requests with the same session the first renews it for all.
            if (expired.securityToken === latestToken) {
                // Stryker disable next-line OptionalChaining: equivalent, only what the chain gave can have expired
                chain?.forget();
                shared = undefined;
            }
        },
    };
}

/** Whose credentials were asked for, and of whom. */
interface Asked {
    readonly identity: Identity;
    readonly name: string;
    readonly stsHost: string;
    /** The host that answered last, if any did. */
    readonly answeredBy: string | undefined;
}

/** What goes wrong in the library is told in our words: its own quote whole answers, command lines and URLs. */
function failureOf({ identity: { base }, name, stsHost, answeredBy }: Asked, error: unknown): Error {
    if (error instanceof ConfigurationError) {
        return error;
    }
    if (!(error instanceof ExchangeFailure)) {
        const reason = answeredBy === undefined ? unaskedText(base, error) : `the answer of ${answeredBy} holds none`;
        return new ConfigurationError(`credentials of ${name} could not be had: ${reason}`);
    }
    const { host, proxy, problem } = error;
    const through = proxy === undefined ? "" : ` through the proxy of ${proxy}`;
    const reason = `credentials of ${name} could not be had: ${problemText(problem)} from ${host}${through}`;
    return isPassing(problem)
        ? new CredentialsUnavailable(reason)
        : new ConfigurationError(reason + adviceFor(base, problem, host === stsHost));
}

/** Why nobody was asked, or nobody but a command. */
function unaskedText(base: Base, error: unknown): string {
    switch (base.kind) {
        case "oidc": {
            const code = stringField(error, "code");
            const { found } = base.token;
            return `the token's file, from ${describeSource(found.source)}, cannot be read${code === undefined ? "" : `: ${code}`}`;
        }
        case "cliProfile":
            return base.mode === "External"
                ? "its command failed, or printed no credentials; try it in a shell"
                : signInAgain;
        case "accessKey":
        case "credentialsUri":
        case "ecsRole":
            return "@alicloud/credentials failed before it asked";
    }
}

const signInAgain = "its sign-in is over; sign in again with the aliyun CLI";

function problemText(problem: ExchangeProblem): string {
    switch (problem.kind) {
        case "unreachable":
            return `no answer (${problem.code})`;
        case "refused":
            return `HTTP ${problem.status}${problem.code === undefined ? "" : ` (${problem.code})`}`;
    }
}

function adviceFor(base: Base, problem: ExchangeProblem, isFromSts: boolean): string {
    if (problem.kind === "unreachable") {
        return "; trust the certificate's authority with the variable NODE_EXTRA_CA_CERTS, or correct the setting";
    }
    // STS is asked for a role with a session that a sign-in or a command gave, so that is not what it refuses.
    return base.kind === "cliProfile" && !isFromSts ? `; ${signInAgain}` : "";
}

/** Node's codes of what no repetition mends: a certificate that nobody vouches for, an impossible header. */
const lasting = /^(ERR_TLS_|ERR_INVALID_|ERR_UNESCAPED_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;

/** Codes of STS that pass, whatever the status: the next request has a nonce of its own. */
const passingCode = /^(Throttling|TooManyRequests$|SignatureNonceUsed$|ServiceUnavailable$|InternalError$)/;

function isPassing(problem: ExchangeProblem): boolean {
    switch (problem.kind) {
        case "unreachable":
            return !lasting.test(problem.code);
        case "refused":
            return problem.status >= 500 || [408, 429].includes(problem.status) || passingCode.test(problem.code ?? "");
    }
}
