import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP, isIPv6, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { urlToHttpOptions } from "node:url";
import { noOtherProxy } from "./proxy";

/** A proxy that answered, and made no connection. */
export class ProxyRefusal extends Error {
    readonly code: ReturnType<typeof proxyCode>;

    constructor(readonly status: number) {
        super("the proxy refused");
        this.code = proxyCode(status);
    }
}

/** A proxy that refuses to make a connection; the codes are rows of the table of transport codes. */
export function proxyCode(httpStatus: number): "ProxyAuthentication" | "ProxyRefused" | "ProxyUnavailable" {
    if (httpStatus === 407) {
        return "ProxyAuthentication";
    }
    return httpStatus >= 400 && httpStatus < 500 && httpStatus !== 429 ? "ProxyRefused" : "ProxyUnavailable";
}

/** What a request's options say to an agent that connects by a proxy. */
export interface AttemptOptions {
    /** Ends the attempt to connect, which Node by itself does only once there is a socket. */
    readonly giveUp: AbortSignal;
}

/** What an agent is told of a connection that it is to make, beside what concerns TLS. */
interface Target extends Partial<AttemptOptions> {
    readonly host?: string | null | undefined;
    readonly port?: number | string | null | undefined;
}

/** Makes each connection to an https host through a tunnel of a proxy. */
export class TunnelAgent extends HttpsAgent {
    constructor(
        private readonly proxy: URL,
        options: ConstructorParameters<typeof HttpsAgent>[0] = {},
    ) {
        super({ ...options, ...noOtherProxy });
    }

    override createConnection(target: Target, made: (error: Error | null, stream: Duplex) => void): undefined {
        tunnelTo(target, this.proxy).then(
            (socket) => made(null, super.createConnection({ ...target, socket } as object) as Duplex),
            (error: Error) => (made as (error: Error) => void)(error),
        );
    }
}

/**
 * Asks a proxy for a connection to a host. By Node's own client, which listens to the connection as long as it is its own:
 * `https-proxy-agent` stops at the end of it, and the error of a TLS handshake that comes after that ends in nobody's hands.
 */
function tunnelTo({ host, port, giveUp }: Target, proxy: URL): Promise<Socket> {
    const authority = `${isIPv6(String(host)) ? `[${host}]` : host}:${port}`;
    const { auth, ...server } = urlToHttpOptions(proxy);
    const name = String(server.hostname);
    const login = auth ? { "proxy-authorization": `Basic ${Buffer.from(auth).toString("base64")}` } : {};
    const options = {
        ...server,
        // Or Node asks for the certificate of the host in the header.
        servername: isIP(name) === 0 ? name : "",
        method: "CONNECT",
        path: authority,
        headers: { host: authority, connection: "keep-alive", "proxy-connection": "Keep-Alive", ...login },
        agent: proxy.protocol === "https:" ? new HttpsAgent(noOtherProxy) : new HttpAgent(noOtherProxy),
        ALPNProtocols: ["http/1.1"],
        signal: giveUp,
    };
    const send = proxy.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
        send(options)
            .on("error", reject)
            .on("connect", ({ statusCode = 0 }, socket) => {
                if (statusCode === 200) {
                    resolve(socket);
                } else {
                    socket.destroy();
                    reject(new ProxyRefusal(statusCode));
                }
            })
            .end();
    });
}
