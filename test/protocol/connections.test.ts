import { strict as assert } from "node:assert";
import { once } from "node:events";
import {
    createServer,
    request as httpRequest,
    type IncomingHttpHeaders,
    type IncomingMessage,
    type RequestListener,
} from "node:http";
import { createServer as createHttpsServer, request as httpsRequest } from "node:https";
import { createServer as createTcpServer, type Server } from "node:net";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { Connections, type Watch } from "../../provider/src/cloud/connections";
import { stringField } from "../../provider/src/json";
import { countingProxy } from "./countingProxy";
import { listening } from "./listening";
import { until } from "./until";

const closings: (() => unknown)[] = [];
afterEach(async () => {
    for (const close of closings.splice(0).reverse()) {
        await close();
    }
});

const portOf = (server: Server) => listening(server, (close) => closings.push(close));

async function serving(answer: RequestListener): Promise<string> {
    return `http://127.0.0.1:${await portOf(createServer(answer))}`;
}

async function connectionsTo(url: string, proxyPort?: number, most = 8): Promise<Connections> {
    const proxy =
        proxyPort === undefined
            ? undefined
            : { url: new URL(`http://127.0.0.1:${proxyPort}`), variable: "HTTPS_PROXY" };
    const connections = await Connections.to(url, proxy, most);
    closings.push(() => connections.agent.destroy());
    return connections;
}

interface Sent {
    readonly watch: Watch;
    /** The length of the answer, or the code of what went wrong. */
    readonly came: Promise<number | string>;
}

function send(connections: Connections, url: string, giveUp = new AbortController().signal): Sent {
    const { watch, options } = connections.watch(giveUp);
    const ask = url.startsWith("https:") ? httpsRequest : httpRequest;
    const outgoing = ask(url, { agent: connections.agent, signal: giveUp, ...options }).end();
    const came = once(outgoing, "response")
        .then(async ([response]) => {
            let length = 0;
            for await (const chunk of response as IncomingMessage) {
                length += (chunk as Buffer).length;
            }
            return length;
        })
        .catch((error: unknown) => stringField(error, "code") ?? String(error));
    return { watch, came };
}

describe("the connections to an endpoint", () => {
    it("stand once an answer has come, and are kept for the next request", async () => {
        let opened = 0;
        const server = createServer((_request, response) => response.writeHead(202).end("yes"));
        server.on("connection", () => {
            opened += 1;
        });
        const url = `http://127.0.0.1:${await portOf(server)}`;
        const connections = await connectionsTo(url);
        assert.equal(connections.stood, false);
        for (let n = 0; n < 3; n += 1) {
            const { watch, came } = send(connections, url);
            assert.equal(await came, 3);
            assert.deepEqual(watch, { stage: "sent", httpStatus: 202 });
        }
        assert.equal(connections.stood, true);
        assert.equal(opened, 1);
    });

    it("never stood where nobody listens", async () => {
        const connections = await connectionsTo("http://127.0.0.1:1");
        const { watch, came } = send(connections, "http://127.0.0.1:1");
        assert.equal(await came, "ECONNREFUSED");
        assert.deepEqual(watch, { stage: "connecting" });
        assert.equal(connections.stood, false);
    });

    it("do not stand before their certificate is believed", async () => {
        const url = `https://localhost:${await portOf(createHttpsServer(selfSigned()))}`;
        const connections = await connectionsTo(url);
        const { watch, came } = send(connections, url);
        assert.match(String(await came), /SELF_SIGNED_CERT/);
        assert.deepEqual([watch.stage, connections.stood], ["connecting", false]);
    });

    it("are no more at one time than is allowed, and a request that waits for one is queued", async () => {
        let open = 0;
        const answers: (() => void)[] = [];
        const server = createServer((_request, response) => answers.push(() => response.end("yes")));
        server.on("connection", () => {
            open += 1;
        });
        const url = `http://127.0.0.1:${await portOf(server)}`;
        const connections = await connectionsTo(url, undefined, 2);
        const all = Array.from({ length: 5 }, () => send(connections, url).came);
        for (let n = 0; n < 5; n += 1) {
            await until(() => answers.length > n);
            assert.ok(answers.length <= n + 2);
            answers[n]?.();
        }
        assert.deepEqual(await Promise.all(all), [3, 3, 3, 3, 3]);
        assert.equal(open, 2);
    });

    it("are cut off by an endless answer, and not by many that end", async () => {
        const half = 600 * 1024;
        const url = await serving(({ url: path }, response) =>
            path === "/half" ? response.end(Buffer.alloc(half)) : response.end(Buffer.alloc(2 * half)),
        );
        const connections = await connectionsTo(url);
        for (let n = 0; n < 3; n += 1) {
            assert.equal(await send(connections, `${url}/half`).came, half);
        }
        assert.equal(typeof (await send(connections, `${url}/endless`).came), "string");
    });

    it("are cut off by hints without an end, and the code says so", async () => {
        const hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000);
        const hinting = createTcpServer((socket) => {
            const more = () => socket.write(hints, (error) => error ?? more());
            socket.on("error", () => {});
            more();
        });
        const url = `http://127.0.0.1:${await portOf(hinting)}`;
        assert.equal(await send(await connectionsTo(url), url).came, "EMSGSIZE");
    });
});

describe("the connections through a proxy", () => {
    it("stand for a plain endpoint once the proxy has taken them", async () => {
        const url = await serving((_request, response) => response.end("yes"));
        const proxy = countingProxy();
        const connections = await connectionsTo(url, await portOf(proxy.server));
        const { watch, came } = send(connections, `${url}/path`);
        assert.equal(watch.stage, "connecting");
        assert.equal(await came, 3);
        assert.deepEqual([watch.stage, connections.stood], ["sent", true]);
        assert.deepEqual(proxy.requests, [`request ${url}/path`]);
    });

    for (const target of ["http://a.test", "https://a.test"]) {
        it(`ask the proxy to keep them: ${target}`, async () => {
            const asked: unknown[] = [];
            const keep = (headers: IncomingHttpHeaders) => asked.push(headers["proxy-connection"]);
            const proxy = createServer(({ headers }, response) => {
                keep(headers);
                response.end("yes");
            }).on("connect", ({ headers }, socket) => {
                keep(headers);
                socket.end("HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n");
            });
            const connections = await connectionsTo(target, await portOf(proxy));
            await send(connections, target).came;
            assert.deepEqual(asked, ["Keep-Alive"]);
        });
    }

    for (const [status, code] of [
        [407, "ProxyAuthentication"],
        [403, "ProxyRefused"],
        [502, "ProxyUnavailable"],
    ] as const) {
        it(`never stood where the proxy answers ${status}, and the code says so`, async () => {
            const refusing = createServer().on("connect", (_request, socket) => {
                socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
            });
            const connections = await connectionsTo("https://a.test", await portOf(refusing));
            const { watch, came } = send(connections, "https://a.test");
            assert.equal(await came, code);
            assert.deepEqual([watch.stage, connections.stood], ["connecting", false]);
        });
    }

    it("are closed when a request is given up before there is a tunnel", async () => {
        let closed = false;
        const silent = createTcpServer((socket) => {
            socket
                .on("error", () => {})
                .on("close", () => {
                    closed = true;
                });
        });
        const connections = await connectionsTo("https://a.test", await portOf(silent));
        const connected = once(silent, "connection");
        const giveUp = new AbortController();
        const { watch, came } = send(connections, "https://a.test", giveUp.signal);
        await connected;
        giveUp.abort();
        assert.match(String(await came), /ABORT/);
        assert.equal(watch.stage, "connecting");
        await until(() => closed);
    });
});
