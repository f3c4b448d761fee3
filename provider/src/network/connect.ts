import { request as httpRequest } from "node:http";
import { isIP, isIPv6, connect as openTcp, type Socket } from "node:net";
import { connect as openTls, type TLSSocket } from "node:tls";
import { urlToHttpOptions } from "node:url";

/** No valid response is longer. A longer one is cut off. */
export const maxResponseBytes = 1_048_576;

/** A proxy that responded without making a connection. */
export class ProxyRejection extends Error {
    readonly code: string;

    constructor(readonly status: number) {
        super("the proxy made no connection");
        this.code = proxyCode(status);
    }
}

/** The code for a proxy's response that is not a connection; each code is a row of the table of network codes. */
export function proxyCode(httpStatus: number): string {
    if (httpStatus === 407) {
        return "ProxyAuthentication";
    }
    return httpStatus >= 400 && httpStatus < 500 && httpStatus !== 429 ? "ProxyRefused" : "ProxyUnavailable";
}

/**
 * Connects to the server of a URL, TLS included. A proxy makes a tunnel to an https server. For an http server the
 * connection ends at the proxy, which forwards the requests. An abort closes the connection.
 */
export async function connect(url: URL, proxy: URL | undefined, signal: AbortSignal): Promise<Socket> {
    if (proxy === undefined || url.protocol === "http:") {
        return connectTo(proxy ?? url, signal);
    }
    const proxySocket = await connectTo(proxy, signal);
    return startTls(url, await tunnelThrough(proxySocket, proxy, url, signal), signal);
}

function connectTo(server: URL, signal: AbortSignal): Promise<Socket> {
    return server.protocol === "https:"
        ? startTls(server, undefined, signal)
        : untilReady(openTcp(addressOf(server)), "connect", signal);
}

function startTls(server: URL, tunnel: Socket | undefined, signal: AbortSignal): Promise<TLSSocket> {
    const { host, port } = addressOf(server);
    const socket = openTls({
        host,
        port,
        // An address is no server name in TLS.
        servername: isIP(host) === 0 ? host : "",
        ALPNProtocols: ["http/1.1"],
        ...(tunnel && { socket: tunnel }),
    });
    return untilReady(socket, "secureConnect", signal);
}

function untilReady<S extends Socket>(socket: S, event: "connect" | "secureConnect", signal: AbortSignal): Promise<S> {
    const { promise, resolve, reject } = Promise.withResolvers<S>();
    // Stryker disable next-line CallExpression: equivalent but for the time. Node's own agents set it too.
    socket.setNoDelay();
    const abort = () => socket.destroy(signal.reason);
    const settle = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    if (signal.aborted) {
        abort();
    }
    socket.once(event, () => {
        settle();
        resolve(socket);
    });
    // This listener stays: an error of a connection that nobody uses yet must not end the process.
    socket.on("error", (error) => {
        settle();
        reject(error);
    });
    return promise;
}

function tunnelThrough(socket: Socket, proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
    const { host, port } = addressOf(target);
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    const request = httpRequest({
        method: "CONNECT",
        path: authority,
        headers: { host: authority, connection: "keep-alive", ...proxyHeaders(proxy) },
        createConnection: () => socket,
        signal,
    });
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    request.on("error", reject).on("connect", ({ statusCode = 0 }) => {
        if (statusCode === 200) {
            resolve(socket);
        } else {
            socket.destroy();
            reject(new ProxyRejection(statusCode));
        }
    });
    request.end();
    return promise;
}

/** What a request to a proxy has besides the headers for the server. */
export function proxyHeaders(proxy: URL): Readonly<Record<string, string>> {
    const { auth } = urlToHttpOptions(proxy);
    return {
        "proxy-connection": "Keep-Alive",
        ...(auth ? { "proxy-authorization": `Basic ${Buffer.from(auth).toString("base64")}` } : {}),
    };
}

function addressOf(url: URL): { readonly host: string; readonly port: number } {
    const host = String(urlToHttpOptions(url).hostname);
    return { host, port: Number(url.port || (url.protocol === "https:" ? 443 : 80)) };
}
