import { strict as assert } from "node:assert";
import type { RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { setDefaultCACertificates } from "node:tls";
import { gzipSync } from "node:zlib";
import { install } from "@sinonjs/fake-timers";
import {
    type Emulator,
    type EmulatorOptions,
    type Fault,
    selfSigned,
    startEmulator,
    testAccount,
} from "pulumi-alicloud-logstash-emulator";
import { ConfigurationError } from "../../../provider/src/configuration";
import type { Credentials } from "../../../provider/src/credentials/credentials";
import { classifyPoll, classifyResponse, type ResponseMeaning } from "../../../provider/src/request/classify";
import type { CallLimits, LogstashService } from "../../../provider/src/request/service";
import { stackHints } from "../../support/hints";
import { enterEnvironment, leaveEnvironment } from "./environment";
import { loopback } from "./loopback";
import { type ServiceSettings, serviceAt } from "./service";
import { until } from "./until";

const instanceId = "ls-cn-popcore0001";
const { signal } = new AbortController();
const outOfTime = { kind: "notSent", detail: "no time was left to send it" };
const stopped = { kind: "notSent", detail: "the deployment was stopped" };
const pending = () => new Promise<never>(() => {});

const { atEnd, listen, serve, proxy: startProxy } = loopback();

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
        const running = classifyPoll(await service.describe(instanceId, { leftMs: 5_000, signal }));
        assert.deepEqual(running.kind === "seen" && [running.status, running.progress], ["activating", 0]);
        const response = classifyResponse(await send(service, {}, token));
        const effect = emulator.ledger.effects.at(-1);
        assert.deepEqual(response, { kind: "accepted", requestId: effect?.requestId });
        assert.deepEqual([effect?.clientToken, emulator.ledger.requests.at(-1)?.region], [token, "cn-hangzhou"]);
        const poll = classifyPoll(await service.describe(instanceId, { leftMs: 5_000, signal }));
        assert.equal(poll.kind === "seen" && poll.status, "suspended");
    });

    const xml = { kind: "xml-error", message: "No.", point: "after" } as const;
    const code = "InstanceNotFound";
    const faults: ReadonlyArray<readonly [kind: ResponseMeaning["kind"], fault: Fault]> = [
        ["outcomeUnknown", { kind: "service-unavailable", point: "after" }],
        ["outcomeUnknown", { kind: "html", status: 200, point: "after" }],
        ["outcomeUnknown", { kind: "html", status: 403, point: "after" }],
        ["outcomeUnknown", { ...xml, status: 504, code: "SomeTimeout" }],
        ["rejected", { ...xml, status: 400, code: "SomeRejection" }],
        ["outcomeUnknown", { kind: "truncated-json", point: "after" }],
        ["outcomeUnknown", { kind: "cut-off", point: "after" }],
        ["outcomeUnknown", { kind: "empty", point: "after" }],
        ["outcomeUnknown", { kind: "no-content", point: "after" }],
        ["outcomeUnknown", { kind: "json-null", status: 200, point: "after" }],
        ["outcomeUnknown", { kind: "json-null", status: 404, point: "after" }],
        ["outcomeUnknown", { kind: "code-in-success", code: "InternalError", message: "Oops.", point: "after" }],
        ["outcomeUnknown", { kind: "reset", point: "before" }],
        ["outcomeUnknown", { kind: "hang", point: "after" }],
        ["retryable", { kind: "throttling", form: "too-many-requests" }],
        ["retryable", { kind: "throttling", form: "qps-limit" }],
        ["rejected", { kind: "result-false" }],
        ["rejected", { kind: "rejection", status: 404, code, message: "No such instance." }],
    ];
    for (const [kind, fault] of faults) {
        it(`is ${kind} and has one effect with the same token when the fault is ${JSON.stringify(fault)}`, async () => {
            const token = nextToken();
            const before = emulator.ledger.effects.length;
            emulator.faults.add({ calls: 1, fault });
            assert.equal(classifyResponse(await send(service, { leftMs: 400 }, token)).kind, kind);
            assert.equal(classifyResponse(await send(service, {}, token)).kind, "accepted");
            assert.equal(emulator.ledger.effects.length - before, 1);
        });
    }

    describe("with credentials that can be renewed", () => {
        const expired: Credentials[] = [];
        beforeEach(() => expired.splice(0));
        const renewing = { credentials: { renew: (credentials: Credentials) => expired.push(credentials) } };
        const code = "InvalidSecurityToken.Expired";
        const rejection = { kind: "rejection", status: 400, message: "No." } as const;
        const cases = [
            ["sent again and accepted", "the session has expired", { ...rejection, code }, 1, 2],
            ["sent twice only", "the next session has expired as well", { ...rejection, code }, 2, 2],
            ["sent once", "it is rejected for another reason", { ...rejection, code: "Unheard.Of" }, 1, 1],
        ] as const;
        for (const [what, when, fault, failing, sent] of cases) {
            it(`is ${what} when ${when}`, async () => {
                emulator.faults.add({ calls: { from: 1, to: failing }, fault });
                const { response, requests } = await counted(renewing);
                const expected = failing < sent ? "body" : fault.code;
                assert.equal(response.kind === "error" ? response.code : response.kind, expected);
                assert.deepEqual([requests, expired], [sent, sent === 2 ? [testAccount] : []]);
            });
        }

        it("is sent once when there are no others", async () => {
            emulator.faults.add({ calls: 1, fault: { ...rejection, code } });
            const { response, requests } = await counted({});
            assert.deepEqual([response.kind === "error" && response.code, requests], [code, 1]);
        });
    });

    describe("is not sent", () => {
        type Wait = () => Promise<never>;
        const waits = [
            ["the rate limit", (acquire: Wait): ServiceSettings => ({ acquire })],
            ["credentials", (get: Wait): ServiceSettings => ({ credentials: { get } })],
        ] as const;
        for (const [what, settingsWith] of waits) {
            it(`when it times out, or is aborted, waiting for ${what}`, async () => {
                const late = await counted(settingsWith(pending), { leftMs: 20 });
                assert.deepEqual(late, { response: outOfTime, requests: 0 });
                assert.equal(classifyResponse(late.response).kind, "retryable");
                const stop = new AbortController();
                const settings = settingsWith(() => {
                    stop.abort();
                    return pending();
                });
                const ended = await counted(settings, { signal: stop.signal });
                assert.deepEqual(ended, { response: stopped, requests: 0 });
            });
        }

        it("when no time is left, even if its credentials took all of it and its timer is late", async () => {
            const never = () => assert.fail("credentials are requested");
            const counts = await counted({ credentials: { get: never } }, { leftMs: 0 });
            assert.deepEqual(counts, { response: outOfTime, requests: 0 });
            const clock = install({ toFake: ["performance"] });
            const get = async () => {
                clock.tick(400);
                return testAccount;
            };
            try {
                const late = await counted({ credentials: { get } }, { leftMs: 400 });
                assert.deepEqual(late, { response: outOfTime, requests: 0 });
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
            const error = new ConfigurationError("the request cannot be made (ERR_INVALID_CHAR)");
            await assert.rejects(send(wrong), error);
            assert.deepEqual(await send(wrong, { signal: AbortSignal.abort() }), stopped);
            for (const [part, text] of [
                ["accessKeyId", "access key ID"],
                ["securityToken", "security token"],
            ] as const) {
                const get = async () => ({ ...testAccount, [part]: "a\nb" });
                const message = new RegExp(`the ${text} has a line break .* \\(a test\\)$`);
                await assert.rejects(send(serviceAt(emulator.url, { credentials: { get } })), { message });
            }
        });
    });
});

describe("a call through a proxy", () => {
    afterEach(leaveEnvironment);

    async function emulated(options: EmulatorOptions = {}) {
        const emulator = await startEmulator({ instances: [{ instanceId }], ...options });
        atEnd(() => emulator.stop());
        return { url: emulator.url, proxy: await startProxy() };
    }

    it("is a whole request to it when the endpoint is http", async () => {
        const { url, proxy } = await emulated();
        enterEnvironment({ HTTP_PROXY: proxy.url });
        const service = serviceAt(url);
        assert.equal(classifyResponse(await send(service)).kind, "accepted");
        const path = `/openapi/logstashes/${instanceId}/actions/interrupt?clientToken=token`;
        assert.deepEqual(proxy.requests, [`request ${url}${path}`]);
        assert.equal(service.route.proxy, `${new URL(proxy.url).host} (HTTP_PROXY)`);
    });

    it("shares one tunnel with later calls when the endpoint is https", async () => {
        const tls = selfSigned();
        const { url, proxy } = await emulated({ tls });
        enterEnvironment({ HTTPS_PROXY: proxy.url });
        const service = serviceAt(url);
        setDefaultCACertificates([tls.cert]);
        for (const token of ["one", "two"]) {
            assert.notEqual((await send(service, {}, token)).kind, "notConnected");
        }
        assert.deepEqual(proxy.requests, [`connect ${new URL(url).host}`]);
    });

    it("is not connected when the proxy wants a password, whatever it responds", async () => {
        for (const [type, body] of [
            ["text/html", "<html>who are you?</html>"],
            ["application/json", '{"error":"who are you?"}'],
            ["text/xml", "<html>who are you?</html>"],
        ] as const) {
            const proxy = await serve((_request, response) =>
                response.writeHead(407, { "content-type": type }).end(body),
            );
            enterEnvironment({ HTTP_PROXY: proxy });
            const response = await send(serviceAt("http://a.test"));
            assert.equal(response.kind === "notConnected" && response.code, "ProxyAuthentication", type);
        }
    });
});

describe("a call to a server that does not respond", () => {
    afterEach(leaveEnvironment);

    /** A server that sends nothing. */
    async function silent() {
        const state = { host: "", isReached: false };
        const server = createTcpServer((socket) => {
            socket
                .on("error", () => {})
                .once("data", () => {
                    state.isReached = true;
                });
        });
        state.host = `127.0.0.1:${await listen(server)}`;
        return state;
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
            const server = await silent();
            enterEnvironment(proxied ? { HTTPS_PROXY: `http://${server.host}` } : {});
            const service = serviceAt(url.replace("HOST", server.host));
            const stop = new AbortController();
            const response = send(service, { signal: stop.signal });
            await until(() => server.isReached);
            stop.abort();
            assert.deepEqual(await response, aborted);
            const { afterMs, ...fields } = { afterMs: undefined, ...(await send(service, { leftMs: 50 })) };
            assert.deepEqual(fields, late);
            assert.ok(afterMs === undefined || afterMs > 40);
        });
    }

    it("times out after ten seconds when the operation has more", async () => {
        const server = await silent();
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            const response = send(serviceAt(`http://${server.host}`), { leftMs: 600_000 });
            while (!server.isReached) {
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
    const cases: ReadonlyArray<readonly [when: string, respond: RequestListener]> = [
        ["it responds as a proxy", (_, response) => response.writeHead(407, json).end("{}")],
        [
            "it echoes the headers",
            ({ headers }, response) => response.writeHead(200, json).end(JSON.stringify({ Result: { headers } })),
        ],
        ["it nests JSON deeply", (_, response) => response.writeHead(200, json).end(`{"Result":${deep}}`)],
    ];
    for (const [when, respond] of cases) {
        it(`has an unknown outcome and quotes nothing when ${when}`, async () => {
            const response = await send(serviceAt(await serve(respond)));
            assert.equal(classifyResponse(response).kind, "outcomeUnknown");
            assert.doesNotMatch(JSON.stringify(response), /acs emulator|x-acs-|\[\[/);
        });
    }

    it("shows no part of a long secret when the response echoes it", async () => {
        const securityToken = "canary".repeat(100);
        const body = JSON.stringify({ Code: "Refused", Message: `no: ${securityToken}`, RequestId: securityToken });
        const url = await serve((_request, response) => response.writeHead(400, json).end(body));
        const get = async () => ({ ...testAccount, securityToken });
        const response = await send(serviceAt(url, { credentials: { get } }));
        const shown = { code: "Refused", message: "no: ***", requestId: "***", httpStatus: 400 };
        assert.deepEqual(response, { kind: "error", ...shown });
    });

    it("sends nothing elsewhere when it is redirected", async () => {
        let visits = 0;
        const elsewhere = await serve((_request, response) => {
            visits += 1;
            response.end();
        });
        for (const status of [302, 307]) {
            const url = await serve((_request, response) => response.writeHead(status, { location: elsewhere }).end());
            assert.equal(classifyResponse(await send(serviceAt(url))).kind, "outcomeUnknown");
        }
        assert.equal(visits, 0);
    });

    it("gets the ID as one segment of the path, and the headers that policies depend on", async () => {
        const received: unknown[] = [];
        const url = await serve(({ url: path, headers }, response) => {
            received.push([path, headers["x-acs-source-ip"]]);
            response.end();
        });
        const service = serviceAt(url, { headers: { "x-acs-source-ip": "10.0.0.1" } });
        const ids = ["../../x", "a?b=c", "a#b", "a%2fb"];
        for (const id of ids) {
            await service.describe(id, { leftMs: 5_000, signal });
        }
        const paths = ids.map((id) => `/openapi/logstashes/${encodeURIComponent(id)}`);
        assert.deepEqual(
            received,
            paths.map((path) => [path, "10.0.0.1"]),
        );
    });

    it("reads a compressed response that it has not accepted, unless it is longer than a mebibyte", async () => {
        const body = { RequestId: "R", Result: { status: "suspended" } };
        for (const [text, expected] of [
            [JSON.stringify(body), { kind: "body", body }],
            [" ".repeat(2 ** 21), { kind: "noResponse", code: "EMSGSIZE" }],
        ] as const) {
            const url = await serve(({ headers }, response) => {
                const encoding = headers["accept-encoding"] === "identity" ? "gzip" : "none";
                response.writeHead(200, { ...json, "content-encoding": encoding }).end(gzipSync(text));
            });
            assert.deepEqual(await serviceAt(url).describe(instanceId, { leftMs: 5_000, signal }), expected);
        }
    });

    it("reads the response when the machine's clock is set an hour ahead", async () => {
        const now = Date.now;
        const url = await serve((_request, response) => {
            Date.now = () => now() + 3_600_000;
            response.writeHead(200, json).write('{"Result":true,');
            setTimeout(() => response.end('"RequestId":"R"}'), 50);
        });
        try {
            assert.deepEqual(await send(serviceAt(url)), { kind: "body", body: { Result: true, RequestId: "R" } });
        } finally {
            Date.now = now;
        }
    });
});
