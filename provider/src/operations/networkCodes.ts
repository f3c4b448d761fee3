import { rowOf } from "./serviceCodes";

/** The settings that say where the service is. */
export interface EndpointSettings {
    /** How region and host are set. */
    readonly hints: { readonly region: string; readonly endpoint: string };
    /** The setting that names the endpoint, with the host, unless it is the public endpoint of the region. */
    readonly override?: string;
}

/** What is known of a code with which a connection fails: a code of Node.js, or one that this package gives. */
export interface NetworkCode {
    /** The code, or its prefix and `*`. */
    readonly code: string;
    readonly words: string;
    /** What to fix. A code with a fix comes from a setting, so retries do not help if no connection was ever established. */
    readonly fix?: string | ((settings: EndpointSettings) => string);
    /** Retries do not help even if connections were established before. */
    readonly isFinal?: true;
}

const untrusted = {
    words: "the certificate is not trusted",
    fix: "trust the certificate's authority with the variable NODE_EXTRA_CA_CERTS",
};

const noTls = {
    words: "not a TLS endpoint",
    fix: "the port responds, but not with TLS: check the port, or write `http://` before the host to use plain HTTP",
};

/** Node's own messages contain addresses, and the HTTP library adds the signed URL, so each code gets words of ours. */
export const networkCodes: readonly NetworkCode[] = [
    {
        code: "ENOTFOUND",
        words: "DNS lookup failed: no such host",
        fix: ({ hints, override }) =>
            override === undefined
                ? `no such host: check \`region\` (${hints.region}), or set ${hints.endpoint}`
                : `no such host: correct ${override}`,
    },
    { code: "EAI_AGAIN", words: "DNS lookup failed" },
    { code: "ECONNREFUSED", words: "connection refused" },
    { code: "ECONNRESET", words: "the connection was reset" },
    { code: "EPIPE", words: "the connection was closed" },
    { code: "ETIMEDOUT", words: "the connection timed out" },
    { code: "EHOSTUNREACH", words: "no route to the host" },
    { code: "ENETUNREACH", words: "no route to the network" },
    { code: "EMSGSIZE", words: "response too large" },
    { code: "ConnectTimeout", words: "the connection timed out" },
    { code: "ConnectionFailed", words: "no connection" },
    { code: "RequestTimeout", words: "no complete response in time" },
    { code: "Aborted", words: "the deployment was stopped" },
    {
        code: "ProxyAuthentication",
        words: "the proxy requires a user name and a password",
        fix: "give the proxy's user name and password in the URL of its variable",
        isFinal: true,
    },
    {
        code: "ProxyRefused",
        words: "the proxy rejects connections to this host",
        fix: "let the proxy connect to this host, or add the host to NO_PROXY",
        isFinal: true,
    },
    { code: "ProxyUnavailable", words: "the proxy could not connect to this host" },
    { code: "EPROTO", ...noTls },
    { code: "ERR_SSL_*", ...noTls },
    { code: "ERR_TLS_*", ...untrusted },
    { code: "CERT_*", ...untrusted },
    { code: "SELF_SIGNED_CERT*", ...untrusted },
    { code: "DEPTH_ZERO_SELF_SIGNED*", ...untrusted },
    { code: "UNABLE_TO_*", ...untrusted },
];

export function networkCode(code: string): NetworkCode | undefined {
    return rowOf(code, networkCodes);
}

/** Whether a code is of a certificate that is not trusted. */
export function isCertificateCode(code: string): boolean {
    return networkCode(code)?.words === untrusted.words;
}
