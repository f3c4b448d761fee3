import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { createProxy } from "proxy";

/** Servers on loopback, which close after each test of a file, in reverse order and with all their connections. */
export function loopback() {
    const closings: (() => unknown)[] = [];
    const atEnd = (close: () => unknown) => closings.push(close);
    afterEach(async () => {
        for (const close of closings.splice(0).reverse()) {
            await close();
        }
    });

    /** The port on which a server listens. */
    async function listen(server: Server): Promise<number> {
        const sockets: Socket[] = [];
        server.on("connection", (socket) => sockets.push(socket));
        await once(server.listen(0, "127.0.0.1"), "listening");
        atEnd(() => {
            for (const socket of sockets) {
                socket.destroy();
            }
            server.close();
        });
        return (server.address() as AddressInfo).port;
    }

    /** A real proxy, and what has gone through it. */
    async function proxy(server = createServer()) {
        const requests: string[] = [];
        server.on("request", ({ url }) => requests.push(`request ${url}`));
        server.on("connect", ({ url }) => requests.push(`connect ${url}`));
        const port = await listen(createProxy(server));
        return { url: `http://127.0.0.1:${port}`, port, server, requests };
    }

    return {
        atEnd,
        listen,
        proxy,
        serve: async (respond: RequestListener) => `http://127.0.0.1:${await listen(createServer(respond))}`,
    };
}
