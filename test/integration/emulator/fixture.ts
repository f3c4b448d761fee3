import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Emulator, type EmulatorOptions, SteppedClock, startEmulator } from "pulumi-alicloud-logstash-emulator";

export const instanceId = "ls-cn-emulated1";
export const hourMs = 60 * 60_000;
export const invalidState = { code: "InstanceStatusNotSupportCurrentAction", statusCode: 400 };

/** An emulator on a stepped clock, which is stopped after each test of the current suite. */
export function emulatorFixture() {
    let emulator: Emulator | undefined;
    let clock = new SteppedClock();
    afterEach(() => emulator?.stop());
    return {
        get emulator(): Emulator {
            return emulator ?? assert.fail("The emulator was not started.");
        },
        get clock(): SteppedClock {
            return clock;
        },
        async start(options: EmulatorOptions = {}): Promise<Emulator> {
            clock = new SteppedClock(Date.parse("2030-01-01T00:00:00Z"));
            emulator = await startEmulator({ clock, instances: [{ instanceId }], ...options });
            return emulator;
        },
    };
}

/** Posts to a control route of the emulator, as its page does. */
export async function post(emulator: Emulator, path: string): Promise<[status: number, body: Record<string, unknown>]> {
    const response = await fetch(`${emulator.url}/_emulator/${path}`, { method: "POST" });
    return [response.status, (await response.json()) as Record<string, unknown>];
}

/** The request that a client would have sent to the emulator, signed. */
export async function capture(send: (url: string) => Promise<unknown>): Promise<IncomingMessage> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const sent = send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [request, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    response.setHeader("content-type", "application/json").setHeader("connection", "close").end("{}");
    await sent;
    server.close();
    return request;
}
