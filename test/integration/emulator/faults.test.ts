import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { Emulator, Fault, Operation } from "pulumi-alicloud-logstash-emulator";
import { popCoreClient } from "./clients";
import { capture, emulatorFixture, instanceId as id } from "./fixture";

const interrupt = "InterruptLogstashTask";
const describeInstance = "DescribeLogstash";
const jsonType = "application/json;charset=utf-8";

/** A request as pop-core signs it, sent by plain fetch, which hides nothing of the response. */
async function send(emulator: Emulator, token: string, options: RequestInit = {}, operation: Operation = interrupt) {
    const { method, url, headers } = await capture((to) =>
        operation === interrupt ? popCoreClient(to).interrupt(id, token) : popCoreClient(to).describe(id),
    );
    const signed = Object.entries(headers).filter(([name]) =>
        /^(x-acs-.*|accept|authorization|content-md5|content-type|date)$/.test(name),
    );
    const all = { method, headers: Object.fromEntries(signed), redirect: "manual", ...options } as RequestInit;
    return fetch(`${emulator.url}${url}`, all);
}

/** What a client receives: a response, or where the connection ended. */
async function received(sent: Promise<Response>) {
    const response = await sent.catch(() => undefined);
    if (response === undefined) {
        return "nothing";
    }
    const text = await response.text().catch(() => undefined);
    return text === undefined ? "headers only" : [response.status, response.headers.get("content-type"), text];
}

type Expected = "nothing" | "headers only" | readonly [status: number, type: string | null, text: RegExp];
const rejection = (status: number, code: string, message = ".+"): Expected => {
    return [status, jsonType, new RegExp(`"Code":"${code}","Message":"${message}"`)];
};

// biome-ignore format: a table, one row a line
const cases: readonly (readonly [Fault, Expected, effects: number])[] = [
    [{ kind: "throttling", form: "user" }, rejection(400, "Throttling.User"), 0],
    [{ kind: "throttling", form: "too-many-requests" }, rejection(429, "Throttling"), 0],
    [{ kind: "throttling", form: "qps-limit" }, rejection(503, "ServiceUnavailable", "QPS Limit Exceeded"), 0],
    [{ kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not you." }, rejection(403, "Forbidden.RAM", "Not you."), 0],
    [{ kind: "result-false" }, [200, jsonType, /^{"Result":false,"RequestId":"[^"]+"}$/], 0],
    [{ kind: "redirect", location: "http://elsewhere.invalid/" }, [302, "text/html", /^$/], 0],
    [{ kind: "service-unavailable", point: "before" }, rejection(503, "ServiceUnavailable"), 0],
    [{ kind: "internal-error", point: "after" }, rejection(500, "InternalError"), 1],
    [{ kind: "html", status: 502, point: "after" }, [502, "text/html", /^<html>/], 1],
    [{ kind: "xml-error", status: 503, code: "Later", message: "Wait.", point: "after" }, [503, "text/xml;charset=utf-8", /<Code>Later<\/Code><Message>Wait\.</], 1],
    [{ kind: "truncated-json", point: "after" }, [200, jsonType, /^{"Re[^}]+$/], 1],
    [{ kind: "cut-off", point: "after" }, "headers only", 1],
    [{ kind: "empty", point: "after" }, [200, jsonType, /^$/], 1],
    [{ kind: "no-content", point: "after" }, [204, null, /^$/], 1],
    [{ kind: "json-null", status: 500, point: "after" }, [500, jsonType, /^null$/], 1],
    [{ kind: "code-in-success", code: "Odd", message: "Odder.", point: "after" }, rejection(200, "Odd", "Odder."), 1],
    [{ kind: "reset", point: "before" }, "nothing", 0],
    [{ kind: "reset", point: "after" }, "nothing", 1],
];

describe("emulator: faults", () => {
    const fixture = emulatorFixture();

    async function arrival(count = 1): Promise<void> {
        while (fixture.emulator.ledger.requests.length < count) {
            await setImmediate();
        }
    }

    for (const [fault, expected, effects] of cases) {
        it(`has ${effects} effects when a request gets ${JSON.stringify(fault)}, and one when it is repeated`, async () => {
            const { faults, ledger } = await fixture.start();
            faults.add({ operation: interrupt, instanceId: id, calls: 1, fault });
            const seen = await received(send(fixture.emulator, "token"));
            if (typeof expected === "string") {
                assert.equal(seen, expected);
            } else {
                assert.deepEqual(seen.slice(0, 2), expected.slice(0, 2));
                assert.match(String(seen[2]), expected[2]);
            }
            assert.equal(ledger.effectsOn(id).length, effects);
            const [first] = ledger.requests;
            assert.deepEqual([first?.fault, first?.effect], [fault.kind, effects === 1 ? 1 : undefined]);
            assert.equal((await send(fixture.emulator, "token")).status, 200);
            assert.equal(ledger.effectsOn(id).length, 1);
            assert.equal(ledger.requests[1]?.replay, effects === 1);
        });
    }

    it("has a slow effect even when its client has disconnected", async () => {
        const emulator = await fixture.start();
        emulator.faults.add({ calls: 1, fault: { kind: "slow", delayMs: 5000, point: "before" } });
        const client = new AbortController();
        const first = received(send(emulator, "token", { signal: client.signal }));
        await arrival();
        client.abort();
        assert.equal(await first, "nothing");
        assert.equal(emulator.ledger.effects.length, 0);
        fixture.clock.advance(5000);
        while (emulator.ledger.effects.length === 0) {
            await setImmediate();
        }
        assert.equal(emulator.instance(id).status, "suspended");
    });

    it("applies the first rule that matches the operation, the instance and the count", async () => {
        const emulator = await fixture.start({ instances: [{ instanceId: id, status: "active" }] });
        const html: Fault = { kind: "html", status: 502, point: "before" };
        emulator.faults.add({ operation: describeInstance, calls: { from: 2, to: 3 }, fault: html });
        emulator.faults.add({ operation: describeInstance, calls: 3, fault: { kind: "result-false" } });
        emulator.faults.add({ instanceId: "ls-cn-another", fault: html });
        for (let turn = 0; turn < 4; turn += 1) {
            await send(emulator, `${turn}`);
            await send(emulator, "", {}, describeInstance);
        }
        const kinds = (operation: Operation) => emulator.ledger.requestsTo(operation).map(({ fault }) => fault);
        assert.deepEqual(kinds(describeInstance), [undefined, "html", "html", undefined]);
        assert.deepEqual(kinds(interrupt), [undefined, undefined, undefined, undefined]);
        emulator.faults.add({ fault: html });
        emulator.faults.clear();
        assert.equal((await send(emulator, "", {}, describeInstance)).status, 200);
    });

    it("ends hanging, slow and dripping responses when it stops", async () => {
        const emulator = await fixture.start();
        emulator.faults.add({ calls: 1, fault: { kind: "hang", point: "before" } });
        emulator.faults.add({ calls: 2, fault: { kind: "slow", delayMs: 1, point: "before" } });
        emulator.faults.add({ calls: 3, fault: { kind: "drip", everyMs: 1 } });
        const sent = [1, 2, 3].map((token) => received(send(emulator, `${token}`)));
        await arrival(3);
        assert.deepEqual(emulator.ledger.requests[0]?.outcome, { kind: "open" });
        await emulator.stop();
        assert.deepEqual((await Promise.all(sent)).sort(), ["headers only", "nothing", "nothing"]);
        fixture.clock.advance(1);
        await setImmediate();
        assert.equal(emulator.ledger.effects.length, 1);
        const { open, peak } = emulator.connections;
        assert.deepEqual([open, peak], [0, 3]);
    });
});
