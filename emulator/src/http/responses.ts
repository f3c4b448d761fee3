import type { FastifyReply } from "fastify";
import type { Rejection } from "../rejection";

/** The IDs that a response repeats. */
export interface ResponseIds {
    readonly requestId: string;
    /** The host that the client sent the request to. */
    readonly hostId: string;
}

/** A complete HTTP response. */
export interface HttpResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** The `Code` in the body, if there is one. */
    readonly code?: string;
}

/** A response with a JSON body and the service's headers. */
export function jsonResponse(status: number, body: object | null, { requestId }: ResponseIds): HttpResponse {
    return {
        status,
        headers: { "content-type": "application/json;charset=utf-8", "x-acs-request-id": requestId },
        body: JSON.stringify(body),
    };
}

/** The service's response to a rejected request. */
export function errorResponse(rejection: Rejection, ids: ResponseIds): HttpResponse {
    const { status, code, message, recommend } = rejection;
    const body = {
        RequestId: ids.requestId,
        HostId: ids.hostId,
        Code: code,
        Message: message,
        Recommend: recommend ?? `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}`,
    };
    return { ...jsonResponse(status, body, ids), code };
}

/** Sends a response as it is. */
export function send({ status, headers, body }: HttpResponse, reply: FastifyReply): FastifyReply {
    return reply.code(status).headers(headers).send(body);
}

/** The rejection of an unknown path or action. */
export const unknownAction: Rejection = {
    status: 404,
    code: "InvalidAction.NotFound",
    message: "Specified api is not found, please check your url and method.",
};

/** The rejection of an unknown API version. */
export const unknownVersion: Rejection = {
    status: 400,
    code: "InvalidVersion",
    message: "Specified version is not valid.",
};
