import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { changeOf, diagnosticsOf } from "../../support/cliOutput";
import { header } from "../../support/programs";
import { expectFailure, expectSuccess, type ResourceState, type Run, Stack } from "../../support/stack";
import { resumeType } from "../../support/urns";

const instanceId = "ls-cn-resume0001";
const idle = "ls-cn-resume0002";

/** An interrupt and a resume of one instance, and a resume of another that nobody has suspended. */
const programIn = (version: string, idleOptions: string) => `${header}
    const args = { instanceId: "${instanceId}", triggers: ["${version}"] };
    const pause = new LogstashTaskInterrupt("pause", args);
    const resume = new LogstashTaskResume("pause", args, { dependsOn: [pause] });
    new LogstashTaskResume("idle", { ...args, instanceId: "${idle}"${idleOptions} });
    exports.isPause = LogstashTaskInterrupt.isInstance(pause) && !LogstashTaskResume.isInstance(pause);
    exports.isResume = LogstashTaskResume.isInstance(resume) && !LogstashTaskInterrupt.isInstance(resume);
    exports.isNothing = LogstashTaskInterrupt.isInstance({}) || LogstashTaskInterrupt.isInstance(undefined);
    exports.resumed = resume.resumed;`;

describe("a resume", () => {
    let emulator: Emulator;
    let stack: Stack;
    let failed: Run;
    let skipped: Run;
    let records: readonly ResourceState[];
    let again: Run;

    before(async () => {
        const instances = [instanceId, idle].map((instance) => ({
            instanceId: instance,
            status: "activating" as const,
        }));
        emulator = await startEmulator({ instances });
        stack = await Stack.create({ emulator, program: programIn("v1", "") });
        failed = await stack.up("--continue-on-error");
        stack.program(programIn("v2", ', whenNotSuspended: "skip"'));
        skipped = expectSuccess(await stack.up());
        records = await stack.resources();
        again = expectSuccess(await stack.up());
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    const resumeOf = (instance: string) =>
        records.find(({ type, id }) => type === resumeType && id === instance)?.outputs ?? assert.fail("not recorded");

    it("fails or skips where nothing is suspended", () => {
        expectFailure(failed);
        assert.match(diagnosticsOf(failed, "idle").join("\n"), /nothing to resume: the instance is activating/);
        assert.equal(changeOf(skipped, "idle"), "created");
        assert.deepEqual(resumeOf(idle).resumed, false);
        assert.equal(emulator.ledger.effectsOn(idle).length, 0);
    });

    it("takes turns with interrupts, once for each trigger, with tokens that never meet", () => {
        assert.match(skipped.text, /isNothing: false\n.*isPause +: true\n.*isResume +: true/);
        const { effects } = emulator.ledger;
        assert.deepEqual(
            effects.map(({ operation }) => operation),
            ["InterruptLogstashTask", "ResumeLogstashTask", "InterruptLogstashTask", "ResumeLogstashTask"],
        );
        assert.equal(new Set(effects.map(({ clientToken }) => clientToken)).size, 4);
        const resume = resumeOf(instanceId);
        assert.equal(resume.resumed, true);
        assert.equal(resume.status, "activating");
        assert.ok(typeof resume.resumedAt === "string");
        assert.match(again.text, /4 unchanged/);
    });
});
