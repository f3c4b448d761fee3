import { ConfigurationError } from "../core/configuration";

/** A proxy that leads to a host. */
export interface Proxy {
    readonly url: string;
    /** The variable that names it. */
    readonly variable: string;
}

/**
 * Finds the proxy for a URL as `@pulumi/alicloud` does: the upper-case variable first, and a SOCKS proxy in `ALL_PROXY`
 * ignored. Whether `NO_PROXY` leaves it out is the common convention's to say.
 */
export async function proxyFor(url: string): Promise<Proxy | undefined> {
    const { env } = process;
    const { getProxyForUrl } = await import("proxy-from-env");
    if (getProxyForUrl(url) === "") {
        return undefined;
    }
    const own = url.startsWith("https:") ? "HTTPS_PROXY" : "HTTP_PROXY";
    const variable = [own, own.toLowerCase(), "ALL_PROXY", "all_proxy"].find((name) => env[name]?.trim());
    if (variable === undefined) {
        return undefined;
    }
    const value = env[variable]?.trim() ?? "";
    const whole = value.includes("://") ? value : `http://${value}`;
    if (/^socks/i.test(whole) && /^all_proxy$/i.test(variable)) {
        return undefined;
    }
    if (!isProxyUrl(whole)) {
        throw new ConfigurationError(`the variable ${variable} is not the URL of an HTTP proxy`);
    }
    return { url: whole, variable };
}

function isProxyUrl(text: string): boolean {
    if (!URL.canParse(text)) {
        return false;
    }
    const { protocol, username, password } = new URL(text);
    try {
        // The agents decode both, and throw where that cannot be done.
        decodeURIComponent(username + password);
    } catch {
        return false;
    }
    return ["http:", "https:"].includes(protocol);
}
