import { strict as assert } from "node:assert";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { install } from "@sinonjs/fake-timers";
import { type Emulator, type Fault, type Point, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { popCoreService, type ServiceOptions } from "../../provider/src/cloud/popcore";
import { ConfigurationError } from "../../provider/src/configuration";
import type { Credentials } from "../../provider/src/credentials/credentials";
import { classifyPoll, classifyResponse, type Meaning } from "../../provider/src/request/classify";
import type { LogstashService } from "../../provider/src/request/client";
import { stackHints } from "../support/hints";
import { enterEnvironment, leaveEnvironment } from "./environment";
import { listening } from "./listening";
import { until } from "./until";

const instanceId = "ls-cn-popcore0001";
const points: readonly Point[] = ["before", "after"];

/** Every fault that has a point, and what it must mean for the request. */
const faults: ReadonlyArray<readonly [kind: Meaning["kind"], fault: (point: Point) => Fault]> = [
    ["outcomeUnknown", (point) => ({ kind: "service-unavailable", point })],
    ["outcomeUnknown", (point) => ({ kind: "internal-error", point })],
    ["outcomeUnknown", (point) => ({ kind: "html", status: 502, point })],
    ["outcomeUnknown", (point) => ({ kind: "html", status: 200, point })],
    ["outcomeUnknown", (point) => ({ kind: "html", status: 403, point })],
    [
        "outcomeUnknown",
        (point) => ({ kind: "xml-error", status: 503, code: "ServiceUnavailable", message: "Later.", point }),
    ],
    ["rejected", (point) => ({ kind: "xml-error", status: 400, code: "SomeRefusal", message: "No.", point })],
    ["outcomeUnknown", (point) => ({ kind: "truncated-json", point })],
    ["outcomeUnknown", (point) => ({ kind: "cut-off", point })],
    ["outcomeUnknown", (point) => ({ kind: "empty", point })],
    ["outcomeUnknown", (point) => ({ kind: "no-content", point })],
    ["outcomeUnknown", (point) => ({ kind: "json-null", status: 200, point })],
    ["outcomeUnknown", (point) => ({ kind: "json-null", status: 404, point })],
    ["outcomeUnknown", (point) => ({ kind: "code-in-success", code: "InternalError", message: "Oops.", point })],
    ["outcomeUnknown", (point) => ({ kind: "reset", point })],
    ["outcomeUnknown", (point) => ({ kind: "hang", point })],
];

/** Those without: nothing is done. */
const refusals: ReadonlyArray<readonly [kind: Meaning["kind"], fault: Fault]> = [
    ["retryable", { kind: "throttling", form: "user" }],
    ["retryable", { kind: "throttling", form: "too-many-requests" }],
    ["retryable", { kind: "throttling", form: "qps-limit" }],
    ["rejected", { kind: "result-false" }],
    ["rejected", { kind: "refusal", status: 404, code: "InstanceNotFound", message: "No such instance." }],
    ["rejected", { kind: "refusal", status: 403, code: "Forbidden.RAM", message: "Not authorized." }],
    ["invalidState", { kind: "refusal", status: 400, code: "InstanceActivating", message: "Activating." }],
    ["outcomeUnknown", { kind: "redirect", location: "http://127.0.0.1:1/elsewhere" }],
];

describe("pop-core against the faults of a cloud", () => {
    let emulator: Emulator;
    let service: LogstashService;
    let tokens = 0;
    const limits = { leftMs: 400, signal: new AbortController().signal };
    const send = (clientToken: string) => service.send("InterruptLogstashTask", instanceId, clientToken, limits);
    const nextToken = () => {
        tokens += 1;
        return `token-${tokens}`;
    };

    before(async () => {
        emulator = await startEmulator();
        service = popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: emulator.url }),
            region: "cn-hangzhou",
            credentials: () => ({ name: "a test", get: async () => testAccount }),
            turn: () => async () => {},
        });
    });
    after(() => emulator.stop());
    beforeEach(() => emulator.addInstance({ instanceId, status: "activating" }));
    afterEach(() => emulator.faults.clear());

    const waits = {
        "its turn": { turn: () => new Promise<void>(() => {}), get: async () => testAccount },
        credentials: { turn: async () => {}, get: () => new Promise<typeof testAccount>(() => {}) },
    };
    for (const [what, { turn, get }] of Object.entries(waits)) {
        it(`sends nothing once the time is over while it waits for ${what}`, async () => {
            const waiting = popCoreService({
                hints: stackHints,
                endpoint: () => ({ url: emulator.url }),
                region: "cn-hangzhou",
                credentials: () => ({ name: "a test", get }),
                turn: () => turn,
            });
            const sent = emulator.ledger.requests.length;
            const late = { ...limits, leftMs: 20 };
            const reply = await waiting.send("InterruptLogstashTask", instanceId, nextToken(), late);
            assert.deepEqual(reply, { kind: "notSent", detail: "no time was left to send it" });
            assert.equal(classifyResponse(reply).kind, "retryable");
            assert.equal(emulator.ledger.requests.length, sent);
        });
    }

    it("accepts what the service accepts", async () => {
        const token = nextToken();
        const answer = classifyResponse(await send(token));
        const effect = emulator.ledger.effects.at(-1);
        assert.deepEqual(answer, { kind: "accepted", requestId: effect?.requestId });
        assert.equal(effect?.clientToken, token);
        assert.equal(emulator.ledger.requests.at(-1)?.region, "cn-hangzhou");
        const look = classifyPoll(await service.describe(instanceId, limits));
        assert.equal(look.kind === "seen" && look.status, "suspended");
    });

    for (const [kind, faultAt] of faults) {
        for (const point of points) {
            const fault = faultAt(point);
            it(`${JSON.stringify(fault)}: ${kind}, and the same token again has one effect`, async () => {
                const token = nextToken();
                const effects = emulator.ledger.effects.length;
                emulator.faults.add({ operation: "InterruptLogstashTask", calls: 1, fault });
                assert.equal(classifyResponse(await send(token)).kind, kind);
                assert.equal(emulator.ledger.effects.length - effects, point === "after" ? 1 : 0);
                await assertAcceptedIn(3, token);
                assert.equal(emulator.ledger.effects.length - effects, 1);
            });
            it(`${JSON.stringify(fault)} on a look: unseen, unless refused`, async () => {
                emulator.faults.add({ operation: "DescribeLogstash", fault });
                const look = classifyPoll(await service.describe(instanceId, limits));
                assert.equal(look.kind, kind === "rejected" ? "rejected" : "unseen");
            });
        }
    }

    for (const [kind, fault] of refusals) {
        it(`${JSON.stringify(fault)}: ${kind}, and nothing was done`, async () => {
            const effects = emulator.ledger.effects.length;
            emulator.faults.add({ operation: "InterruptLogstashTask", calls: 1, fault });
            assert.equal(classifyResponse(await send(nextToken())).kind, kind);
            assert.equal(emulator.ledger.effects.length, effects);
        });
    }

    it("gives up on an answer that drips, and closes its connection", async () => {
        emulator.faults.add({ fault: { kind: "drip", everyMs: 50 } });
        assert.equal(classifyResponse(await send(nextToken())).kind, "outcomeUnknown");
        await until(() => emulator.connections.open <= 1);
    });

    it("takes a late answer for what it is: the first request still runs, then it was done", async () => {
        const token = nextToken();
        const effects = emulator.ledger.effects.length;
        emulator.faults.add({ calls: 1, fault: { kind: "slow", delayMs: 900, point: "before" } });
        assert.equal(classifyResponse(await send(token)).kind, "outcomeUnknown");
        assert.equal(classifyResponse(await send(token)).kind, "outcomeUnknown");
        assert.equal(emulator.ledger.requests.at(-1)?.outcome.kind, "rejected");
        await until(() => emulator.ledger.effects.length > effects);
        assert.equal(classifyResponse(await send(token)).kind, "accepted");
        assert.equal(emulator.ledger.effects.length - effects, 1);
    });

    it("is not retried when this machine refuses the connection: nothing was applied", async () => {
        const nowhere = popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: "http://127.0.0.1:1" }),
            region: "cn-hangzhou",
            credentials: () => ({ name: "a test", get: async () => testAccount }),
            turn: () => async () => {},
        });
        const reply = await nowhere.send("InterruptLogstashTask", instanceId, nextToken(), limits);
        assert.deepEqual(classifyResponse(reply), { kind: "unconnectable", isFinal: false });
    });

    it("waits for a connection before it counts as sent: behind hung neighbours nothing is, and all end in time", async () => {
        const narrow = popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: emulator.url }),
            region: "cn-hangzhou",
            credentials: () => ({ name: "a test", get: async () => testAccount }),
            turn: () => async () => {},
            maxConnections: 2,
        });
        const sent = emulator.ledger.requests.length;
        emulator.faults.add({ operation: "InterruptLogstashTask", fault: { kind: "hang", point: "after" } });
        const one = { ...limits, leftMs: 300 };
        const replies = await Promise.all(
            Array.from({ length: 20 }, () => narrow.send("InterruptLogstashTask", instanceId, nextToken(), one)),
        );
        // One that gets its turn just before the end may have begun to connect.
        const notSent = replies.filter(({ kind }) => kind === "notSent" || kind === "notConnected");
        assert.deepEqual([replies.filter(({ kind }) => kind === "noResponse").length, notSent.length], [2, 18]);
        assert.equal(emulator.ledger.requests.length - sent, 2);
    });

    it("says of a lost answer no more than its code: a message of the transport has the signed URL in it", async () => {
        emulator.faults.add({ operation: "InterruptLogstashTask", calls: 1, fault: { kind: "reset", point: "after" } });
        assert.deepEqual(await send(nextToken()), { kind: "noResponse", code: "ECONNRESET" });
    });

    it("masks the credentials that a signature error quotes", async () => {
        const wrong = { ...testAccount, accessKeySecret: "wrong-secret-canary", securityToken: "sts-token-canary" };
        const other = await startEmulator({
            accounts: [{ ...testAccount, securityToken: "sts-token-canary" }],
        });
        try {
            const stranger = popCoreService({
                hints: stackHints,
                endpoint: () => ({ url: other.url }),
                region: "cn-hangzhou",
                credentials: () => ({ name: "a test", get: async () => wrong }),
                turn: () => async () => {},
            });
            const reply = await stranger.send("InterruptLogstashTask", instanceId, nextToken(), limits);
            assert.equal(reply.kind === "error" && reply.code, "SignatureDoesNotMatch");
            assert.match(reply.kind === "error" ? reply.message : "", /x-acs-security-token:\*\*\*/);
            assert.doesNotMatch(JSON.stringify(reply), /canary/);
        } finally {
            await other.stop();
        }
    });

    async function assertAcceptedIn(tries: number, token: string): Promise<void> {
        for (let n = 1; ; n++) {
            const { kind } = classifyResponse(await send(token));
            if (kind === "accepted") {
                return;
            }
            assert.ok(n < tries, `still ${kind} after ${n} tries`);
        }
    }
});

describe("a call", () => {
    let emulator: Emulator;
    before(async () => {
        emulator = await startEmulator();
    });
    after(() => emulator.stop());
    beforeEach(() => emulator.addInstance({ instanceId, status: "activating" }));
    afterEach(() => emulator.faults.clear());

    const limits = { leftMs: 5_000, signal: new AbortController().signal };
    const nowhere = { endpoint: () => ({ url: "http://127.0.0.1:1" }) };
    const late = { kind: "notSent", detail: "no time was left to send it" };

    function serviceWith(options: Partial<ServiceOptions> = {}): LogstashService {
        return popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: emulator.url }),
            region: "cn-hangzhou",
            credentials: () => ({ name: "a test", get: async () => testAccount }),
            turn: () => async () => {},
            ...options,
        });
    }

    /** What a service with these options makes of a request, and how many requests came of it. */
    async function sent(options: Partial<ServiceOptions>, leftMs = limits.leftMs) {
        const before = emulator.ledger.requests.length;
        const service = serviceWith(options);
        const reply = await service.send("InterruptLogstashTask", instanceId, "token", { ...limits, leftMs });
        return { reply, requests: emulator.ledger.requests.length - before };
    }

    describe("that is refused", () => {
        const refused = (code: string, calls?: number) =>
            emulator.faults.add({
                ...(calls === undefined ? {} : { calls }),
                fault: { kind: "refusal", status: 400, code, message: "No." },
            });
        const expired: Credentials[] = [];
        beforeEach(() => expired.splice(0));
        const renewing: Partial<ServiceOptions> = {
            credentials: () => ({
                name: "a test",
                get: async () => testAccount,
                renew: (credentials) => expired.push(credentials),
            }),
        };

        it("for an expired session is repeated with another one, and once only", async () => {
            refused("InvalidSecurityToken.Expired", 1);
            const { reply, requests } = await sent(renewing);
            assert.equal(classifyResponse(reply).kind, "accepted");
            assert.deepEqual([requests, expired], [2, [testAccount]]);
            refused("InvalidSecurityToken.Expired");
            const again = await sent(renewing);
            assert.equal(again.reply.kind === "error" && again.reply.code, "InvalidSecurityToken.Expired");
            assert.deepEqual([again.requests, expired.length], [2, 2]);
        });

        it("for another reason is neither repeated nor given other credentials", async () => {
            for (const code of ["InvalidSecurityToken.Malformed", "InstanceNotFound", "Unheard.Of"]) {
                refused(code, 1);
                const { reply, requests } = await sent(renewing);
                assert.equal(reply.kind === "error" && reply.code, code);
                assert.deepEqual([requests, expired], [1, []]);
            }
        });

        it("for an expired session is not repeated where there is no other one", async () => {
            refused("InvalidSecurityToken.Expired", 1);
            const { reply, requests } = await sent({});
            assert.equal(reply.kind === "error" && reply.code, "InvalidSecurityToken.Expired");
            assert.equal(requests, 1);
        });
    });

    it("without any time left asks for no credentials", async () => {
        const clock = install({ toFake: ["performance"] });
        try {
            const { reply, requests } = await sent(
                { credentials: () => ({ name: "a test", get: () => assert.fail("asked") }) },
                0,
            );
            assert.deepEqual([reply, requests], [late, 0]);
        } finally {
            clock.uninstall();
        }
    });

    for (const tookMs of [400, 401]) {
        it(`sends nothing where its credentials took ${tookMs} of 400 ms`, async () => {
            const clock = install({ toFake: ["performance"] });
            const get = async () => {
                clock.tick(tookMs);
                return testAccount;
            };
            try {
                const { reply, requests } = await sent({ credentials: () => ({ name: "a test", get }) }, 400);
                assert.deepEqual([reply, requests], [late, 0]);
            } finally {
                clock.uninstall();
            }
        });
    }

    it("that waits for a connection ends with its time, and asks for nothing when its turn comes", async () => {
        const asked = { times: 0 };
        const get = async () => {
            asked.times += 1;
            return testAccount;
        };
        const narrow = serviceWith({ credentials: () => ({ name: "a test", get }), maxConnections: 1 });
        emulator.faults.add({ operation: "InterruptLogstashTask", fault: { kind: "hang", point: "before" } });
        const ended: string[] = [];
        const send = async (leftMs: number) => {
            const { kind } = await narrow.send("InterruptLogstashTask", instanceId, "token", { ...limits, leftMs });
            ended.push(kind);
        };
        await Promise.all([send(400), send(20)]);
        await setImmediate();
        assert.deepEqual([ended, asked.times], [["notSent", "noResponse"], 1]);
    });

    it("that no request can be made of is a mistake in what is set, unless it was given up before", async () => {
        const service = serviceWith({ headers: () => ({ "x-acs-source-ip": "10.0.0.1\n" }) });
        const look = (signal: AbortSignal) => service.describe(instanceId, { ...limits, signal });
        await assert.rejects(look(limits.signal), (error: unknown) => {
            assert.ok(error instanceof ConfigurationError);
            assert.match(error.message, /the request cannot be made \(ERR_INVALID_CHAR\)/);
            return true;
        });
        assert.deepEqual(await look(AbortSignal.abort()), { kind: "notSent", detail: "the deployment was stopped" });
    });

    describe("that is aborted", () => {
        const stopped = { kind: "notSent", detail: "the deployment was stopped" };
        const close: (() => void)[] = [];
        afterEach(() => {
            leaveEnvironment();
            for (const each of close.splice(0)) {
                each();
            }
        });

        /** The response to a request that is aborted once it waits, and how many requests arrived. */
        async function aborted(options: Partial<ServiceOptions>, isWaiting: () => boolean) {
            const stop = new AbortController();
            const before = emulator.ledger.requests.length;
            const calls = { leftMs: 60_000, signal: stop.signal };
            const reply = serviceWith(options).send("InterruptLogstashTask", instanceId, "token", calls);
            await until(isWaiting);
            stop.abort();
            return { reply: await reply, requests: emulator.ledger.requests.length - before };
        }
        /** A server that accepts connections and never says anything. */
        async function silent(): Promise<{ readonly port: number; readonly connections: () => number }> {
            let connections = 0;
            const server = createServer((socket) => {
                connections += 1;
                socket.on("error", () => {});
            });
            const port = await listening(server, (end) => close.push(end));
            return { port, connections: () => connections };
        }

        for (const what of ["turn", "credentials"] as const) {
            it(`was not sent when it waits for its ${what}`, async () => {
                let waiting = false;
                const wait = () => {
                    waiting = true;
                    return new Promise<never>(() => {});
                };
                const options: Partial<ServiceOptions> =
                    what === "turn" ? { turn: () => wait } : { credentials: () => ({ name: "a test", get: wait }) };
                assert.deepEqual(await aborted(options, () => waiting), { reply: stopped, requests: 0 });
            });
        }

        it("was not sent when it waits for a proxy to connect", async () => {
            const proxy = await silent();
            enterEnvironment({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` });
            const endpoint = () => ({ url: "https://service.invalid" });
            const { reply } = await aborted({ endpoint }, () => proxy.connections() > 0);
            assert.deepEqual(reply, stopped);
        });

        it("was not sent when it waits for a connection", async () => {
            const server = await silent();
            const endpoint = () => ({ url: `https://127.0.0.1:${server.port}` });
            const { reply } = await aborted({ endpoint }, () => server.connections() > 0);
            assert.deepEqual(reply, stopped);
        });

        it("was not sent when others have all connections, and is not sent when one is free", async () => {
            const narrow = serviceWith({ maxConnections: 1 });
            emulator.faults.add({ operation: "InterruptLogstashTask", fault: { kind: "hang", point: "before" } });
            const before = emulator.ledger.requests.length;
            const stop = new AbortController();
            const first = narrow.send("InterruptLogstashTask", instanceId, "one", { ...limits, signal: stop.signal });
            const second = narrow.send("InterruptLogstashTask", instanceId, "two", { ...limits, signal: stop.signal });
            await until(() => emulator.ledger.requests.length > before);
            stop.abort();
            assert.deepEqual(await Promise.all([first, second]), [{ kind: "noResponse", code: "Aborted" }, stopped]);
            await setImmediate();
            assert.equal(emulator.ledger.requests.length - before, 1);
        });

        it("may have been applied when it was given to a connection", async () => {
            const server = await silent();
            const endpoint = () => ({ url: `http://127.0.0.1:${server.port}` });
            const { reply } = await aborted({ endpoint }, () => server.connections() > 0);
            assert.deepEqual(reply, { kind: "noResponse", code: "Aborted" });
        });
    });

    describe("that gets a compressed response", () => {
        const close: (() => void)[] = [];
        afterEach(() => {
            for (const each of close.splice(0)) {
                each();
            }
        });

        /** The response to a poll from a server that compresses whatever the request accepts. */
        async function compressed(body: Buffer) {
            let accepted: unknown;
            const server = createHttpServer(({ headers }, response) => {
                accepted = headers["accept-encoding"];
                response.setHeader("content-type", "application/json");
                response.setHeader("content-encoding", "gzip");
                response.end(body);
            });
            const port = await listening(server, (end) => close.push(end));
            const service = serviceWith({ endpoint: () => ({ url: `http://127.0.0.1:${port}` }) });
            return { reply: await service.describe(instanceId, limits), accepted };
        }

        it("has asked for none, and reads it all the same", async () => {
            const body = gzipSync(JSON.stringify({ RequestId: "R", Result: { status: "suspended" } }));
            const { reply, accepted } = await compressed(body);
            assert.equal(accepted, "identity");
            assert.deepEqual(reply, { kind: "body", body: { RequestId: "R", Result: { status: "suspended" } } });
        });

        it("ends when a megabyte becomes a gigabyte, before it takes the memory", async () => {
            // A member of 8 MiB, 120 times: the whole is a valid stream.
            const member = gzipSync(Buffer.alloc(8 * 2 ** 20));
            const body = Buffer.concat(Array.from({ length: 120 }, () => member));
            assert.ok(body.length < 2 ** 20, `${body.length} bytes`);
            const before = process.memoryUsage().rss;
            const { reply } = await compressed(body);
            assert.deepEqual(reply, { kind: "noResponse", code: "EMSGSIZE" });
            const taken = process.memoryUsage().rss - before;
            assert.ok(taken < 200 * 2 ** 20, `${taken} bytes`);
        });
    });

    it("that finds nobody says after how long, and leaves no timer that would keep the process", async () => {
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            const began = performance.now();
            const { reply } = await sent(nowhere);
            assert.equal(reply.kind === "notConnected" && reply.code, "ECONNREFUSED");
            const afterMs = reply.kind === "notConnected" ? reply.afterMs : -1;
            assert.ok(afterMs >= 0 && afterMs <= performance.now() - began, `${afterMs} ms`);
            assert.equal(clock.countTimers(), 0);
        } finally {
            clock.uninstall();
        }
    });

    it("has a route without a proxy, an endpoint of its own or another region where none is set", () => {
        const { otherRegion, ...route } = serviceWith({ endpoint: () => ({ url: "https://a.test" }) }).route();
        assert.deepEqual(route, { endpoint: "a.test", hints: stackHints, everConnected: false });
        assert.equal(otherRegion?.(), undefined);
    });
});
