import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Fixture } from "../../support/fixture";
import { pluginClasses } from "../../support/pluginPrograms";
import { header } from "../../support/programs";
import { expectSuccess, type ResourceState } from "../../support/stack";

/** An interrupt that was accepted and not confirmed, and a resume whose outcome is unknown. */
const pending = { unfinished: "ls-cn-fixture0004", unknown: "ls-cn-fixture0005" };

/** What the state was made from: all that is finished in both forms, then what is pending. */
const finishedResources = (settings = "") => `${header}${pluginClasses}
    const pause = new LogstashTaskInterrupt("pause",
        { instanceId: "ls-cn-fixture0001", triggers: ["v2", { sha: "abc" }]${settings} });
    new LogstashTaskResume("resume",
        { instanceId: "ls-cn-fixture0001", interruption: pause.interruption${settings} }, { dependsOn: pause });
    new LogstashTaskInterrupt("tokened", { instanceId: "ls-cn-fixture0002", clientToken: "release-7"${settings} });
    const pluginPause = new Interrupt("pluginPause", { instanceId: "ls-cn-fixture0003", triggers: ["v1"]${settings} });
    new Resume("pluginResume",
        { instanceId: "ls-cn-fixture0003", interruption: pluginPause.interruption${settings} }, { dependsOn: pluginPause });
    const held = new LogstashTaskInterrupt("held", { instanceId: "${pending.unknown}"${settings} });`;
const pendingResources = (settings = "") => `
    new LogstashTaskInterrupt("unfinished", { instanceId: "${pending.unfinished}", triggers: ["v1"]${settings} });
    new LogstashTaskResume("unknown",
        { instanceId: "${pending.unknown}", interruption: held.interruption${settings} }, { dependsOn: held });`;

describe("a state of version 0.1.0", () => {
    const text = readFileSync(join(__dirname, "states", "0.1.0.json"), "utf8");
    let fixture: Fixture;

    beforeEach(async () => {
        fixture = await Fixture.open({ plugin: true });
        const { emulator, stack } = fixture;
        stack.write("state.json", text.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, emulator.url));
        expectSuccess(await stack.pulumi("stack", "import", "--file", "state.json"));
    });
    afterEach(() => fixture.close());

    async function outputsOf(name: string): Promise<ResourceState["outputs"]> {
        return (await fixture.records())[name]?.outputs ?? assert.fail(`${name} is not recorded`);
    }

    it("is read, updated and destroyed without a request when everything is finished", async () => {
        const { emulator, stack } = fixture;
        stack.program(finishedResources());
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /7 unchanged/);
        assert.match(run.text, /2 deleted/);
        stack.program(finishedResources(", timeoutSeconds: 60"));
        assert.match(expectSuccess(await stack.up()).text, /6 updated/);
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
        assert.equal(emulator.ledger.requests.length, 0);
    });

    it("is finished with the recorded tokens when something is pending", async () => {
        const { emulator, stack } = fixture;
        for (const instanceId of Object.values(pending)) {
            emulator.addInstance({ instanceId, status: "suspended" });
        }
        const before = { unfinished: await outputsOf("unfinished"), unknown: await outputsOf("unknown") };
        stack.program(finishedResources() + pendingResources());
        expectSuccess(await stack.up());
        assert.equal(emulator.ledger.requestsTo("InterruptLogstashTask").length, 0);
        const interrupt = await outputsOf("unfinished");
        assert.deepEqual(
            [interrupt.status, interrupt.interrupted, interrupt.interruption],
            ["suspended", true, `${pending.unfinished}/${before.unfinished.clientToken}`],
        );
        const [effect, ...more] = emulator.ledger.effects;
        assert.deepEqual([effect?.instanceId, effect?.clientToken], [pending.unknown, before.unknown.clientToken]);
        assert.deepEqual(more, []);
        const resume = await outputsOf("unknown");
        assert.deepEqual(
            [resume.status, resume.resumed, resume.resumedInterruption],
            ["activating", true, before.unknown.interruption],
        );
    });
});
