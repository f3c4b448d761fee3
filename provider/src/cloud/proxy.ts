import { ConfigurationError } from "../core/configuration";

/** A proxy that the environment names for a URL. */
export interface ProxyServer {
    readonly url: URL;
    readonly variable: string;
}

const variables = {
    "https:": ["HTTPS_PROXY", "https_proxy"],
    "http:": ["HTTP_PROXY", "http_proxy"],
} as const;
const forAll = ["ALL_PROXY", "all_proxy"];

/** Finds the proxy for a URL: `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, upper case first, but for `NO_PROXY`. */
export async function proxyFor(target: string, env: NodeJS.ProcessEnv = process.env): Promise<ProxyServer | undefined> {
    const { protocol } = new URL(target);
    const names = protocol === "https:" || protocol === "http:" ? [...variables[protocol], ...forAll] : forAll;
    const variable = names.find((name) => env[name]);
    const { getProxyForUrl } = await import("proxy-from-env");
    if (variable === undefined || getProxyForUrl(target) === "") {
        return undefined;
    }
    const text = String(env[variable]).trim();
    // Nothing here speaks SOCKS, and where it is named for all there is for HTTP it is left to others.
    if (forAll.includes(variable) && /^socks/i.test(text)) {
        return undefined;
    }
    return { url: proxyUrl(variable, text), variable };
}

/** The host of a proxy, for messages. */
export function proxyName({ url, variable }: ProxyServer): string {
    return `${url.host} (${variable})`;
}

function proxyUrl(variable: string, text: string): URL {
    const withScheme = text.includes("://") ? text : `http://${text}`;
    const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
        throw new ConfigurationError(`the variable ${variable} must be the URL of an http or https proxy`);
    }
    try {
        decodeURIComponent(url.username + url.password);
    } catch {
        throw new ConfigurationError(
            `the user name or password in the variable ${variable} has a % that begins no escape; write it as %25`,
        );
    }
    return url;
}
