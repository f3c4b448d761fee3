import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import { Transform } from "node:stream";
import { TLSSocket } from "node:tls";
import { noOtherProxy, noOtherProxyByLibrary, type ProxyServer } from "./proxy";
import { type AttemptOptions, TunnelAgent } from "./tunnel";

/** No answer of the service comes near it; an endless one is cut off here. */
const maxAnswerBytes = 1_048_576;

/** How far one request has come on its way. */
export interface Watch {
    /** Nobody has connected for it yet, a connection is being made, or it was given to one that stands. */
    readonly stage: "queued" | "connecting" | "sent";
    /** The HTTP status of the answer, once there is one. */
    readonly httpStatus?: number | undefined;
}

/** What a request's options say to the agent, beside what Node and pop-core put there. */
interface WatchedOptions extends AttemptOptions {
    readonly watched: (request: ClientRequest) => void;
    /** Told, or the agent for a plain endpoint behind a proxy looks for it in the call stack. */
    readonly secureEndpoint: false;
}

/** The part of a proxy's agent used here. */
interface ProxyAgent {
    connect(request: ClientRequest, options: WatchedOptions): Promise<Socket>;
}

/** The part of Node's agents that makes connections: at once, or later. */
interface Connecting {
    createConnection(
        options: object,
        made: (error: Error | null, socket: Socket | undefined) => void,
    ): Socket | undefined;
}

/** The connections to one endpoint, directly or through a proxy. Knows which of them stand, and which ever did. */
export class Connections {
    #stood = false;
    readonly #standing = new WeakSet<Socket>();

    private constructor(readonly agent: HttpAgent) {
        const watchable = agent as HttpAgent & {
            addRequest: (request: ClientRequest, options: WatchedOptions) => void;
        };
        const add = watchable.addRequest.bind(agent);
        watchable.addRequest = (request, options) => {
            options.watched(request);
            add(request, options);
        };
    }

    /** For requests to a base URL. Nothing is connected yet. */
    static async to(endpoint: string, proxy: ProxyServer | undefined, maxConnections: number): Promise<Connections> {
        const options = {
            ...noOtherProxy,
            keepAlive: true,
            maxSockets: maxConnections,
            maxFreeSockets: maxConnections,
        };
        if (endpoint.startsWith("https:")) {
            return Connections.#byNode(
                proxy === undefined ? new HttpsAgent(options) : new TunnelAgent(proxy.url, options),
            );
        }
        if (proxy === undefined) {
            return Connections.#byNode(new HttpAgent(options));
        }
        const { HttpProxyAgent } = await import("http-proxy-agent");
        const connections = new Connections(new HttpProxyAgent(proxy.url, { ...options, ...noOtherProxyByLibrary }));
        const connect: ProxyAgent["connect"] = async (request, connectOptions) => {
            // An agent for each connection: its options are those of the connection to the proxy, `signal` among them.
            const agent: object = new HttpProxyAgent(proxy.url, {
                ...noOtherProxyByLibrary,
                signal: connectOptions.giveUp,
            });
            return connections.#watchSocket(await (agent as ProxyAgent).connect(request, connectOptions));
        };
        Object.assign(connections.agent, { connect });
        return connections;
    }

    static #byNode(agent: HttpAgent): Connections {
        const connections = new Connections(agent);
        const connecting = agent as unknown as Connecting;
        const create = connecting.createConnection.bind(agent);
        connecting.createConnection = (options, made) => {
            const socket = create(options, (error, later) => made(error, later && connections.#watchSocket(later)));
            return socket && connections.#watchSocket(socket);
        };
        return connections;
    }

    /** Whether a connection has ever stood. */
    get stood(): boolean {
        return this.#stood;
    }

    /** What to give a request as options, and how far it then comes. */
    watch(giveUp: AbortSignal): { readonly watch: Watch; readonly options: object } {
        const watch: { stage: Watch["stage"]; httpStatus?: number | undefined } = { stage: "queued" };
        const sent = () => {
            watch.stage = "sent";
        };
        const watched = (request: ClientRequest) => {
            watch.stage = "connecting";
            request.once("socket", (socket: Socket) =>
                this.#standing.has(socket) ? sent() : socket.once(standingEvent(socket), sent),
            );
            request.once("response", (response) => {
                watch.httpStatus = response.statusCode;
                limitDecoded(response);
            });
        };
        return { watch, options: { watched, giveUp, secureEndpoint: false } satisfies WatchedOptions };
    }

    /** Notes when a connection stands, and cuts off answers that are too long. */
    #watchSocket(socket: Socket): Socket {
        const stands = () => {
            this.#standing.add(socket);
            this.#stood = true;
        };
        if (socket instanceof TLSSocket || socket.connecting) {
            socket.once(standingEvent(socket), stands);
        } else {
            stands();
        }
        let received = 0;
        socket.on("data", (chunk: Buffer) => {
            received += chunk.length;
            if (received > maxAnswerBytes) {
                socket.destroy(tooLarge());
            }
        });
        // The agent gets a connection back after each answer.
        socket.on("free", () => {
            received = 0;
        });
        return socket;
    }
}

function standingEvent(socket: Socket): "secureConnect" | "connect" {
    return socket instanceof TLSSocket ? "secureConnect" : "connect";
}

/** A few bytes of a compressed response may become gigabytes: what httpx pipes it into is limited too. */
function limitDecoded(response: IncomingMessage): void {
    const pipe = response.pipe.bind(response);
    response.pipe = (decoder, options) => {
        let decoded = 0;
        if (decoder instanceof Transform) {
            decoder.on("data", (chunk: Buffer) => {
                decoded += chunk.length;
                if (decoded > maxAnswerBytes) {
                    decoder.destroy(tooLarge());
                    response.destroy();
                }
            });
        }
        return pipe(decoder, options);
    };
}

function tooLarge(): Error {
    return Object.assign(new Error("the answer is endless"), { code: "EMSGSIZE" });
}
