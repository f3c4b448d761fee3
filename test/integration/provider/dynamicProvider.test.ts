import { strict as assert } from "node:assert";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dynamicProvider } from "../../../provider/src/dynamic/provider";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { urnOf } from "../../support/urns";
import { Host } from "./host";

const never = new AbortController().signal;
const declared = { instanceId: "ls-cn-1", region: "cn-hangzhou", resourceUrn: urnOf("pause"), __provider: "stub" };

// What both front ends promise is in frontEnds.test.ts.
describe("the dynamic provider", () => {
    it("takes the region from the environment when the host has not configured it yet", async () => {
        const provider = dynamicProvider({ argv: [], env: { ALIBABA_CLOUD_REGION: "cn-beijing" } }, never);
        const { region: _, ...news } = declared;
        const checked = await provider.check?.({}, news);
        assert.deepEqual(checked, { inputs: { ...news, region: "cn-beijing" }, failures: [] });
    });

    it("reports no failure of the user when the configuration cannot be read", async () => {
        const provider = dynamicProvider({ argv: [], env: {} }, never);
        const get = () => {
            throw new TypeError("failure");
        };
        await provider.configure?.({ config: { get, require: get } });
        await assert.rejects(async () => provider.check?.({}, declared), TypeError);
    });

    it("deletes, and says why it does nothing else, when the package cannot be loaded in Pulumi's host", async () => {
        const elsewhere = mkdtempSync(join(tmpdir(), "logstash-elsewhere-"));
        const host = await Host.start({ cwd: elsewhere, stderr: "pipe" });
        const recorded = { ...declared, __provider: providerStub };
        try {
            await host.delete({ ...recorded, clientToken: "t", status: "suspended" });
            const reason = /Not a direct dependency\? Error: Cannot find module 'pulumi-alicloud-logstash\/handler'/;
            await assert.rejects(host.check({}, recorded), reason);
            await assert.rejects(host.create(recorded));
        } finally {
            await host.stop();
        }
    });
});
