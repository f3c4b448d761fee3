import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { writeCliProfiles } from "../../support/cliProfiles";
import { repository } from "../../support/commands";
import { pluginHeader } from "../../support/pluginPrograms";
import { header, interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess, Stack } from "../../support/stack";

const instanceId = "ls-cn-identity0001";
const { accessKeyId, accessKeySecret } = testAccount;

describe("as whom a deployment calls", () => {
    let emulator: Emulator;
    let stack: Stack;
    before(async () => {
        emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }] });
        // A laptop whose CLI has a current profile that the service would take.
        const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };
        stack = await Stack.create({ emulator, program: "", env });
        const key = { access_key_id: accessKeyId, access_key_secret: accessKeySecret };
        writeCliProfiles(stack.path("home"), { name: "default", mode: "AK", region_id: "cn-hangzhou", ...key });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    async function expectNothingSent(words: RegExp): Promise<void> {
        const run = expectFailure(await stack.up());
        assert.match(run.text, words);
        assert.deepEqual(emulator.ledger.requests, []);
    }

    it("is nobody whom the stack, the environment or a named profile does not name", async () => {
        stack.configure({ "pulumi:disable-default-providers": ["alicloud"] });
        stack.program(interruptProgram({ instanceId }));
        await expectNothingSent(/`export ALIBABA_CLOUD_PROFILE=NAME`.*its file has "default"/);
    });

    it("is nobody whose keys the program puts into its own process, and the error says where they count", async () => {
        const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret };
        stack.program(`Object.assign(process.env, ${JSON.stringify(keys)});\n${interruptProgram({ instanceId })}`);
        await expectNothingSent(/Variables count where `pulumi` is started/);
    });

    it("is nobody below a component with an explicit provider of pulumi-nodejs, to which no configuration comes", async () => {
        stack.configure({ "alicloud:accessKey": accessKeyId, "alicloud:secretKey": accessKeySecret });
        stack.program(`${header}
            const js = new pulumi.ProviderResource("pulumi-nodejs", "js", {});
            const providers = { "pulumi-nodejs": js };
            const parent = new pulumi.ComponentResource("test:index:C", "c", {}, { providers });
            new LogstashTaskInterrupt("pause", { instanceId: "${instanceId}", profile: "default" }, { parent });`);
        await expectNothingSent(/provider of the package pulumi-nodejs[\s\S]*use the plugin/);
    });

    it("is the profile that the environment names", async () => {
        stack.configure({});
        stack.environment({ ALIBABA_CLOUD_PROFILE: "default" });
        stack.program(interruptProgram({ instanceId }));
        expectSuccess(await stack.up());
        assert.deepEqual([...new Set(emulator.ledger.requests.map((request) => request.accessKeyId))], [accessKeyId]);
    });

    it("is no matter of a project's own keys, also where the project has the plugin's name", async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-project-"));
        const bin = join(repository, "node_modules", "pulumi-alicloud-logstash", "bin");
        const plugins = { providers: [{ name: "alicloud-logstash", path: bin }] };
        const runtime = { name: "nodejs", options: { typescript: false } };
        writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify({ name: "alicloud-logstash", runtime, plugins }));
        const program = `${pluginHeader}
            const instanceId = new pulumi.Config().require("instanceId");
            new Interrupt("pause", { instanceId });`;
        const named = await Stack.create({ emulator, program, plugin: true, copyOf: folder });
        try {
            named.configure({ "alicloud-logstash:instanceId": instanceId });
            expectSuccess(await named.preview());
        } finally {
            named.remove();
            rmSync(folder, { recursive: true });
        }
    });
});
