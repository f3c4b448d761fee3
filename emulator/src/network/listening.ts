import type { Server } from "node:net";

const problems = {
    EADDRINUSE: "the port is in use: stop the other program, or choose another port (0 for any free one)",
    EACCES: "this user may not open the port: choose a port above 1023, or 0 for any free one",
    EADDRNOTAVAIL: "this machine has no such address: choose one that it has, such as 127.0.0.1",
    ENOTFOUND: "DNS lookup failed: choose an address of this machine, such as 127.0.0.1",
} as const;

/** The emulator cannot listen on an address. The message says why, and how to fix it. */
export class ListenError extends Error {
    override readonly name = "ListenError";

    /** Describes the problem with an address. */
    constructor(
        /** The error code of Node.js. */
        readonly code: keyof typeof problems,
        host: string,
        port: number,
    ) {
        super(`Cannot listen on ${host}:${port}, ${problems[code]}.`);
    }
}

/** Waits until a server listens; throws a `ListenError` if the address is the problem. */
export async function listening<T>(started: Promise<T>, host: string, port: number): Promise<T> {
    try {
        return await started;
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw isProblem(code) ? new ListenError(code, host, port) : error;
    }
}

/** The number of open client connections, and its maximum so far. */
export interface ConnectionCount {
    readonly open: number;
    readonly peak: number;
}

/** Counts the connections of all given servers. */
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
