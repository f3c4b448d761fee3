import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";

/** Where connections to built-in hosts go instead. */
export interface Redirection {
    /** Origins, such as `http://127.0.0.1:8017`, by the host name that a client connects to. */
    readonly hosts: Readonly<Record<string, string>>;
    /** A certificate to trust on these connections, PEM. @default those that Node trusts */
    readonly ca?: string;
}

/**
 * Redirects this process's connections to the given hosts, for clients with built-in addresses.
 *
 * Only addresses change: requests, protocol, and TLS with the host's name stay the same. The returned function ends
 * the redirection and closes the redirected connections.
 */
export function redirect({ hosts, ca }: Redirection): () => void {
    const sockets = new Set<Duplex>();
    const restore = [HttpAgent.prototype, HttpsAgent.prototype].map((agent) => {
        const connect = agent.createConnection;
        agent.createConnection = function (options, callback) {
            const origin = options.host == null ? undefined : hosts[options.host];
            if (origin === undefined) {
                return connect.call(this, options, callback);
            }
            const { hostname: host, port } = new URL(origin);
            const socket = connect.call(
                this,
                { ...options, host, port, ...(ca === undefined ? {} : { ca }) },
                callback,
            );
            if (socket) {
                sockets.add(socket);
                socket.once("close", () => sockets.delete(socket));
            }
            return socket;
        };
        return () => {
            agent.createConnection = connect;
        };
    });
    return () => {
        for (const undo of restore) {
            undo();
        }
        // Agents keep connections alive, which the next emulator must not get.
        for (const socket of sockets) {
            socket.destroy();
        }
    };
}
