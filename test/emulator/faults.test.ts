import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
    type Emulator,
    type Fault,
    type Operation,
    type Point,
    SteppedClock,
    startEmulator,
    testAccount,
} from "pulumi-alicloud-logstash-emulator";

const id = "ls-cn-faulty";

const routes: Record<Operation, readonly [method: string, path: string]> = {
    InterruptLogstashTask: ["POST", `/openapi/logstashes/${id}/actions/interrupt`],
    ResumeLogstashTask: ["POST", `/openapi/logstashes/${id}/actions/resume`],
    DescribeLogstash: ["GET", `/openapi/logstashes/${id}`],
};
const operations = ["InterruptLogstashTask", "ResumeLogstashTask", "DescribeLogstash"] as const;

/** A signed request by plain fetch, so that nothing of the answer is hidden. */
function call(emulator: Emulator, operation: Operation, clientToken: string, signal?: AbortSignal): Promise<Response> {
    const [method, path] = routes[operation];
    const headers = {
        accept: "application/json",
        date: new Date().toUTCString(),
        "x-acs-signature-nonce": randomUUID(),
        "x-acs-version": "2017-06-13",
    };
    const resource = `${path}?clientToken=${clientToken}`;
    const text = [
        method,
        ...[headers.accept, "", "", headers.date],
        `x-acs-signature-nonce:${headers["x-acs-signature-nonce"]}`,
        `x-acs-version:${headers["x-acs-version"]}`,
        resource,
    ].join("\n");
    const signature = createHmac("sha1", testAccount.accessKeySecret).update(text).digest("base64");
    return fetch(`${emulator.url}${resource}`, {
        method,
        headers: { ...headers, authorization: `acs ${testAccount.accessKeyId}:${signature}` },
        redirect: "manual",
        ...(signal === undefined ? {} : { signal }),
    });
}

interface Seen {
    readonly status: number;
    readonly type: string | null;
    readonly text: string;
}

/** What a client sees: an answer, or where the connection broke. */
async function look(response: Promise<Response>): Promise<Seen | "no answer" | "half an answer"> {
    let received: Response;
    try {
        received = await response;
    } catch {
        return "no answer";
    }
    try {
        return { status: received.status, type: received.headers.get("content-type"), text: await received.text() };
    } catch {
        return "half an answer";
    }
}

const jsonType = "application/json;charset=utf-8";

function rejection(status: number, code: string, message = /./) {
    return (seen: Awaited<ReturnType<typeof look>>) => {
        assert.ok(typeof seen === "object", String(seen));
        const body = JSON.parse(seen.text) as Record<string, string>;
        assert.deepEqual([seen.status, seen.type, body.Code], [status, jsonType, code]);
        assert.match(body.Message ?? "", message);
    };
}

function answer(status: number, type: string | null, text: RegExp) {
    return (seen: Awaited<ReturnType<typeof look>>) => {
        assert.ok(typeof seen === "object", String(seen));
        assert.deepEqual([seen.status, seen.type], [status, type]);
        assert.match(seen.text, text);
    };
}

function nothing(kind: "no answer" | "half an answer") {
    return (seen: Awaited<ReturnType<typeof look>>) => assert.equal(seen, kind);
}

type Check = ReturnType<typeof nothing>;

const withoutEffect: readonly (readonly [Fault, Check])[] = [
    [{ kind: "throttling", form: "user" }, rejection(400, "Throttling.User")],
    [{ kind: "throttling", form: "too-many-requests" }, rejection(429, "Throttling")],
    [{ kind: "throttling", form: "qps-limit" }, rejection(503, "ServiceUnavailable", /QPS Limit Exceeded/)],
    [
        { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not you.", recommend: "Ask." },
        rejection(403, "Forbidden.RAM", /^Not you\.$/),
    ],
    [{ kind: "result-false" }, answer(200, jsonType, /^{"Result":false,"RequestId":"[^"]+"}$/)],
    [{ kind: "redirect", location: "http://elsewhere.invalid/" }, answer(302, "text/html", /^$/)],
];

const atPoint: readonly (readonly [(point: Point) => Fault, Check])[] = [
    [(point) => ({ kind: "service-unavailable", point }), rejection(503, "ServiceUnavailable")],
    [(point) => ({ kind: "internal-error", point }), rejection(500, "InternalError")],
    [(point) => ({ kind: "html", status: 502, point }), answer(502, "text/html", /^<html>/)],
    [(point) => ({ kind: "html", status: 200, point }), answer(200, "text/html", /^<html>/)],
    [
        (point) => ({ kind: "xml-error", status: 503, code: "ServiceUnavailable", message: "Later.", point }),
        answer(503, "text/xml;charset=utf-8", /<Code>ServiceUnavailable<\/Code><Message>Later\.<\/Message>/),
    ],
    [(point) => ({ kind: "truncated-json", point }), answer(200, jsonType, /^{"Re[^}]+$/)],
    [(point) => ({ kind: "cut-off", point }), nothing("half an answer")],
    [(point) => ({ kind: "empty", point }), answer(200, jsonType, /^$/)],
    [(point) => ({ kind: "no-content", point }), answer(204, null, /^$/)],
    [(point) => ({ kind: "json-null", status: 200, point }), answer(200, jsonType, /^null$/)],
    [(point) => ({ kind: "json-null", status: 500, point }), answer(500, jsonType, /^null$/)],
    [
        (point) => ({ kind: "code-in-success", code: "Odd", message: "Odder.", point }),
        rejection(200, "Odd", /^Odder\.$/),
    ],
    [(point) => ({ kind: "reset", point }), nothing("no answer")],
];

describe("emulator: faults", () => {
    let emulator: Emulator;
    let clock: SteppedClock;

    beforeEach(async () => {
        clock = new SteppedClock();
        emulator = await startEmulator({ clock });
    });
    afterEach(() => emulator.stop());

    async function arrival(count = 1): Promise<void> {
        while (emulator.ledger.requests.length < count) {
            await setImmediate();
        }
    }

    for (const operation of operations) {
        const full = operation === "DescribeLogstash" ? 0 : 1;

        function prepare(): void {
            const status = operation === "ResumeLogstashTask" ? "suspended" : "activating";
            emulator.addInstance({ instanceId: id, status });
        }

        /** The fault strikes the first call; the second, with the same token, finds the effect done or does it. */
        async function strike(fault: Fault, check: Check, effects: number): Promise<void> {
            prepare();
            emulator.faults.add({ operation, instanceId: id, calls: 1, fault });
            check(await look(call(emulator, operation, "token")));
            assert.equal(emulator.ledger.effectsOn(id).length, effects);
            assert.equal(emulator.ledger.requests[0]?.fault, fault.kind);
            assert.equal(emulator.ledger.requests[0]?.effect, effects === 1 ? 1 : undefined);

            const again = await look(call(emulator, operation, "token"));
            assert.ok(typeof again === "object" && again.status === 200);
            assert.equal(emulator.ledger.effectsOn(id).length, full);
            assert.equal(emulator.ledger.requests[1]?.replay, effects === 1);
        }

        describe(operation, () => {
            for (const [fault, check] of withoutEffect) {
                it(`${JSON.stringify(fault)}`, () => strike(fault, check, 0));
            }
            for (const [faultAt, check] of atPoint) {
                for (const point of ["before", "after"] as const) {
                    it(`${JSON.stringify(faultAt(point))}`, () =>
                        strike(faultAt(point), check, point === "after" ? full : 0));
                }
            }
            it("drip", () => strike({ kind: "drip", everyMs: 0 }, answer(200, jsonType, /^{.*}$/), full));

            for (const point of ["before", "after"] as const) {
                it(`hang ${point}`, async () => {
                    prepare();
                    emulator.faults.add({ calls: 1, fault: { kind: "hang", point } });
                    const patience = new AbortController();
                    const first = look(call(emulator, operation, "token", patience.signal));
                    await arrival();
                    assert.equal(emulator.ledger.effects.length, point === "after" ? full : 0);
                    assert.deepEqual(emulator.ledger.requests[0]?.outcome, { kind: "open" });
                    const running = operation !== "DescribeLogstash" && point === "before";
                    assert.equal((await call(emulator, operation, "token")).status, running ? 409 : 200);

                    patience.abort();
                    assert.equal(await first, "no answer");
                    // The token is free once the emulator has noticed that the client has gone.
                    while ((await call(emulator, operation, "token")).status === 409) {
                        await setImmediate();
                    }
                    assert.equal(emulator.ledger.effects.length, full);
                });

                it(`slow ${point}`, async () => {
                    prepare();
                    emulator.faults.add({ fault: { kind: "slow", delayMs: 5000, point } });
                    const first = look(call(emulator, operation, "token"));
                    await arrival();
                    assert.equal(emulator.ledger.effects.length, point === "after" ? full : 0);
                    clock.advance(5000);
                    answer(200, jsonType, /^{.*}$/)(await first);
                    assert.equal(emulator.ledger.effects.length, full);
                });
            }
        });
    }

    it("lets a slow effect come after its client has gone", async () => {
        emulator.addInstance({ instanceId: id });
        emulator.faults.add({ calls: 1, fault: { kind: "slow", delayMs: 5000, point: "before" } });
        const patience = new AbortController();
        const first = look(call(emulator, "InterruptLogstashTask", "token", patience.signal));
        await arrival();
        patience.abort();
        assert.equal(await first, "no answer");
        clock.advance(5000);
        while (emulator.ledger.effects.length === 0) {
            await setImmediate();
        }
        assert.equal(emulator.instance(id).status, "suspended");
    });

    it("drips at the clock's pace", async () => {
        emulator.addInstance({ instanceId: id });
        emulator.faults.add({ fault: { kind: "drip", everyMs: 10 } });
        let done = false;
        const dripping = look(call(emulator, "InterruptLogstashTask", "token")).finally(() => {
            done = true;
        });
        await arrival();
        let ticks = 0;
        while (!done) {
            clock.advance(10);
            ticks += 1;
            await setImmediate();
        }
        const seen = await dripping;
        assert.ok(typeof seen === "object" && ticks >= seen.text.length);
    });

    it("strikes the calls it names, of each operation and instance", async () => {
        emulator.addInstance({ instanceId: id, status: "active" });
        const html: Fault = { kind: "html", status: 502, point: "before" };
        emulator.faults.add({ operation: "DescribeLogstash", calls: { from: 2, to: 3 }, fault: html });
        emulator.faults.add({ operation: "DescribeLogstash", calls: 3, fault: { kind: "result-false" } });
        emulator.faults.add({ instanceId: "ls-cn-another", fault: html });
        for (let turn = 0; turn < 4; turn += 1) {
            await call(emulator, "InterruptLogstashTask", `${turn}`);
            await call(emulator, "DescribeLogstash", "");
        }
        const struck = (operation: Operation) =>
            emulator.ledger.requestsTo(operation).map(({ fault }) => fault !== undefined);
        assert.deepEqual(struck("DescribeLogstash"), [false, true, true, false]);
        assert.deepEqual(struck("InterruptLogstashTask"), [false, false, false, false]);
        assert.deepEqual(
            emulator.ledger.requestsTo("DescribeLogstash").map(({ fault }) => fault),
            [undefined, "html", "html", undefined],
        );
        emulator.faults.add({ calls: 1, fault: html });
        assert.equal((await call(emulator, "DescribeLogstash", "")).status, 502);
        emulator.faults.add({ fault: html });
        emulator.faults.clear();
        assert.equal((await call(emulator, "DescribeLogstash", "")).status, 200);
    });

    it("rejects rules for an operation or a fault that it does not have", () => {
        const fault: Fault = { kind: "result-false" };
        const operation = "NoSuchOperation" as Operation;
        assert.throws(() => emulator.faults.add({ operation, fault }), {
            message:
                'The emulator has no operation "NoSuchOperation"; ' +
                "it has InterruptLogstashTask, ResumeLogstashTask, DescribeLogstash.",
        });
        const unknown = { kind: "explosion" } as unknown as Fault;
        assert.throws(() => emulator.faults.add({ fault: unknown }), {
            message: 'The emulator has no fault {"kind":"explosion"}.',
        });
    });

    it("is deaf to faults where the signature is wrong", async () => {
        emulator.addInstance({ instanceId: id });
        emulator.faults.add({ calls: 1, fault: { kind: "reset", point: "before" } });
        assert.equal((await fetch(`${emulator.url}/openapi/logstashes/${id}`)).status, 400);
        assert.equal(await look(call(emulator, "DescribeLogstash", "")), "no answer");
    });

    it("ends whatever hangs, waits or drips when it stops", async () => {
        emulator.addInstance({ instanceId: id });
        emulator.faults.add({ calls: 1, fault: { kind: "hang", point: "before" } });
        emulator.faults.add({ calls: 2, fault: { kind: "slow", delayMs: 1, point: "before" } });
        emulator.faults.add({ calls: 3, fault: { kind: "drip", everyMs: 1 } });
        const waiting = [1, 2, 3].map((token) => look(call(emulator, "InterruptLogstashTask", `${token}`)));
        await arrival(3);
        assert.equal(emulator.connections.peak, 3);
        await emulator.stop();
        assert.deepEqual((await Promise.all(waiting)).sort(), ["half an answer", "no answer", "no answer"]);
        clock.advance(1);
        await setImmediate();
        assert.equal(emulator.ledger.effects.length, 1);
        assert.equal(emulator.connections.open, 0);
    });
});
