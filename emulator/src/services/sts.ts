import { createHmac } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { outcomeOf, whole } from "../http/delivery";
import { signedRequest } from "../http/request";
import {
    errorResponse,
    type HttpResponse,
    jsonResponse,
    type ResponseIds,
    send,
    unknownAction,
    unknownVersion,
} from "../http/responses";
import {
    type Caller,
    type Identities,
    type Role,
    roleName,
    type Session,
    type TemporaryCredentials,
} from "../identities/identities";
import { isAllowed, parsePolicy } from "../identities/ram";
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
import { type Rejected, rejected, rejectionOf } from "../rejection";
import type { ServiceContext } from "./context";

const apiVersion = "2015-04-01";
const maxPolicyBytes = 2048;

/** What the token service depends on. */
export interface StsOptions extends ServiceContext {
    /** The OIDC tokens that are accepted. */
    readonly oidcTokens: readonly string[];
}

type RpcParameters = ReadonlyMap<string, string>;

/** Handles the Security Token Service: RPC requests to `/`, with parameters in the query and in a form. */
export function sts(options: StsOptions): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
    const { identities, oidcTokens, clock, signatureTime, newRequestId, ledger } = options;
    const nonces = new NonceStore();

    function assumeRole(method: string, parameters: RpcParameters): Role {
        const { principal, policies } = verifyRpc(method, parameters, identities, nonces, signatureTime());
        const role = requestedRole(parameters);
        const isPermitted =
            role.trusts?.includes(principal) === true &&
            (role.externalId ?? parameters.get("ExternalId")) === parameters.get("ExternalId") &&
            isAllowed(policies, "sts:AssumeRole", role.arn);
        if (!isPermitted) {
            throw noPermission();
        }
        return role;
    }

    function assumeRoleWithOidc(_method: string, parameters: RpcParameters): Role {
        const absent = ["OIDCProviderArn", "OIDCToken"].find((name) => !parameters.get(name));
        if (absent !== undefined) {
            throw missing(absent);
        }
        if (!oidcTokens.includes(parameters.get("OIDCToken") ?? "")) {
            throw rejected(400, "AuthenticationFail.OIDCToken.Invalid", "This JsonWebToken is invalid.");
        }
        const role = requestedRole(parameters);
        if (role.oidcProviderArn !== parameters.get("OIDCProviderArn")) {
            throw noPermission();
        }
        return role;
    }

    function requestedRole(parameters: RpcParameters): Role {
        const role = identities.role(parameters.get("RoleArn"));
        if (role === undefined) {
            throw rejected(404, "EntityNotExist.Role", "The specified Role not exists .");
        }
        return role;
    }

    const actions = {
        AssumeRole: { proof: "signature", authorize: assumeRole },
        AssumeRoleWithOIDC: { proof: "OIDC token", authorize: assumeRoleWithOidc },
    } as const;
    const isAction = (name: string | undefined): name is keyof typeof actions =>
        name !== undefined && Object.hasOwn(actions, name);

    return (request, reply) => {
        const received = signedRequest(request);
        const parameters = parametersOf(received);
        const ids: ResponseIds = { requestId: newRequestId(), hostId: request.host };
        const operation = parameters.get("Action");
        if (!isAction(operation)) {
            return send(errorResponse(unknownAction, ids), reply);
        }
        if (parameters.get("Version") !== apiVersion) {
            return send(errorResponse(unknownVersion, ids), reply);
        }

        const { proof, authorize } = actions[operation];
        const role = parameters.get("RoleArn");
        const sessionName = parameters.get("RoleSessionName");
        let issued: TemporaryCredentials | undefined;
        let response: HttpResponse;
        try {
            issued = identities.issue(authorize(received.method, parameters), sessionOf(parameters));
            response = jsonResponse(200, assumedRole(issued, role, sessionName, ids), ids);
        } catch (error) {
            response = errorResponse(rejectionOf(error), ids);
        }
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
            outcome: outcomeOf(whole(response)),
            issued: issued?.AccessKeyId,
        });
        return send(response, reply);
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
): Caller {
    const accessKeyId = parameters.get("AccessKeyId");
    if (accessKeyId === undefined) {
        throw missing("AccessKeyId");
    }
    const caller = identities.identify(accessKeyId, parameters.get("SecurityToken"));
    checkDate(parameters.get("Timestamp"), now);
    const text = stringToSign(method, parameters);
    const expected = createHmac("sha1", `${caller.accessKeySecret}&`).update(text).digest("base64");
    if (parameters.get("Signature") !== expected) {
        throw mismatch(text);
    }
    useNonce(accessKeyId, parameters.get("SignatureNonce"), nonces, now);
    return caller;
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
        throw invalid("DurationSeconds", "The Min/Max value of DurationSeconds is 15min/12hr.");
    }
    if (!/^[\w.@-]{2,64}$/.test(parameters.get("RoleSessionName") ?? "")) {
        throw invalid("RoleSessionName", "The parameter RoleSessionName is wrongly formed.");
    }
    const durationMs = seconds * 1000;
    const text = parameters.get("Policy");
    if (text === undefined) {
        return { durationMs };
    }
    if (Buffer.byteLength(text) > maxPolicyBytes) {
        throw invalid("PolicySize", `The size of Policy must be smaller than ${maxPolicyBytes} bytes.`);
    }
    const policy = parsePolicy(text);
    if (policy === undefined) {
        throw invalid("PolicyGrammar", "The parameter Policy has not passed grammar check.");
    }
    return { durationMs, policy };
}

function noPermission(): Rejected {
    const message = "You are not authorized to do this action. You should be authorized by RAM.";
    return rejected(403, "NoPermission", message);
}

function invalid(name: string, message: string): Rejected {
    return rejected(400, `InvalidParameter.${name}`, message);
}
