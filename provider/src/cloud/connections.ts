import { type ClientRequest, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ProxyServer } from "./proxy";

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
interface WatchedOptions {
    readonly watched: (request: ClientRequest) => void;
    /** Closes a connection that is being made for this request, which Node only does once there is a socket. */
    readonly giveUp?: AbortSignal;
    /** Told, or a proxy's agent looks for it in the call stack, and pools the connection under another name. */
    readonly secureEndpoint?: boolean;
}

/** The way an agent makes a connection. */
type Connect = (request: ClientRequest, options: WatchedOptions) => Promise<Socket>;

/** The part of a proxy's agent used here. */
interface ProxyAgent {
    connect(request: ClientRequest, options: object): Promise<Socket>;
}

/** The connections to one endpoint, directly or through a proxy. Knows which of them stand, and which ever did. */
export class Connections {
    #stood = false;
    readonly #standing = new WeakSet<Socket>();

    private constructor(
        readonly agent: HttpAgent,
        private readonly secureEndpoint: boolean,
    ) {}

    /** For requests to a base URL. Nothing is connected yet. */
    static async to(endpoint: string, proxy: ProxyServer | undefined, maxConnections: number): Promise<Connections> {
        const options = { keepAlive: true, maxSockets: maxConnections, maxFreeSockets: maxConnections };
        const secure = endpoint.startsWith("https:");
        if (proxy === undefined) {
            const connections = new Connections(secure ? new HttpsAgent(options) : new HttpAgent(options), secure);
            connections.#watchDirect();
            return connections;
        }
        const Agent = secure
            ? (await import("https-proxy-agent")).HttpsProxyAgent
            : (await import("http-proxy-agent")).HttpProxyAgent;
        const connections = new Connections(new Agent(proxy.url, options), secure);
        // An agent for each connection: its options are those of the connection to the proxy, `signal` among them.
        connections.#watchProxied(async (request, connectOptions) => {
            const { giveUp } = connectOptions;
            const agent: ProxyAgent = new Agent(proxy.url, { keepAlive: true, ...(giveUp ? { signal: giveUp } : {}) });
            return agent.connect(request, connectOptions);
        });
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
            request.once("response", ({ statusCode }) => {
                watch.httpStatus = statusCode;
            });
        };
        return { watch, options: { watched, giveUp, secureEndpoint: this.secureEndpoint } satisfies WatchedOptions };
    }

    #watchDirect(): void {
        const agent = this.agent as HttpAgent & { createConnection: (...args: unknown[]) => Socket };
        const create = agent.createConnection.bind(agent);
        agent.createConnection = (...args) => this.#watchSocket(create(...args));
        this.#watchRequests();
    }

    #watchProxied(connect: Connect): void {
        const watched: Connect = async (request, options) => {
            let refused: number | undefined;
            request.once("proxyConnect", ({ statusCode }: { statusCode?: number }) => {
                refused = statusCode === 200 ? undefined : statusCode;
            });
            const socket = await connect(request, options);
            if (refused !== undefined) {
                // What the proxy says would otherwise be read as the answer of the service.
                socket.destroy();
                throw Object.assign(new Error("the proxy refused"), { code: proxyCode(refused) });
            }
            return this.#watchSocket(socket);
        };
        Object.assign(this.agent, { connect: watched });
        this.#watchRequests();
    }

    #watchRequests(): void {
        const agent = this.agent as HttpAgent & {
            addRequest: (request: ClientRequest, options: WatchedOptions) => void;
        };
        const add = agent.addRequest.bind(agent);
        agent.addRequest = (request, options) => {
            options.watched(request);
            add(request, options);
        };
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
                socket.destroy(Object.assign(new Error("the answer is endless"), { code: "EMSGSIZE" }));
            }
        });
        // The agent gets a connection back after each answer.
        socket.on("free", () => {
            received = 0;
        });
        return socket;
    }
}

/** A proxy that refuses to make a connection; the codes are rows of the table of transport codes. */
export function proxyCode(httpStatus: number): "ProxyAuthentication" | "ProxyRefused" | "ProxyUnavailable" {
    if (httpStatus === 407) {
        return "ProxyAuthentication";
    }
    return httpStatus >= 400 && httpStatus < 500 && httpStatus !== 429 ? "ProxyRefused" : "ProxyUnavailable";
}

function standingEvent(socket: Socket): "secureConnect" | "connect" {
    return socket instanceof TLSSocket ? "secureConnect" : "connect";
}
