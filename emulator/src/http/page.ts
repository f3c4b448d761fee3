import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Cloud } from "../cloud/cloud";
import type { ReadonlyLedger } from "../cloud/ledger";

const lookEveryMs = 200;
const mostRows = 200;

interface Shown<T> {
    readonly total: number;
    readonly items: readonly T[];
}

/** Answers with the page for people who watch. */
export async function page(reply: FastifyReply): Promise<FastifyReply> {
    const html = await readFile(join(__dirname, "..", "..", "page.html"));
    return reply.headers({ "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).send(html);
}

/** Makes the handler of the event stream the page lives by: what there is to see, whenever it has changed. */
export function watch(
    cloud: Cloud,
    ledger: ReadonlyLedger,
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
    const look = () => {
        const instances = cloud.instances();
        return JSON.stringify({
            instances: { total: instances.length, items: instances.slice(0, mostRows) },
            effects: newestOf(ledger.effects),
            requests: newestOf(ledger.requests),
            credentials: newestOf(ledger.credentials),
        });
    };

    // Time alone changes statuses, so each watcher looks again and again, and without one there is no work. It asks
    // whether its reader is there: a generator that has nothing to yield isn't told when to end.
    async function* looks(response: ServerResponse): AsyncGenerator<string> {
        let seen: string | undefined;
        yield "retry: 1000\n\n";
        while (!response.destroyed) {
            const now = look();
            if (now !== seen) {
                yield `data: ${now}\n\n`;
                seen = now;
            }
            await setTimeout(lookEveryMs, undefined, { ref: false });
        }
    }

    return (_request, reply) =>
        reply
            .headers({ "content-type": "text/event-stream", "cache-control": "no-store" })
            .send(Readable.from(looks(reply.raw), { highWaterMark: 1 }));
}

function newestOf<T>(entries: readonly T[]): Shown<T> {
    return { total: entries.length, items: entries.slice(-mostRows).reverse() };
}
