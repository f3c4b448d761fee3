import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { header, interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess, type Run, Stack } from "../../support/stack";
import { screenOf } from "./screen";

const instanceId = "ls-cn-4591f1y6abcd";
/** Where nobody listens. */
const nobody = "127.0.0.1:1";
const short = { instanceId, timeoutSeconds: 2 };

const shown = new Set<string>();

describe("what a terminal shows", () => {
    let emulator: Emulator;
    let stack: Stack;
    beforeEach(async () => {
        emulator = await startEmulator({ instances: [{ instanceId }] });
    });
    afterEach(async () => {
        stack.remove();
        await emulator.stop();
    });

    function expectScreen(name: string, run: Run): void {
        shown.add(`${name}.txt`);
        assert.equal(screenOf(run), readFileSync(join(__dirname, `${name}.txt`), "utf8"));
    }
    async function stackOf(program: string, options: Pick<Parameters<typeof Stack.create>[0], "config" | "env"> = {}) {
        stack = await Stack.create({ emulator, program, ...options });
    }
    const endpoint = (elasticsearch: string) => ({ config: { "alicloud:endpoints": [{ elasticsearch }] } });

    it("where somebody else has suspended the instance: it is not resumed", async () => {
        emulator.setStatus(instanceId, "suspended");
        await stackOf(`${header}
            const instanceId = "${instanceId}";
            const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers: ["v1"], whenIdle: "skip" });
            new LogstashTaskResume("go-on", { instanceId, interruption: pause.interruption }, { dependsOn: [pause] });
            exports.interrupted = pause.interrupted;`);
        expectScreen("suspended-by-somebody-else", expectSuccess(await stack.up()));
        assert.equal(emulator.instance(instanceId).status, "suspended");
        assert.deepEqual(emulator.ledger.effects, []);
    });

    it("where nobody listens at the endpoint", async () => {
        await stackOf(interruptProgram(short), endpoint(`http://${nobody}`));
        expectScreen("dead-endpoint", expectFailure(await stack.up()));
        assert.deepEqual(await stack.resources(), []);
    });

    it("where nobody listens at the proxy", async () => {
        const env = { HTTPS_PROXY: `http://${nobody}`, NO_PROXY: "", no_proxy: "" };
        await stackOf(interruptProgram(short), { ...endpoint("service.invalid"), env });
        expectScreen("dead-proxy", expectFailure(await stack.up()));
        assert.deepEqual(await stack.resources(), []);
    });

    it("where the secret of the access key is wrong", async () => {
        await stackOf(interruptProgram(short), { env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong-canary" } });
        expectScreen("wrong-secret", expectFailure(await stack.up()));
        assert.deepEqual(await stack.resources(), []);
    });

    it("where the endpoint is that of another region, or no host", async () => {
        await stackOf(interruptProgram({ ...short, region: "cn-beijing" }));
        expectScreen("endpoint-of-another-region", expectFailure(await stack.up()));
        stack.configure({ "alicloud:endpoints": [{ elasticsearch: "elasticsearch-vpc.{region}.aliyuncs.com" }] });
        expectScreen("endpoint-with-braces", expectFailure(await stack.pulumi("preview")));
        assert.deepEqual(await stack.resources(), []);
    });

    it("where a resource is renamed, with an alias and without", async () => {
        const renamed = (name: string, options: string) =>
            stack.program(
                `${header} new LogstashTaskInterrupt("${name}", { instanceId: "${instanceId}" }, ${options});`,
            );
        await stackOf("");
        renamed("pause", "{}");
        expectSuccess(await stack.up());
        const sent = emulator.ledger.requests.length;
        renamed("hold", "{}");
        expectScreen("renamed-without-alias", expectSuccess(await stack.pulumi("preview")));
        renamed("hold", '{ aliases: [{ name: "pause" }] }');
        expectScreen("renamed-with-alias", expectSuccess(await stack.up()));
        assert.equal(emulator.ledger.requests.length, sent);
    });
});

describe("the screens", () => {
    it("are each shown by a test", () => {
        const files = readdirSync(__dirname).filter((name) => name.endsWith(".txt"));
        assert.deepEqual([...shown].sort(), files.sort());
    });
});
