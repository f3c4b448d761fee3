import { subscribe } from "node:diagnostics_channel";
import { Agent as HttpAgent, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import { type Duplex, Transform } from "node:stream";
import { connect, maxResponseBytes } from "../network/connect";

/** The connections to one endpoint. Each carries one request at a time and is kept for the next one. */
export class Connections {
    /** Whether a connection was ever established. */
    everConnected = false;
    readonly #idle: Connection[] = [];

    /** `proxy` is the proxy that the connections go through. */
    constructor(
        private readonly endpoint: URL,
        private readonly proxy: URL | undefined,
    ) {}

    /** An idle connection, or else a new one. It is established: only what is sent on it can reach the service. */
    async connect(signal: AbortSignal): Promise<Connection> {
        signal.throwIfAborted();
        for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
            if (idle.isOpen) {
                idle.reset();
                return idle;
            }
        }
        const socket = await connect(this.endpoint, this.proxy, signal);
        this.everConnected = true;
        return new Connection(socket, this.endpoint.protocol);
    }

    /** Ends the use of a connection. Without a whole response no other request can use it, so it is closed. */
    release(connection: Connection): void {
        if (connection.isReusable) {
            this.#idle.push(connection);
        } else {
            connection.close();
        }
    }
}

export class Connection {
    /** The agent for a request on this connection. */
    readonly agent: HttpAgent;
    /** Whether a request was given to the connection since it was acquired. */
    sent = false;
    /** The HTTP status of the response, once there is one. */
    httpStatus: number | undefined;
    /** Whether the whole response has arrived, and the connection stays open. */
    isReusable = false;
    #receivedBytes = 0;

    constructor(
        private readonly socket: Socket,
        protocol: string,
    ) {
        this.agent = protocol === "https:" ? new HttpsConnectionAgent(this) : new HttpConnectionAgent(this);
        connectionOf.set(socket, this);
        socket.on("data", (chunk: Buffer) => {
            this.#receivedBytes += chunk.length;
            if (this.#receivedBytes > maxResponseBytes) {
                socket.destroy(responseTooLarge());
            }
        });
    }

    get isOpen(): boolean {
        return !this.socket.destroyed;
    }

    /** Gives the connection to a request. */
    handOver(): Socket {
        this.sent = this.isOpen;
        return this.socket;
    }

    /** Prepares the connection for the next request. */
    reset(): void {
        this.sent = false;
        this.httpStatus = undefined;
        this.isReusable = false;
        this.#receivedBytes = 0;
    }

    close(): void {
        this.socket.destroy();
    }

    onResponse(response: IncomingMessage): void {
        this.httpStatus = response.statusCode;
        limitDecoded(response);
    }
}

/** An agent that has one connection, made before the request. These three methods are Node's documented hooks. */
const agentOfConnection = (Agent: typeof HttpAgent) =>
    class extends Agent {
        constructor(private readonly connection: Connection) {
            super({ keepAlive: true });
        }

        override createConnection(): Socket {
            return this.connection.handOver();
        }

        override reuseSocket(socket: Duplex, request: Parameters<HttpAgent["reuseSocket"]>[1]): void {
            super.reuseSocket(socket, request);
            this.connection.handOver();
        }

        override keepSocketAlive(socket: Duplex): boolean {
            // The types have no result, but Node closes the socket unless it is true.
            this.connection.isReusable = (super.keepSocketAlive(socket) as unknown) === true;
            return this.connection.isReusable;
        }
    };
const HttpConnectionAgent = agentOfConnection(HttpAgent);
const HttpsConnectionAgent = agentOfConnection(HttpsAgent);

const connectionOf = new WeakMap<Duplex, Connection>();

// pop-core returns neither the response nor, for XML, its status. Node publishes each response before it is read.
subscribe("http.client.response.finish", (message) => {
    const { response } = message as { readonly response: IncomingMessage };
    connectionOf.get(response.socket)?.onResponse(response);
});

/**
 * Limits what httpx pipes a compressed response into. It has no limit of its own: a megabyte of gzip became a gigabyte of
 * memory. Only the response knows the decoder, which is why its `pipe` is replaced.
 */
function limitDecoded(response: IncomingMessage): void {
    const pipe = response.pipe.bind(response);
    response.pipe = (decoder, options) => {
        let decodedBytes = 0;
        // Stryker disable next-line ConditionalExpression: equivalent, httpx has no other use for it
        if (decoder instanceof Transform) {
            decoder.on("data", (chunk: Buffer) => {
                decodedBytes += chunk.length;
                if (decodedBytes > maxResponseBytes) {
                    decoder.destroy(responseTooLarge());
                }
            });
        }
        return pipe(decoder, options);
    };
}

function responseTooLarge(): Error {
    return Object.assign(new Error("response too large"), { code: "EMSGSIZE" });
}
