/** A refusal by its code, before it is an HTTP answer. */
export interface Refusal {
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly recommend?: string;
}

/** Names one request in its answer. */
export interface RequestIdentity {
    readonly requestId: string;
    /** The host the client asked for. */
    readonly hostId: string;
}

/** A complete HTTP answer. */
export interface HttpAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** The `Code` in the body, if there is one. */
    readonly code?: string;
}

/** An answer with a JSON body, as the service labels it. */
export function json(status: number, body: object | null, { requestId }: RequestIdentity): HttpAnswer {
    return {
        status,
        headers: { "content-type": "application/json;charset=utf-8", "x-acs-request-id": requestId },
        body: JSON.stringify(body),
    };
}

/** The service's answer to a request it refuses. */
export function refused(refusal: Refusal, identity: RequestIdentity): HttpAnswer {
    const body = {
        RequestId: identity.requestId,
        HostId: identity.hostId,
        Code: refusal.code,
        Message: refusal.message,
        Recommend: refusal.recommend ?? `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(refusal.code)}`,
    };
    return { ...json(refusal.status, body, identity), code: refusal.code };
}

/** The refusal of a path or an action that does not exist. */
export const unknownAction: Refusal = {
    status: 404,
    code: "InvalidAction.NotFound",
    message: "Specified api is not found, please check your url and method.",
};

/** The refusal of an API version that does not exist. */
export const unknownVersion: Refusal = {
    status: 400,
    code: "InvalidVersion",
    message: "Specified version is not valid.",
};
