import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, selfSigned, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { CallError } from "./calls";
import { countingProxy } from "./countingProxy";
import { leaveEnvironment } from "./environment";
import { InProcessHost } from "./inProcess";
import { closedAfterEach, listening } from "./listening";

const instanceId = "ls-cn-network0001";
const inputs = {
    __provider: providerStub,
    instanceId,
    region: "cn-hangzhou",
    timeoutSeconds: 3,
    resourceUrn: "urn:pulumi:dev::test::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",
};

const atEnd = closedAfterEach();

async function emulated(options: Parameters<typeof startEmulator>[0] = {}): Promise<Emulator> {
    const emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }], ...options });
    atEnd(() => emulator.stop());
    return emulator;
}

async function proxied(): Promise<{ readonly url: string; readonly requests: string[] }> {
    const { server, requests } = countingProxy();
    return { url: `http://127.0.0.1:${await listening(server, atEnd)}`, requests };
}

/** A file in a folder that goes at the end of the test. */
function fileOf(name: string, text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "logstash-network-"));
    atEnd(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, name), text);
    return join(folder, name);
}

function certified() {
    const tls = selfSigned();
    return { tls, trust: { NODE_EXTRA_CA_CERTS: fileOf("ca.pem", tls.cert) } };
}

type Settings = Readonly<Record<string, string>>;
const endpointAt = (elasticsearch: string) => ({ "alicloud:endpoints": JSON.stringify([{ elasticsearch }]) });
const keys = { "alicloud:accessKey": testAccount.accessKeyId, "alicloud:secretKey": testAccount.accessKeySecret };

async function hostFor(endpoint: string, env: Settings = {}, config: Settings = {}): Promise<InProcessHost> {
    atEnd(leaveEnvironment);
    const host = await InProcessHost.start({ env, config: { ...keys, ...endpointAt(endpoint), ...config } });
    atEnd(() => host.stop());
    return host;
}

describe("a request of a resource", () => {
    it("goes through HTTP_PROXY when the endpoint is http", async () => {
        const [emulator, proxy] = [await emulated(), await proxied()];
        const host = await hostFor(emulator.url, { HTTP_PROXY: proxy.url });
        await host.create(inputs);
        assert.equal(emulator.ledger.effects.length, 1);
        assert.deepEqual(
            proxy.requests.map((request) => request.replace(/\?.*/, "")),
            [
                `request ${emulator.url}/openapi/logstashes/${instanceId}/actions/interrupt`,
                `request ${emulator.url}/openapi/logstashes/${instanceId}`,
            ],
        );
    });

    it("goes through one tunnel of HTTPS_PROXY, as later ones do, when the endpoint is https with a private CA", async () => {
        const { tls, trust } = certified();
        const [emulator, proxy] = [await emulated({ tls }), await proxied()];
        const host = await hostFor(emulator.url, { HTTPS_PROXY: proxy.url, ...trust });
        await host.create(inputs);
        await host.create({ ...inputs, triggers: ["another"] });
        assert.equal(emulator.ledger.effects.length, 1);
        assert.deepEqual(proxy.requests, [`connect ${new URL(emulator.url).host}`]);
    });
});

describe("a create that cannot reach the service", () => {
    /** Fails at once, without a record or a request, with a text that has all of these in it. */
    async function expectNotSent(host: InProcessHost, emulator: Emulator, ...texts: readonly string[]) {
        const started = performance.now();
        const error: unknown = await host.create({ ...inputs, timeoutSeconds: 600 }).then(
            () => assert.fail("it should have failed"),
            (e) => e,
        );
        assert.ok(performance.now() - started < 10_000);
        assert.ok(error instanceof CallError);
        assert.equal(error.initFailure, undefined);
        for (const text of ["not sent", ...texts]) {
            assert.ok(error.message.includes(text), error.message);
        }
        assert.equal(emulator.ledger.requests.length, 0);
    }

    const own = "`alicloud:endpoints[0].elasticsearch`";
    const cases: ReadonlyArray<
        readonly [
            when: string,
            settings: {
                readonly env?: Settings;
                readonly config?: Settings;
                readonly tls?: true;
                readonly endpoint?: string;
            },
            texts: readonly string[],
        ]
    > = [
        ["the proxy is no URL", { env: { HTTP_PROXY: "http://[" } }, ["HTTP_PROXY must be the URL"]],
        ["the proxy's user has a lone %", { env: { HTTP_PROXY: "http://a%b:c@127.0.0.1:1" } }, ["write it as %25"]],
        [
            "no header can carry the access key",
            { config: { "alicloud:accessKey": "a\nb" } },
            ["access key ID has a line break", "`alicloud:accessKey`"],
        ],
        ["the certificate is not trusted", { tls: true }, ["SELF_SIGNED_CERT", "NODE_EXTRA_CA_CERTS"]],
        ["the host does not exist", { endpoint: "no-such-host.invalid" }, ["ENOTFOUND", "no-such-host.invalid", own]],
        [
            "a setting allows an http host that does not exist",
            { endpoint: "http://no-such-host.invalid", config: { "alicloud-logstash:allowHttp": "true" } },
            ["ENOTFOUND"],
        ],
        ["the port has no TLS", { endpoint: "HOST" }, ["attempts:", " 0 in", "`http://` before the host"]],
        ["this machine refuses the connection", { endpoint: "http://127.0.0.1:1" }, ["ECONNREFUSED", " 0 in", own]],
    ];
    for (const [when, { env = {}, config = {}, tls, endpoint }, texts] of cases) {
        it(`sends and records nothing and names the setting when ${when}`, async () => {
            const emulator = await emulated(tls === undefined ? {} : { tls: selfSigned() });
            const { host } = new URL(emulator.url);
            const provider = await hostFor(endpoint?.replace("HOST", host) ?? emulator.url, env, config);
            await expectNotSent(provider, emulator, ...texts);
        });
    }

    for (const type of ["text/html", "application/json", "text/xml"]) {
        it(`names the proxy when it wants a password, in ${type}`, async () => {
            const emulator = await emulated();
            const body = type === "application/json" ? '{"error":"who are you?"}' : "<html>who are you?</html>";
            const proxy = createServer((_request, response) => {
                response.writeHead(407, { "content-type": type, "proxy-authenticate": "Basic" }).end(body);
            });
            const host = `127.0.0.1:${await listening(proxy, atEnd)}`;
            const provider = await hostFor(emulator.url, { HTTP_PROXY: `http://${host}` });
            await expectNotSent(provider, emulator, "ProxyAuthentication", `${host} (HTTP_PROXY)`);
        });
    }
});
