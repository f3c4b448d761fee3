import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Cloud } from "../cloud/cloud";
import type { ReadonlyLedger } from "../cloud/ledger";

const refreshMs = 200;
const maxRows = 200;

/** Sends the page that shows the emulator in a browser. */
export async function sendPage(reply: FastifyReply): Promise<FastifyReply> {
    const html = await readFile(join(__dirname, "..", "..", "page.html"));
    return reply.headers({ "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).send(html);
}

/** Handles the page's event stream: a snapshot whenever it has changed. */
export function pageEvents(
    cloud: Cloud,
    ledger: ReadonlyLedger,
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply {
    const snapshot = () => {
        const instances = cloud.instances();
        return JSON.stringify({
            instances: { total: instances.length, items: instances.slice(0, maxRows) },
            effects: newest(ledger.effects),
            requests: newest(ledger.requests),
            credentials: newest(ledger.credentials),
        });
    };

    // Statuses change by time alone, so each open page polls, and without one nothing runs. The loop checks whether
    // the reader has left, because a stream does not return a generator that has nothing to yield.
    async function* snapshots(response: ServerResponse): AsyncGenerator<string> {
        let sent: string | undefined;
        yield "retry: 1000\n\n";
        while (!response.destroyed) {
            const current = snapshot();
            if (current !== sent) {
                yield `data: ${current}\n\n`;
                sent = current;
            }
            await setTimeout(refreshMs, undefined, { ref: false });
        }
    }

    return (_request, reply) =>
        reply
            .headers({ "content-type": "text/event-stream", "cache-control": "no-store" })
            .send(Readable.from(snapshots(reply.raw), { highWaterMark: 1 }));
}

function newest(entries: readonly object[]) {
    return { total: entries.length, items: entries.slice(-maxRows).reverse() };
}
