import { createHmac } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { CredentialEntry, CredentialOperation } from "../cloud/ledger";
import {
    type HttpAnswer,
    json,
    type Rejection,
    type RequestIdentity,
    rejected,
    unknownAction,
    unknownVersion,
} from "../http/answers";
import { outcomeOf } from "../http/delivery";
import { type IncomingRequest, incoming } from "../http/incoming";
import {
    type Identities,
    type IssuerContext,
    type Role,
    roleName,
    type TemporaryCredentials,
    type Verdict,
} from "./identities";
import { isAllowed, parsePolicy, type RamPolicy } from "./ram";
import { mismatch, missing, NonceStore, nonceRejection, percentEncode, sorted, untimely } from "./signature";

const apiVersion = "2015-04-01";
const maxPolicyBytes = 2048;

/** What the token service works with. */
export interface StsOptions extends IssuerContext {
    /** The OIDC tokens that are good. */
    readonly oidcTokens: readonly string[];
    readonly signatureTime: () => number;
}

type RpcParameters = ReadonlyMap<string, string>;

type Rejected = { readonly kind: "rejected"; readonly rejection: Rejection };

type Grant = { readonly kind: "granted"; readonly role: Role } | Rejected;

interface Action {
    readonly proof: CredentialEntry["proof"];
    readonly grant: (method: string, parameters: RpcParameters) => Grant;
}

type Session =
    | { readonly kind: "valid"; readonly durationMs: number; readonly policy: RamPolicy | undefined }
    | Rejected;

/** Makes the handler of the Security Token Service: RPC calls on `/`, their parameters in query and form. */
export function sts(options: StsOptions): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
    const { identities, oidcTokens, clock, signatureTime, newRequestId, ledger } = options;
    const nonces = new NonceStore();

    function assumeRole(method: string, parameters: RpcParameters): Grant {
        const verdict = verifyRpc(method, parameters, identities, nonces, signatureTime());
        if (verdict.kind === "rejected") {
            return verdict;
        }
        const role = identities.role(parameters.get("RoleArn"));
        if (role === undefined) {
            return reject(noRole);
        }
        const { principal, policies } = verdict.identity;
        const permitted =
            role.trusts?.includes(principal) === true &&
            (role.externalId ?? parameters.get("ExternalId")) === parameters.get("ExternalId") &&
            isAllowed(policies, "sts:AssumeRole", role.arn);
        return permitted ? { kind: "granted", role } : reject(noPermission);
    }

    function assumeRoleWithOidc(parameters: RpcParameters): Grant {
        const absent = ["OIDCProviderArn", "OIDCToken"].find((name) => !parameters.get(name));
        if (absent !== undefined) {
            return reject(missing(absent));
        }
        if (!oidcTokens.includes(parameters.get("OIDCToken") ?? "")) {
            return reject(badOidcToken);
        }
        const role = identities.role(parameters.get("RoleArn"));
        if (role === undefined) {
            return reject(noRole);
        }
        return role.oidcProviderArn === parameters.get("OIDCProviderArn")
            ? { kind: "granted", role }
            : reject(noPermission);
    }

    function issue(grant: Grant, parameters: RpcParameters): TemporaryCredentials | Rejection {
        if (grant.kind === "rejected") {
            return grant.rejection;
        }
        const session = sessionOf(parameters);
        return session.kind === "rejected" ? session.rejection : identities.issue(grant.role, session);
    }

    const actions = {
        AssumeRole: { proof: "signature", grant: assumeRole },
        AssumeRoleWithOIDC: { proof: "OIDC token", grant: (_method, parameters) => assumeRoleWithOidc(parameters) },
    } as const satisfies Partial<Record<CredentialOperation, Action>>;
    const isAction = (name: string | undefined): name is keyof typeof actions =>
        name !== undefined && Object.hasOwn(actions, name);

    return (request, reply) => {
        const received = incoming(request);
        const parameters = parametersOf(received);
        const identity: RequestIdentity = { requestId: newRequestId(), hostId: request.host };
        const send = ({ status, headers, body }: HttpAnswer) => reply.code(status).headers(headers).send(body);
        const operation = parameters.get("Action");
        if (!isAction(operation)) {
            return send(rejected(unknownAction, identity));
        }
        if (parameters.get("Version") !== apiVersion) {
            return send(rejected(unknownVersion, identity));
        }

        const { proof, grant } = actions[operation];
        const role = parameters.get("RoleArn");
        const sessionName = parameters.get("RoleSessionName");
        const issued = issue(grant(received.method, parameters), parameters);
        const answer =
            "code" in issued
                ? rejected(issued, identity)
                : json(200, assumed(issued, role, sessionName, identity), identity);
        ledger.asked({
            time: new Date(clock.now()).toISOString(),
            operation,
            accessKeyId: parameters.get("AccessKeyId"),
            role,
            sessionName,
            durationSeconds: parameters.get("DurationSeconds"),
            policy: parameters.get("Policy"),
            proof,
            requestId: identity.requestId,
            outcome: outcomeOf({ kind: "whole", answer }),
            issued: "code" in issued ? undefined : issued.AccessKeyId,
        });
        return send(answer);
    };
}

function assumed(
    Credentials: TemporaryCredentials,
    arn = "",
    sessionName = "",
    { requestId }: RequestIdentity,
): object {
    const AssumedRoleUser = {
        Arn: `${arn}/${sessionName}`,
        AssumedRoleId: `${roleName(arn)}:${sessionName}`,
    };
    return { RequestId: requestId, AssumedRoleUser, Credentials };
}

// The same order as for the signatures in headers: key and STS token, time, signature, nonce.
function verifyRpc(
    method: string,
    parameters: RpcParameters,
    identities: Identities,
    nonces: NonceStore,
    now: number,
): Verdict {
    const accessKeyId = parameters.get("AccessKeyId");
    if (accessKeyId === undefined) {
        return reject(missing("AccessKeyId"));
    }
    const verdict = identities.identify(accessKeyId, parameters.get("SecurityToken"));
    if (verdict.kind === "rejected") {
        return verdict;
    }
    const text = stringToSign(method, parameters);
    const expected = createHmac("sha1", `${verdict.identity.accessKeySecret}&`).update(text).digest("base64");
    const rejection =
        untimely(parameters.get("Timestamp"), now) ??
        (parameters.get("Signature") === expected ? undefined : mismatch(text)) ??
        nonceRejection(accessKeyId, parameters.get("SignatureNonce"), nonces, now);
    return rejection === undefined ? verdict : reject(rejection);
}

function stringToSign(method: string, parameters: RpcParameters): string {
    const canonical = sorted([...parameters].filter(([name]) => name !== "Signature"))
        .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
        .join("&");
    return `${method}&${percentEncode("/")}&${percentEncode(canonical)}`;
}

function parametersOf({ query, headers, body }: IncomingRequest): RpcParameters {
    const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ? body.toString() : "";
    return new Map([...query, ...new URLSearchParams(form)]);
}

function sessionOf(parameters: RpcParameters): Session {
    const seconds = Number(parameters.get("DurationSeconds") ?? "3600");
    if (!Number.isInteger(seconds) || seconds < 900 || seconds > 43_200) {
        return invalid("DurationSeconds", "The Min/Max value of DurationSeconds is 15min/12hr.");
    }
    if (!/^[\w.@-]{2,64}$/.test(parameters.get("RoleSessionName") ?? "")) {
        return invalid("RoleSessionName", "The parameter RoleSessionName is wrongly formed.");
    }
    const text = parameters.get("Policy");
    if (text === undefined) {
        return { kind: "valid", durationMs: seconds * 1000, policy: undefined };
    }
    if (Buffer.byteLength(text) > maxPolicyBytes) {
        return invalid("PolicySize", `The size of Policy must be smaller than ${maxPolicyBytes} bytes.`);
    }
    const policy = parsePolicy(text);
    return policy === undefined
        ? invalid("PolicyGrammar", "The parameter Policy has not passed grammar check.")
        : { kind: "valid", durationMs: seconds * 1000, policy };
}

const noRole: Rejection = { status: 404, code: "EntityNotExist.Role", message: "The specified Role not exists ." };

const noPermission: Rejection = {
    status: 403,
    code: "NoPermission",
    message: "You are not authorized to do this action. You should be authorized by RAM.",
};

const badOidcToken: Rejection = {
    status: 400,
    code: "AuthenticationFail.OIDCToken.Invalid",
    message: "This JsonWebToken is invalid.",
};

function invalid(name: string, message: string): Rejected {
    return reject({ status: 400, code: `InvalidParameter.${name}`, message });
}

function reject(rejection: Rejection): Rejected {
    return { kind: "rejected", rejection };
}
