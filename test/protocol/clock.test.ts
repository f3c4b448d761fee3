import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { popCoreService } from "../../provider/src/cloud/popcore";
import { stackHints } from "../support/hints";

describe("a clock of the machine that is stepped while a call is on its way", () => {
    for (const [direction, byMs] of [
        ["forward", 3_600_000],
        ["back", -3_600_000],
    ] as const) {
        it(`${direction} loses no answer`, async () => {
            const now = Date.now;
            const server = createServer((_request, response) => {
                Date.now = () => now() + byMs;
                response.writeHead(200, { "content-type": "application/json" }).write('{"Result":true,');
                setTimeout(() => response.end('"RequestId":"R"}'), 50);
            });
            try {
                await once(server.listen(0, "127.0.0.1"), "listening");
                const service = popCoreService({
                    hints: stackHints,
                    endpoint: () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
                    region: "cn-hangzhou",
                    credentials: () => ({
                        name: "a test",
                        get: async () => ({ accessKeyId: "a", accessKeySecret: "b" }),
                    }),
                    turn: () => async () => {},
                });
                const limits = { leftMs: 5_000, signal: new AbortController().signal };
                assert.deepEqual(await service.send("InterruptLogstashTask", "ls-cn-clock0001", "token", limits), {
                    kind: "body",
                    body: { Result: true, RequestId: "R" },
                });
            } finally {
                Date.now = now;
                server.closeAllConnections();
                server.close();
            }
        });
    }
});
