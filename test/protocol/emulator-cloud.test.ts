import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import Elasticsearch, {
    InterruptLogstashTaskRequest,
    ResumeLogstashTaskRequest,
} from "@alicloud/elasticsearch20170613";
import { $OpenApiUtil } from "@alicloud/openapi-core";
import fc from "fast-check";
import {
    type Account,
    type Emulator,
    type EmulatorOptions,
    SteppedClock,
    startEmulator,
    testAccount,
} from "../../emulator";
import { TokenStore } from "../../emulator/src/cloud/tokens";

const id = "ls-cn-cloud";
const hourMs = 60 * 60_000;

/** The official client, reduced to what the tests ask of it. */
function clientOf(emulator: Emulator, account: Account = testAccount, headers: Record<string, string> = {}) {
    const globalParameters = new $OpenApiUtil.GlobalParameters({ headers });
    const endpoint = new URL(emulator.url).host;
    const client = new Elasticsearch(
        new $OpenApiUtil.Config({ endpoint, protocol: "http", globalParameters, ...account }),
    );
    return {
        interrupt: async (instanceId: string, clientToken?: string) =>
            (await client.interruptLogstashTask(instanceId, new InterruptLogstashTaskRequest({ clientToken }))).body,
        resume: async (instanceId: string, clientToken?: string) =>
            (await client.resumeLogstashTask(instanceId, new ResumeLogstashTaskRequest({ clientToken }))).body,
        describe: async (instanceId: string) => (await client.describeLogstash(instanceId)).body?.result,
    };
}

describe("emulator: cloud", () => {
    let emulator: Emulator;
    let clock: SteppedClock;
    let client: ReturnType<typeof clientOf>;

    async function start(options: EmulatorOptions = {}): Promise<void> {
        clock = new SteppedClock(Date.parse("2030-01-01T00:00:00Z"));
        emulator = await startEmulator({ clock, ...options });
        client = clientOf(emulator);
    }

    afterEach(() => emulator.stop());

    describe("instances", () => {
        it("go from activating to suspended and back, as time goes by", async () => {
            const times = { changeMs: 1000, interruptMs: 100, resumeMs: 500 };
            await start({ instances: [{ instanceId: id, description: "orders", ...times }] });
            clock.advance(400);
            const running = await client.describe(id);
            assert.equal(running?.status, "activating");
            assert.equal(running?.description, "orders");
            assert.equal(emulator.instance(id).progress, 40);

            assert.equal((await client.interrupt(id))?.result, true);
            clock.advance(99);
            assert.equal((await client.describe(id))?.status, "activating");
            clock.advance(1);
            assert.equal((await client.describe(id))?.status, "suspended");

            assert.equal((await client.resume(id))?.result, true);
            assert.equal((await client.describe(id))?.status, "activating");
            clock.advance(500);
            assert.equal((await client.describe(id))?.status, "active");
        });

        it("are suspended at the first look after an interrupt, and change for ever, unless told otherwise", async () => {
            await start({ instances: [{ instanceId: id }] });
            clock.advance(1000 * hourMs);
            assert.equal((await client.describe(id))?.status, "activating");
            await client.interrupt(id);
            assert.equal((await client.describe(id))?.status, "suspended");
        });

        it("can be driven by hand", async () => {
            await start({ instances: [{ instanceId: id, status: "active", interruptMs: hourMs }] });
            assert.equal(emulator.step(id), "active");
            emulator.startChange(id);
            assert.throws(() => emulator.startChange(id), /is activating/);
            await client.interrupt(id);
            assert.equal(emulator.step(id), "suspended");
            emulator.startChange(id);
            assert.equal(emulator.step(id), "active");
            emulator.setStatus(id, "paused");
            assert.equal((await client.describe(id))?.status, "paused");
            assert.throws(() => emulator.instance("ls-cn-none"), /no instance "ls-cn-none"/);
        });

        it("can be driven over HTTP", async () => {
            await start({ instances: [{ instanceId: id, status: "active" }] });
            const post = (path: string) => fetch(`${emulator.url}/_emulator/instances/${path}`, { method: "POST" });
            const started = (await (await post(`${id}/start-change`)).json()) as { status: string };
            assert.equal(started.status, "activating");
            assert.equal((await post(`${id}/start-change`)).status, 409);
            const stepped = (await (await post(`${id}/step`)).json()) as { status: string };
            assert.equal(stepped.status, "active");
        });

        it("refuse what their status does not allow", async () => {
            await start({ instances: [{ instanceId: id, interruptMs: hourMs }] });
            await assert.rejects(client.resume(id), { code: "InstanceStatusNotSupportCurrentAction" });
            await client.interrupt(id, "first");
            await assert.rejects(client.interrupt(id, "second"), { code: "AlreadyReceivedInterruptSignal" });
            for (const status of ["active", "suspended", "inactive", "invalid", "odd"]) {
                emulator.setStatus(id, status);
                await assert.rejects(client.interrupt(id), {
                    code: "InstanceStatusNotSupportCurrentAction",
                    statusCode: 400,
                });
            }
            assert.equal(emulator.ledger.effects.length, 1);
        });

        it("are found by their ID, in their region", async () => {
            await start({ instances: [{ instanceId: id, region: "cn-beijing" }] });
            const missing = { code: "InstanceNotFound", statusCode: 404 };
            await assert.rejects(client.interrupt("ls-cn-none"), missing);
            const elsewhere = clientOf(emulator, testAccount, { "x-acs-region-id": "cn-hangzhou" });
            await assert.rejects(elsewhere.describe(id), missing);
            const here = clientOf(emulator, testAccount, { "x-acs-region-id": "cn-beijing" });
            assert.equal((await here.interrupt(id))?.result, true);
            assert.equal(emulator.ledger.requests.at(-1)?.region, "cn-beijing");
        });
    });

    describe("client tokens", () => {
        it("replay the first answer without a new effect", async () => {
            await start({ instances: [{ instanceId: id }] });
            const first = await client.interrupt(id, "once");
            emulator.startChange(id);
            assert.deepEqual(await client.interrupt(id, "once"), first);
            assert.equal(emulator.instance(id).status, "activating");
            assert.equal(emulator.ledger.effectsOn(id).length, 1);
            const replays = emulator.ledger.requestsTo("InterruptLogstashTask", id).map(({ replay }) => replay);
            assert.deepEqual(replays, [false, true]);
        });

        it("refuse other parameters", async () => {
            await start({ instances: [{ instanceId: id }, { instanceId: "ls-cn-other" }] });
            await client.interrupt(id, "once");
            const mismatch = { code: "IdempotentParameterMismatch" };
            await assert.rejects(client.interrupt("ls-cn-other", "once"), mismatch);
            await assert.rejects(client.resume(id, "once"), mismatch);
        });

        it("are forgotten after their lifetime", async () => {
            await start({ instances: [{ instanceId: id }], tokenLifetimeMs: hourMs });
            await client.interrupt(id, "once");
            emulator.startChange(id);
            clock.advance(hourMs - 1);
            await client.interrupt(id, "once");
            assert.equal(emulator.ledger.effectsOn(id).length, 1);
            clock.advance(1);
            await client.interrupt(id, "once");
            assert.equal(emulator.ledger.effectsOn(id).length, 2);
        });

        it("do not remember refusals", async () => {
            await start({ instances: [{ instanceId: id, status: "active" }] });
            await assert.rejects(client.interrupt(id, "once"));
            emulator.startChange(id);
            assert.equal((await client.interrupt(id, "once"))?.result, true);
        });

        it("belong to the account, whichever of its keys is used", async () => {
            const key = (accessKeyId: string, accountId: string) => ({ accessKeyId, accessKeySecret: "s", accountId });
            const accounts = [key("a1", "a"), key("a2", "a"), key("b1", "b")] as const;
            await start({ accounts, instances: [{ instanceId: id }] });
            const [a1, a2, b1] = accounts;
            const first = await clientOf(emulator, a1).interrupt(id, "once");
            assert.deepEqual(await clientOf(emulator, a2).interrupt(id, "once"), first);
            await assert.rejects(clientOf(emulator, b1).interrupt(id, "once"), {
                code: "InstanceStatusNotSupportCurrentAction",
            });
        });

        it("are refused while the first request is still running", async () => {
            await start({ instances: [{ instanceId: id }] });
            const operation = "InterruptLogstashTask";
            emulator.faults.add({ operation, calls: 1, fault: { kind: "slow", delayMs: 10, point: "before" } });
            const first = client.interrupt(id, "once");
            while (emulator.ledger.requests.length === 0) {
                await setImmediate();
            }
            await assert.rejects(client.interrupt(id, "once"), { code: "TokenPreviousRequestProcessError" });
            await assert.rejects(client.resume(id, "once"), { code: "IdempotentParameterMismatch" });
            assert.equal(emulator.ledger.effects.length, 0);
            clock.advance(10);
            assert.deepEqual(await client.interrupt(id, "once"), await first);
            assert.equal(emulator.ledger.effectsOn(id).length, 1);
        });

        it("behave like a map with expiry, whatever comes", async () => {
            await start();
            const lifetimeMs = 10;
            const step = fc.record({
                token: fc.constantFrom("a", "b", "c"),
                parameters: fc.constantFrom("x", "y"),
                passedMs: fc.nat(8),
            });
            fc.assert(
                fc.property(fc.array(step), (steps) => {
                    const store = new TokenStore<number>(lifetimeMs);
                    const model = new Map<string, { parameters: string; answer: number; at: number }>();
                    let now = 0;
                    for (const [answer, { token, parameters, passedMs }] of steps.entries()) {
                        now += passedMs;
                        const state = store.look(token, parameters, now);
                        const known = model.get(token);
                        if (known === undefined || now >= known.at + lifetimeMs) {
                            assert.equal(state.kind, "free");
                            store.remember(token, parameters, answer, now);
                            model.set(token, { parameters, answer, at: now });
                        } else if (known.parameters === parameters) {
                            assert.ok(state.kind === "remembered" && state.answer === known.answer);
                        } else {
                            assert.equal(state.kind, "mismatch");
                        }
                    }
                }),
            );
        });
    });

    it("has at most one effect for each token, whatever a client sends", async () => {
        await start();
        const step = fc.record({
            operation: fc.constantFrom("interrupt" as const, "resume" as const),
            token: fc.constantFrom("t1", "t2", undefined),
        });
        let run = 0;
        await fc.assert(
            fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
                const instanceId = `ls-cn-${run++}`;
                emulator.addInstance({ instanceId });
                for (const { operation, token } of steps) {
                    const before = emulator.instance(instanceId).status;
                    const effects = emulator.ledger.effects.length;
                    await client[operation](instanceId, token && `${token}-${run}`).catch(() => undefined);
                    const changed = emulator.instance(instanceId).status !== before;
                    assert.equal(emulator.ledger.effects.length - effects, changed ? 1 : 0);
                }
                const tokens = emulator.ledger.effectsOn(instanceId).flatMap(({ clientToken }) => clientToken ?? []);
                assert.equal(new Set(tokens).size, tokens.length);
            }),
            { numRuns: 30 },
        );
    });

    it("refuses requests beyond the limit of an account", async () => {
        await start({ instances: [{ instanceId: id }], limits: { requestsPerSecond: 2 } });
        await client.describe(id);
        await client.describe(id);
        await assert.rejects(client.describe(id), { code: "Throttling.User", statusCode: 400 });
        clock.advance(1000);
        await client.describe(id);
    });

    it("keeps a ledger of requests and effects", async () => {
        const newRequestId = (
            (count) => () =>
                `REQUEST-${++count}`
        )(0);
        await start({ instances: [{ instanceId: id }], newRequestId });
        await client.interrupt(id, "once");
        await assert.rejects(client.interrupt(id, "twice"));
        const time = "2030-01-01T00:00:00.000Z";
        const request = {
            time,
            operation: "InterruptLogstashTask",
            instanceId: id,
            region: undefined,
            accessKeyId: testAccount.accessKeyId,
            signature: "ACS3",
            fault: undefined,
            replay: false,
        };
        const code = "InstanceStatusNotSupportCurrentAction";
        assert.deepEqual(emulator.ledger.requests, [
            {
                ...request,
                sequence: 1,
                clientToken: "once",
                requestId: "REQUEST-1",
                outcome: { kind: "answered", status: 200 },
                effect: 1,
            },
            {
                ...request,
                sequence: 2,
                clientToken: "twice",
                requestId: "REQUEST-2",
                outcome: { kind: "refused", status: 400, code },
                effect: undefined,
            },
        ]);
        const operation = "InterruptLogstashTask";
        const asked = { operation, instanceId: id, region: "cn-hangzhou", clientToken: "once", requestId: "REQUEST-1" };
        const effects = [{ sequence: 1, time, ...asked }];
        assert.deepEqual(emulator.ledger.effects, effects);
        const view = (await (await fetch(`${emulator.url}/_emulator/state`)).json()) as Record<string, unknown>;
        assert.deepEqual(view.effects, effects);
    });

    it("answers an unknown path as the service does", async () => {
        await start();
        const response = await fetch(`${emulator.url}/openapi/instances`);
        assert.equal(response.status, 404);
        assert.equal(response.headers.get("content-type"), "application/json;charset=utf-8");
        const body = (await response.json()) as Record<string, string>;
        assert.deepEqual(Object.keys(body), ["RequestId", "HostId", "Code", "Message", "Recommend"]);
        assert.equal(body.RequestId, response.headers.get("x-acs-request-id"));
        assert.equal(body.Code, "InvalidAction.NotFound");
    });
});

describe("emulator: command", () => {
    const run = (...options: string[]) =>
        spawn(process.execPath, ["--require", "ts-node/register", "emulator/src/cli/main.ts", ...options]);

    it("prints the configuration of a stack and its requests, and ends on Ctrl-C", async () => {
        const child = run("--port", "0", "--instance", "ls-cn-a", "--instance", "ls-cn-b:active");
        const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
        const seen: string[] = [];
        const until = async (pattern: RegExp) => {
            for (;;) {
                const line = String((await lines.next()).value);
                seen.push(line);
                if (pattern.test(line)) {
                    return line;
                }
            }
        };
        const url = (await until(/endpoints\[0\]/)).split(" ").at(-1);
        assert.ok(seen.includes("  ls-cn-b  active  cn-hangzhou"));
        assert.ok(seen.includes(`  pulumi config set --secret alicloud:secretKey ${testAccount.accessKeySecret}`));
        await until(/Requests/);
        await fetch(`${url}/openapi/logstashes/ls-cn-a`);
        assert.match(await until(/ls-cn-a/), /DescribeLogstash {2}ls-cn-a {2}400 MissingAccessKeyId$/);
        child.kill("SIGINT");
        assert.deepEqual(await once(child, "exit"), [0, null]);
    }).timeout(20_000);

    it("explains a wrong option", async () => {
        const child = run("--port", "many");
        const [[code], text] = await Promise.all([once(child, "exit"), once(child.stderr, "data")]);
        assert.equal(code, 1);
        assert.match(String(text), /--port is "many"; it must be a number/);
    }).timeout(20_000);
});
