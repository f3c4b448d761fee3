import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttpsServer, request as httpsRequest } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { type Connection, Connections } from "../../../provider/src/cloud/connections";
import { stringField } from "../../../provider/src/json";
import { closedAfterEach, listening } from "./listening";

const atEnd = closedAfterEach();
const { signal } = new AbortController();

/** Connections to a server that counts them. */
async function connectionsTo(respond: RequestListener, tls?: ReturnType<typeof selfSigned>) {
    const server = tls === undefined ? createServer(respond) : createHttpsServer(tls, respond);
    const counts = { opened: 0 };
    server.on("connection", () => {
        counts.opened += 1;
    });
    const port = await listening(server, atEnd);
    const url = `http${tls === undefined ? "" : "s"}://127.0.0.1:${port}`;
    return { url, connections: new Connections(new URL(url), undefined), counts };
}

/** The length of the response, or the code of what went wrong. */
async function lengthOf(connection: Connection, url: string): Promise<number | string> {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const outgoing = send(url, { agent: connection.agent })
        .on("error", () => {})
        .end();
    try {
        const [response] = (await once(outgoing, "response")) as [IncomingMessage];
        let length = 0;
        for await (const chunk of response as AsyncIterable<Buffer>) {
            length += chunk.length;
        }
        return length;
    } catch (error) {
        return stringField(error, "code") ?? String(error);
    }
}

describe("the connections to an endpoint", () => {
    const defaults = getCACertificates("default");
    const tls = selfSigned(["127.0.0.1"]);
    before(() => setDefaultCACertificates([tls.cert]));
    after(() => setDefaultCACertificates(defaults));

    for (const [scheme, certificate] of [
        ["http", undefined],
        ["https", tls],
    ] as const) {
        it(`carry one request after the other when responses are whole: ${scheme}`, async () => {
            const respond: RequestListener = (_request, response) => response.writeHead(202).end("yes");
            const { url, connections, counts } = await connectionsTo(respond, certificate);
            assert.equal(connections.everConnected, false);
            for (let n = 0; n < 3; n += 1) {
                const connection = await connections.connect(signal);
                assert.deepEqual([connection.sent, connection.httpStatus], [false, undefined]);
                assert.equal(await lengthOf(connection, url), 3);
                assert.deepEqual([connection.sent, connection.httpStatus], [true, 202]);
                connections.release(connection);
            }
            assert.deepEqual([connections.everConnected, counts.opened], [true, 1]);
        });
    }

    it("are as many as the requests at one time", async () => {
        const { url, connections, counts } = await connectionsTo((_request, response) => response.end("yes"));
        const two = [await connections.connect(signal), await connections.connect(signal)];
        assert.deepEqual(await Promise.all(two.map((each) => lengthOf(each, url))), [3, 3]);
        for (const connection of two) {
            connections.release(connection);
        }
        await connections.connect(signal);
        await connections.connect(signal);
        assert.equal(counts.opened, 2);
    });

    const endings: ReadonlyArray<readonly [when: string, respond: RequestListener]> = [
        ["there is no response", () => {}],
        ["the server closes after it", (_request, response) => response.setHeader("connection", "close").end("yes")],
        ["the server allows no time", (_request, response) => response.setHeader("keep-alive", "timeout=1").end("yes")],
    ];
    for (const [when, respond] of endings) {
        it(`are closed after a request when ${when}`, async () => {
            const { url, connections, counts } = await connectionsTo(respond);
            const connection = await connections.connect(signal);
            const length = lengthOf(connection, url);
            if (respond.length > 0) {
                assert.equal(await length, 3);
            }
            connections.release(connection);
            assert.equal(connection.isOpen, false);
            await connections.connect(signal);
            assert.equal(counts.opened, 2);
        });
    }

    it("are closed when a later request on them has no response", async () => {
        let requests = 0;
        const { url, connections } = await connectionsTo((_request, response) => {
            requests += 1;
            if (requests === 1) {
                response.end("yes");
            }
        });
        const connection = await connections.connect(signal);
        await lengthOf(connection, url);
        connections.release(connection);
        assert.equal(await connections.connect(signal), connection);
        void lengthOf(connection, url);
        connections.release(connection);
        assert.equal(connection.isOpen, false);
    });

    it("are not used again when the server has closed them", async () => {
        const { url, connections, counts } = await connectionsTo((_request, response) => response.end("yes"));
        const connection = await connections.connect(signal);
        await lengthOf(connection, url);
        connections.release(connection);
        connection.close();
        assert.notEqual(await connections.connect(signal), connection);
        assert.equal(counts.opened, 2);
    });

    it("send nothing when the connection was closed before the request", async () => {
        const { url, connections } = await connectionsTo((_request, response) => response.end("yes"));
        const connection = await connections.connect(signal);
        connection.close();
        assert.equal(await lengthOf(connection, url), "ECONNRESET");
        assert.equal(connection.sent, false);
    });

    it("are not made, nor taken, when the signal has fired", async () => {
        const { url, connections, counts } = await connectionsTo((_request, response) => response.end("yes"));
        const connection = await connections.connect(signal);
        await lengthOf(connection, url);
        connections.release(connection);
        await assert.rejects(connections.connect(AbortSignal.abort()), { name: "AbortError" });
        assert.equal(counts.opened, 1);
    });

    it("were never established when nothing listens on the port", async () => {
        const connections = new Connections(new URL("http://127.0.0.1:1"), undefined);
        await assert.rejects(connections.connect(signal), { code: "ECONNREFUSED" });
        assert.equal(connections.everConnected, false);
    });

    it("are cut off when one response is longer than a mebibyte, but not when several are together", async () => {
        const half = 600 * 1024;
        const { url, connections } = await connectionsTo(({ url: path }, response) =>
            response.end(Buffer.alloc(path === "/half" ? half : 2 * half)),
        );
        for (let n = 0; n < 3; n += 1) {
            const connection = await connections.connect(signal);
            assert.equal(await lengthOf(connection, `${url}/half`), half);
            connections.release(connection);
        }
        assert.equal(typeof (await lengthOf(await connections.connect(signal), url)), "string");
    });

    it("are cut off with EMSGSIZE when early hints never end", async () => {
        const hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000);
        const server = createTcpServer((socket) => {
            const more = () => socket.write(hints, (error) => error ?? more());
            socket.on("error", () => {});
            more();
        });
        const url = `http://127.0.0.1:${await listening(server, atEnd)}`;
        const connection = await new Connections(new URL(url), undefined).connect(signal);
        assert.equal(await lengthOf(connection, url), "EMSGSIZE");
    });
});
