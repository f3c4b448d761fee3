import assert from "node:assert/strict";
import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { officialClient } from "./clients";
import { emulatorFixture, hourMs, instanceId as id, invalidState, post } from "./fixture";

describe("emulator: instances", () => {
    const fixture = emulatorFixture();
    const client = () => officialClient(fixture.emulator.url);
    const poll = async () => (await client().describe(id))?.status;
    const statusAfter = (ms: number) => {
        fixture.clock.advance(ms);
        return poll();
    };

    it("goes from activating to suspended and back when the time of each transition has passed", async () => {
        const times = { changeMs: 1000, interruptMs: 100, resumeStartsMs: 50, resumeMs: 500 };
        const emulator = await fixture.start({ instances: [{ instanceId: id, description: "orders", ...times }] });
        fixture.clock.advance(400);
        const { region, status, description, progress, nextStatus } = emulator.instance(id);
        assert.deepEqual([region, status, description], ["cn-hangzhou", "activating", "orders"]);
        assert.deepEqual([progress, nextStatus], [40, "active"]);
        assert.equal((await client().describe(id))?.description, "orders");

        assert.equal((await client().interrupt(id))?.result, true);
        assert.equal(emulator.instance(id).nextStatus, "suspended");
        assert.deepEqual([await statusAfter(99), await statusAfter(1)], ["activating", "suspended"]);
        assert.equal(emulator.instance(id).nextStatus, undefined);
        assert.equal((await client().resume(id))?.result, true);
        assert.equal(emulator.instance(id).nextStatus, "activating");
        const conflict = { code: "ConcurrencyUpdateInstanceConflict", statusCode: 400 };
        await assert.rejects(client().resume(id), conflict);
        await assert.rejects(client().interrupt(id), conflict);
        assert.deepEqual([await statusAfter(49), await statusAfter(1)], ["suspended", "activating"]);
        assert.deepEqual([await statusAfter(499), await statusAfter(1)], ["activating", "active"]);
    });

    it("suspends at the first poll, and changes forever, when no times are given", async () => {
        await fixture.start();
        assert.equal(await statusAfter(1000 * hourMs), "activating");
        await client().interrupt(id);
        assert.equal(await poll(), "suspended");
    });

    it("rejects what the status does not allow", async () => {
        const emulator = await fixture.start({ instances: [{ instanceId: id, interruptMs: hourMs }] });
        await assert.rejects(client().resume(id), invalidState);
        await client().interrupt(id, "first");
        await assert.rejects(client().interrupt(id, "second"), { code: "AlreadyReceivedInterruptSignal" });
        for (const status of ["active", "suspended", "inactive", "invalid", "odd"]) {
            emulator.setStatus(id, status);
            await assert.rejects(client().interrupt(id), invalidState);
        }
        assert.equal(emulator.ledger.effects.length, 1);
    });

    it("uses another status for interrupted instances when one is given", async () => {
        const options = { instanceId: id, interruptMs: 100, interruptedStatus: "paused" };
        const emulator = await fixture.start({ instances: [options] });
        await client().interrupt(id);
        assert.deepEqual([await statusAfter(99), await statusAfter(1)], ["activating", "paused"]);
        await assert.rejects(client().interrupt(id), invalidState);
        for (const status of ["paused", "suspended"]) {
            emulator.setStatus(id, status);
            await client().resume(id);
            assert.equal(await poll(), "activating");
        }
    });

    it("changes when a program or a POST controls it", async () => {
        const options = { instanceId: id, status: "active", interruptMs: hourMs, resumeStartsMs: hourMs };
        const emulator = await fixture.start({ instances: [options] });
        assert.equal(emulator.step(id), "active");
        const [started, view] = await post(emulator, `instances/${id}/start-change`);
        assert.deepEqual([started, view.status, view.nextStatus], [200, "activating", "active"]);
        const error = `Instance "${id}" is activating; a change starts from active or suspended.`;
        assert.deepEqual(await post(emulator, `instances/${id}/start-change`), [409, { error }]);
        await client().interrupt(id);
        assert.equal((await post(emulator, `instances/${id}/step`))[1].status, "suspended");
        await client().resume(id);
        assert.throws(() => emulator.startChange(id), /is suspended; a change starts/);
        assert.equal(emulator.step(id), "activating");
        emulator.setStatus(id, "paused");
        assert.equal(await poll(), "paused");
        assert.throws(() => emulator.instance("ls-cn-none"), /no instance "ls-cn-none"/);
    });

    it("names the instances that there are when another one is requested", async () => {
        await fixture.start({ instances: [{ instanceId: "ls-cn-0", region: "cn-beijing" }] });
        const message = /ls-cn-other is not found\. The emulator has ls-cn-0 in cn-beijing\./;
        await assert.rejects(client().describe("ls-cn-other"), { code: "InstanceNotFound", statusCode: 404, message });
    });
});

describe("emulator: regions", () => {
    const home = "cn-hangzhou";
    const away = "cn-beijing";
    const fixture = emulatorFixture();
    const clientIn = (region: string) =>
        officialClient(fixture.emulator.url, testAccount, { "x-acs-region-id": region });
    const effects = () => fixture.emulator.ledger.effects.map(({ instanceId, region }) => [instanceId, region]);
    const status = (region: string) => fixture.emulator.instance(id, region).status;

    beforeEach(() => {
        const ids = [{ instanceId: id }, { instanceId: id, region: away }, { instanceId: "ls-cn-away", region: away }];
        return fixture.start({ instances: ids });
    });

    it("finds the instance of the region in the header", async () => {
        await clientIn(away).interrupt(id);
        assert.deepEqual([status(home), status(away)], ["activating", "suspended"]);
        await assert.rejects(clientIn("cn-shanghai").describe(id), { code: "InstanceNotFound" });
        await assert.rejects(clientIn(home).describe("ls-cn-away"), { code: "InstanceNotFound" });
        assert.deepEqual(effects(), [[id, away]]);
        assert.equal(fixture.emulator.ledger.requests[0]?.region, away);
    });

    it("takes the only instance with the ID, else the default region, when the header is missing", async () => {
        const client = officialClient(fixture.emulator.url);
        await client.interrupt(id);
        await client.interrupt("ls-cn-away");
        assert.deepEqual(effects(), [
            [id, home],
            ["ls-cn-away", away],
        ]);
    });

    it("needs the region from a program or a POST when several have the ID", async () => {
        const { emulator } = fixture;
        const error = `Instance "${id}" is in ${home} and ${away}; name the region.`;
        assert.throws(() => emulator.step(id), { message: error });
        assert.deepEqual(await post(emulator, `instances/${id}/step`), [409, { error }]);
        assert.throws(() => emulator.step(id, "cn-shanghai"), new RegExp(`no instance "${id}" in cn-shanghai`));
        const [, view] = await post(emulator, `instances/${id}/step?region=${away}`);
        assert.deepEqual([view.region, view.status], [away, "active"]);
        emulator.startChange(id, away);
        emulator.setStatus(id, "suspended", away);
        assert.deepEqual([status(home), status(away)], ["activating", "suspended"]);
        assert.equal(emulator.instance("ls-cn-away").region, away);
    });
});
