import { BlockList, isIP, isIPv6 } from "node:net";
import { ConfigurationError } from "../configuration";

/** The proxy of the environment for a URL. */
export interface ProxyServer {
    readonly url: URL;
    readonly variable: string;
}

const variables: Readonly<Record<string, readonly string[]>> = {
    "https:": ["HTTPS_PROXY", "https_proxy"],
    "http:": ["HTTP_PROXY", "http_proxy"],
};
const forAll = ["ALL_PROXY", "all_proxy"];

/** Finds the proxy for a URL: `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, upper case first, but for `NO_PROXY`. */
export function proxyFor(target: string, env: NodeJS.ProcessEnv = process.env): ProxyServer | undefined {
    const url = new URL(target);
    const variable = [...(variables[url.protocol] ?? []), ...forAll].find((name) => env[name]);
    if (variable === undefined || isExempt(url, env.NO_PROXY || env.no_proxy || "")) {
        return undefined;
    }
    const text = String(env[variable]).trim();
    // SOCKS is not supported. ALL_PROXY is also for other programs, so a SOCKS proxy there is ignored and not an error.
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

/** Whether an entry of `NO_PROXY` covers a URL's host, as curl and Go read it. */
function isExempt({ hostname, protocol, port }: URL, noProxy: string): boolean {
    const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
    const effectivePort = port || (protocol === "https:" ? "443" : "80");
    return noProxy
        .toLowerCase()
        .split(/[\s,]+/)
        .some((entry) => {
            const { name, port: entryPort } = entryOf(entry);
            return (entryPort === undefined || entryPort === effectivePort) && covers(name, host);
        });
}

/** An IPv6 address contains colons, so it is in brackets if a port follows. */
function entryOf(entry: string): { readonly name: string; readonly port?: string | undefined } {
    const [, bracketed, port] = /^\[(.+)\](?::(\d+))?$/.exec(entry) ?? [];
    if (bracketed !== undefined) {
        return { name: bracketed, port };
    }
    const [, name = entry, ofName] = /^([^:]+):(\d+)$/.exec(entry) ?? [];
    return { name, port: ofName };
}

function covers(name: string, host: string): boolean {
    if (name === "*") {
        return true;
    }
    if (isIP(host) !== 0) {
        return coversAddress(name, host);
    }
    const domain = name.replace(/\.$/, "").replace(/^\*(?=\.)/, "");
    return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function coversAddress(name: string, host: string): boolean {
    const [, address = "", prefix] = /^([^/]+)(?:\/(\d+))?$/.exec(name) ?? [];
    const [family, bits] = isIPv6(address) ? (["ipv6", 128] as const) : (["ipv4", 32] as const);
    const length = Number(prefix ?? bits);
    if (isIP(address) === 0 || length > bits) {
        return false;
    }
    const range = new BlockList();
    range.addSubnet(address, length, family);
    return range.check(host, isIPv6(host) ? "ipv6" : "ipv4");
}
