import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer, request } from "node:https";
import { connect, createServer as createTcpServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { proxyCode, TunnelAgent } from "../../provider/src/cloud/tunnel";
import { stringField } from "../../provider/src/json";
import { listening } from "./listening";
import { until } from "./until";

const ofTarget = selfSigned(["127.0.0.1"]);
const ofProxy = selfSigned(["localhost", "127.0.0.1"]);
const ofAnother = selfSigned(["other.test"]);

describe("a tunnel through a proxy", () => {
    const own = getCACertificates("default");
    let closings: (() => unknown)[] = [];
    after(() => setDefaultCACertificates(own));
    afterEach(() => {
        for (const close of closings.splice(0)) {
            close();
        }
        closings = [];
    });

    const portOf = (server: Server) => listening(server, (close) => closings.push(close));

    async function target(): Promise<string> {
        const server = createHttpsServer(ofTarget, (_request, response) => response.end("yes"));
        return `https://127.0.0.1:${await portOf(server)}`;
    }

    /** What proxies were asked for. */
    let asked: IncomingMessage[] = [];
    beforeEach(() => {
        asked = [];
        setDefaultCACertificates([ofProxy.cert]);
    });

    function lead(incoming: IncomingMessage, client: Duplex): void {
        asked.push(incoming);
        const { hostname, port } = new URL(`http://${incoming.url}`);
        const inner = connect(Number(port), hostname, () => {
            client.write("HTTP/1.1 200 OK\r\n\r\n");
            client.pipe(inner).pipe(client);
        });
        client.on("error", () => inner.destroy());
        inner.on("error", () => client.destroy());
    }

    function refuse(incoming: IncomingMessage, client: Duplex): void {
        asked.push(incoming);
        client
            .on("error", () => {})
            .on("end", () => client.end())
            .resume();
        client.write("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n");
    }

    function through(proxy: string, keepAlive = false, proxyEnv = {}): TunnelAgent {
        const agent = new TunnelAgent(new URL(proxy), { keepAlive, proxyEnv });
        closings.push(() => agent.destroy());
        return agent;
    }

    /** The status of an answer, or the code of what went wrong. */
    async function answer(url: string, agent: TunnelAgent, giveUp?: AbortSignal): Promise<number | string> {
        const options = { agent, ca: ofTarget.cert, ...(giveUp === undefined ? {} : { giveUp }) };
        const outgoing = request(url, options).end();
        try {
            const [response] = (await once(outgoing, "response")) as [IncomingMessage];
            await once(response.resume(), "end");
            return response.statusCode ?? 0;
        } catch (error) {
            return stringField(error, "code") ?? String(error);
        }
    }

    it("leads to an https host, and is kept for the next request, whatever becomes of the first", async () => {
        const proxy = `http://127.0.0.1:${await portOf(createServer().on("connect", lead))}`;
        const [url, agent, giveUp] = [await target(), through(proxy, true), new AbortController()];
        assert.equal(await answer(url, agent, giveUp.signal), 200);
        giveUp.abort();
        assert.equal(await answer(url, agent), 200);
        assert.deepEqual(
            asked.map(({ method, url: authority }) => [method, authority]),
            [["CONNECT", new URL(url).host]],
        );
    });

    it("is the only one, also where an agent is given the proxy of the environment", async () => {
        const plain: unknown[] = [];
        const server = createServer(({ method, url }) => plain.push([method, url])).on("connect", lead);
        const proxy = `http://127.0.0.1:${await portOf(server)}`;
        const agent = through(proxy, false, { HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
        assert.equal(await answer(await target(), agent), 200);
        assert.deepEqual([asked.map(({ method }) => method), plain], [["CONNECT"], []]);
    });

    it("may begin with TLS to the proxy, which is told the protocol and its own name, but no address", async () => {
        const told: unknown[] = [];
        const proxy = createHttpsServer({ ...ofProxy, ALPNProtocols: ["h2", "http/1.1"] }).on("connect", lead);
        proxy.on("secureConnection", ({ alpnProtocol, servername }) => told.push([alpnProtocol, servername]));
        const [port, url] = [await portOf(proxy), await target()];
        for (const host of ["localhost", "127.0.0.1"]) {
            assert.equal(await answer(url, through(`https://${host}:${port}`)), 200);
        }
        assert.deepEqual(told, [
            ["http/1.1", "localhost"],
            ["http/1.1", false],
        ]);
    });

    it("is not opened by a proxy whose certificate is for another name", async () => {
        setDefaultCACertificates([ofAnother.cert]);
        const port = await portOf(createHttpsServer(ofAnother).on("connect", lead));
        const code = await answer(await target(), through(`https://localhost:${port}`));
        assert.equal(code, "ERR_TLS_CERT_ALTNAME_INVALID");
        assert.deepEqual(asked, []);
    });

    it("is not opened by a proxy that goes away, in its handshake or before it answers", async () => {
        const leaving = createTcpServer((socket) => socket.on("error", () => {}).once("data", () => socket.end()));
        const port = await portOf(leaving);
        for (const scheme of ["http", "https"]) {
            assert.equal(await answer("https://a.test", through(`${scheme}://127.0.0.1:${port}`)), "ECONNRESET");
        }
    });

    it("is asked for with the proxy's user and password, which the host never sees", async () => {
        const port = await portOf(createServer().on("connect", refuse));
        for (const login of ["us%65r:pass%40word@", "user@", ":word@", ""]) {
            await answer("https://a.test", through(`http://${login}127.0.0.1:${port}`));
        }
        const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
        assert.deepEqual(
            asked.map(({ headers }) => headers["proxy-authorization"]),
            [basic("user:pass@word"), basic("user:"), basic(":word"), undefined],
        );
        assert.ok(asked.every(({ headers }) => headers.authorization === undefined));
    });

    it("is asked for by the host and port, in brackets for IPv6, and nothing stays open where it is refused", async () => {
        const [proxy, open] = [createServer().on("connect", refuse), new Set<unknown>()];
        proxy.on("connection", (socket) => open.add(socket.once("close", () => open.delete(socket))));
        const port = await portOf(proxy);
        for (const url of ["https://a.test", "https://a.test:8443", "https://[::1]:8443"]) {
            assert.equal(await answer(url, through(`http://127.0.0.1:${port}`)), "ProxyRefused");
        }
        const authorities = ["a.test:443", "a.test:8443", "[::1]:8443"];
        assert.deepEqual(
            asked.map(({ url, headers }) => [url, headers.host, headers.connection, headers["proxy-connection"]]),
            authorities.map((authority) => [authority, authority, "keep-alive", "Keep-Alive"]),
        );
        await until(() => open.size === 0);
    });
});

describe("what a proxy means that makes no connection", () => {
    const codes: ReadonlyArray<readonly [code: string, ...statuses: number[]]> = [
        ["ProxyAuthentication", 407],
        ["ProxyRefused", 400, 403, 404, 499],
        ["ProxyUnavailable", 302, 399, 429, 500, 502, 503],
    ];
    for (const [code, ...statuses] of codes) {
        it(`is ${code} for ${statuses.join(", ")}`, () => {
            assert.deepEqual([...new Set(statuses.map(proxyCode))], [code]);
        });
    }
});
