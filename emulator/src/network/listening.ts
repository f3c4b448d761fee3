import type { Server } from "node:net";

const problems = {
    EADDRINUSE: {
        reason: "the port is in use",
        advice: "stop what listens there, or choose another port (0 is any free one)",
    },
    EACCES: { reason: "this user may not open the port", advice: "choose one above 1023, or 0 for any free one" },
    EADDRNOTAVAIL: { reason: "this machine has no such address", advice: "choose one of its own, such as 127.0.0.1" },
    ENOTFOUND: { reason: "there is no such host", advice: "choose an address of this machine, such as 127.0.0.1" },
} as const;

/** The emulator cannot listen where it was told to; the message says why, and what to do. */
export class ListenError extends Error {
    override readonly name = "ListenError";

    /** Says it of an address. */
    constructor(
        /** Node.js's name of the problem. */
        readonly code: keyof typeof problems,
        host: string,
        port: number,
    ) {
        const { reason, advice } = problems[code];
        super(`Cannot listen on ${host}:${port}, ${reason}: ${advice}.`);
    }
}

/** Waits for a server to listen, and makes a `ListenError` of a problem with the address. */
export async function listening<T>(started: Promise<T>, host: string, port: number): Promise<T> {
    try {
        return await started;
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw isProblem(code) ? new ListenError(code, host, port) : error;
    }
}

/** Client connections that are open now, and the most there were at one time. */
export interface ConnectionCount {
    readonly open: number;
    readonly peak: number;
}

/** Counts the connections of some servers. */
export function countConnections(servers: readonly Server[]): ConnectionCount {
    const count = { open: 0, peak: 0 };
    for (const server of servers) {
        server.on("connection", (socket) => {
            count.open += 1;
            count.peak = Math.max(count.peak, count.open);
            socket.once("close", () => {
                count.open -= 1;
            });
        });
    }
    return count;
}

function isProblem(code: string | undefined): code is keyof typeof problems {
    return code !== undefined && Object.hasOwn(problems, code);
}
