import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import type { FastifyReply } from "fastify";
import type { Clock } from "../clock";
import type { Outcome } from "../cloud/ledger";
import { type HttpResponse, send } from "./responses";

/** How a response is sent, if at all. */
export type Delivery =
    | { readonly kind: "whole"; readonly response: HttpResponse }
    | { readonly kind: "dripping"; readonly response: HttpResponse; readonly everyMs: number }
    /** Half of the body, then the connection closes. */
    | { readonly kind: "cut"; readonly response: HttpResponse }
    | { readonly kind: "reset" }
    | { readonly kind: "never" };

/** The delivery of a response as it is. */
export function whole(response: HttpResponse): Delivery {
    return { kind: "whole", response };
}

/** The outcome of a delivery in the ledger. */
export function outcomeOf(delivery: Delivery): Outcome {
    switch (delivery.kind) {
        case "never":
            return { kind: "open" };
        case "reset":
            return { kind: "dropped" };
        case "whole":
        case "dripping":
        case "cut": {
            const { status, code } = delivery.response;
            return code === undefined ? { kind: "responded", status } : { kind: "rejected", status, code };
        }
    }
}

/** Makes a delivery. All but a whole response bypass Fastify, which sends valid HTTP only. */
export async function deliver(
    delivery: Delivery,
    reply: FastifyReply,
    clock: Clock,
    stopping: AbortSignal,
): Promise<FastifyReply> {
    if (delivery.kind === "whole") {
        return send(delivery.response, reply);
    }
    reply.hijack();
    switch (delivery.kind) {
        case "never":
            break;
        case "reset":
            reply.raw.socket?.resetAndDestroy();
            break;
        case "cut": {
            const body = sendHead(reply.raw, delivery.response);
            reply.raw.write(body.subarray(0, body.length / 2), () => reply.raw.destroy());
            break;
        }
        case "dripping":
            for (const byte of sendHead(reply.raw, delivery.response)) {
                await clock.sleep(delivery.everyMs, stopping);
                // Bytes written in one turn of the event loop would be sent together.
                await setImmediate();
                reply.raw.write(Buffer.of(byte));
            }
            reply.raw.end();
    }
    return reply;
}

function sendHead(raw: ServerResponse, { status, headers, body }: HttpResponse): Buffer {
    const bytes = Buffer.from(body);
    raw.writeHead(status, { ...headers, "content-length": bytes.length });
    raw.flushHeaders();
    return bytes;
}
