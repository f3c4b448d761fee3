import assert from "node:assert/strict";
import {
    type Emulator,
    type EmulatorOptions,
    SteppedClock,
    startEmulator,
    testAccount,
} from "pulumi-alicloud-logstash-emulator";
import { type OfficialClient, officialClient } from "./officialClient";

const id = "ls-cn-cloud";
const hourMs = 60 * 60_000;

describe("emulator: instances", () => {
    let emulator: Emulator;
    let clock: SteppedClock;
    let client: OfficialClient;

    async function start(options: EmulatorOptions = {}): Promise<void> {
        clock = new SteppedClock(Date.parse("2030-01-01T00:00:00Z"));
        emulator = await startEmulator({ clock, ...options });
        client = officialClient(emulator);
    }

    afterEach(() => emulator.stop());

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

    it("are named in the rejection of another instance, at most five", async () => {
        const instances = Array.from({ length: 7 }, (_, index) => ({
            instanceId: `ls-cn-${index}`,
            region: "cn-beijing",
        }));
        await start({ instances: instances.slice(0, 2) });
        const message = () =>
            client.describe("ls-cn-other").then(
                () => assert.fail("it was found"),
                (error: unknown) => String(error),
            );
        assert.match(
            await message(),
            /ls-cn-other is not found\. The emulator has ls-cn-0 in cn-beijing, ls-cn-1 in cn-beijing\./,
        );
        for (const instance of instances) {
            emulator.addInstance(instance);
        }
        assert.match(await message(), /ls-cn-4 in cn-beijing and 2 more\./);
        await emulator.stop();
        await start();
        assert.match(await message(), /The emulator has no instance\./);
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

    it("reject what their status does not allow", async () => {
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
        const elsewhere = officialClient(emulator, testAccount, { "x-acs-region-id": "cn-hangzhou" });
        await assert.rejects(elsewhere.describe(id), missing);
        const here = officialClient(emulator, testAccount, { "x-acs-region-id": "cn-beijing" });
        assert.equal((await here.interrupt(id))?.result, true);
        assert.equal(emulator.ledger.requests.at(-1)?.region, "cn-beijing");
    });

    it("have the status after an interrupt that they were given, and can be resumed from it", async () => {
        await start({ instances: [{ instanceId: id, interruptMs: 100, interruptedStatus: "paused" }] });
        await client.interrupt(id);
        clock.advance(99);
        assert.equal((await client.describe(id))?.status, "activating");
        clock.advance(1);
        assert.equal((await client.describe(id))?.status, "paused");
        await assert.rejects(client.interrupt(id), { code: "InstanceStatusNotSupportCurrentAction" });
        assert.equal((await client.resume(id))?.result, true);
        assert.equal((await client.describe(id))?.status, "activating");

        for (const status of ["paused", "suspended"]) {
            emulator.setStatus(id, status);
            await client.resume(id);
            emulator.setStatus(id, status);
            emulator.startChange(id);
            assert.equal(emulator.instance(id).status, "activating");
        }
    });

    it("leave suspended some time after a resume, if they were told so", async () => {
        await start({ instances: [{ instanceId: id, status: "suspended", resumeStartsMs: 100, resumeMs: 500 }] });
        assert.equal((await client.resume(id))?.result, true);
        clock.advance(99);
        assert.equal((await client.describe(id))?.status, "suspended");
        const conflict = { code: "ConcurrencyUpdateInstanceConflict", statusCode: 400 };
        await assert.rejects(client.resume(id), conflict);
        await assert.rejects(client.interrupt(id), conflict);
        clock.advance(1);
        assert.equal((await client.describe(id))?.status, "activating");
        clock.advance(499);
        assert.equal((await client.describe(id))?.status, "activating");
        clock.advance(1);
        assert.equal((await client.describe(id))?.status, "active");
        assert.equal(emulator.ledger.effectsOn(id).length, 1);
    });

    it("go through what time has brought, however much of it was passed over", async () => {
        await start({ instances: [{ instanceId: id, status: "suspended", resumeStartsMs: 100, resumeMs: 500 }] });
        await client.resume(id);
        clock.advance(600);
        assert.equal((await client.describe(id))?.status, "active");
    });

    it("start a resumed change by hand", async () => {
        await start({ instances: [{ instanceId: id, status: "suspended", resumeStartsMs: hourMs }] });
        await client.resume(id);
        assert.throws(() => emulator.startChange(id), /is suspended; a change starts from active or suspended/);
        assert.equal(emulator.step(id), "activating");
        await client.interrupt(id);
        assert.equal((await client.describe(id))?.status, "suspended");
    });
});

describe("emulator: regions", () => {
    const home = "cn-hangzhou";
    const away = "cn-beijing";
    let emulator: Emulator;

    beforeEach(async () => {
        emulator = await startEmulator({
            instances: [
                { instanceId: id },
                { instanceId: id, region: away },
                { instanceId: "ls-cn-away", region: away },
            ],
        });
    });
    afterEach(() => emulator.stop());

    const clientIn = (region: string) => officialClient(emulator, testAccount, { "x-acs-region-id": region });

    it("may have instances with one ID, told apart by the header", async () => {
        await clientIn(away).interrupt(id);
        assert.equal((await clientIn(home).describe(id))?.status, "activating");
        assert.equal((await clientIn(away).describe(id))?.status, "suspended");
        await assert.rejects(clientIn("cn-shanghai").describe(id), { code: "InstanceNotFound" });
        const effects = emulator.ledger.effects.map(({ instanceId, region }) => [instanceId, region]);
        assert.deepEqual(effects, [[id, away]]);
    });

    it("are guessed where the header is missing: that of the only instance with the ID, else the default", async () => {
        const client = officialClient(emulator);
        await client.interrupt(id);
        await client.interrupt("ls-cn-away");
        const effects = emulator.ledger.effects.map(({ instanceId, region }) => [instanceId, region]);
        assert.deepEqual(effects, [
            [id, home],
            ["ls-cn-away", away],
        ]);
    });

    it("have a default that can be chosen", async () => {
        await emulator.stop();
        emulator = await startEmulator({
            region: away,
            instances: [{ instanceId: id }, { instanceId: id, region: home }],
        });
        assert.equal(emulator.instance(id, away).region, away);
        await officialClient(emulator).interrupt(id);
        assert.equal(emulator.instance(id, away).status, "suspended");
        assert.equal(emulator.instance(id, home).status, "activating");
    });

    it("have to be named by hand where several have the ID", async () => {
        assert.throws(() => emulator.step(id), {
            message: `Instance "${id}" is in ${home} and ${away}; name the region.`,
        });
        assert.throws(() => emulator.step(id, "cn-shanghai"), /no instance "ls-cn-cloud" in cn-shanghai/);
        assert.equal(emulator.step(id, away), "active");
        emulator.startChange(id, away);
        emulator.setStatus(id, "suspended", away);
        assert.equal(emulator.instance(id, away).status, "suspended");
        assert.equal(emulator.instance(id, home).status, "activating");
        assert.equal(emulator.instance("ls-cn-away").region, away);
    });

    it("have to be named over HTTP where several have the ID", async () => {
        const step = (query: string) =>
            fetch(`${emulator.url}/_emulator/instances/${id}/step${query}`, { method: "POST" });
        const rejected = await step("");
        assert.equal(rejected.status, 409);
        assert.match(await rejected.text(), /name the region/);
        const stepped = (await (await step(`?region=${away}`)).json()) as Record<string, string>;
        assert.deepEqual([stepped.region, stepped.status], [away, "active"]);
        assert.equal(emulator.instance(id, home).status, "activating");
    });

    it("keep an instance of another region when one is replaced", () => {
        emulator.addInstance({ instanceId: id, status: "active" });
        assert.equal(emulator.instance(id, home).status, "active");
        assert.equal(emulator.instance(id, away).status, "activating");
    });
});
