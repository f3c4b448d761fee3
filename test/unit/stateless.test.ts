import { strict as assert } from "node:assert";
import { statelessFailures } from "../../provider/src/plugin/stateless";
import { pluginInterruptType, urnOf } from "../support/urns";

const interrupt = "urn:pulumi:dev::default::alicloud-logstash:index:LogstashTaskInterrupt::LogstashTaskInterrupt";
const resume = interrupt.replaceAll("Interrupt", "Resume");

describe("a stateless call by `pulumi do`", () => {
    it("is rejected when neither a token nor triggers tell it apart from the call before", () => {
        for (const urn of [interrupt, resume]) {
            const [failure = "", ...others] = statelessFailures(urn, { instanceId: "ls-cn-1", triggers: null });
            assert.match(failure, /^clientToken: is required with `pulumi do --stateless`/);
            assert.deepEqual(others, []);
        }
    });

    it("passes when it has either", () => {
        assert.deepEqual(statelessFailures(interrupt, { clientToken: "incident-1" }), []);
        assert.deepEqual(statelessFailures(interrupt, { triggers: ["incident-1"] }), []);
        assert.deepEqual(statelessFailures(resume, { interruption: "ls-cn-1/token" }), []);
    });

    it("is told by its URN alone, so that programs need neither", () => {
        const urn = urnOf("LogstashTaskInterrupt", { type: pluginInterruptType });
        assert.deepEqual(statelessFailures(urn, { instanceId: "ls-cn-1" }), []);
        assert.deepEqual(statelessFailures(interrupt.replace(":dev:", ":prod:"), {}), []);
        assert.deepEqual(statelessFailures(`${interrupt}2`, {}), []);
    });
});
