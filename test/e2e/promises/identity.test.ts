import { strict as assert } from "node:assert";
import { join } from "node:path";
import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { writeCliProfiles } from "../../support/cliProfiles";
import { repository } from "../../support/commands";
import { Fixture } from "../../support/fixture";
import { pluginHeader } from "../../support/pluginPrograms";
import { header, interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess } from "../../support/stack";

const instanceId = "ls-cn-identity0001";
const { accessKeyId, accessKeySecret } = testAccount;

describe("the identity of a deployment", () => {
    let fixture: Fixture;
    before(async () => {
        // A laptop whose CLI has a current profile that the service would accept.
        const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };
        fixture = await Fixture.open({ instances: [instanceId], env });
        const key = { access_key_id: accessKeyId, access_key_secret: accessKeySecret };
        const profile = { name: "default", mode: "AK", region_id: "cn-hangzhou", ...key };
        writeCliProfiles(fixture.stack.path("home"), profile);
    });
    after(() => fixture.close());

    async function expectNothingSent(words: RegExp): Promise<void> {
        const { text } = expectFailure(await fixture.withoutRequests(() => fixture.stack.up()));
        assert.match(text, words);
    }

    it("is missing when the stack, the environment and a named profile give none", async () => {
        fixture.stack.configure({ "pulumi:disable-default-providers": ["alicloud"] });
        fixture.stack.program(interruptProgram({ instanceId }));
        await expectNothingSent(/ALIBABA_CLOUD_PROFILE=NAME.*"default"/);
    });

    it("is missing when the program sets keys in its own process", async () => {
        const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret };
        const program = interruptProgram({ instanceId });
        fixture.stack.program(`Object.assign(process.env, ${JSON.stringify(keys)});\n${program}`);
        await expectNothingSent(/ALIBABA_CLOUD_PROFILE=NAME/);
    });

    it("is missing when a component has an explicit provider of pulumi-nodejs, which gets no configuration", async () => {
        fixture.stack.configure({ "alicloud:accessKey": accessKeyId, "alicloud:secretKey": accessKeySecret });
        fixture.stack.program(`${header}
            const js = new pulumi.ProviderResource("pulumi-nodejs", "js", {});
            const providers = { "pulumi-nodejs": js };
            const parent = new pulumi.ComponentResource("test:index:C", "c", {}, { providers });
            new LogstashTaskInterrupt("pause", { instanceId: "${instanceId}", profile: "default" }, { parent });`);
        await expectNothingSent(/pulumi-nodejs[\s\S]*plugin/);
    });

    it("is the profile when the environment names one", async () => {
        fixture.stack.configure({});
        fixture.stack.environment({ ALIBABA_CLOUD_PROFILE: "default" });
        fixture.stack.program(interruptProgram({ instanceId }));
        expectSuccess(await fixture.stack.up());
        const { requests } = fixture.emulator.ledger;
        assert.deepEqual([...new Set(requests.map((request) => request.accessKeyId))], [accessKeyId]);
    });

    it("is found as always when the project has the plugin's name and keys of its own", async () => {
        const path = join(repository, "node_modules", "pulumi-alicloud-logstash", "bin");
        const plugins = { providers: [{ name: "alicloud-logstash", path }] };
        const runtime = { name: "nodejs", options: { typescript: false } };
        const named = await Fixture.open({ plugin: true });
        try {
            named.stack.write("Pulumi.yaml", JSON.stringify({ name: "alicloud-logstash", runtime, plugins }));
            named.stack.configure({ "alicloud-logstash:instanceId": instanceId });
            named.stack.program(`${pluginHeader}
                new Interrupt("pause", { instanceId: new pulumi.Config().require("instanceId") });`);
            expectSuccess(await named.stack.pulumi("stack", "init", "dev"));
            expectSuccess(await named.stack.preview());
        } finally {
            await named.close();
        }
    });
});
