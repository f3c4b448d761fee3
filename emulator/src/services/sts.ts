import { createHmac } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { CredentialEntry, CredentialOperation } from "../cloud/ledger";
import { outcomeOf } from "../http/delivery";
import { signedRequest } from "../http/request";
import {
    errorResponse,
    type HttpResponse,
    jsonResponse,
    type ResponseIds,
    unknownAction,
    unknownVersion,
} from "../http/responses";
import {
    type Identities,
    type Role,
    roleName,
    type TemporaryCredentials,
    type Verdict,
} from "../identities/identities";
import { isAllowed, parsePolicy, type RamPolicy } from "../identities/ram";
import {
    checkDate,
    mismatch,
    missing,
    NonceStore,
    percentEncode,
    type SignedRequest,
    sorted,
    useNonce,
} from "../identities/signature";
import { type Rejected, type Rejection, reject } from "../rejection";
import type { IssuerContext } from "./issuer";

const apiVersion = "2015-04-01";
const maxPolicyBytes = 2048;

/** What the token service depends on. */
export interface StsOptions extends IssuerContext {
    /** The OIDC tokens that are accepted. */
    readonly oidcTokens: readonly string[];
    readonly signatureTime: () => number;
}

type RpcParameters = ReadonlyMap<string, string>;

type Grant = { readonly kind: "granted"; readonly role: Role } | Rejected;

interface Action {
    readonly proof: CredentialEntry["proof"];
    readonly grant: (method: string, parameters: RpcParameters) => Grant;
}

type Session =
    | { readonly kind: "valid"; readonly durationMs: number; readonly policy: RamPolicy | undefined }
    | Rejected;

/** Handles the Security Token Service: RPC requests to `/`, with parameters in the query and in a form. */
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
            return unknownRole;
        }
        const { principal, policies } = verdict.identity;
        const permitted =
            role.trusts?.includes(principal) === true &&
            (role.externalId ?? parameters.get("ExternalId")) === parameters.get("ExternalId") &&
            isAllowed(policies, "sts:AssumeRole", role.arn);
        return permitted ? { kind: "granted", role } : noPermission;
    }

    function assumeRoleWithOidc(parameters: RpcParameters): Grant {
        const absent = ["OIDCProviderArn", "OIDCToken"].find((name) => !parameters.get(name));
        if (absent !== undefined) {
            return { kind: "rejected", rejection: missing(absent) };
        }
        if (!oidcTokens.includes(parameters.get("OIDCToken") ?? "")) {
            return invalidOidcToken;
        }
        const role = identities.role(parameters.get("RoleArn"));
        if (role === undefined) {
            return unknownRole;
        }
        return role.oidcProviderArn === parameters.get("OIDCProviderArn") ? { kind: "granted", role } : noPermission;
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
        const received = signedRequest(request);
        const parameters = parametersOf(received);
        const ids: ResponseIds = { requestId: newRequestId(), hostId: request.host };
        const send = ({ status, headers, body }: HttpResponse) => reply.code(status).headers(headers).send(body);
        const operation = parameters.get("Action");
        if (!isAction(operation)) {
            return send(errorResponse(unknownAction, ids));
        }
        if (parameters.get("Version") !== apiVersion) {
            return send(errorResponse(unknownVersion, ids));
        }

        const { proof, grant } = actions[operation];
        const role = parameters.get("RoleArn");
        const sessionName = parameters.get("RoleSessionName");
        const issued = issue(grant(received.method, parameters), parameters);
        const response =
            "code" in issued
                ? errorResponse(issued, ids)
                : jsonResponse(200, assumedRole(issued, role, sessionName, ids), ids);
        ledger.addCredentialRequest({
            time: new Date(clock.now()).toISOString(),
            operation,
            accessKeyId: parameters.get("AccessKeyId"),
            role,
            sessionName,
            durationSeconds: parameters.get("DurationSeconds"),
            policy: parameters.get("Policy"),
            proof,
            requestId: ids.requestId,
            outcome: outcomeOf({ kind: "whole", response }),
            issued: "code" in issued ? undefined : issued.AccessKeyId,
        });
        return send(response);
    };
}

function assumedRole(
    Credentials: TemporaryCredentials,
    arn = "",
    sessionName = "",
    { requestId }: ResponseIds,
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
        return { kind: "rejected", rejection: missing("AccessKeyId") };
    }
    const verdict = identities.identify(accessKeyId, parameters.get("SecurityToken"));
    if (verdict.kind === "rejected") {
        return verdict;
    }
    const text = stringToSign(method, parameters);
    const expected = createHmac("sha1", `${verdict.identity.accessKeySecret}&`).update(text).digest("base64");
    const rejection =
        checkDate(parameters.get("Timestamp"), now) ??
        (parameters.get("Signature") === expected ? undefined : mismatch(text)) ??
        useNonce(accessKeyId, parameters.get("SignatureNonce"), nonces, now);
    return rejection === undefined ? verdict : { kind: "rejected", rejection };
}

function stringToSign(method: string, parameters: RpcParameters): string {
    const canonical = sorted([...parameters].filter(([name]) => name !== "Signature"))
        .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
        .join("&");
    return `${method}&${percentEncode("/")}&${percentEncode(canonical)}`;
}

function parametersOf({ query, headers, body }: SignedRequest): RpcParameters {
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

const unknownRole = reject(404, "EntityNotExist.Role", "The specified Role not exists .");

const noPermission = reject(
    403,
    "NoPermission",
    "You are not authorized to do this action. You should be authorized by RAM.",
);

const invalidOidcToken = reject(400, "AuthenticationFail.OIDCToken.Invalid", "This JsonWebToken is invalid.");

function invalid(name: string, message: string): Rejected {
    return reject(400, `InvalidParameter.${name}`, message);
}
