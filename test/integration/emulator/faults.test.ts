import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { Emulator, Fault, Operation, Point } from "pulumi-alicloud-logstash-emulator";
import { popCoreClient } from "./clients";
import { capture, emulatorFixture, instanceId as id } from "./fixture";

const verbs = {
    InterruptLogstashTask: "interrupt",
    ResumeLogstashTask: "resume",
    DescribeLogstash: "describe",
} as const;

/** A request as pop-core signs it, sent by plain fetch, which hides nothing of the response. */
async function send(
    emulator: Emulator,
    operation: Operation,
    clientToken: string,
    signal?: AbortSignal,
): Promise<Response> {
    const { method = "", url, headers } = await capture((to) => popCoreClient(to)[verbs[operation]](id, clientToken));
    const signed = Object.entries(headers).filter(([name]) =>
        /^(x-acs-.*|accept|authorization|content-md5|content-type|date)$/.test(name),
    );
    const options = {
        method,
        headers: Object.fromEntries(signed) as Record<string, string>,
        redirect: "manual",
    } as const;
    return fetch(`${emulator.url}${url}`, signal === undefined ? options : { ...options, signal });
}

interface Seen {
    readonly status: number;
    readonly type: string | null;
    readonly text: string;
}

/** What a client receives: a response, or where the connection ended. */
async function received(sent: Promise<Response>): Promise<Seen | "nothing" | "headers only"> {
    const response = await sent.catch(() => undefined);
    if (response === undefined) {
        return "nothing";
    }
    const text = await response.text().catch(() => undefined);
    const { status, headers } = response;
    return text === undefined ? "headers only" : { status, type: headers.get("content-type"), text };
}

type Check = (seen: Awaited<ReturnType<typeof received>>) => void;

const jsonType = "application/json;charset=utf-8";

function response(status: number, type: string | null, text: RegExp): Check {
    return (seen) => {
        assert.ok(typeof seen === "object", String(seen));
        assert.deepEqual([seen.status, seen.type], [status, type]);
        assert.match(seen.text, text);
    };
}

function rejection(status: number, code: string, message = ".+"): Check {
    return response(status, jsonType, new RegExp(`"Code":"${code}","Message":"${message}"`));
}

function broken(kind: "nothing" | "headers only"): Check {
    return (seen) => assert.equal(seen, kind);
}

const success = response(200, jsonType, /^{.*}$/);

const withoutEffect: readonly (readonly [Fault, Check])[] = [
    [{ kind: "throttling", form: "user" }, rejection(400, "Throttling.User")],
    [{ kind: "throttling", form: "too-many-requests" }, rejection(429, "Throttling")],
    [{ kind: "throttling", form: "qps-limit" }, rejection(503, "ServiceUnavailable", "QPS Limit Exceeded")],
    [
        { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not you.", recommend: "Ask." },
        rejection(403, "Forbidden.RAM", "Not you."),
    ],
    [{ kind: "result-false" }, response(200, jsonType, /^{"Result":false,"RequestId":"[^"]+"}$/)],
    [{ kind: "redirect", location: "http://elsewhere.invalid/" }, response(302, "text/html", /^$/)],
];

const withPoint: readonly (readonly [(point: Point) => Fault, Check])[] = [
    [(point) => ({ kind: "service-unavailable", point }), rejection(503, "ServiceUnavailable")],
    [(point) => ({ kind: "internal-error", point }), rejection(500, "InternalError")],
    [(point) => ({ kind: "html", status: 502, point }), response(502, "text/html", /^<html>/)],
    [(point) => ({ kind: "html", status: 200, point }), response(200, "text/html", /^<html>/)],
    [
        (point) => ({ kind: "xml-error", status: 503, code: "ServiceUnavailable", message: "Later.", point }),
        response(503, "text/xml;charset=utf-8", /<Code>ServiceUnavailable<\/Code><Message>Later\.<\/Message>/),
    ],
    [(point) => ({ kind: "truncated-json", point }), response(200, jsonType, /^{"Re[^}]+$/)],
    [(point) => ({ kind: "cut-off", point }), broken("headers only")],
    [(point) => ({ kind: "empty", point }), response(200, jsonType, /^$/)],
    [(point) => ({ kind: "no-content", point }), response(204, null, /^$/)],
    [(point) => ({ kind: "json-null", status: 500, point }), response(500, jsonType, /^null$/)],
    [(point) => ({ kind: "code-in-success", code: "Odd", message: "Odder.", point }), rejection(200, "Odd", "Odder.")],
    [(point) => ({ kind: "reset", point }), broken("nothing")],
];

describe("emulator: faults", () => {
    const fixture = emulatorFixture();

    async function arrival(count = 1): Promise<void> {
        while (fixture.emulator.ledger.requests.length < count) {
            await setImmediate();
        }
    }

    for (const operation of ["InterruptLogstashTask", "ResumeLogstashTask", "DescribeLogstash"] as const) {
        const fullEffects = operation === "DescribeLogstash" ? 0 : 1;
        const status = operation === "ResumeLogstashTask" ? "suspended" : "activating";
        const start = () => fixture.start({ instances: [{ instanceId: id, status }] });

        /** The first request gets the fault; the second, with the same token, replays the effect or makes it. */
        async function expectFault(fault: Fault, check: Check, effects: number): Promise<void> {
            const { faults, ledger } = await start();
            faults.add({ operation, instanceId: id, calls: 1, fault });
            check(await received(send(fixture.emulator, operation, "token")));
            assert.equal(ledger.effectsOn(id).length, effects);
            assert.equal(ledger.requests[0]?.fault, fault.kind);
            assert.equal(ledger.requests[0]?.effect, effects === 1 ? 1 : undefined);

            success(await received(send(fixture.emulator, operation, "token")));
            assert.equal(ledger.effectsOn(id).length, fullEffects);
            assert.equal(ledger.requests[1]?.replay, effects === 1);
        }

        const cases: readonly (readonly [Fault, Check, effects: number])[] = [
            ...withoutEffect.map(([fault, check]) => [fault, check, 0] as const),
            ...withPoint.map(([fault, check]) => [fault("before"), check, 0] as const),
            ...withPoint.map(([fault, check]) => [fault("after"), check, fullEffects] as const),
            [{ kind: "drip", everyMs: 0 }, success, fullEffects],
        ];
        for (const [fault, check, effects] of cases) {
            it(`has ${effects} effects when ${operation} gets ${JSON.stringify(fault)}`, () =>
                expectFault(fault, check, effects));
        }

        for (const point of ["before", "after"] as const) {
            const effects = point === "after" ? fullEffects : 0;

            it(`has ${effects} effects when ${operation} hangs ${point} the effect`, async () => {
                const { faults, ledger } = await start();
                faults.add({ calls: 1, fault: { kind: "hang", point } });
                const client = new AbortController();
                const first = received(send(fixture.emulator, operation, "token", client.signal));
                await arrival();
                assert.equal(ledger.effects.length, effects);
                assert.deepEqual(ledger.requests[0]?.outcome, { kind: "open" });
                const isRunning = operation !== "DescribeLogstash" && point === "before";
                assert.equal((await send(fixture.emulator, operation, "token")).status, isRunning ? 409 : 200);

                client.abort();
                assert.equal(await first, "nothing");
                // The token is free once the emulator has seen the client disconnect.
                while ((await send(fixture.emulator, operation, "token")).status === 409) {
                    await setImmediate();
                }
                assert.equal(ledger.effects.length, fullEffects);
            });

            it(`has ${effects} effects, then ${fullEffects}, when ${operation} is slow ${point} the effect`, async () => {
                const { faults, ledger } = await start();
                faults.add({ fault: { kind: "slow", delayMs: 5000, point } });
                const first = received(send(fixture.emulator, operation, "token"));
                await arrival();
                assert.equal(ledger.effects.length, effects);
                fixture.clock.advance(5000);
                success(await first);
                assert.equal(ledger.effects.length, fullEffects);
            });
        }
    }

    it("has a slow effect even when its client has disconnected", async () => {
        const emulator = await fixture.start();
        emulator.faults.add({ calls: 1, fault: { kind: "slow", delayMs: 5000, point: "before" } });
        const client = new AbortController();
        const first = received(send(emulator, "InterruptLogstashTask", "token", client.signal));
        await arrival();
        client.abort();
        assert.equal(await first, "nothing");
        fixture.clock.advance(5000);
        while (emulator.ledger.effects.length === 0) {
            await setImmediate();
        }
        assert.equal(emulator.instance(id).status, "suspended");
    });

    it("sends one byte for each interval when it drips", async () => {
        const emulator = await fixture.start();
        emulator.faults.add({ fault: { kind: "drip", everyMs: 10 } });
        let done = false;
        const dripping = received(send(emulator, "InterruptLogstashTask", "token")).finally(() => {
            done = true;
        });
        await arrival();
        let ticks = 0;
        while (!done) {
            fixture.clock.advance(10);
            ticks += 1;
            await setImmediate();
        }
        const seen = await dripping;
        assert.ok(typeof seen === "object" && ticks >= seen.text.length);
    });

    it("applies the first rule that matches the operation, the instance and the count", async () => {
        const emulator = await fixture.start({ instances: [{ instanceId: id, status: "active" }] });
        const html: Fault = { kind: "html", status: 502, point: "before" };
        emulator.faults.add({ operation: "DescribeLogstash", calls: { from: 2, to: 3 }, fault: html });
        emulator.faults.add({ operation: "DescribeLogstash", calls: 3, fault: { kind: "result-false" } });
        emulator.faults.add({ instanceId: "ls-cn-another", fault: html });
        for (let turn = 0; turn < 4; turn += 1) {
            await send(emulator, "InterruptLogstashTask", `${turn}`);
            await send(emulator, "DescribeLogstash", "");
        }
        const kinds = (operation: Operation) => emulator.ledger.requestsTo(operation).map(({ fault }) => fault);
        assert.deepEqual(kinds("DescribeLogstash"), [undefined, "html", "html", undefined]);
        assert.deepEqual(kinds("InterruptLogstashTask"), [undefined, undefined, undefined, undefined]);
        emulator.faults.add({ calls: 1, fault: html });
        assert.equal((await send(emulator, "DescribeLogstash", "")).status, 502);
        emulator.faults.add({ fault: html });
        emulator.faults.clear();
        assert.equal((await send(emulator, "DescribeLogstash", "")).status, 200);
    });

    it("throws when a rule names an unknown operation or fault", async () => {
        const { faults } = await fixture.start();
        const operation = "NoSuchOperation" as Operation;
        assert.throws(
            () => faults.add({ operation, fault: { kind: "result-false" } }),
            /no operation "NoSuchOperation"/,
        );
        const fault = { kind: "explosion" } as unknown as Fault;
        assert.throws(() => faults.add({ fault }), { message: 'The emulator has no fault {"kind":"explosion"}.' });
    });

    it("applies no fault when the signature is wrong", async () => {
        const emulator = await fixture.start();
        emulator.faults.add({ calls: 1, fault: { kind: "reset", point: "before" } });
        assert.equal((await fetch(`${emulator.url}/openapi/logstashes/${id}`)).status, 400);
        assert.equal(await received(send(emulator, "DescribeLogstash", "")), "nothing");
    });

    it("ends hanging, slow and dripping responses when it stops", async () => {
        const emulator = await fixture.start();
        emulator.faults.add({ calls: 1, fault: { kind: "hang", point: "before" } });
        emulator.faults.add({ calls: 2, fault: { kind: "slow", delayMs: 1, point: "before" } });
        emulator.faults.add({ calls: 3, fault: { kind: "drip", everyMs: 1 } });
        const sent = [1, 2, 3].map((token) => received(send(emulator, "InterruptLogstashTask", `${token}`)));
        await arrival(3);
        assert.equal(emulator.connections.peak, 3);
        await emulator.stop();
        assert.deepEqual((await Promise.all(sent)).sort(), ["headers only", "nothing", "nothing"]);
        fixture.clock.advance(1);
        await setImmediate();
        assert.equal(emulator.ledger.effects.length, 1);
        assert.equal(emulator.connections.open, 0);
    });
});
