import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What a proxy does with a request that it could pass on: `before` it has, or `after`, so that the answer is lost. */
export type ForwardFate = "pass" | "hang before" | "hang after" | "reset before" | "reset after" | "407";

/** What a proxy does with a CONNECT; after a 200 it may still lead nowhere. */
export type TunnelFate = "pass" | "no answer" | "407" | "502" | "reset" | "200, then silence" | "200, then reset";

/** Decides on one request after the other. */
export interface Fates {
    readonly forward: (method: string, path: string) => ForwardFate;
    readonly tunnel: () => TunnelFate;
}

/** A forward proxy on loopback that does with each request what it is told to. */
export class ForwardProxy {
    readonly #server: Server = createServer();
    readonly #sockets = new Set<Duplex>();
    #isMended = false;

    private constructor(private readonly fates: Fates) {
        this.#server.on("connection", (socket) => this.#keep(socket));
        this.#server.on("request", (incoming, response) => this.#forward(incoming, response));
        this.#server.on("connect", (incoming, socket: Socket) => this.#tunnel(incoming, socket));
    }

    static async start(fates: Fates): Promise<ForwardProxy> {
        const proxy = new ForwardProxy(fates);
        await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
        return proxy;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }

    /** From now on everything is passed on. */
    mend(): void {
        this.#isMended = true;
    }

    /** Closes everything at once, what hangs too. */
    async stop(): Promise<void> {
        for (const socket of this.#sockets) {
            socket.destroy();
        }
        await new Promise((resolve) => this.#server.close(resolve));
    }

    #forward(incoming: IncomingMessage, response: ServerResponse): void {
        const { url = "", method = "" } = incoming;
        const fate = this.#isMended ? "pass" : this.fates.forward(method, new URL(url).pathname);
        switch (fate) {
            case "hang before":
                return;
            case "reset before":
                incoming.socket.resetAndDestroy();
                return;
            case "407":
                response.writeHead(407, { "proxy-authenticate": "Basic" }).end("<html>who are you?</html>");
                return;
            case "pass":
            case "hang after":
            case "reset after": {
                const passedOn = request(url, { method, headers: incoming.headers }, (answer) => {
                    if (fate === "pass") {
                        response.writeHead(answer.statusCode ?? 502, answer.headers);
                        answer.pipe(response);
                        return;
                    }
                    answer.resume();
                    if (fate === "reset after") {
                        incoming.socket.resetAndDestroy();
                    }
                });
                passedOn.on("error", () => response.destroy());
                incoming.pipe(passedOn);
            }
        }
    }

    #tunnel({ url = "" }: IncomingMessage, client: Socket): void {
        this.#keep(client);
        const fate = this.#isMended ? "pass" : this.fates.tunnel();
        switch (fate) {
            case "no answer":
                return;
            case "reset":
                client.resetAndDestroy();
                return;
            case "407":
                client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n<html>who are you?</html>");
                return;
            case "502":
                client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>it is not there</html>");
                return;
            case "200, then silence":
                client.write(established);
                return;
            case "200, then reset":
                client.write(established);
                client.once("data", () => client.resetAndDestroy());
                return;
            case "pass": {
                const { hostname, port } = new URL(`http://${url}`);
                const server = connect(Number(port), hostname, () => {
                    client.write(established);
                    client.pipe(server).pipe(client);
                });
                this.#keep(server);
                server.once("close", () => client.destroy());
                client.once("close", () => server.end());
            }
        }
    }

    #keep(socket: Duplex): void {
        this.#sockets.add(socket);
        socket.once("close", () => this.#sockets.delete(socket));
        // The other side may go at any time.
        socket.on("error", () => {});
    }
}

const established = "HTTP/1.1 200 Connection Established\r\n\r\n";
