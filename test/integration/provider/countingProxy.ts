import { createServer, type Server } from "node:http";
import { createProxy } from "proxy";

/** A real proxy that is not listening yet, and what will have gone through it. */
export function countingProxy(): { readonly server: Server; readonly requests: string[] } {
    const server = createServer();
    const requests: string[] = [];
    server.on("request", ({ url }) => requests.push(`request ${url}`));
    server.on("connect", ({ url }) => requests.push(`connect ${url}`));
    return { server: createProxy(server), requests };
}
