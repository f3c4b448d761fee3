import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request } from "node:http";
import { type Connection, Connections } from "../../../provider/src/cloud/connections";
import { stringField } from "../../../provider/src/json";
import { loopback } from "./loopback";

const { listen } = loopback();
const { signal } = new AbortController();

/** Connections to a server that counts them. */
async function connectionsTo(respond: RequestListener) {
    const server = createServer(respond);
    const counts = { opened: 0 };
    server.on("connection", () => {
        counts.opened += 1;
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    return { url, connections: new Connections(new URL(url), undefined), counts };
}

/** The length of the response, or the code of what went wrong. */
async function lengthOf(connection: Connection, url: string): Promise<number | string> {
    const outgoing = request(url, { agent: connection.agent })
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
    it("carry one request after the other when responses are whole", async () => {
        const { url, connections, counts } = await connectionsTo((_request, response) => {
            response.writeHead(202).end("yes");
        });
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

    const endings: ReadonlyArray<readonly [when: string, respond: RequestListener]> = [
        ["there is no response", () => {}],
        ["the server closes after it", (_request, response) => response.setHeader("connection", "close").end("yes")],
        ["the server allows no time", (_request, response) => response.setHeader("keep-alive", "timeout=1").end("yes")],
    ];
    for (const [when, respond] of endings) {
        it(`are closed after a later request when ${when}`, async () => {
            const { url, connections, counts } = await connectionsTo((incoming, response) =>
                incoming.url === "/first" ? response.end("yes") : respond(incoming, response),
            );
            const connection = await connections.connect(signal);
            assert.equal(await lengthOf(connection, `${url}/first`), 3);
            connections.release(connection);
            assert.equal(await connections.connect(signal), connection);
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

    it("are not taken when the signal has fired, or the server has closed them, and send nothing then", async () => {
        const { url, connections, counts } = await connectionsTo((_request, response) => response.end("yes"));
        const connection = await connections.connect(signal);
        await lengthOf(connection, url);
        connections.release(connection);
        await assert.rejects(connections.connect(AbortSignal.abort()), { name: "AbortError" });
        assert.equal(counts.opened, 1);
        connection.close();
        const next = await connections.connect(signal);
        assert.notEqual(next, connection);
        // Without a response it cannot be used again.
        connections.release(next);
        assert.equal(next.isOpen, false);
        assert.equal(await lengthOf(next, url), "ECONNRESET");
        assert.equal(next.sent, false);
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
});
