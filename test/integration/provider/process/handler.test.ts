import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { startEmulator } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../../provider/src/dynamic/providerStub";
import { stackConfigurationFor } from "../../../support/stackConfiguration";
import { urnOf } from "../../../support/urns";
import { failureOf, Host, type Properties } from "../host";

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

    it("loads the provider, and passes on its outcomes as the engine reads them", async () => {
        const emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }] });
        const host = await Host.start({ config: stackConfigurationFor(emulator), stderr: "pipe" });
        try {
            const { region: _, ...without } = declared;
            assert.deepEqual(await host.check({}, without), { inputs: declared, failures: [] });
            emulator.faults.add({ operation: "InterruptLogstashTask", fault: { kind: "reset", point: "after" } });
            const lost = await failureOf(host.create({ ...declared, timeoutSeconds: 1 }));
            const { id, properties } = lost.initFailure ?? assert.fail();
            assert.deepEqual([id, properties.status, properties.__provider], [instanceId, "pending", providerStub]);
            emulator.faults.clear();
            const { DIFF_SOME } = rpc.DiffResponse.DiffChanges;
            assert.deepEqual(await host.diff(properties, declared), { changes: DIFF_SOME, replaces: [] });
            const outs = await host.update(properties, declared);
            assert.deepEqual([outs.status, outs.__provider], ["suspended", providerStub]);
            await host.delete(outs);
            assert.equal(emulator.ledger.effects.length, 1);
            const rejected = await failureOf(host.create({ ...declared, instanceId: "ls-cn-nosuch0001" }));
            assert.equal(rejected.initFailure, undefined);
            assert.match(rejected.message, /InstanceNotFound/);
        } finally {
            await host.stop();
            await emulator.stop();
        }
    });
});
