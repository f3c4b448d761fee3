import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { header, programOf } from "./programs";
import { expectSuccess, Stack } from "./stack";

describe("the state of the first build", () => {
    let emulator: Emulator;
    let stack: Stack;

    beforeEach(async () => {
        emulator = await startEmulator();
        stack = await Stack.create({ emulator, program: "" });
        const state = readFileSync(join(__dirname, "states", "0.1.0-first.json"), "utf8");
        stack.write("state.json", state.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, emulator.url));
        expectSuccess(await stack.pulumi("stack", "import", "--file", "state.json"));
    });
    afterEach(async () => {
        stack.remove();
        await emulator.stop();
    });

    it("is read, updated and destroyed without a call", async () => {
        const program = (settings: string) => `${header}
            new LogstashTaskInterrupt("triggered",
                { instanceId: "ls-cn-fixture0001", triggers: ["v2", { sha: "abc" }]${settings} });
            new LogstashTaskInterrupt("tokened", { instanceId: "ls-cn-fixture0002", clientToken: "release-7"${settings} });
            new LogstashTaskInterrupt("plain", { instanceId: "ls-cn-fixture0003"${settings} });`;
        stack.program(program(""));
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /4 unchanged/);
        assert.match(run.text, /1 deleted/);
        stack.program(program(", timeoutSeconds: 60"));
        assert.match(expectSuccess(await stack.up()).text, /3 updated/);
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
        assert.equal(emulator.ledger.requests.length, 0);
    });

    it("is finished where it is pending: what was accepted then is only looked at now", async () => {
        emulator.addInstance({ instanceId: "ls-cn-fixture0004", status: "suspended" });
        stack.program(programOf({ unfinished: { args: { instanceId: "ls-cn-fixture0004", triggers: ["v1"] } } }));
        expectSuccess(await stack.up());
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.interrupted], ["suspended", true]);
        assert.equal(emulator.ledger.requestsTo("InterruptLogstashTask").length, 0);
    });
});
