import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { connect, ProxyRejection } from "./connect";
import { noOtherProxy } from "./proxy";

export { ProxyRejection as ProxyRefusal };

/** What a request's options say to an agent that connects by a proxy. */
export interface AttemptOptions {
    /** Ends the attempt to connect, which Node by itself does only once there is a socket. */
    readonly giveUp: AbortSignal;
}

interface Target extends Partial<AttemptOptions> {
    readonly host?: string | null | undefined;
    readonly port?: number | string | null | undefined;
}

/** Makes each connection to an https host through a tunnel of a proxy. */
export class TunnelAgent extends HttpsAgent {
    constructor(private readonly proxy: URL) {
        super(noOtherProxy);
    }

    override createConnection(
        { host, port, giveUp }: Target,
        made: (error: Error | null, stream: Duplex) => void,
    ): undefined {
        connect(new URL(`https://${host}:${port}`), this.proxy, giveUp ?? new AbortController().signal).then(
            (socket) => made(null, socket),
            (error: Error) => (made as (error: Error) => void)(error),
        );
    }
}
