import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { expectFailure, expectSuccess, Stack } from "./stack";

const instances = ["ls-cn-recipe0001", "ls-cn-recipe0002"];

/** Interrupts instances, works, resumes what it has interrupted; `WORK` and `ORDER` are put in. */
const recipe = (options: { readonly skip?: boolean; readonly triggers?: string } = {}) =>
    `const pulumi = require("@pulumi/pulumi");
     const { LogstashTaskInterrupt, LogstashTaskResume } = require("pulumi-alicloud-logstash");
     const triggers = [${options.triggers ?? '"v1"'}];
     for (const instanceId of ${JSON.stringify(instances)}) {
         const pause = new LogstashTaskInterrupt("pause-" + instanceId, {
             instanceId, triggers, timeoutSeconds: 5, ${options.skip ? 'whenIdle: "skip",' : ""}
         });
         const work = new pulumi.Stash("work-" + instanceId, { input: "v1" }, { dependsOn: [pause] });
         new LogstashTaskResume(
             "resume-" + instanceId,
             { instanceId, triggers, timeoutSeconds: 5, enabled: pause.interrupted ${options.skip ? ', whenNotSuspended: "skip"' : ""} },
             { dependsOn: [pause, work] },
         );
     }`;

describe("interrupt, work, resume", () => {
    let emulator: Emulator;
    let stack: Stack;

    beforeEach(async () => {
        emulator = await startEmulator({ instances: instances.map((instanceId) => ({ instanceId })) });
        stack = await Stack.create({ emulator, program: recipe() });
    });
    afterEach(async () => {
        stack.remove();
        await emulator.stop();
    });

    const status = () => instances.map((instanceId) => emulator.instance(instanceId).status);
    const done = () => emulator.ledger.effects.map(({ operation, instanceId }) => `${operation} ${instanceId}`).sort();
    /** The outputs of the resume of an instance; the engine records resources in the order in which they end. */
    async function resumeOf(instanceId: string | undefined) {
        const resources = await stack.resources();
        const resume = resources.find(({ type, id }) => type.endsWith("Resume") && id === instanceId);
        return resume?.outputs ?? assert.fail("no resume is recorded");
    }

    it("resumes what it has interrupted, once, and says in the preview that it may", async () => {
        expectSuccess(await stack.up());
        assert.deepEqual(status(), ["activating", "activating"]);
        assert.equal(done().length, 4);
        const requests = emulator.ledger.requests.length;
        assert.match(expectSuccess(await stack.up()).text, /unchanged/);
        assert.equal(emulator.ledger.requests.length, requests);

        stack.program(recipe({ triggers: '"v2"' }));
        const preview = expectSuccess(await stack.preview());
        assert.match(preview.text, /triggers changed: the instance may be resumed again/);
        expectSuccess(await stack.up());
        assert.equal(done().length, 8);
    });

    it("leaves alone what somebody else has suspended, and resumes it later if the program interrupts it", async () => {
        emulator.setStatus(instances[0] ?? "", "suspended");
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /already suspended: nothing was interrupted/);
        assert.deepEqual(status(), ["suspended", "activating"]);
        const { status: skipped, resumed, clientToken } = await resumeOf(instances[0]);
        assert.deepEqual([skipped, resumed, clientToken], ["disabled", false, undefined]);

        for (const instanceId of instances) {
            emulator.setStatus(instanceId, "activating");
        }
        stack.program(recipe({ triggers: '"v2"' }));
        expectSuccess(await stack.up());
        assert.deepEqual(status(), ["activating", "activating"]);
        assert.equal((await resumeOf(instances[0])).resumed, true);
    });

    it("resumes nothing behind an interrupt that failed, and the next run does the rest", async () => {
        const [first = "", second = ""] = instances;
        emulator.setStatus(first, "active");
        expectFailure(await stack.up());
        assert.deepEqual(
            done().filter((line) => line.endsWith(first)),
            [],
        );
        emulator.setStatus(first, "activating");
        expectSuccess(await stack.up());
        assert.deepEqual(status(), ["activating", "activating"]);
        assert.deepEqual(done(), [
            `InterruptLogstashTask ${first}`,
            `InterruptLogstashTask ${second}`,
            `ResumeLogstashTask ${first}`,
            `ResumeLogstashTask ${second}`,
        ]);
    });

    it("asks of a resume that was skipped whether it was ordered behind its interrupt", async () => {
        emulator.setStatus(instances[0] ?? "", "active");
        stack.program(
            `const { LogstashTaskResume } = require("pulumi-alicloud-logstash");
             new LogstashTaskResume("task", { instanceId: "${instances[0]}", whenNotSuspended: "skip" });`,
        );
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /nothing to resume: the instance is active; was it ordered behind its interrupt\?/);
        assert.deepEqual(done(), []);
    });

    it("keeps a pending resume that is switched off, without a word, and sends nothing for it", async () => {
        const [instanceId = ""] = instances;
        const declare = (enabled: boolean, triggers: string) =>
            stack.program(
                `const { LogstashTaskResume } = require("pulumi-alicloud-logstash");
                 const args = { instanceId: "${instanceId}", timeoutSeconds: 2, triggers: ["${triggers}"], enabled: ${enabled} };
                 new LogstashTaskResume("task", args);`,
            );
        emulator.setStatus(instanceId, "suspended");
        emulator.faults.add({
            operation: "ResumeLogstashTask",
            fault: { kind: "service-unavailable", point: "before" },
        });
        declare(true, "v1");
        expectFailure(await stack.up());
        emulator.faults.clear();
        declare(false, "v1");
        expectSuccess(await stack.up());
        const requests = emulator.ledger.requests.length;
        assert.match(expectSuccess(await stack.up()).text, /2 unchanged/);
        declare(false, "v2");
        expectSuccess(await stack.up());
        const kept = await resumeOf(instanceId);
        assert.deepEqual([kept.status, kept.triggers], ["pending", ["v2"]]);
        assert.equal(emulator.ledger.requests.length, requests);
        declare(true, "v2");
        expectSuccess(await stack.up());
        const resumed = await resumeOf(instanceId);
        assert.deepEqual([resumed.status, resumed.resumed], ["activating", true]);
        assert.notEqual(resumed.clientToken, kept.clientToken);
    });
});
