/** A rejection by its code, before it is an HTTP answer. */
export interface Rejection {
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

/** The service's answer to a request it rejects. */
export function rejected(rejection: Rejection, identity: RequestIdentity): HttpAnswer {
    const body = {
        RequestId: identity.requestId,
        HostId: identity.hostId,
        Code: rejection.code,
        Message: rejection.message,
        Recommend: rejection.recommend ?? `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(rejection.code)}`,
    };
    return { ...json(rejection.status, body, identity), code: rejection.code };
}

/** The rejection of a path or an action that does not exist. */
export const unknownAction: Rejection = {
    status: 404,
    code: "InvalidAction.NotFound",
    message: "Specified api is not found, please check your url and method.",
};

/** The rejection of an API version that does not exist. */
export const unknownVersion: Rejection = {
    status: 400,
    code: "InvalidVersion",
    message: "Specified version is not valid.",
};
