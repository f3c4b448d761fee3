import { strict as assert } from "node:assert";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { install } from "@sinonjs/fake-timers";
import { type Emulator, type Fault, type Point, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { ConfigurationError } from "../../../provider/src/configuration";
import type { Credentials } from "../../../provider/src/credentials/credentials";
import { classifyPoll, classifyResponse, type ResponseMeaning } from "../../../provider/src/request/classify";
import type { CallLimits, LogstashService } from "../../../provider/src/request/service";
import { stackHints } from "../../support/hints";
import { enterEnvironment, leaveEnvironment } from "./environment";
import { closedAfterEach, listening } from "./listening";
import { type ServiceSettings, serviceAt } from "./service";
import { until } from "./until";

const instanceId = "ls-cn-popcore0001";
const { signal } = new AbortController();
const outOfTime = { kind: "notSent", detail: "no time was left to send it" };
const stopped = { kind: "notSent", detail: "the deployment was stopped" };
const pending = () => new Promise<never>(() => {});

const atEnd = closedAfterEach();

/** The URL of a server that responds as it is told. */
const urlOf = async (respond: RequestListener) => `http://127.0.0.1:${await listening(createServer(respond), atEnd)}`;
const send = (service: LogstashService, limits: Partial<CallLimits> = {}, token = "token") =>
    service.send("InterruptLogstashTask", instanceId, token, { leftMs: 5_000, signal, ...limits });

describe("a call to the emulator", () => {
    let emulator: Emulator;
    let service: LogstashService;
    let tokens = 0;
    const nextToken = () => {
        tokens += 1;
        return `token-${tokens}`;
    };
    before(async () => {
        emulator = await startEmulator();
        service = serviceAt(emulator.url);
    });
    after(() => emulator.stop());
    beforeEach(() => emulator.addInstance({ instanceId, status: "activating" }));
    afterEach(() => emulator.faults.clear());

    /** What a call comes to, and how many requests arrive. */
    async function counted(settings: ServiceSettings, limits: Partial<CallLimits> = {}) {
        const before = emulator.ledger.requests.length;
        const response = await send(serviceAt(emulator.url, settings), limits);
        return { response, requests: emulator.ledger.requests.length - before };
    }

    it("is accepted, with its token and region, when the service accepts it", async () => {
        const token = nextToken();
        const response = classifyResponse(await send(service, {}, token));
        const effect = emulator.ledger.effects.at(-1);
        assert.deepEqual(response, { kind: "accepted", requestId: effect?.requestId });
        assert.deepEqual([effect?.clientToken, emulator.ledger.requests.at(-1)?.region], [token, "cn-hangzhou"]);
        const poll = classifyPoll(await service.describe(instanceId, { leftMs: 5_000, signal }));
        assert.equal(poll.kind === "seen" && poll.status, "suspended");
    });

    const xml = { kind: "xml-error", message: "No." } as const;
    const faults: ReadonlyArray<readonly [kind: ResponseMeaning["kind"], fault: (point: Point) => Fault]> = [
        ["outcomeUnknown", (point) => ({ kind: "service-unavailable", point })],
        ["outcomeUnknown", (point) => ({ kind: "internal-error", point })],
        ["outcomeUnknown", (point) => ({ kind: "html", status: 502, point })],
        ["outcomeUnknown", (point) => ({ kind: "html", status: 200, point })],
        ["outcomeUnknown", (point) => ({ kind: "html", status: 403, point })],
        ["outcomeUnknown", (point) => ({ ...xml, status: 503, code: "ServiceUnavailable", point })],
        ["outcomeUnknown", (point) => ({ ...xml, status: 504, code: "SomeTimeout", point })],
        ["rejected", (point) => ({ ...xml, status: 400, code: "SomeRejection", point })],
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
    for (const [kind, faultAt] of faults) {
        for (const point of ["before", "after"] as const) {
            const fault = faultAt(point);
            it(`is ${kind} and has one effect with the same token when the fault is ${JSON.stringify(fault)}`, async () => {
                const token = nextToken();
                const effects = emulator.ledger.effects.length;
                emulator.faults.add({ calls: 1, fault });
                assert.equal(classifyResponse(await send(service, { leftMs: 400 }, token)).kind, kind);
                assert.equal(emulator.ledger.effects.length - effects, point === "after" ? 1 : 0);
                assert.equal(classifyResponse(await send(service, {}, token)).kind, "accepted");
                assert.equal(emulator.ledger.effects.length - effects, 1);
                emulator.faults.add({ calls: 1, fault });
                const poll = classifyPoll(await service.describe(instanceId, { leftMs: 400, signal }));
                assert.equal(poll.kind, kind === "rejected" ? "rejected" : "failed");
            });
        }
    }

    const rejections: ReadonlyArray<readonly [kind: ResponseMeaning["kind"], fault: Fault]> = [
        ["retryable", { kind: "throttling", form: "user" }],
        ["retryable", { kind: "throttling", form: "too-many-requests" }],
        ["retryable", { kind: "throttling", form: "qps-limit" }],
        ["rejected", { kind: "result-false" }],
        ["rejected", { kind: "rejection", status: 404, code: "InstanceNotFound", message: "No such instance." }],
        ["rejected", { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not authorized." }],
        ["invalidState", { kind: "rejection", status: 400, code: "InstanceActivating", message: "Activating." }],
        ["outcomeUnknown", { kind: "redirect", location: "http://127.0.0.1:1/elsewhere" }],
    ];
    for (const [kind, fault] of rejections) {
        it(`is ${kind} and has no effect when the fault is ${JSON.stringify(fault)}`, async () => {
            const effects = emulator.ledger.effects.length;
            emulator.faults.add({ calls: 1, fault });
            assert.equal(classifyResponse(await send(service, {}, nextToken())).kind, kind);
            assert.equal(emulator.ledger.effects.length, effects);
        });
    }

    describe("with credentials that can be renewed", () => {
        const expired: Credentials[] = [];
        beforeEach(() => expired.splice(0));
        const renewing = { credentials: { renew: (credentials: Credentials) => expired.push(credentials) } };
        const once = { calls: 1 };
        const cases = [
            ["sent again and accepted", "the session has expired", "InvalidSecurityToken.Expired", once, 2],
            ["sent twice only", "the next session has expired as well", "InvalidSecurityToken.Expired", {}, 2],
            ["sent once", "the session is malformed", "InvalidSecurityToken.Malformed", {}, 1],
            ["sent once", "the code is unknown", "Unheard.Of", {}, 1],
        ] as const;
        for (const [what, when, code, calls, sent] of cases) {
            it(`is ${what} when ${when}`, async () => {
                emulator.faults.add({ ...calls, fault: { kind: "rejection", status: 400, code, message: "No." } });
                const { response, requests } = await counted(renewing);
                assert.equal(response.kind === "error" ? response.code : response.kind, calls === once ? "body" : code);
                assert.deepEqual([requests, expired], [sent, sent === 2 ? [testAccount] : []]);
            });
        }

        it("is sent once when there are no others", async () => {
            const code = "InvalidSecurityToken.Expired";
            emulator.faults.add({ calls: 1, fault: { kind: "rejection", status: 400, code, message: "No." } });
            const { response, requests } = await counted({});
            assert.equal(response.kind === "error" && response.code, code);
            assert.equal(requests, 1);
        });
    });

    describe("is not sent", () => {
        type Wait = () => Promise<never>;
        const waits = [
            ["the rate limit", (acquire: Wait): ServiceSettings => ({ acquire })],
            ["credentials", (get: Wait): ServiceSettings => ({ credentials: { get } })],
        ] as const;
        for (const [what, settingsWith] of waits) {
            it(`when it times out waiting for ${what}`, async () => {
                const { response, requests } = await counted(settingsWith(pending), { leftMs: 20 });
                assert.deepEqual([response, requests], [outOfTime, 0]);
                assert.equal(classifyResponse(response).kind, "retryable");
            });

            it(`when it is aborted waiting for ${what}`, async () => {
                const stop = new AbortController();
                const settings = settingsWith(() => {
                    stop.abort();
                    return pending();
                });
                const { response, requests } = await counted(settings, { signal: stop.signal });
                assert.deepEqual([response, requests], [stopped, 0]);
            });
        }

        it("and asks for no credentials when no time is left", async () => {
            const get = () => assert.fail("asked");
            const counts = await counted({ credentials: { get } }, { leftMs: 0 });
            assert.deepEqual(counts, { response: outOfTime, requests: 0 });
        });

        it("when its credentials took all of the time and its timer is late", async () => {
            const clock = install({ toFake: ["performance"] });
            const get = async () => {
                clock.tick(400);
                return testAccount;
            };
            try {
                const counts = await counted({ credentials: { get } }, { leftMs: 400 });
                assert.deepEqual(counts, { response: outOfTime, requests: 0 });
            } finally {
                clock.uninstall();
            }
        });

        it("and asks for no credentials when others have all connections until it times out or is aborted", async () => {
            let asked = 0;
            const get = async () => {
                asked += 1;
                return testAccount;
            };
            const narrow = serviceAt(emulator.url, { credentials: { get }, maxConnections: 1 });
            emulator.faults.add({ fault: { kind: "hang", point: "before" } });
            const before = emulator.ledger.requests.length;
            const stop = new AbortController();
            const first = send(narrow, { signal: stop.signal });
            assert.deepEqual(await send(narrow, { leftMs: 20 }), outOfTime);
            const last = send(narrow, { signal: stop.signal });
            await until(() => emulator.ledger.requests.length > before);
            stop.abort();
            assert.deepEqual(await Promise.all([first, last]), [{ kind: "noResponse", code: "Aborted" }, stopped]);
            await setImmediate();
            assert.deepEqual([asked, emulator.ledger.requests.length - before], [1, 1]);
        });

        it("and is a configuration error when no request can be made of the settings, unless it is aborted", async () => {
            const wrong = serviceAt(emulator.url, { headers: { "x-acs-source-ip": "10.0.0.1\n" } });
            await assert.rejects(send(wrong), (error: unknown) => {
                assert.ok(error instanceof ConfigurationError);
                assert.match(error.message, /ERR_INVALID_CHAR/);
                return true;
            });
            assert.deepEqual(await send(wrong, { signal: AbortSignal.abort() }), stopped);
        });
    });
});

describe("a call to a server that does not respond", () => {
    afterEach(leaveEnvironment);

    /** A server that sends nothing. */
    async function silent() {
        let isReached = false;
        const server = createTcpServer((socket) => {
            socket
                .on("error", () => {})
                .once("data", () => {
                    isReached = true;
                });
        });
        return { host: `127.0.0.1:${await listening(server, atEnd)}`, isReached: () => isReached };
    }

    const noResponse = (code: string) => ({ kind: "noResponse", code });
    const notConnected = { kind: "notConnected", code: "ConnectTimeout" };
    const cases = [
        ["it has a connection", "http://HOST", false, noResponse("Aborted"), noResponse("RequestTimeout")],
        ["it waits for TLS", "https://HOST", false, stopped, notConnected],
        ["it waits for a proxy", "https://a.test", true, stopped, notConnected],
    ] as const;
    for (const [when, url, proxied, aborted, late] of cases) {
        it(`says whether it may have been applied when ${when} and is aborted or times out`, async () => {
            const { host, isReached } = await silent();
            enterEnvironment(proxied ? { HTTPS_PROXY: `http://${host}` } : {});
            const service = serviceAt(url.replace("HOST", host));
            const stop = new AbortController();
            const response = send(service, { signal: stop.signal });
            await until(isReached);
            stop.abort();
            assert.deepEqual(await response, aborted);
            const { afterMs, ...fields } = { afterMs: undefined, ...(await send(service, { leftMs: 50 })) };
            assert.deepEqual(fields, late);
            assert.ok(afterMs === undefined || afterMs > 40);
        });
    }

    it("times out after ten seconds when the operation has more", async () => {
        const { host, isReached } = await silent();
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            const response = send(serviceAt(`http://${host}`), { leftMs: 600_000 });
            while (!isReached()) {
                await setImmediate();
            }
            clock.tick(10_000);
            assert.deepEqual(await response, noResponse("RequestTimeout"));
        } finally {
            clock.uninstall();
        }
    });

    it("ends at once and leaves no timer when this machine refuses the connection", async () => {
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            const began = performance.now();
            const response = await send(serviceAt("http://127.0.0.1:1"));
            assert.ok(response.kind === "notConnected");
            const { afterMs, ...fields } = response;
            assert.deepEqual(fields, { kind: "notConnected", code: "ECONNREFUSED", isRefusedHere: true });
            assert.ok(afterMs >= 0 && afterMs <= performance.now() - began, `${afterMs} ms`);
            assert.deepEqual(classifyResponse(response), { kind: "unconnectable", isFinal: false });
            assert.equal(clock.countTimers(), 0);
        } finally {
            clock.uninstall();
        }
    });

    it("has a route without a proxy, a setting or another region when none is set", () => {
        const { route } = serviceAt("https://a.test");
        assert.deepEqual({ ...route }, { endpoint: "a.test", hints: stackHints, everConnected: false });
    });
});

describe("a call to a hostile server", () => {
    const json = { "content-type": "application/json" };
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const echo = (resultOf: (headers: string) => unknown): RequestListener => {
        return ({ headers }, response) =>
            response.writeHead(200, json).end(JSON.stringify({ Result: resultOf(JSON.stringify(headers)) }));
    };
    const cases: ReadonlyArray<readonly [when: string, respond: RequestListener]> = [
        [
            "it responds as a proxy, in HTML",
            (_, response) => response.writeHead(407, { "content-type": "text/html" }).end(),
        ],
        ["it responds as a proxy, in JSON", (_, response) => response.writeHead(407, json).end("{}")],
        ["it echoes the headers", echo((headers) => headers)],
        ["it echoes the headers in an object", echo((text) => ({ text }))],
        ["it echoes the headers in a list", echo((text) => [text])],
        ["it nests JSON deeply", (_, response) => response.writeHead(200, json).end(`{"Result":${deep}}`)],
    ];
    for (const [when, respond] of cases) {
        it(`has an unknown outcome and quotes nothing when ${when}`, async () => {
            const response = await send(serviceAt(await urlOf(respond)));
            assert.equal(classifyResponse(response).kind, "outcomeUnknown");
            assert.doesNotMatch(JSON.stringify(response), /acs emulator|x-acs-|\[\[/);
        });
    }

    it("shows no part of a long secret when the response echoes it", async () => {
        const securityToken = "canary".repeat(100);
        const body = JSON.stringify({ Code: "Refused", Message: `no: ${securityToken}`, RequestId: securityToken });
        const url = await urlOf((_request, response) => response.writeHead(400, json).end(body));
        const get = async () => ({ ...testAccount, securityToken });
        const response = await send(serviceAt(url, { credentials: { get } }));
        assert.equal(response.kind === "error" && response.code, "Refused");
        assert.doesNotMatch(JSON.stringify(response), /canary/);
    });

    it("sends nothing elsewhere when it is redirected", async () => {
        let visits = 0;
        const elsewhere = await urlOf((_request, response) => {
            visits += 1;
            response.end();
        });
        for (const status of [301, 302, 307, 308]) {
            const url = await urlOf((_request, response) => response.writeHead(status, { location: elsewhere }).end());
            assert.equal(classifyResponse(await send(serviceAt(url))).kind, "outcomeUnknown");
        }
        assert.equal(visits, 0);
    });

    it("has the instance ID as one segment of the path when it contains separators", async () => {
        const paths: string[] = [];
        const service = serviceAt(
            await urlOf(({ url }, response) => {
                paths.push(String(url));
                response.end();
            }),
        );
        const ids = ["../../x", "a?b=c", "a#b", "a/b", "//evil.example", "a%2fb"];
        for (const id of ids) {
            await service.describe(id, { leftMs: 5_000, signal });
        }
        assert.deepEqual(
            paths,
            ids.map((id) => `/openapi/logstashes/${encodeURIComponent(id)}`),
        );
    });

    describe("that compresses the response", () => {
        /** The response to a poll, and the encoding that the request has accepted. */
        async function compressed(body: Buffer) {
            let accepted: unknown;
            const url = await urlOf(({ headers }, response) => {
                accepted = headers["accept-encoding"];
                response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(body);
            });
            return { response: await serviceAt(url).describe(instanceId, { leftMs: 5_000, signal }), accepted };
        }

        it("reads the response when it has accepted none", async () => {
            const body = { RequestId: "R", Result: { status: "suspended" } };
            const { response, accepted } = await compressed(gzipSync(JSON.stringify(body)));
            assert.equal(accepted, "identity");
            assert.deepEqual(response, { kind: "body", body });
        });

        it("ends before it takes the memory when a megabyte becomes a gigabyte", async () => {
            // A member of 8 MiB, 120 times: the whole is a valid stream.
            const member = gzipSync(Buffer.alloc(8 * 2 ** 20));
            const body = Buffer.concat(Array.from({ length: 120 }, () => member));
            assert.ok(body.length < 2 ** 20, `${body.length} bytes`);
            const before = process.memoryUsage().rss;
            const { response } = await compressed(body);
            assert.deepEqual(response, { kind: "noResponse", code: "EMSGSIZE" });
            const taken = process.memoryUsage().rss - before;
            assert.ok(taken < 200 * 2 ** 20, `${taken} bytes`);
        });
    });

    for (const byMs of [3_600_000, -3_600_000]) {
        it(`reads the response when the machine's clock is stepped by ${byMs} ms`, async () => {
            const now = Date.now;
            const url = await urlOf((_request, response) => {
                Date.now = () => now() + byMs;
                response.writeHead(200, json).write('{"Result":true,');
                setTimeout(() => response.end('"RequestId":"R"}'), 50);
            });
            try {
                const body = { Result: true, RequestId: "R" };
                assert.deepEqual(await send(serviceAt(url)), { kind: "body", body });
            } finally {
                Date.now = now;
            }
        });
    }
});
