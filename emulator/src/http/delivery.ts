import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { FastifyReply } from "fastify";
import type { Clock } from "../clock";
import type { Outcome } from "../cloud/ledger";
import type { HttpAnswer } from "./answers";

/** What goes over the wire, and how. */
export type Delivery =
    | { readonly kind: "whole"; readonly answer: HttpAnswer }
    | { readonly kind: "dripping"; readonly answer: HttpAnswer; readonly everyMs: number }
    /** Half of the body, then the connection closes. */
    | { readonly kind: "cut"; readonly answer: HttpAnswer }
    | { readonly kind: "reset" }
    | { readonly kind: "never" };

/** How the ledger sees a delivery. */
export function outcomeOf(delivery: Delivery): Outcome {
    switch (delivery.kind) {
        case "never":
            return { kind: "open" };
        case "reset":
            return { kind: "dropped" };
        case "whole":
        case "dripping":
        case "cut": {
            const { status, code } = delivery.answer;
            return code === undefined ? { kind: "responded", status } : { kind: "rejected", status, code };
        }
    }
}

/** Puts a delivery on the wire, past Fastify where it would be too honest. */
export async function transmit(
    delivery: Delivery,
    reply: FastifyReply,
    clock: Clock,
    stopping: AbortSignal,
): Promise<FastifyReply> {
    if (delivery.kind === "whole") {
        const { status, headers, body } = delivery.answer;
        return reply.code(status).headers(headers).send(body);
    }
    reply.hijack();
    switch (delivery.kind) {
        case "never":
            break;
        case "reset":
            reply.raw.socket?.resetAndDestroy();
            break;
        case "cut": {
            const body = begin(reply.raw, delivery.answer);
            reply.raw.write(body.subarray(0, body.length / 2), () => reply.raw.destroy());
            break;
        }
        case "dripping":
            for (const byte of begin(reply.raw, delivery.answer)) {
                await clock.sleep(delivery.everyMs, stopping);
                // Bytes written in one turn of the event loop would travel together.
                await setImmediate();
                reply.raw.write(Buffer.of(byte));
            }
            reply.raw.end();
    }
    return reply;
}

function begin(raw: ServerResponse, { status, headers, body }: HttpAnswer): Buffer {
    const bytes = Buffer.from(body);
    raw.writeHead(status, { ...headers, "content-length": bytes.length });
    raw.flushHeaders();
    return bytes;
}
