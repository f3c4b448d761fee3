import { createServer, type Server } from "node:http";
import { createProxy } from "proxy";

/** A server becomes a real proxy, and a list what will have gone through it. */
export function countingProxy(server = createServer()): { readonly server: Server; readonly requests: string[] } {
    const requests: string[] = [];
    server.on("request", ({ url }) => requests.push(`request ${url}`));
    server.on("connect", ({ url }) => requests.push(`connect ${url}`));
    return { server: createProxy(server), requests };
}
