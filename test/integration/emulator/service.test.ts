import assert from "node:assert/strict";
import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { officialClient } from "./clients";
import { emulatorFixture, instanceId as id, invalidState } from "./fixture";

describe("emulator: service", () => {
    const fixture = emulatorFixture();
    const client = () => officialClient(fixture.emulator.url);

    it("keeps a ledger of requests and effects", async () => {
        let count = 0;
        const emulator = await fixture.start({ newRequestId: () => `REQUEST-${++count}` });
        await client().interrupt(id, "once");
        await assert.rejects(client().interrupt(id, "twice"));
        const time = "2030-01-01T00:00:00.000Z";
        const operation = "InterruptLogstashTask";
        const request = {
            ...{ time, operation, instanceId: id, region: undefined, accessKeyId: testAccount.accessKeyId },
            ...{ signature: "ACS3", fault: undefined, replay: false },
        };
        const first = { sequence: 1, clientToken: "once", requestId: "REQUEST-1" };
        const second = { sequence: 2, clientToken: "twice", requestId: "REQUEST-2" };
        const rejected = { kind: "rejected", status: 400, code: invalidState.code };
        assert.deepEqual(emulator.ledger.requests, [
            { ...request, ...first, outcome: { kind: "responded", status: 200 }, effect: 1 },
            { ...request, ...second, outcome: rejected, effect: undefined },
        ]);
        const effects = [{ ...first, time, operation, instanceId: id, region: "cn-hangzhou" }];
        assert.deepEqual(emulator.ledger.effects, effects);
        const state = (await (await fetch(`${emulator.url}/_emulator/state`)).json()) as Record<string, unknown>;
        assert.deepEqual(state.effects, effects);
    });

    it("rejects requests when an account exceeds its limit", async () => {
        await fixture.start({ limits: { requestsPerSecond: 2 } });
        await client().describe(id);
        await client().describe(id);
        await assert.rejects(client().describe(id), { code: "Throttling.User", statusCode: 400 });
        fixture.clock.advance(1000);
        await client().describe(id);
    });

    it("responds with the service's error when a path is unknown", async () => {
        const { url } = await fixture.start();
        const response = await fetch(`${url}/openapi/logstashes/ls-cn-a/actions/restart`, { method: "POST" });
        assert.equal(response.status, 404);
        assert.equal(response.headers.get("content-type"), "application/json;charset=utf-8");
        const body = (await response.json()) as Record<string, string>;
        assert.deepEqual(Object.keys(body), ["RequestId", "HostId", "Code", "Message", "Recommend"]);
        assert.equal(body.RequestId, response.headers.get("x-acs-request-id"));
        assert.equal(body.Code, "InvalidAction.NotFound");
        assert.equal(fixture.emulator.ledger.requests.length, 0);
    });
});
