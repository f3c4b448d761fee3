import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { proxyFor } from "./proxy";

/** No answer of the service comes near it; an endless one is cut off here. */
const maxAnswerBytes = 1_048_576;

/**
 * Makes the agent that keeps the connections to an endpoint: directly, or through the proxy that `HTTPS_PROXY`,
 * `HTTP_PROXY` and `NO_PROXY` name for it.
 */
export async function agentFor(endpoint: string, maxConnections: number): Promise<HttpAgent | HttpsAgent> {
    const options = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections };
    const secure = endpoint.startsWith("https:");
    const proxy = (await proxyFor(endpoint))?.url;
    if (proxy === undefined) {
        return limited(secure ? new HttpsAgent(options) : new HttpAgent(options), "createConnection");
    }
    return secure
        ? limited(new (await import("https-proxy-agent")).HttpsProxyAgent(proxy, options), "connect")
        : limited(new (await import("http-proxy-agent")).HttpProxyAgent(proxy, options), "connect");
}

/** Cuts off answers that are too long; `method` is the one by which this agent makes a connection. */
function limited<Method extends string, A extends HttpAgent & Record<Method, unknown>>(agent: A, method: Method): A {
    const received = new WeakMap<Duplex, number>();
    const watch = (socket: Duplex) =>
        socket.on("data", (chunk: Buffer) => {
            const bytes = (received.get(socket) ?? 0) + chunk.length;
            received.set(socket, bytes);
            if (bytes > maxAnswerBytes) {
                socket.destroy(Object.assign(new Error("the answer is endless"), { code: "EMSGSIZE" }));
            }
        });
    agent.on("free", (socket: Duplex) => received.delete(socket));
    const connect = (agent[method] as (...args: unknown[]) => Duplex | Promise<Duplex>).bind(agent);
    return Object.assign(agent, {
        [method]: (...args: unknown[]) => {
            const socket = connect(...args);
            return socket instanceof Promise ? socket.then(watch) : watch(socket);
        },
    });
}
