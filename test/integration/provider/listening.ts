import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";

/** Closes what each test has opened, in reverse order. */
export function closedAfterEach(): (close: () => unknown) => void {
    const closings: (() => unknown)[] = [];
    afterEach(async () => {
        for (const close of closings.splice(0).reverse()) {
            await close();
        }
    });
    return (close) => closings.push(close);
}

/** The port of a server on loopback, which closes at the end of a test, with all its connections. */
export async function listening(server: Server, atEnd: (close: () => void) => void): Promise<number> {
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
