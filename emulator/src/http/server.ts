import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fastify } from "fastify";
import type { KeyAndCertificate } from "../network/certificate";
import { type ConnectionCount, countConnections, listening } from "../network/listening";
import { errorResponse, send, unknownAction } from "./responses";

/** What `new HttpServer` takes. */
export interface ServerOptions {
    readonly tls: KeyAndCertificate | undefined;
    readonly newRequestId: () => string;
}

/** The URLs of a server, without a trailing slash. */
export interface Addresses {
    /** `https` with `tls`. */
    readonly url: string;
    /** The same without TLS. */
    readonly plainUrl: string;
}

/** The Fastify application, to which the services add their routes. */
export type Application = ReturnType<typeof createApplication>;

/** Serves one application: over HTTP, and over TLS too if a certificate is given. */
export class HttpServer {
    readonly app: Application;
    readonly connections: ConnectionCount;
    readonly #plain = createServer((request, response) => this.app.routing(request, response));
    readonly #tls: boolean;

    constructor(options: ServerOptions) {
        this.app = createApplication(options);
        this.#tls = options.tls !== undefined;
        this.connections = countConnections([this.app.server, this.#plain]);
    }

    /** Starts listening. With TLS, the plain HTTP address gets a free port of its own. */
    async listen(host: string, port: number): Promise<Addresses> {
        try {
            const url = await listening(this.app.listen({ host, port }), host, port);
            return { url, plainUrl: this.#tls ? await listening(this.#listenPlain(host), host, 0) : url };
        } catch (error) {
            await this.close();
            throw error;
        }
    }

    /** Closes all connections, calls `afterConnections`, and resolves when everything is closed. */
    async close(afterConnections: () => void = () => undefined): Promise<void> {
        this.app.server.closeAllConnections();
        this.#plain.closeAllConnections();
        this.#plain.close();
        afterConnections();
        await this.app.close();
    }

    async #listenPlain(host: string): Promise<string> {
        this.#plain.listen(0, host);
        await once(this.#plain, "listening");
        return `http://${host}:${(this.#plain.address() as AddressInfo).port}`;
    }
}

function createApplication({ tls, newRequestId }: ServerOptions) {
    const app = fastify({
        https: tls ?? null,
        forceCloseConnections: true,
        exposeHeadRoutes: false,
        routerOptions: { maxParamLength: 1000 },
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.setNotFoundHandler((request, reply) => {
        const ids = { requestId: newRequestId(), hostId: request.host };
        return send(errorResponse(unknownAction, ids), reply);
    });
    return app;
}
