import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { officialClient } from "./clients";
import { emulatorFixture, hourMs, instanceId as id, invalidState, post } from "./fixture";

describe("emulator: client tokens", () => {
    const fixture = emulatorFixture();
    const client = () => officialClient(fixture.emulator.url);
    const effects = () => fixture.emulator.ledger.effectsOn(id).length;
    const mismatch = { code: "IdempotentParameterMismatch" };

    it("replays the first response without a new effect when a token is repeated", async () => {
        const emulator = await fixture.start();
        const first = await client().interrupt(id, "once");
        emulator.startChange(id);
        assert.deepEqual(await client().interrupt(id, "once"), first);
        assert.equal(emulator.instance(id).status, "activating");
        assert.equal(effects(), 1);
        const replays = emulator.ledger.requestsTo("InterruptLogstashTask", id).map(({ replay }) => replay);
        assert.deepEqual(replays, [false, true]);
    });

    it("rejects a token when the instance or the operation differs", async () => {
        await fixture.start({ instances: [{ instanceId: id }, { instanceId: "ls-cn-other" }] });
        await client().interrupt(id, "once");
        await assert.rejects(client().interrupt("ls-cn-other", "once"), mismatch);
        await assert.rejects(client().resume(id, "once"), mismatch);
    });

    it("forgets a token when its lifetime ends", async () => {
        const emulator = await fixture.start({ tokenLifetimeMs: hourMs });
        await client().interrupt(id, "once");
        emulator.startChange(id);
        fixture.clock.advance(hourMs - 1);
        await client().interrupt(id, "once");
        assert.equal(effects(), 1);
        fixture.clock.advance(1);
        await client().interrupt(id, "once");
        assert.equal(effects(), 2);
    });

    it("forgets a token when a program or a POST says so", async () => {
        const emulator = await fixture.start();
        const token = "release 1/once";
        const forget = (clientToken: string) =>
            post(emulator, `client-tokens/${encodeURIComponent(clientToken)}/forget`);
        await client().interrupt(id, token);
        emulator.forgetClientToken(token);
        // A rejection is not remembered.
        await assert.rejects(client().interrupt(id, token), invalidState);
        emulator.startChange(id);
        await client().interrupt(id, token);
        assert.deepEqual(await forget(token), [200, { forgotten: true }]);
        await client().resume(id, token);
        assert.equal(effects(), 3);
        assert.throws(() => emulator.forgetClientToken("never sent"), /remembers no response to .* "never sent"/);
        assert.equal((await forget("never sent"))[0], 409);
    });

    it("separates tokens by account and region, and not by access key", async () => {
        const key = (accessKeyId: string, accountId: string) => ({ accessKeyId, accessKeySecret: "s", accountId });
        const accounts = [key("a1", "a"), key("a2", "a"), key("b1", "b")] as const;
        const regions = ["cn-hangzhou", "cn-beijing"] as const;
        const instances = regions.map((region) => ({ instanceId: id, region }));
        const { url } = await fixture.start({ accounts: [...accounts, testAccount], instances });
        const [a1, a2, b1] = accounts;
        const first = await officialClient(url, a1).interrupt(id, "once");
        assert.deepEqual(await officialClient(url, a2).interrupt(id, "once"), first);
        await assert.rejects(officialClient(url, b1).interrupt(id, "once"), invalidState);
        const [, away] = regions.map((region) => officialClient(url, a1, { "x-acs-region-id": region }));
        assert.notDeepEqual(await away?.interrupt(id, "once"), first);
        assert.deepEqual(
            fixture.emulator.ledger.effectsOn(id).map(({ region }) => region),
            regions,
        );
    });

    it("rejects a token, and keeps it, while its first request is running", async () => {
        const emulator = await fixture.start();
        const operation = "InterruptLogstashTask";
        emulator.faults.add({ operation, calls: 1, fault: { kind: "slow", delayMs: 10, point: "before" } });
        const first = client().interrupt(id, "once");
        while (emulator.ledger.requests.length === 0) {
            await setImmediate();
        }
        await assert.rejects(client().interrupt(id, "once"), { code: "TokenPreviousRequestProcessError" });
        await assert.rejects(client().resume(id, "once"), mismatch);
        assert.throws(() => emulator.forgetClientToken("once"), /remembers no response/);
        assert.equal(effects(), 0);
        fixture.clock.advance(10);
        assert.deepEqual(await client().interrupt(id, "once"), await first);
        assert.equal(effects(), 1);
    });
});
