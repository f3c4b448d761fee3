import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { startEmulator } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../../provider/src/dynamic/providerStub";
import { stackConfigurationFor } from "../../../support/stackConfiguration";
import { urnOf } from "../../../support/urns";
import { failureOf, type Properties } from "../calls";
import { Host } from "../host";

const instanceId = "ls-cn-protocol0001";
const declared: Properties = {
    __provider: providerStub,
    instanceId,
    region: "cn-hangzhou",
    triggers: ["v1"],
    resourceUrn: urnOf("pause"),
};

describe("the provider stub in Pulumi's dynamic-provider host", () => {
    it("deletes, and says why it does nothing else, when the package cannot be loaded", async () => {
        const elsewhere = mkdtempSync(join(tmpdir(), "logstash-elsewhere-"));
        const host = await Host.start({ cwd: elsewhere, stderr: "pipe" });
        try {
            await host.delete({ ...declared, clientToken: "t", status: "suspended" });
            const reason = /Not a direct dependency\? Error: Cannot find module 'pulumi-alicloud-logstash\/handler'/;
            await assert.rejects(host.check({}, declared), reason);
            await assert.rejects(host.create(declared));
        } finally {
            await host.stop();
            rmSync(elsewhere, { recursive: true });
        }
    });

    it("loads the provider, which checks, creates, compares, updates, fails and deletes", async () => {
        const emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }] });
        const host = await Host.start({ config: stackConfigurationFor(emulator), stderr: "pipe" });
        try {
            const { region: _, ...without } = declared;
            assert.deepEqual(await host.check({}, without), { inputs: declared, failures: [] });
            const { id, outs } = await host.create(declared);
            assert.deepEqual([id, outs.status, outs.__provider], [instanceId, "suspended", providerStub]);
            const { DIFF_NONE, DIFF_UNKNOWN } = rpc.DiffResponse.DiffChanges;
            assert.deepEqual(await host.diff(outs, declared), { changes: DIFF_NONE, replaces: [] });
            const elsewhere = { ...declared, region: "cn-beijing" };
            assert.deepEqual(await host.diff(outs, elsewhere), { changes: DIFF_UNKNOWN, replaces: ["region"] });
            const { triggers: __, ...kept } = outs;
            const { triggers: ___, ...news } = declared;
            assert.deepEqual(await host.update(outs, news), kept);
            await host.delete(outs);
            assert.equal(emulator.ledger.effects.length, 1);

            emulator.faults.add({ operation: "InterruptLogstashTask", fault: { kind: "reset", point: "before" } });
            const lost = await failureOf(host.create({ ...declared, triggers: ["lost"], timeoutSeconds: 1 }));
            assert.equal(lost.initFailure?.id, instanceId);
            const { status, __provider } = lost.initFailure.properties;
            assert.deepEqual([status, __provider], ["pending", providerStub]);
            emulator.faults.clear();
            const rejected = await failureOf(host.create({ ...declared, instanceId: "ls-cn-nosuch0001" }));
            assert.equal(rejected.initFailure, undefined);
            assert.match(rejected.message, /InstanceNotFound/);
        } finally {
            await host.stop();
            await emulator.stop();
        }
    });
});
