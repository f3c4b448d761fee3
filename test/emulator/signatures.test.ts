import assert from "node:assert/strict";
import { once } from "node:events";
import {
    createServer,
    request as httpRequest,
    type IncomingHttpHeaders,
    type IncomingMessage,
    type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import Elasticsearch, {
    InterruptLogstashTaskRequest,
    ResumeLogstashTaskRequest,
} from "@alicloud/elasticsearch20170613";
import { $OpenApiUtil } from "@alicloud/openapi-core";
import fc from "fast-check";
import {
    type Account,
    type Emulator,
    type Operation,
    startEmulator,
    testAccount,
} from "pulumi-alicloud-logstash-emulator";
import { NonceStore } from "../../emulator/src/identities/signature";
import { ROAClient } from "./popCore";

const minuteMs = 60_000;
const instanceId = "ls-cn-signed";
const temporary: Account = {
    accessKeyId: "STS.emulator",
    accessKeySecret: "temporary-secret",
    securityToken: "CAIS+a/b==",
};

type Call = (url: string, account: Account, operation: Operation, clientToken?: string) => Promise<object>;

const callers: Record<"ROA" | "ACS3", Call> = {
    ROA: (endpoint, account, operation, clientToken) => {
        const client = new ROAClient({ endpoint, apiVersion: "2017-06-13", ...account });
        const query = clientToken === undefined ? {} : { clientToken };
        const headers = { "x-acs-action": operation, "x-acs-region-id": "cn-hangzhou" };
        const path = `/openapi/logstashes/${instanceId}`;
        switch (operation) {
            case "InterruptLogstashTask":
                return client.request("POST", `${path}/actions/interrupt`, query, "", headers);
            case "ResumeLogstashTask":
                return client.request("POST", `${path}/actions/resume`, query, "", headers);
            case "DescribeLogstash":
                return client.request("GET", path, query, "", headers);
        }
    },
    ACS3: async (url, account, operation, clientToken) => {
        const { host } = new URL(url);
        const client = new Elasticsearch(new $OpenApiUtil.Config({ endpoint: host, protocol: "http", ...account }));
        const token = clientToken === undefined ? {} : { clientToken };
        switch (operation) {
            case "InterruptLogstashTask":
                return await client.interruptLogstashTask(instanceId, new InterruptLogstashTaskRequest(token));
            case "ResumeLogstashTask":
                return await client.resumeLogstashTask(instanceId, new ResumeLogstashTaskRequest(token));
            case "DescribeLogstash":
                return await client.describeLogstash(instanceId);
        }
    },
};

interface Captured {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
}

/** What the client would have sent to the emulator, signed and all. */
async function capture(call: Call, account: Account): Promise<Captured> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const called = call(`http://127.0.0.1:${port}`, account, "InterruptLogstashTask", "token");
    const [incoming, outgoing] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    outgoing.setHeader("content-type", "application/json").setHeader("connection", "close").end("{}");
    await called;
    server.close();
    return { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, body: "" };
}

/** Sends a captured request to the emulator, with changes, and resolves with the `Code` of the answer. */
async function send(emulator: Emulator, captured: Captured, changes: Partial<Captured> = {}): Promise<unknown> {
    const { method, path, headers, body } = { ...captured, ...changes };
    return new Promise((resolve, reject) => {
        const length = { "content-length": Buffer.byteLength(body) };
        const options = { method, path, headers: { ...headers, ...length }, agent: false };
        httpRequest(emulator.url, options, (response) => {
            json(response).then((answer) => resolve((answer as { Code?: string }).Code), reject);
        })
            .on("error", reject)
            .end(body);
    });
}

function without(headers: IncomingHttpHeaders, name: string): IncomingHttpHeaders {
    return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

for (const kind of ["ROA", "ACS3"] as const) {
    const call = callers[kind];

    describe(`emulator: ${kind} signatures`, () => {
        let emulator: Emulator;
        let skewMs = 0;

        before(async () => {
            emulator = await startEmulator({
                accounts: [testAccount, temporary],
                signatureTime: () => Date.now() + skewMs,
            });
        });
        beforeEach(() => {
            skewMs = 0;
            emulator.addInstance({ instanceId });
        });
        after(() => emulator.stop());

        for (const account of [testAccount, temporary]) {
            it(`accepts the three calls of ${account.accessKeyId}`, async () => {
                await call(emulator.url, account, "InterruptLogstashTask", `${kind}-${account.accessKeyId}`);
                assert.equal(emulator.instance(instanceId).status, "suspended");
                await call(emulator.url, account, "DescribeLogstash");
                await call(emulator.url, account, "ResumeLogstashTask");
                assert.equal(emulator.instance(instanceId).status, "activating");
                const last = emulator.ledger.requests.at(-1);
                assert.equal(last?.signature, kind);
                assert.equal(last?.accessKeyId, account.accessKeyId);
            });
        }

        it("accepts every printable client token", async () => {
            const tokens = fc.oneof(
                fc.string({ minLength: 1, maxLength: 64 }),
                fc.constantFrom(" ", "+", "a+b c%20", "!'()*~-._", "a&b=c?d#e/f", "%", "%2B", "=".repeat(64)),
            );
            await fc.assert(
                fc.asyncProperty(tokens, async (token) => {
                    emulator.addInstance({ instanceId: "ls-cn-other" });
                    emulator.addInstance({ instanceId });
                    await call(emulator.url, testAccount, "InterruptLogstashTask", token);
                    assert.equal(emulator.ledger.requests.at(-1)?.clientToken, token);
                }),
                { numRuns: 50 },
            );
        });

        it("verifies the signature of tokens that the service rejects", async () => {
            for (const token of ["tökén", "a".repeat(65), "令牌"]) {
                await assert.rejects(call(emulator.url, testAccount, "InterruptLogstashTask", token), {
                    code: "InvalidParameter",
                });
            }
        });

        it("rejects a wrong secret, without showing it", async () => {
            const forger = { ...testAccount, accessKeySecret: "guessed" };
            await assert.rejects(call(emulator.url, forger, "DescribeLogstash"), { code: "SignatureDoesNotMatch" });
            const view = await (await fetch(`${emulator.url}/_emulator/state`)).text();
            for (const secret of ["guessed", testAccount.accessKeySecret, temporary.securityToken ?? ""]) {
                assert.ok(!view.includes(secret));
            }
        });

        it("rejects an unknown key", async () => {
            const stranger = { accessKeyId: "nobody", accessKeySecret: "x" };
            await assert.rejects(call(emulator.url, stranger, "DescribeLogstash"), {
                code: "InvalidAccessKeyId.NotFound",
            });
            assert.deepEqual(emulator.ledger.requests.at(-1)?.outcome, {
                kind: "rejected",
                status: 404,
                code: "InvalidAccessKeyId.NotFound",
            });
        });

        it("rejects a temporary key without its token, and a permanent one with a token", async () => {
            const code = "InvalidSecurityToken.Malformed";
            const { accessKeyId, accessKeySecret } = temporary;
            await assert.rejects(call(emulator.url, { accessKeyId, accessKeySecret }, "DescribeLogstash"), { code });
            const odd = { ...testAccount, securityToken: "CAISforeign" };
            await assert.rejects(call(emulator.url, odd, "DescribeLogstash"), { code });
        });

        for (const minutes of [-16, 16]) {
            it(`rejects a date that is off by ${minutes} minutes`, async () => {
                skewMs = minutes * minuteMs;
                await assert.rejects(call(emulator.url, testAccount, "DescribeLogstash"), {
                    code: "InvalidTimeStamp.Expired",
                });
                skewMs = (minutes - Math.sign(minutes) * 2) * minuteMs;
                await call(emulator.url, testAccount, "DescribeLogstash");
            });
        }

        it("takes a request once, and a forged one does not use it up", async () => {
            const captured = await capture(call, testAccount);
            const forged = await send(emulator, captured, { path: captured.path.replace("=token", "=other") });
            assert.equal(forged, "SignatureDoesNotMatch");
            assert.equal(await send(emulator, captured), undefined);
            assert.equal(await send(emulator, captured), "SignatureNonceUsed");
            skewMs = 14 * minuteMs;
            assert.equal(await send(emulator, captured), "SignatureNonceUsed");
            skewMs = 31 * minuteMs;
            assert.equal(await send(emulator, captured), "InvalidTimeStamp.Expired");
        });

        it("rejects a request that was changed on its way", async () => {
            const captured = await capture(call, temporary);
            const { path, headers } = captured;
            const changes: [Partial<Captured>, string][] = [
                [{ path: path.replace("=token", "=token2") }, "SignatureDoesNotMatch"],
                [{ path: `${path}&dryRun=true` }, "SignatureDoesNotMatch"],
                [{ path: path.replace("interrupt", "resume") }, "SignatureDoesNotMatch"],
                [{ body: "{}" }, "SignatureDoesNotMatch"],
                [{ headers: { ...headers, "x-acs-extra": "1" } }, "SignatureDoesNotMatch"],
                [{ headers: { ...headers, "x-acs-version": "2018-01-01" } }, "SignatureDoesNotMatch"],
                [{ headers: { ...headers, "x-acs-signature-nonce": "fresh" } }, "SignatureDoesNotMatch"],
                [{ headers: without(headers, "x-acs-security-token") }, "InvalidSecurityToken.Malformed"],
                [{ headers: without(headers, "authorization") }, "MissingAccessKeyId"],
            ];
            if (kind === "ROA") {
                changes.push([{ headers: { ...headers, "content-md5": "AAAA" } }, "SignatureDoesNotMatch"]);
            }
            for (const [change, code] of changes) {
                assert.equal(await send(emulator, captured, change), code);
            }
            assert.equal(emulator.instance(instanceId).status, "activating");
            assert.equal(await send(emulator, captured), undefined);
        });
    });
}

describe("emulator: nonces", () => {
    it("are kept for as long as a request could be in time, and no longer", () => {
        const nonces = new NonceStore();
        assert.ok(nonces.use("key", "nonce", 0));
        assert.ok(nonces.use("other key", "nonce", 0));
        assert.ok(!nonces.use("key", "nonce", 30 * minuteMs));
        assert.ok(nonces.use("key", "nonce", 30 * minuteMs + 1));
        assert.ok(!nonces.use("key", "nonce", 30 * minuteMs + 2));
    });
});
