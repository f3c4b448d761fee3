import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, selfSigned, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { popCoreService } from "../../provider/src/cloud/popcore";
import { providerStub } from "../../provider/src/dynamic/providerStub";
import { classifyResponse } from "../../provider/src/request/classify";
import { codeOf } from "../../provider/src/request/errorMessage";
import type { ServiceResponse } from "../../provider/src/request/response";
import { stackHints } from "../support/hints";
import { CallError } from "./calls";
import { countingProxy } from "./countingProxy";
import { leaveEnvironment } from "./environment";
import { Host } from "./host";
import { InProcessHost } from "./inProcess";
import { listening } from "./listening";

const instanceId = "ls-cn-network0001";
const inputs = {
    __provider: providerStub,
    instanceId,
    region: "cn-hangzhou",
    timeoutSeconds: 3,
    resourceUrn: "urn:pulumi:dev::test::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",
};

/** Lets something be closed at the end of a test, whatever happens in it. */
const closings: (() => unknown)[] = [];
const atEnd = (close: () => unknown) => closings.push(close);
afterEach(async () => {
    for (const close of closings.splice(0).reverse()) {
        await close();
    }
});

const portOf = (server: Server) => listening(server, atEnd);

async function emulated(options: Parameters<typeof startEmulator>[0] = {}): Promise<Emulator> {
    const emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }], ...options });
    atEnd(() => emulator.stop());
    return emulator;
}

async function hostFor(
    emulator: Emulator,
    env: Record<string, string> = {},
    config: Record<string, string> = {},
): Promise<InProcessHost> {
    atEnd(leaveEnvironment);
    const host = await InProcessHost.start({
        env,
        config: {
            "alicloud:accessKey": testAccount.accessKeyId,
            "alicloud:secretKey": testAccount.accessKeySecret,
            "alicloud:endpoints": JSON.stringify([{ elasticsearch: emulator.url }]),
            ...config,
        },
    });
    atEnd(() => host.stop());
    return host;
}

describe("the way to the service", () => {
    async function proxied(): Promise<{ url: string; requests: string[] }> {
        const { server, requests } = countingProxy();
        return { url: `http://127.0.0.1:${await portOf(server)}`, requests };
    }

    function certified(): { tls: { key: string; cert: string }; trust: Record<string, string> } {
        const folder = mkdtempSync(join(tmpdir(), "logstash-ca-"));
        atEnd(() => rmSync(folder, { recursive: true }));
        const tls = selfSigned();
        writeFileSync(join(folder, "ca.pem"), tls.cert);
        return { tls, trust: { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") } };
    }

    it("leads through HTTP_PROXY for an http endpoint", async () => {
        const [emulator, proxy] = [await emulated(), await proxied()];
        const host = await hostFor(emulator, { HTTP_PROXY: proxy.url });
        await host.create(inputs);
        assert.equal(emulator.ledger.effects.length, 1);
        assert.equal(proxy.requests.length, 2);
    });

    it("leads through a tunnel of HTTPS_PROXY for an https endpoint with a private CA", async () => {
        const { tls, trust } = certified();
        const [emulator, proxy] = [await emulated({ tls }), await proxied()];
        const host = await hostFor(emulator, { HTTPS_PROXY: proxy.url, ...trust });
        await host.create(inputs);
        assert.equal(emulator.ledger.effects.length, 1);
        assert.deepEqual([...new Set(proxy.requests)], [`connect ${new URL(emulator.url).host}`]);
    });

    it("keeps one tunnel for one request after the other", async () => {
        const { tls, trust } = certified();
        const [emulator, proxy] = [await emulated({ tls }), await proxied()];
        const host = await hostFor(emulator, { HTTPS_PROXY: proxy.url, ...trust });
        await host.create(inputs);
        await host.create({ ...inputs, triggers: ["again"] });
        assert.equal(proxy.requests.length, 1);
    });

    it("leaves the proxy out for NO_PROXY", async () => {
        const [emulator, proxy] = [await emulated(), await proxied()];
        const host = await hostFor(emulator, { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" });
        await host.create(inputs);
        assert.equal(emulator.ledger.effects.length, 1);
        assert.deepEqual(proxy.requests, []);
    });

    it("leaves the proxy out for a range of addresses", async () => {
        const [emulator, proxy] = [await emulated(), await proxied()];
        const host = await hostFor(emulator, { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.0/8" });
        await host.create(inputs);
        assert.deepEqual([emulator.ledger.effects.length, proxy.requests], [1, []]);
    });

    describe("where Node gives every agent the proxy of the environment", () => {
        /** Lets each agent of a process have that proxy, unless it is made with the option. */
        const preload = `
            for (const module of [require("node:http"), require("node:https")]) {
                const { Agent } = module;
                module.Agent = class extends Agent {
                    constructor(options) {
                        super({ proxyEnv: process.env, ...options });
                    }
                };
            }
            require("node:module").syncBuiltinESMExports();`;

        async function interruptedWith(emulator: Emulator, env: Record<string, string>): Promise<void> {
            const folder = mkdtempSync(join(tmpdir(), "logstash-preload-"));
            atEnd(() => rmSync(folder, { recursive: true }));
            const file = join(folder, "preload.cjs");
            writeFileSync(file, preload);
            const sts = new URL(emulator.url).host.replace("127.0.0.1", "localhost");
            const host = await Host.start({
                env: { ...env, NODE_OPTIONS: `--require=${file}` },
                config: {
                    "alicloud:accessKey": testAccount.accessKeyId,
                    "alicloud:secretKey": testAccount.accessKeySecret,
                    "alicloud:assumeRole": JSON.stringify({ roleArn: role.arn }),
                    "alicloud:endpoints": JSON.stringify([{ elasticsearch: emulator.url, sts }]),
                },
            });
            atEnd(() => host.stop());
            await host.create(inputs);
            assert.equal(emulator.ledger.effects.length, 1);
        }
        const role = { arn: "acs:ram::1234567890123456:role/deployer", trusts: [testAccount.accessKeyId] };

        it("leads through one tunnel to each host, and sends the proxy nothing else", async () => {
            const { tls, trust } = certified();
            const [emulator, proxy] = [await emulated({ tls, roles: [role] }), await proxied()];
            await interruptedWith(emulator, { ...trust, HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url });
            const { host, port } = new URL(emulator.url);
            assert.deepEqual(proxy.requests, [`connect localhost:${port}`, `connect ${host}`]);
        });

        it("leads directly to what NO_PROXY covers", async () => {
            const { tls, trust } = certified();
            const [emulator, proxy] = [await emulated({ tls, roles: [role] }), await proxied()];
            const NO_PROXY = "127.0.0.0/8,localhost";
            await interruptedWith(emulator, { ...trust, HTTPS_PROXY: proxy.url, NO_PROXY });
            assert.deepEqual(proxy.requests, []);
        });
    });

    const wrong: ReadonlyArray<readonly [what: string, env: Record<string, string>, words: RegExp]> = [
        ["a proxy that is no URL", { HTTP_PROXY: "http://[" }, /the variable HTTP_PROXY must be the URL/],
        ["a proxy whose user name has a %", { HTTP_PROXY: "http://a%b:c@127.0.0.1:1" }, /write it as %25/],
    ];
    for (const [what, env, words] of wrong) {
        it(`ends at ${what}: nothing is sent, and nothing recorded`, async () => {
            const emulator = await emulated();
            const host = await hostFor(emulator, { NO_PROXY: "", ...env });
            await expectNotSent(host, words);
            assert.equal(emulator.ledger.requests.length, 0);
        });
    }

    it("ends at an access key that no header can carry: nothing is sent, and nothing recorded", async () => {
        const emulator = await emulated();
        const host = await hostFor(emulator, {}, { "alicloud:accessKey": "a\nb" });
        await expectNotSent(host, /the access key ID has a line break.*`alicloud:accessKey`/);
        assert.equal(emulator.ledger.requests.length, 0);
    });

    for (const type of ["text/html", "application/json", "text/xml"]) {
        it(`ends at a proxy that wants a password, in whatever words: ${type}`, async () => {
            const emulator = await emulated();
            const answer = type === "application/json" ? '{"error":"who are you?"}' : "<html>who are you?</html>";
            const port = await portOf(
                createServer((_request, response) => {
                    response.writeHead(407, { "content-type": type, "proxy-authenticate": "Basic" }).end(answer);
                }),
            );
            const host = await hostFor(emulator, { HTTP_PROXY: `http://127.0.0.1:${port}` });
            await assert.rejects(
                host.create(inputs),
                new RegExp(
                    `not sent\n[\\s\\S]*ProxyAuthentication[\\s\\S]*proxy: +127\\.0\\.0\\.1:${port} \\(HTTP_PROXY\\)`,
                ),
            );
        });
    }

    async function expectNotSent(host: InProcessHost, words: RegExp): Promise<void> {
        const error: unknown = await host.create(inputs).then(
            () => assert.fail("it should have failed"),
            (e) => e,
        );
        assert.ok(error instanceof CallError);
        assert.match(error.message, /: not sent: /);
        assert.match(error.message, words);
        assert.equal(error.initFailure, undefined);
    }

    it("ends at a certificate that nobody vouches for, with the setting that would", async () => {
        const emulator = await emulated({ tls: certified().tls });
        const host = await hostFor(emulator);
        await assert.rejects(host.create(inputs), /not sent[\s\S]*SELF_SIGNED_CERT[\s\S]*NODE_EXTRA_CA_CERTS/);
        assert.equal(emulator.ledger.requests.length, 0);
    });

    it("ends at a host that does not exist, with its name and the setting that it comes from", async () => {
        const endpoints = JSON.stringify([{ elasticsearch: "no-such-host.invalid" }]);
        const host = await hostFor(await emulated(), {}, { "alicloud:endpoints": endpoints });
        await assert.rejects(
            host.create(inputs),
            /not sent[\s\S]*ENOTFOUND[\s\S]*correct no-such-host\.invalid, from `alicloud:endpoints\[0\]\.elasticsearch`/,
        );
    });

    it("ends at a port that answers, but not in TLS, at once and with how plain http is written", async () => {
        const emulator = await emulated();
        const { host: elasticsearch } = new URL(emulator.url);
        const host = await hostFor(emulator, {}, { "alicloud:endpoints": JSON.stringify([{ elasticsearch }]) });
        await assert.rejects(
            host.create(inputs),
            /: not sent\n[\s\S]*TLS is not spoken there[\s\S]*attempts: +0 in[\s\S]*`http:\/\/` before the host/,
        );
        assert.equal(emulator.ledger.requests.length, 0);
    });

    it("ends at once when this machine refuses the connection", async () => {
        let close = () => {};
        const port = await listening(createServer(), (end) => {
            close = end;
        });
        close();
        const endpoints = JSON.stringify([{ elasticsearch: `http://127.0.0.1:${port}` }]);
        const host = await hostFor(await emulated(), {}, { "alicloud:endpoints": endpoints });
        const started = performance.now();
        await assert.rejects(
            host.create({ ...inputs, timeoutSeconds: 600 }),
            /: not sent\n +code: +ECONNREFUSED[\s\S]*attempts: +0 in[\s\S]*fix: +nothing listens on 127\.0\.0\.1:\d+, from `alicloud:endpoints\[0\]\.elasticsearch`/,
        );
        assert.ok(performance.now() - started < 10_000);
    });

    it("is encrypted, unless it ends on this machine or a setting allows otherwise", async () => {
        const endpoints = JSON.stringify([{ elasticsearch: "http://no-such-host.invalid" }]);
        const refusing = await hostFor(await emulated(), {}, { "alicloud:endpoints": endpoints });
        await assert.rejects(refusing.create(inputs), /http:\/\/no-such-host\.invalid is not encrypted.*allowHttp/);
        const allowing = await hostFor(
            await emulated(),
            {},
            {
                "alicloud:endpoints": endpoints,
                "alicloud-logstash:allowHttp": "true",
            },
        );
        await assert.rejects(allowing.create(inputs), /ENOTFOUND/);
    });

    it("takes a host or a URL, and refuses what would lead elsewhere", async () => {
        for (const elasticsearch of [
            "http://user:pw@127.0.0.1",
            "http://127.0.0.1/path",
            "ftp://127.0.0.1",
            "a b",
            "x?y=z",
        ]) {
            const host = await hostFor(
                await emulated(),
                {},
                { "alicloud:endpoints": JSON.stringify([{ elasticsearch }]) },
            );
            await assert.rejects(
                host.create(inputs),
                /`alicloud:endpoints\[0\]\.elasticsearch` must be a host or an http/,
            );
        }
    });
});

describe("a hostile server", () => {
    /** What the service behind this server makes of its answer. */
    async function replyOf(serve: Parameters<typeof createServer>[1], timeoutMs = 500): Promise<ServiceResponse> {
        const port = await portOf(createServer(serve));
        const service = popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: `http://127.0.0.1:${port}` }),
            region: "cn-hangzhou",
            credentials: () => ({ name: "a test", get: async () => testAccount }),
            turn: () => async () => {},
            maxConnections: 1,
        });
        const signal = new AbortController().signal;
        return service.send("InterruptLogstashTask", instanceId, "token", { leftMs: timeoutMs, signal });
    }

    it("that never stops answering is cut off after a mebibyte", async () => {
        let sent = 0;
        const reply = await replyOf((_request, response) => {
            response.writeHead(200, { "content-type": "application/json" });
            const chunk = Buffer.alloc(65_536, " ");
            const more = () => {
                while (!response.destroyed && response.write(chunk)) {
                    sent += chunk.length;
                }
            };
            response.on("drain", more);
            more();
        }, 5_000);
        assert.equal(classifyResponse(reply).kind, "outcomeUnknown");
        assert.ok(sent < 64 * 1_048_576, `${sent} bytes were taken`);
    });

    it("that answers as a proxy would is not taken for one", async () => {
        for (const type of ["text/html", "application/json"]) {
            const reply = await replyOf((_request, response) => {
                response.writeHead(407, { "content-type": type }).end("{}");
            });
            assert.equal(classifyResponse(reply).kind, "outcomeUnknown", type);
        }
    });

    it("that echoes the headers in `Result` is not quoted", async () => {
        for (const echo of [(text: string) => text, (text: string) => ({ text }), (text: string) => [text]]) {
            const reply = await replyOf(({ headers }, response) => {
                const Result = echo(JSON.stringify(headers));
                response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ Result }));
            });
            assert.equal(classifyResponse(reply).kind, "outcomeUnknown");
            assert.doesNotMatch(JSON.stringify(reply) + codeOf(reply), /acs emulator|x-acs-/);
        }
    });

    it("that echoes a long secret has no part of it shown, wherever the text is cut", async () => {
        const securityToken = "canary".repeat(100);
        const port = await portOf(
            createServer((_request, response) => {
                const Message = `no: ${securityToken}`;
                const body = { Code: "Refused", Message, RequestId: securityToken };
                response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(body));
            }),
        );
        const service = popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: `http://127.0.0.1:${port}` }),
            region: "cn-hangzhou",
            credentials: () => ({ name: "a test", get: async () => ({ ...testAccount, securityToken }) }),
            turn: () => async () => {},
        });
        const limits = { leftMs: 500, signal: new AbortController().signal };
        const reply = await service.send("InterruptLogstashTask", instanceId, "token", limits);
        assert.equal(reply.kind === "error" && reply.code, "Refused");
        assert.doesNotMatch(JSON.stringify(reply), /canary/);
    });

    it("that drips is given up in time", async () => {
        const reply = await replyOf((_request, response) => {
            response.writeHead(200, { "content-type": "application/json" });
            const drip = setInterval(() => response.write(" "), 20);
            response.on("close", () => clearInterval(drip));
        });
        assert.equal(classifyResponse(reply).kind, "outcomeUnknown");
    });

    it("that sends deeply nested JSON is not understood", async () => {
        const deep = "[".repeat(200_000) + "]".repeat(200_000);
        const reply = await replyOf((_request, response) => {
            response.writeHead(200, { "content-type": "application/json" }).end(`{"Result":${deep}}`);
        });
        assert.equal(classifyResponse(reply).kind, "outcomeUnknown");
    });

    it("that redirects gets nothing sent elsewhere", async () => {
        const visits: string[] = [];
        const elsewhere = await portOf(
            createServer(({ url }, response) => {
                visits.push(String(url));
                response.end();
            }),
        );
        for (const status of [301, 302, 307, 308]) {
            const reply = await replyOf((_request, response) => {
                response.writeHead(status, { location: `http://127.0.0.1:${elsewhere}/` }).end();
            });
            assert.equal(classifyResponse(reply).kind, "outcomeUnknown");
        }
        assert.deepEqual(visits, []);
    });

    it("gets an instance ID as one segment of the path, whatever is in it", async () => {
        const paths: string[] = [];
        const port = await portOf(
            createServer(({ url }, response) => {
                paths.push(String(url));
                response.end();
            }),
        );
        const service = popCoreService({
            hints: stackHints,
            endpoint: () => ({ url: `http://127.0.0.1:${port}` }),
            region: "cn-hangzhou",
            credentials: () => ({ name: "a test", get: async () => testAccount }),
            turn: () => async () => {},
            maxConnections: 1,
        });
        const limits = { leftMs: 500, signal: new AbortController().signal };
        for (const id of ["../../x", "a?b=c", "a#b", "a/b", "//evil.example", "a%2fb"]) {
            await service.describe(id, limits);
        }
        assert.ok(
            paths.every((path) => /^\/openapi\/logstashes\/[^/?#]+$/.test(path)),
            paths.join(" "),
        );
    });
});
