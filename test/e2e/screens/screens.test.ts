import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fixture } from "../../support/fixture";
import { header, interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess, type Run, type StackOptions } from "../../support/stack";
import { screenOf } from "./screen";

const instanceId = "ls-cn-4591f1y6abcd";
/** No port of a server. */
const unreachable = "127.0.0.1:1";
const short = { instanceId, timeoutSeconds: 2 };

const shown = new Set<string>();

// After a change of a message, `UPDATE_SCREENS=1 npx mocha test/e2e/screens/screens.test.ts` writes the files, for a person to read.
describe("the terminal", () => {
    let fixture: Fixture;
    afterEach(() => fixture.close());

    function expectScreen(name: string, run: Run): void {
        shown.add(`${name}.txt`);
        const file = join(__dirname, `${name}.txt`);
        if (process.env.UPDATE_SCREENS !== undefined) {
            writeFileSync(file, screenOf(run));
        }
        assert.equal(screenOf(run), readFileSync(file, "utf8"));
    }
    async function stackOf(program: string, options: Pick<StackOptions, "config" | "env"> = {}) {
        fixture = await Fixture.open({ instances: [instanceId], program, ...options });
        return fixture.stack;
    }
    const endpoint = (elasticsearch: string) => ({ config: { "alicloud:endpoints": [{ elasticsearch }] } });
    /** The deployment fails, and records nothing. */
    async function expectFailureScreen(name: string): Promise<void> {
        expectScreen(name, expectFailure(await fixture.stack.up()));
        assert.deepEqual(await fixture.stack.resources(), []);
    }

    it("shows that nothing is resumed when an operator has suspended the instance", async () => {
        const stack = await stackOf(`${header}
            const instanceId = "${instanceId}";
            const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers: ["v1"], whenIdle: "skip" });
            new LogstashTaskResume("go-on", { instanceId, interruption: pause.interruption }, { dependsOn: [pause] });
            exports.interrupted = pause.interrupted;`);
        fixture.emulator.setStatus(instanceId, "suspended");
        expectScreen("suspended-by-somebody-else", expectSuccess(await stack.up()));
    });

    it("names the endpoint when it refuses connections", async () => {
        await stackOf(interruptProgram(short), endpoint(`http://${unreachable}`));
        await expectFailureScreen("dead-endpoint");
    });

    it("names the proxy and its variable when it refuses connections", async () => {
        const env = { HTTPS_PROXY: `http://${unreachable}`, NO_PROXY: "", no_proxy: "" };
        await stackOf(interruptProgram(short), { ...endpoint("service.invalid"), env });
        await expectFailureScreen("dead-proxy");
    });

    it("names the access key when its secret is wrong", async () => {
        await stackOf(interruptProgram(short), { env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong-canary" } });
        await expectFailureScreen("wrong-secret");
    });

    it("names the endpoint setting when it is that of another region, or no host", async () => {
        const stack = await stackOf(interruptProgram({ ...short, region: "cn-beijing" }));
        await expectFailureScreen("endpoint-of-another-region");
        stack.configure({ "alicloud:endpoints": [{ elasticsearch: "elasticsearch-vpc.{region}.aliyuncs.com" }] });
        expectScreen("endpoint-with-braces", expectFailure(await stack.pulumi("preview")));
    });

    it("shows a new resource or none when a resource is renamed without or with an alias", async () => {
        const stack = await stackOf(interruptProgram({ instanceId }));
        expectSuccess(await stack.up());
        const rename = (options: string) =>
            stack.program(`${header} new LogstashTaskInterrupt("hold", { instanceId: "${instanceId}" }, ${options});`);
        rename("{}");
        expectScreen("renamed-without-alias", expectSuccess(await stack.pulumi("preview")));
        rename('{ aliases: [{ name: "pause" }] }');
        const run = await fixture.withoutRequests(() => stack.up());
        expectScreen("renamed-with-alias", expectSuccess(run));
    });

    it("is recorded in files that all have a test when they are listed", async () => {
        await stackOf("");
        const files = readdirSync(__dirname).filter((name) => name.endsWith(".txt"));
        assert.deepEqual([...shown].sort(), files.sort());
    });
});
