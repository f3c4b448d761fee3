import { strict as assert } from "node:assert";
import { readProviderArguments } from "../../provider/src/plugin/providerArguments";

const read = (given: Readonly<Record<string, unknown>>, name?: string, project = "website") => {
    const { failuresIn, ...rest } = readProviderArguments(given, name, {});
    return { ...rest, failures: failuresIn(project) };
};

describe("the arguments of a provider", () => {
    it("are keys under the plugin's name, structured ones as JSON", () => {
        const { config, failures } = read({ region: "cn-beijing", endpoints: [{ elasticsearch: "host" }] });
        assert.equal(config.config("alicloud-logstash:region"), "cn-beijing");
        assert.equal(config.config("alicloud-logstash:endpoints"), '[{"elasticsearch":"host"}]');
        assert.equal(config.config("alicloud:region"), undefined);
        assert.deepEqual(failures, []);
    });

    it("are none where the value is null, or the engine's own", () => {
        const given = { region: null, version: "1.0.0", pluginDownloadURL: "https://a.test" };
        const { config, failures } = read(given);
        assert.equal(config.config("alicloud-logstash:region"), undefined);
        assert.equal(config.config("alicloud-logstash:version"), undefined);
        assert.deepEqual(failures, []);
    });

    it("are refused where they are unknown, each by its name, with those that are known", () => {
        const { failures } = read({ region: "cn-beijing", acessKey: "canary", regoin: "canary" });
        assert.equal(failures.length, 2);
        assert.match(
            failures[0] ?? "",
            /"acessKey" is not a key under alicloud-logstash:; known are accessKey, secretKey/,
        );
        assert.match(failures[1] ?? "", /"regoin"/);
        assert.doesNotMatch(failures.join(), /canary/);
        assert.match(read({ regoin: "" }, "mine").failures.join(), /"regoin" is not an argument of this provider/);
    });

    for (const name of [undefined, "default", "default_0_1_0"]) {
        it(`are the stack's configuration for the default provider: ${name}`, () => {
            assert.equal(read({}, name).source.declared, false);
        });
    }

    for (const name of ["mine", "defaults", "my_default", "not-default"]) {
        it(`are a declared provider's for ${name}`, () => {
            assert.equal(read({}, name).source.declared, true);
        });
    }

    it("may be the keys of a project that has the plugin's name, and not those of a provider that it declares", () => {
        const given = { region: "cn-beijing", instanceId: "ls-cn-a" };
        assert.deepEqual(read(given, "default", "alicloud-logstash").failures, []);
        assert.equal(read(given, "mine", "alicloud-logstash").failures.length, 1);
        assert.equal(read(given, "default", "logstash").failures.length, 1);
    });
});
