import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, connect as openTcp, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { stringField } from "../../../provider/src/json";
import { connect, proxyCode } from "../../../provider/src/network/connect";
import { listenersOf } from "../../unit/listeners";
import { closedAfterEach, listening } from "./listening";
import { until } from "./until";

const trusted = selfSigned(["localhost", "127.0.0.1"]);
const untrusted = selfSigned(["127.0.0.1"]);
const ofAnother = selfSigned(["other.test"]);

const atEnd = closedAfterEach();
const portOf = (server: Server) => listening(server, atEnd);

/** Trusts a certificate in the tests of a suite, in place of Node's authorities. */
const trust = ({ cert }: { readonly cert: string }) => setDefaultCACertificates([cert]);
function trustInSuite(): void {
    const defaults = getCACertificates("default");
    beforeEach(() => trust(trusted));
    after(() => setDefaultCACertificates(defaults));
}

/** "connected", or the code of the failure. */
async function outcomeOf(url: string, proxy?: string, signal = new AbortController().signal): Promise<string> {
    try {
        const socket = await connect(new URL(url), proxy === undefined ? undefined : new URL(proxy), signal);
        atEnd(() => socket.destroy());
        return "connected";
    } catch (error) {
        return stringField(error, "code") ?? String(error);
    }
}

/** The host and port of a server that counts what is open to it. */
async function counted(server: Server): Promise<{ readonly host: string; readonly open: Set<Socket> }> {
    const open = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
        open.add(socket.on("error", () => {}).on("close", () => open.delete(socket)));
    });
    return { host: `127.0.0.1:${await portOf(server)}`, open };
}
const target = async () => `https://127.0.0.1:${await portOf(createHttpsServer(trusted))}`;

describe("a direct connection", () => {
    trustInSuite();

    it("resolves when the server has accepted it, TLS included", async () => {
        assert.equal(await outcomeOf(`http://127.0.0.1:${await portOf(createServer())}`), "connected");
        assert.equal(await outcomeOf(await target()), "connected");
    });

    const leaving = () => createTcpServer((socket) => socket.on("error", () => {}).once("data", () => socket.end()));
    const failures: ReadonlyArray<
        readonly [code: RegExp, when: string, server: () => Server, authority?: typeof trusted]
    > = [
        [/SELF_SIGNED_CERT/, "the certificate is not trusted", () => createHttpsServer(untrusted)],
        [/ALTNAME_INVALID/, "the certificate has another name", () => createHttpsServer(ofAnother), ofAnother],
        [/EPROTO|ERR_SSL/, "the port has no TLS", () => createServer()],
        [/ECONNRESET/, "the server leaves the handshake", leaving],
    ];
    for (const [code, when, server, authority = trusted] of failures) {
        it(`fails with ${code.source} and closes when ${when}`, async () => {
            trust(authority);
            const { host, open } = await counted(server());
            assert.match(await outcomeOf(`https://${host}`), code);
            await until(() => open.size === 0);
        });
    }

    it("fails with ECONNREFUSED when nothing listens on the port", async () => {
        assert.equal(await outcomeOf("http://127.0.0.1:1"), "ECONNREFUSED");
        await assert.rejects(connect(new URL("http://127.1.2.3"), undefined, new AbortController().signal), {
            port: 80,
        });
    });

    it("ends at once and closes when it is aborted in the handshake", async () => {
        const { host, open } = await counted(createTcpServer((socket) => socket.resume()));
        const stop = new AbortController();
        const ended = outcomeOf(`https://${host}`, undefined, stop.signal);
        await until(() => open.size === 1);
        stop.abort();
        assert.match(await ended, /AbortError/);
        await until(() => open.size === 0);
        assert.match(await outcomeOf(`https://${host}`, undefined, stop.signal), /AbortError/);
    });

    it("leaves no listener on the signal when it is established, or has failed", async () => {
        for (const url of [await target(), "http://127.0.0.1:1"]) {
            const stop = new AbortController();
            const listeners = listenersOf(stop.signal);
            await outcomeOf(url, undefined, stop.signal);
            assert.equal(listeners(), 0);
        }
    });
});

describe("a connection through a proxy", () => {
    trustInSuite();

    /** What proxies were asked for. */
    const asked: IncomingMessage[] = [];
    beforeEach(() => asked.splice(0));

    function lead(incoming: IncomingMessage, client: Duplex): void {
        asked.push(incoming);
        const { hostname, port } = new URL(`http://${incoming.url}`);
        const inner = openTcp(Number(port), hostname, () => {
            client.write("HTTP/1.1 200 OK\r\n\r\n");
            client.pipe(inner).pipe(client);
        });
        client.on("error", () => inner.destroy());
        inner.on("error", () => client.destroy());
    }

    function refuse(incoming: IncomingMessage, client: Duplex): void {
        asked.push(incoming);
        client.on("end", () => client.end()).resume();
        client.write("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n");
    }

    it("is a tunnel to an https server", async () => {
        const { host } = await counted(createServer().on("connect", lead));
        const url = await target();
        assert.equal(await outcomeOf(url, `http://${host}`), "connected");
        assert.deepEqual(
            asked.map(({ method, url: authority }) => [method, authority]),
            [["CONNECT", new URL(url).host]],
        );
    });

    it("ends at the proxy for an http server", async () => {
        const { host, open } = await counted(createServer().on("connect", lead));
        assert.equal(await outcomeOf("http://a.test", `http://${host}`), "connected");
        assert.deepEqual([asked, open.size], [[], 1]);
    });

    it("starts with TLS to an https proxy, which gets the protocol and its own name, but no address", async () => {
        const received: unknown[] = [];
        const proxy = createHttpsServer({ ...trusted, ALPNProtocols: ["h2", "http/1.1"] }).on("connect", lead);
        proxy.on("secureConnection", ({ alpnProtocol, servername }) => received.push([alpnProtocol, servername]));
        const [port, url] = [await portOf(proxy), await target()];
        for (const host of ["localhost", "127.0.0.1"]) {
            assert.equal(await outcomeOf(url, `https://${host}:${port}`), "connected");
        }
        assert.deepEqual(received, [
            ["http/1.1", "localhost"],
            ["http/1.1", false],
        ]);
    });

    it("asks for nothing when the proxy's certificate has another name", async () => {
        trust(ofAnother);
        const port = await portOf(createHttpsServer(ofAnother).on("connect", lead));
        assert.equal(await outcomeOf(await target(), `https://localhost:${port}`), "ERR_TLS_CERT_ALTNAME_INVALID");
        assert.deepEqual(asked, []);
    });

    it("fails when the proxy closes it, in its handshake or before it responds", async () => {
        const server = createTcpServer((socket) => socket.on("error", () => {}).once("data", () => socket.end()));
        const port = await portOf(server);
        for (const scheme of ["http", "https"]) {
            assert.equal(await outcomeOf("https://a.test", `${scheme}://127.0.0.1:${port}`), "ECONNRESET");
        }
    });

    it("fails and closes when the server at the end of the tunnel is not trusted", async () => {
        const { host, open } = await counted(createServer().on("connect", lead));
        const url = `https://127.0.0.1:${await portOf(createHttpsServer(untrusted))}`;
        assert.match(await outcomeOf(url, `http://${host}`), /SELF_SIGNED_CERT/);
        await until(() => open.size === 0);
    });

    it("fails when the proxy closes the tunnel in the handshake of the server", async () => {
        for (const close of ["end", "destroy", "resetAndDestroy"] as const) {
            const { host } = await counted(
                createServer().on("connect", (_request, client: Socket) => {
                    client.once("data", () => client[close]());
                    client.write("HTTP/1.1 200 OK\r\n\r\n");
                }),
            );
            assert.equal(await outcomeOf("https://a.test", `http://${host}`), "ECONNRESET", close);
        }
    });

    it("sends the user and password of the proxy's URL, decoded", async () => {
        const { host } = await counted(createServer().on("connect", refuse));
        for (const login of ["us%65r:pass%40word@", "user@", ":word@", ""]) {
            await outcomeOf("https://a.test", `http://${login}${host}`);
        }
        const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
        assert.deepEqual(
            asked.map(({ headers }) => headers["proxy-authorization"]),
            [basic("user:pass@word"), basic("user:"), basic(":word"), undefined],
        );
        assert.ok(asked.every(({ headers }) => headers.authorization === undefined));
    });

    it("names the host and port, in brackets for IPv6, and closes when the proxy refuses", async () => {
        const { host, open } = await counted(createServer().on("connect", refuse));
        for (const url of ["https://a.test", "https://a.test:8443", "https://[::1]:8443"]) {
            assert.equal(await outcomeOf(url, `http://${host}`), "ProxyRefused");
        }
        const authorities = ["a.test:443", "a.test:8443", "[::1]:8443"];
        assert.deepEqual(
            asked.map(({ url, headers }) => [url, headers.host, headers.connection, headers["proxy-connection"]]),
            authorities.map((authority) => [authority, authority, "keep-alive", "Keep-Alive"]),
        );
        await until(() => open.size === 0);
    });

    it("ends at once and closes when it is aborted before there is a tunnel", async () => {
        const { host, open } = await counted(createTcpServer());
        const stop = new AbortController();
        const ended = outcomeOf("https://a.test", `http://${host}`, stop.signal);
        await until(() => open.size === 1);
        const [socket] = open;
        assert.ok(socket);
        await once(socket, "data");
        stop.abort();
        assert.match(await ended, /ABORT/);
        await until(() => open.size === 0);
    });

    const codes: ReadonlyArray<readonly [code: string, ...statuses: number[]]> = [
        ["ProxyAuthentication", 407],
        ["ProxyRefused", 400, 403, 404, 499],
        ["ProxyUnavailable", 302, 399, 429, 500, 502, 503],
    ];
    for (const [code, ...statuses] of codes) {
        it(`fails with ${code} when the proxy responds with ${statuses.join(", ")}`, () => {
            assert.deepEqual([...new Set(statuses.map(proxyCode))], [code]);
        });
    }
});
