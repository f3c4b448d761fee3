import assert from "node:assert/strict";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { json } from "node:stream/consumers";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { type Credentials, officialClient, popCoreClient } from "./clients";
import { capture, instanceId } from "./fixture";

const minuteMs = 60_000;
const temporary = { accessKeyId: "STS.emulator", accessKeySecret: "temporary-secret", securityToken: "CAIS+a/b==" };
const clients = { ROA: popCoreClient, ACS3: officialClient };

interface Captured {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
}

/** Sends a captured request to the emulator and resolves with the `Code` of the response. */
async function send(emulator: Emulator, { path, headers, body }: Captured): Promise<unknown> {
    return new Promise((resolve, reject) => {
        const length = { "content-length": Buffer.byteLength(body) };
        const options = { method: "POST", path, headers: { ...headers, ...length }, agent: false };
        httpRequest(emulator.url, options, (response) => {
            json(response).then((received) => resolve((received as { Code?: string }).Code), reject);
        })
            .on("error", reject)
            .end(body);
    });
}

for (const kind of ["ROA", "ACS3"] as const) {
    describe(`emulator: ${kind} signatures`, () => {
        let emulator: Emulator;
        let skewMs = 0;
        const client = (credentials: Credentials = testAccount) => clients[kind](emulator.url, credentials);
        const captured = async (credentials: Credentials): Promise<Captured> => {
            const sent = await capture((url) => clients[kind](url, credentials).interrupt(instanceId, "token"));
            return { path: sent.url ?? "", headers: sent.headers, body: "" };
        };

        before(async () => {
            const accounts = [testAccount, temporary];
            emulator = await startEmulator({ accounts, signatureTime: () => Date.now() + skewMs });
        });
        beforeEach(() => {
            skewMs = 0;
            emulator.addInstance({ instanceId });
        });
        after(() => emulator.stop());

        for (const account of [testAccount, temporary]) {
            it(`accepts every operation when ${account.accessKeyId} signs`, async () => {
                await client(account).interrupt(instanceId, `${kind}-${account.accessKeyId}`);
                assert.equal(emulator.instance(instanceId).status, "suspended");
                await client(account).describe(instanceId);
                await client(account).resume(instanceId);
                assert.equal(emulator.instance(instanceId).status, "activating");
                const { signature, accessKeyId } = emulator.ledger.requests.at(-1) ?? assert.fail();
                assert.deepEqual([signature, accessKeyId], [kind, account.accessKeyId]);
            });
        }

        it("accepts a client token when it is printable ASCII, and no other", async () => {
            for (const token of [" ", "+", "a+b c%20", "!'()*~-._", "a&b=c?d#e/f", "%2B", "=".repeat(64)]) {
                emulator.addInstance({ instanceId });
                await client().interrupt(instanceId, token);
                assert.equal(emulator.ledger.requests.at(-1)?.clientToken, token);
            }
            for (const token of ["tökén", "a".repeat(65)]) {
                await assert.rejects(client().interrupt(instanceId, token), { code: "InvalidParameter" });
            }
        });

        it("rejects a request, and shows no secret, when key, secret or STS token is wrong", async () => {
            const { securityToken, ...untokened } = temporary;
            const cases: readonly (readonly [Credentials, status: number, code: string])[] = [
                [{ ...testAccount, accessKeySecret: "guessed" }, 400, "SignatureDoesNotMatch"],
                [{ accessKeyId: "nobody", accessKeySecret: "guessed" }, 404, "InvalidAccessKeyId.NotFound"],
                [untokened, 400, "InvalidSecurityToken.Malformed"],
                [{ ...testAccount, securityToken: "CAISforeign" }, 400, "InvalidSecurityToken.Malformed"],
            ];
            for (const [credentials, status, code] of cases) {
                await assert.rejects(client(credentials).describe(instanceId), { code, statusCode: status });
                assert.deepEqual(emulator.ledger.requests.at(-1)?.outcome, { kind: "rejected", status, code });
            }
            const state = await (await fetch(`${emulator.url}/_emulator/state`)).text();
            for (const secret of ["guessed", testAccount.accessKeySecret, securityToken, "CAISforeign"]) {
                assert.ok(!state.includes(secret));
            }
        });

        it("rejects a date when it is off by more than 15 minutes", async () => {
            for (const sign of [-1, 1]) {
                skewMs = sign * 16 * minuteMs;
                await assert.rejects(client().describe(instanceId), { code: "InvalidTimeStamp.Expired" });
                skewMs = sign * 14 * minuteMs;
                await client().describe(instanceId);
            }
        });

        it("rejects a nonce when it was used, and a forged request does not use it", async () => {
            const original = await captured(testAccount);
            const forged = { ...original, path: original.path.replace("=token", "=other") };
            assert.equal(await send(emulator, forged), "SignatureDoesNotMatch");
            assert.equal(await send(emulator, original), undefined);
            assert.equal(await send(emulator, original), "SignatureNonceUsed");
            skewMs = 14 * minuteMs;
            assert.equal(await send(emulator, original), "SignatureNonceUsed");
            skewMs = 31 * minuteMs;
            assert.equal(await send(emulator, original), "InvalidTimeStamp.Expired");
        });

        it("rejects a request when any part of it was changed", async () => {
            const original = await captured(temporary);
            const { path, headers } = original;
            const without = (name: string) => ({
                headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)),
            });
            const mismatches: readonly Partial<Captured>[] = [
                { path: path.replace("=token", "=token2") },
                { path: `${path}&dryRun=true` },
                { body: "{}" },
                { headers: { ...headers, "x-acs-extra": "1" } },
                { headers: { ...headers, "x-acs-signature-nonce": "fresh" } },
                ...(kind === "ROA" ? [{ headers: { ...headers, "content-md5": "AAAA" } }] : []),
            ];
            for (const changes of mismatches) {
                assert.equal(await send(emulator, { ...original, ...changes }), "SignatureDoesNotMatch");
            }
            const tokenless = { ...original, ...without("x-acs-security-token") };
            assert.equal(await send(emulator, tokenless), "InvalidSecurityToken.Malformed");
            assert.equal(await send(emulator, { ...original, ...without("authorization") }), "MissingAccessKeyId");
            assert.equal(emulator.instance(instanceId).status, "activating");
            assert.equal(await send(emulator, original), undefined);
        });
    });
}
