import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import {
    type Emulator,
    type EmulatorOptions,
    SteppedClock,
    startEmulator,
    testAccount,
} from "pulumi-alicloud-logstash-emulator";
import { TokenStore } from "../../emulator/src/cloud/tokens";
import { type OfficialClient, officialClient } from "./officialClient";

const id = "ls-cn-cloud";
const hourMs = 60 * 60_000;

describe("emulator: client tokens", () => {
    let emulator: Emulator;
    let clock: SteppedClock;
    let client: OfficialClient;

    async function start(options: EmulatorOptions = {}): Promise<void> {
        clock = new SteppedClock(Date.parse("2030-01-01T00:00:00Z"));
        emulator = await startEmulator({ clock, ...options });
        client = officialClient(emulator);
    }

    afterEach(() => emulator.stop());

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

    it("reject other parameters", async () => {
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

    it("can be forgotten by hand, by the program and over HTTP", async () => {
        await start({ instances: [{ instanceId: id }] });
        const token = "release 1/once";
        const forget = (clientToken: string) =>
            fetch(`${emulator.url}/_emulator/client-tokens/${encodeURIComponent(clientToken)}/forget`, {
                method: "POST",
            });
        await client.interrupt(id, token);
        await client.interrupt(id, token);
        emulator.forgetClientToken(token);
        await assert.rejects(client.interrupt(id, token), { code: "InstanceStatusNotSupportCurrentAction" });

        emulator.startChange(id);
        await client.interrupt(id, token);
        assert.equal(emulator.ledger.effectsOn(id).length, 2);
        assert.equal((await forget(token)).status, 200);
        await client.resume(id, token);
        assert.equal(emulator.ledger.effectsOn(id).length, 3);
        assert.throws(() => emulator.forgetClientToken("never sent"), /remembers no response to .* "never sent"/);
        const unknown = await forget("never sent");
        assert.equal(unknown.status, 409);
        assert.match(await unknown.text(), /remembers no response/);
    });

    it("are not forgotten by hand while the first request is still running", async () => {
        await start({ instances: [{ instanceId: id }] });
        emulator.faults.add({ calls: 1, fault: { kind: "slow", delayMs: 10, point: "before" } });
        const first = client.interrupt(id, "once");
        while (emulator.ledger.requests.length === 0) {
            await setImmediate();
        }
        assert.throws(() => emulator.forgetClientToken("once"), /remembers no response/);
        await assert.rejects(client.interrupt(id, "once"), { code: "TokenPreviousRequestProcessError" });
        clock.advance(10);
        await first;
    });

    it("belong to a region", async () => {
        const regions = ["cn-hangzhou", "cn-beijing"] as const;
        await start({ instances: regions.map((region) => ({ instanceId: id, region })) });
        for (const region of regions) {
            const there = officialClient(emulator, testAccount, { "x-acs-region-id": region });
            assert.deepEqual(await there.interrupt(id, "once"), await there.interrupt(id, "once"));
        }
        assert.deepEqual(
            emulator.ledger.effectsOn(id).map(({ region }) => region),
            regions,
        );
    });

    it("do not remember rejections", async () => {
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
        const first = await officialClient(emulator, a1).interrupt(id, "once");
        assert.deepEqual(await officialClient(emulator, a2).interrupt(id, "once"), first);
        await assert.rejects(officialClient(emulator, b1).interrupt(id, "once"), {
            code: "InstanceStatusNotSupportCurrentAction",
        });
    });

    it("are rejected while the first request is still running", async () => {
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
                    const state = store.lookup(token, parameters, now);
                    const known = model.get(token);
                    if (known === undefined || now >= known.at + lifetimeMs) {
                        assert.equal(state.kind, "free");
                        store.remember(token, parameters, answer, now);
                        model.set(token, { parameters, answer, at: now });
                    } else if (known.parameters === parameters) {
                        assert.ok(state.kind === "remembered" && state.response === known.answer);
                    } else {
                        assert.equal(state.kind, "mismatch");
                    }
                }
            }),
        );
    });

    it("have at most one effect each, whatever a client sends", async () => {
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
});
