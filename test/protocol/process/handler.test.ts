import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { stackConfigurationFor } from "../../support/stackConfiguration";
import { urnOf } from "../../support/urns";
import { CallError, type Properties } from "../calls";
import { Host } from "../host";

const instanceId = "ls-cn-protocol0001";
const declared: Properties = {
    __provider: providerStub,
    instanceId,
    region: "cn-hangzhou",
    triggers: ["v1"],
    resourceUrn: urnOf("pause"),
};

describe("the pointer in state", () => {
    describe("where the package cannot be loaded", () => {
        let host: Host;
        let elsewhere: string;

        before(async () => {
            elsewhere = mkdtempSync(join(tmpdir(), "logstash-elsewhere-"));
            host = await Host.start({ cwd: elsewhere });
        });
        after(async () => {
            await host.stop();
            rmSync(elsewhere, { recursive: true });
        });

        it("still deletes", () => host.delete({ ...declared, clientToken: "t", status: "suspended" }));

        it("says why nothing else can be done, and what to do", async () => {
            await assert.rejects(
                host.check({}, declared),
                /Not a direct dependency\? Error: Cannot find module 'pulumi-alicloud-logstash\/handler'/,
            );
        });

        it("creates nothing, whoever asks without a check", () => assert.rejects(host.create(declared)));
    });
});

describe("the provider in the SDK's own server", () => {
    let emulator: Emulator;
    let host: Host;

    before(async () => {
        emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }] });
        host = await Host.start({
            config: stackConfigurationFor(emulator),
        });
    });
    after(async () => {
        await host.stop();
        await emulator.stop();
    });

    it("is what the pointer leads to: it checks, creates, compares, updates and deletes", async () => {
        const { region: _, ...without } = declared;
        assert.deepEqual(await host.check({}, without), { inputs: declared, failures: [] });
        const { id, outs } = await host.create(declared);
        assert.equal(id, instanceId);
        assert.deepEqual([outs.status, outs.interrupted, outs.__provider], ["suspended", true, providerStub]);
        const { DiffChanges } = rpc.DiffResponse;
        assert.deepEqual(await host.diff(outs, declared), { changes: DiffChanges.DIFF_NONE, replaces: [] });
        const elsewhere = { ...declared, region: "cn-beijing" };
        assert.deepEqual(await host.diff(outs, elsewhere), { changes: DiffChanges.DIFF_UNKNOWN, replaces: ["region"] });
        const { triggers: __, ...kept } = outs;
        const { triggers: ___, ...news } = declared;
        assert.deepEqual(await host.update(outs, news), kept);
        await host.delete(outs);
        assert.equal(emulator.ledger.effects.length, 1);
    });

    it("fails with the message alone, and with what is recorded where it may have been done", async () => {
        emulator.faults.add({ operation: "InterruptLogstashTask", fault: { kind: "reset", point: "before" } });
        const inDoubt = await failureOf(host.create({ ...declared, triggers: ["doubt"], timeoutSeconds: 1 }));
        assert.equal(inDoubt.initFailure?.id, instanceId);
        assert.equal(inDoubt.initFailure.properties.status, "pending");
        assert.match(inDoubt.initFailure.reasons.join(), /it is not known whether it was done/);
        emulator.faults.clear();
        const refused = await failureOf(host.create({ ...declared, instanceId: "ls-cn-nosuch0001" }));
        assert.equal(refused.initFailure, undefined);
        assert.match(refused.message, /InstanceNotFound/);
    });
});

async function failureOf(call: Promise<unknown>): Promise<CallError> {
    const error = await call.then(
        () => assert.fail("the call should have failed"),
        (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof CallError);
    return error;
}
