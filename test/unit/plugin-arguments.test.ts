import { strict as assert } from "node:assert";
import { inputFailures } from "../../provider/src/plugin/checkFailures";
import { readProviderArguments } from "../../provider/src/plugin/providerArguments";
import { pluginInterruptType, urnOf } from "../support/urns";

const read = (given: Readonly<Record<string, unknown>>, name?: string, project = "website") => {
    const { failuresIn, ...rest } = readProviderArguments(given, name, {});
    return { ...rest, failures: failuresIn(project) };
};

describe("the arguments of the plugin's provider", () => {
    it("become keys in the plugin's namespace, structured ones as JSON", () => {
        const { config, failures } = read({ region: "cn-beijing", endpoints: [{ elasticsearch: "host" }] });
        assert.equal(config.config("alicloud-logstash:region"), "cn-beijing");
        assert.equal(config.config("alicloud-logstash:endpoints"), '[{"elasticsearch":"host"}]');
        assert.equal(config.config("alicloud:region"), undefined);
        assert.deepEqual(failures, []);
    });

    it("count as not given when they are null or the engine's own", () => {
        const { config, failures } = read({ region: null, version: "1.0.0", pluginDownloadURL: "https://a.test" });
        const keys = ["region", "version"].map((name) => config.config(`alicloud-logstash:${name}`));
        assert.deepEqual([keys, failures], [[undefined, undefined], []]);
    });

    it("are refused by name, and never shown, when they are unknown", () => {
        const { failures } = read({ region: "cn-beijing", acessKey: "canary", regoin: "canary" });
        assert.equal(failures.length, 2);
        assert.match(failures.join("\n"), /^"acessKey" is not a key under alicloud-logstash:; known are accessKey, /);
        assert.match(failures.join("\n"), /^"regoin"/m);
        assert.doesNotMatch(failures.join(), /canary/);
        assert.match(read({ regoin: "" }, "mine").failures.join(), /"regoin" is not an argument of this provider/);
    });

    it("are those of a declared provider unless the engine names the default one", () => {
        for (const [name, declared] of [
            ...[undefined, "default", "default_0_1_0"].map((each) => [each, false] as const),
            ...["mine", "defaults", "my_default", "not-default"].map((each) => [each, true] as const),
        ]) {
            assert.equal(read({}, name).source.declared, declared, name);
        }
    });

    it("may be unknown when a project named like the plugin has keys of its own, but not on a declared provider", () => {
        const given = { region: "cn-beijing", instanceId: "ls-cn-a" };
        assert.deepEqual(read(given, "default", "alicloud-logstash").failures, []);
        assert.equal(read(given, "mine", "alicloud-logstash").failures.length, 1);
        assert.equal(read(given, "default", "logstash").failures.length, 1);
    });
});

describe("a stateless call by `pulumi do`", () => {
    const interrupt = "urn:pulumi:dev::default::alicloud-logstash:index:LogstashTaskInterrupt::LogstashTaskInterrupt";
    const resume = interrupt.replaceAll("Interrupt", "Resume");

    it("is refused when neither a token nor triggers tell it apart from the call before", () => {
        for (const urn of [interrupt, resume]) {
            const [failure = "", ...others] = inputFailures(urn, { instanceId: "ls-cn-1", triggers: null });
            assert.match(failure, /^clientToken: is required with `pulumi do --stateless`/);
            assert.deepEqual(others, []);
        }
    });

    it("passes when something tells it apart, or when its URN is that of a program", () => {
        assert.deepEqual(inputFailures(interrupt, { clientToken: "incident-1" }), []);
        assert.deepEqual(inputFailures(interrupt, { triggers: ["incident-1"] }), []);
        assert.deepEqual(inputFailures(resume, { interruption: "ls-cn-1/token" }), []);
        assert.deepEqual(inputFailures(urnOf("LogstashTaskInterrupt", { type: pluginInterruptType }), {}), []);
        assert.deepEqual(inputFailures(interrupt.replace(":dev:", ":prod:"), {}), []);
        assert.deepEqual(inputFailures(`${interrupt}2`, {}), []);
    });
});
