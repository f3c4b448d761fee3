import { strict as assert } from "node:assert";
import { dynamicProvider } from "../../../provider/src/dynamic/provider";
import { urnOf } from "../../support/urns";

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
});
