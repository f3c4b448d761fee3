import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { resumeType } from "../urns";
import { header } from "./programs";
import { expectFailure, expectSuccess, Stack } from "./stack";

const instanceId = "ls-cn-resume0001";
const idle = "ls-cn-resume0002";

describe("a resume", () => {
    let emulator: Emulator;
    let stack: Stack;
    const resumes = (instance: string) => emulator.ledger.effectsOn(instance).length;

    before(async () => {
        const instances = [instanceId, idle].map((instance) => ({
            instanceId: instance,
            status: "activating" as const,
        }));
        emulator = await startEmulator({ instances });
        stack = await Stack.create({ emulator, program: "" });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    it("fails or skips where nothing is suspended", async () => {
        const alone = (extra: string) =>
            stack.program(`${header} new LogstashTaskResume("go-on", { instanceId: "${idle}"${extra} });`);
        alone("");
        assert.match(expectFailure(await stack.up()).text, /nothing to resume: the instance is activating/);
        alone(', whenNotSuspended: "skip"');
        expectSuccess(await stack.up());
        assert.deepEqual((await stack.resource()).outputs.resumed, false);
        assert.equal(resumes(idle), 0);
    });

    it("takes turns with interrupts, once for each trigger, with tokens that never meet", async () => {
        const both = (version: string) =>
            stack.program(`${header}
            const args = { instanceId: "${instanceId}", triggers: ["${version}"] };
            const pause = new LogstashTaskInterrupt("pause", args);
            const resume = new LogstashTaskResume("pause", args, { dependsOn: [pause] });
            exports.isPause = LogstashTaskInterrupt.isInstance(pause) && !LogstashTaskResume.isInstance(pause);
            exports.isResume = LogstashTaskResume.isInstance(resume) && !LogstashTaskInterrupt.isInstance(resume);
            exports.isNothing = LogstashTaskInterrupt.isInstance({}) || LogstashTaskInterrupt.isInstance(undefined);
            exports.resumed = resume.resumed;`);
        both("v1");
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /isNothing: false\n.*isPause +: true\n.*isResume +: true/);
        both("v2");
        expectSuccess(await stack.up());
        const { effects } = emulator.ledger;
        assert.deepEqual(
            effects.map(({ operation }) => operation),
            ["InterruptLogstashTask", "ResumeLogstashTask", "InterruptLogstashTask", "ResumeLogstashTask"],
        );
        assert.equal(new Set(effects.map(({ clientToken }) => clientToken)).size, 4);
        const resume = (await stack.resources()).find(({ type }) => type === resumeType);
        assert.equal(resume?.outputs.resumed, true);
        assert.equal(resume?.outputs.status, "activating");
        assert.ok(typeof resume?.outputs.resumedAt === "string");
        assert.match(expectSuccess(await stack.up()).text, /3 unchanged/);
    });
});
