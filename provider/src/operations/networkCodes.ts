import type { Route } from "../request/client";

/** What is known of a code with which a connection fails or ends: Node's own, and those this package gives. */
export interface NetworkCode {
    /** The code, or the beginning of it with `*` behind. */
    readonly code: string;
    readonly words: string;
    /** What to change; a setting is wrong if it is so from the start, and no try will help. */
    readonly advice?: string | ((route: Route) => string);
    /** It does not pass either where connections stood before. */
    readonly isFinal?: true;
}

const untrusted = {
    words: "the certificate is not trusted",
    advice: "trust the certificate's authority with the variable NODE_EXTRA_CA_CERTS",
};

const noTls = {
    words: "TLS is not spoken there",
    advice: "the port answers, but not in TLS: check it, or write `http://` before the host if it is to be plain http",
};

/** The codes that get words of ours: Node's messages carry addresses, and httpx adds the signed URL to them. */
export const networkCodes: readonly NetworkCode[] = [
    {
        code: "ENOTFOUND",
        words: "no such host",
        advice: ({ hints, override }) =>
            override === undefined
                ? `no such host: check \`region\` (${hints.region}), or set ${hints.endpoint}`
                : `no such host: correct ${override}`,
    },
    { code: "EAI_AGAIN", words: "the name could not be looked up" },
    { code: "ECONNREFUSED", words: "nobody listens there" },
    { code: "ECONNRESET", words: "the connection was reset" },
    { code: "EPIPE", words: "the connection was closed" },
    { code: "ETIMEDOUT", words: "no connection in time" },
    { code: "EHOSTUNREACH", words: "no route to the host" },
    { code: "ENETUNREACH", words: "no route to the network" },
    { code: "EMSGSIZE", words: "the answer is endless" },
    { code: "ConnectTimeout", words: "no connection in time" },
    { code: "ConnectionFailed", words: "no connection" },
    {
        code: "ProxyAuthentication",
        words: "the proxy wants a user name and a password",
        advice: "give the proxy's user name and password in the URL of its variable",
        isFinal: true,
    },
    {
        code: "ProxyRefused",
        words: "the proxy refuses to connect to this host",
        advice: "let the proxy connect to this host, or name the host in NO_PROXY",
        isFinal: true,
    },
    { code: "ProxyUnavailable", words: "the proxy could not connect to this host" },
    { code: "RequestTimeout", words: "no whole answer in time" },
    { code: "EPROTO", ...noTls },
    { code: "ERR_SSL_*", ...noTls },
    { code: "ERR_TLS_*", ...untrusted },
    { code: "CERT_*", ...untrusted },
    { code: "SELF_SIGNED_CERT*", ...untrusted },
    { code: "DEPTH_ZERO_SELF_SIGNED*", ...untrusted },
    { code: "UNABLE_TO_*", ...untrusted },
];

/** The row of a code, if it is a known one. */
export function networkCode(code: string): NetworkCode | undefined {
    return networkCodes.find((row) =>
        row.code.endsWith("*") ? code.startsWith(row.code.slice(0, -1)) : code === row.code,
    );
}

/** Whether a code is of a certificate that is not trusted. */
export function isCertificateCode(code: string): boolean {
    return networkCode(code)?.words === untrusted.words;
}
