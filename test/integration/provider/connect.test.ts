import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { stringField } from "../../../provider/src/json";
import { connect, proxyCode } from "../../../provider/src/network/connect";
import { loopback } from "./loopback";
import { until } from "./until";

const trusted = selfSigned(["localhost", "127.0.0.1"]);
const untrusted = selfSigned(["127.0.0.1"]);
const ofAnother = selfSigned(["other.test"]);

const { atEnd, listen, proxy: startProxy } = loopback();

/** Trusts a certificate in place of Node's authorities. */
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

/** The open sockets of a server. */
function socketsOf(server: Server): ReadonlySet<Socket> {
    const open = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
        open.add(socket.on("error", () => {}).on("close", () => open.delete(socket)));
    });
    return open;
}

/** The host and port of a server, and what is open to it. */
async function counted(server: Server): Promise<{ readonly host: string; readonly open: ReadonlySet<Socket> }> {
    const open = socketsOf(server);
    return { host: `127.0.0.1:${await listen(server)}`, open };
}
const target = async () => `https://127.0.0.1:${await listen(createHttpsServer(trusted))}`;

describe("a direct connection", () => {
    trustInSuite();

    const failures: ReadonlyArray<
        readonly [code: RegExp, when: string, server: () => Server, authority?: typeof trusted]
    > = [
        [/SELF_SIGNED_CERT/, "the certificate is not trusted", () => createHttpsServer(untrusted)],
        [/ALTNAME_INVALID/, "the certificate has another name", () => createHttpsServer(ofAnother), ofAnother],
        [/EPROTO|ERR_SSL/, "the port has no TLS", () => createServer()],
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
});

describe("a connection through a proxy", () => {
    trustInSuite();

    it("starts with TLS to an https proxy, which gets the protocol and its own name, but no address", async () => {
        const received: unknown[] = [];
        const proxy = createHttpsServer({ ...trusted, ALPNProtocols: ["h2", "http/1.1"] });
        proxy.on("secureConnection", ({ alpnProtocol, servername }) => received.push([alpnProtocol, servername]));
        const [{ port }, url] = [await startProxy(proxy), await target()];
        for (const host of ["localhost", "127.0.0.1"]) {
            assert.equal(await outcomeOf(url, `https://${host}:${port}`), "connected");
        }
        assert.deepEqual(received, [
            ["http/1.1", "localhost"],
            ["http/1.1", false],
        ]);
    });

    it("fails and closes when the server at the end of the tunnel is not trusted", async () => {
        const { url: proxy, server } = await startProxy();
        const open = socketsOf(server);
        const url = `https://127.0.0.1:${await listen(createHttpsServer(untrusted))}`;
        assert.match(await outcomeOf(url, proxy), /SELF_SIGNED_CERT/);
        await until(() => open.size === 0);
    });

    it("names the host and port, with the proxy's user and password, and closes when the proxy refuses", async () => {
        const asked: unknown[] = [];
        const refusing = createServer().on("connect", ({ url, headers }, client: Duplex) => {
            const { host, connection, authorization, "proxy-authorization": login = "" } = headers;
            const isKept = connection === "keep-alive" && headers["proxy-connection"] === "Keep-Alive";
            asked.push([url, host, isKept && authorization === undefined, atob(login.replace("Basic ", ""))]);
            client.on("end", () => client.end()).resume();
            client.write("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n");
        });
        const { host, open } = await counted(refusing);
        const cases = [
            ["https://a.test", "a.test:443", "", ""],
            ["https://a.test:8443", "a.test:8443", "us%65r:pass%40word@", "user:pass@word"],
            ["https://[::1]:8443", "[::1]:8443", ":word@", ":word"],
        ] as const;
        for (const [url, , login] of cases) {
            assert.equal(await outcomeOf(url, `http://${login}${host}`), "ProxyRefused");
        }
        assert.deepEqual(
            asked,
            cases.map(([, authority, , login]) => [authority, authority, true, login]),
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

    it("fails with a code for the status of the proxy's response", () => {
        for (const [code, ...statuses] of [
            ["ProxyAuthentication", 407],
            ["ProxyRefused", 400, 499],
            ["ProxyUnavailable", 302, 399, 429, 500],
        ] as const) {
            assert.deepEqual([...new Set(statuses.map(proxyCode))], [code]);
        }
    });
});
