import assert from "node:assert/strict";
import {
    type Emulator,
    type EmulatorOptions,
    SteppedClock,
    startEmulator,
    testAccount,
} from "pulumi-alicloud-logstash-emulator";
import { type OfficialClient, officialClient } from "./officialClient";

const id = "ls-cn-cloud";

describe("emulator: cloud", () => {
    let emulator: Emulator;
    let clock: SteppedClock;
    let client: OfficialClient;

    async function start(options: EmulatorOptions = {}): Promise<void> {
        clock = new SteppedClock(Date.parse("2030-01-01T00:00:00Z"));
        emulator = await startEmulator({ clock, ...options });
        client = officialClient(emulator);
    }

    afterEach(() => emulator.stop());

    it("rejects requests beyond the limit of an account", async () => {
        await start({ instances: [{ instanceId: id }], limits: { requestsPerSecond: 2 } });
        await client.describe(id);
        await client.describe(id);
        await assert.rejects(client.describe(id), { code: "Throttling.User", statusCode: 400 });
        clock.advance(1000);
        await client.describe(id);
    });

    it("keeps a ledger of requests and effects", async () => {
        const newRequestId = (
            (count) => () =>
                `REQUEST-${++count}`
        )(0);
        await start({ instances: [{ instanceId: id }], newRequestId });
        await client.interrupt(id, "once");
        await assert.rejects(client.interrupt(id, "twice"));
        const time = "2030-01-01T00:00:00.000Z";
        const request = {
            time,
            operation: "InterruptLogstashTask",
            instanceId: id,
            region: undefined,
            accessKeyId: testAccount.accessKeyId,
            signature: "ACS3",
            fault: undefined,
            replay: false,
        };
        const code = "InstanceStatusNotSupportCurrentAction";
        assert.deepEqual(emulator.ledger.requests, [
            {
                ...request,
                sequence: 1,
                clientToken: "once",
                requestId: "REQUEST-1",
                outcome: { kind: "responded", status: 200 },
                effect: 1,
            },
            {
                ...request,
                sequence: 2,
                clientToken: "twice",
                requestId: "REQUEST-2",
                outcome: { kind: "rejected", status: 400, code },
                effect: undefined,
            },
        ]);
        const operation = "InterruptLogstashTask";
        const asked = { operation, instanceId: id, region: "cn-hangzhou", clientToken: "once", requestId: "REQUEST-1" };
        const effects = [{ sequence: 1, time, ...asked }];
        assert.deepEqual(emulator.ledger.effects, effects);
        const view = (await (await fetch(`${emulator.url}/_emulator/state`)).json()) as Record<string, unknown>;
        assert.deepEqual(view.effects, effects);
    });

    it("answers an unknown path as the service does", async () => {
        await start();
        const response = await fetch(`${emulator.url}/openapi/instances`);
        assert.equal(response.status, 404);
        assert.equal(response.headers.get("content-type"), "application/json;charset=utf-8");
        const body = (await response.json()) as Record<string, string>;
        assert.deepEqual(Object.keys(body), ["RequestId", "HostId", "Code", "Message", "Recommend"]);
        assert.equal(body.RequestId, response.headers.get("x-acs-request-id"));
        assert.equal(body.Code, "InvalidAction.NotFound");
    });
});
