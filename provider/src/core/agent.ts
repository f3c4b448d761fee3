import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

/**
 * Makes the agent that keeps the connections to an endpoint: directly, or through the proxy that `HTTPS_PROXY`,
 * `HTTP_PROXY` and `NO_PROXY` name for it.
 */
export async function agentFor(endpoint: string, maxConnections: number): Promise<HttpAgent | HttpsAgent> {
    const options = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections };
    const secure = endpoint.startsWith("https:");
    const { getProxyForUrl } = await import("proxy-from-env");
    const proxy = getProxyForUrl(endpoint);
    if (proxy !== "") {
        return secure
            ? new (await import("https-proxy-agent")).HttpsProxyAgent(proxy, options)
            : new (await import("http-proxy-agent")).HttpProxyAgent(proxy, options);
    }
    return secure ? new HttpsAgent(options) : new HttpAgent(options);
}
