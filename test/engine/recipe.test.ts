import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { changeOf, diagnosticsOf } from "./cliOutput";
import { header } from "./programs";
import { expectFailure, expectSuccess, type ResourceState, type Run, Stack } from "./stack";

/** Pairs of instances that go through the recipe, and two that are resumed without it. */
const pairs = {
    ordinary: ["ls-cn-recipe0001", "ls-cn-recipe0002"],
    shared: ["ls-cn-recipe0003", "ls-cn-recipe0004"],
    failing: ["ls-cn-recipe0005", "ls-cn-recipe0006"],
} as const;
const unordered = "ls-cn-recipe0007";
const switched = "ls-cn-recipe0008";

/** What may be different from one version of the program to the next. */
interface Version {
    readonly triggers: Readonly<Record<keyof typeof pairs, string>>;
    readonly switched: { readonly enabled: boolean; readonly triggers: string };
}

/** Interrupts the instances of each pair, works, resumes what it has interrupted. */
function programIn({ triggers, switched: { enabled, triggers: switchedTriggers } }: Version): string {
    const recipes = Object.entries(pairs).flatMap(([name, instances]) =>
        instances.map((instanceId) => `recipe("${instanceId}", ["${triggers[name as keyof typeof pairs]}"]);`),
    );
    return `${header}
     function recipe(instanceId, triggers) {
         const pause = new LogstashTaskInterrupt("pause-" + instanceId, { instanceId, triggers, timeoutSeconds: 5 });
         const work = new pulumi.Stash("work-" + instanceId, { input: "v1" }, { dependsOn: [pause] });
         new LogstashTaskResume(
             "resume-" + instanceId,
             { instanceId, triggers, timeoutSeconds: 5, enabled: pause.interrupted },
             { dependsOn: [pause, work] },
         );
     }
     ${recipes.join("\n")}
     new LogstashTaskResume("unordered", { instanceId: "${unordered}", whenNotSuspended: "skip" });
     new LogstashTaskResume("switched",
         { instanceId: "${switched}", timeoutSeconds: 2, triggers: ["${switchedTriggers}"], enabled: ${enabled} });`;
}

describe("interrupt, work, resume", () => {
    let emulator: Emulator;
    let stack: Stack;
    let preview: Run;

    /** What was there after an `up`. */
    interface Moment {
        readonly run: Run;
        readonly statuses: ReadonlyMap<string, string>;
        /** The effects up to then on an instance. */
        readonly effects: ReadonlyMap<string, readonly string[]>;
        /** Requests up to then on an instance. */
        readonly requests: ReadonlyMap<string, number>;
        readonly records: readonly ResourceState[];
    }
    let first: Moment;
    let second: Moment;
    let third: Moment;
    let fourth: Moment;
    let fifth: Moment;
    const all = [...Object.values(pairs).flat(), unordered, switched];

    before(async () => {
        emulator = await startEmulator({
            instances: all.map((instanceId) => ({ instanceId, status: "activating" })),
        });
        emulator.setStatus(pairs.shared[0], "suspended");
        emulator.setStatus(pairs.failing[0], "active");
        emulator.setStatus(unordered, "active");
        emulator.setStatus(switched, "suspended");
        emulator.faults.add({
            operation: "ResumeLogstashTask",
            instanceId: switched,
            fault: { kind: "service-unavailable", point: "before" },
        });
        const triggers = { ordinary: "v1", shared: "v1", failing: "v1" } as const;
        const program = programIn({ triggers, switched: { enabled: true, triggers: "v1" } });
        stack = await Stack.create({ emulator, program });
        first = await up();

        emulator.faults.clear();
        emulator.setStatus(pairs.failing[0], "activating");
        stack.program(programIn({ triggers, switched: { enabled: false, triggers: "v1" } }));
        second = await up();
        third = await up();

        for (const instanceId of pairs.shared) {
            emulator.setStatus(instanceId, "activating");
        }
        const later = { ...triggers, ordinary: "v2", shared: "v2" };
        stack.program(programIn({ triggers: later, switched: { enabled: false, triggers: "v2" } }));
        preview = expectSuccess(await stack.pulumi("preview"));
        fourth = await up();
        stack.program(programIn({ triggers: later, switched: { enabled: true, triggers: "v2" } }));
        fifth = await up();
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    async function up(): Promise<Moment> {
        const run = await stack.up("--continue-on-error");
        const byInstance = <T>(value: (instanceId: string) => T) => new Map(all.map((id) => [id, value(id)]));
        return {
            run,
            statuses: byInstance((id) => emulator.instance(id).status),
            effects: byInstance((id) => emulator.ledger.effectsOn(id).map(({ operation }) => operation)),
            requests: byInstance((id) => emulator.ledger.requests.filter(({ instanceId }) => instanceId === id).length),
            records: await stack.resources(),
        };
    }
    const statusesOf = ({ statuses }: Moment, instances: readonly string[]) => instances.map((id) => statuses.get(id));
    const requestsOf = ({ requests }: Moment, instances: readonly string[]) => instances.map((id) => requests.get(id));
    /** The outputs of the resume of an instance; the engine records resources in the order in which they end. */
    function resumeOf({ records }: Moment, instanceId: string) {
        const resume = records.find(({ type, id }) => type.endsWith("Resume") && id === instanceId);
        return resume?.outputs ?? assert.fail("no resume is recorded");
    }
    const once = ["InterruptLogstashTask", "ResumeLogstashTask"];

    it("resumes what it has interrupted, once, and says in the preview that it may", () => {
        assert.deepEqual(statusesOf(first, pairs.ordinary), ["activating", "activating"]);
        for (const instanceId of pairs.ordinary) {
            assert.deepEqual(first.effects.get(instanceId), once);
            assert.equal(changeOf(third.run, `resume-${instanceId}`), undefined);
            assert.deepEqual(fourth.effects.get(instanceId), [...once, ...once]);
            const planned = diagnosticsOf(preview, `resume-${instanceId}`);
            assert.deepEqual(planned, ["triggers changed: the instance may be resumed again"]);
        }
        assert.match(expectSuccess(third.run).text, /unchanged/);
        assert.deepEqual(requestsOf(third, pairs.ordinary), requestsOf(first, pairs.ordinary));
        expectSuccess(fourth.run);
    });

    it("leaves alone what somebody else has suspended, and resumes it later if the program interrupts it", () => {
        const [suspended, activating] = pairs.shared;
        const said = diagnosticsOf(first.run, `pause-${suspended}`).join("\n");
        assert.match(said, /already suspended: nothing was interrupted/);
        assert.deepEqual(statusesOf(first, [suspended, activating]), ["suspended", "activating"]);
        const { status, resumed, clientToken } = resumeOf(first, suspended);
        assert.deepEqual([status, resumed, clientToken], ["disabled", false, undefined]);

        expectSuccess(fourth.run);
        assert.deepEqual(statusesOf(fourth, [suspended, activating]), ["activating", "activating"]);
        assert.equal(resumeOf(fourth, suspended).resumed, true);
    });

    it("resumes nothing behind an interrupt that failed, and the next run does the rest", () => {
        const [failing, ordinary] = pairs.failing;
        expectFailure(first.run);
        assert.deepEqual(first.effects.get(failing), []);
        expectSuccess(second.run);
        assert.deepEqual(statusesOf(second, [failing, ordinary]), ["activating", "activating"]);
        assert.deepEqual([second.effects.get(failing), second.effects.get(ordinary)], [once, once]);
    });

    it("asks of a resume that was skipped whether it was ordered behind its interrupt", () => {
        const said = diagnosticsOf(first.run, "unordered").join("\n");
        assert.match(said, /nothing to resume: the instance is active; was it ordered behind its interrupt\?/);
        assert.equal(changeOf(first.run, "unordered"), "created");
        assert.deepEqual(fifth.effects.get(unordered), []);
    });

    it("keeps a pending resume that is switched off, without a word, and sends nothing for it", () => {
        expectFailure(first.run);
        expectSuccess(second.run);
        expectSuccess(third.run);
        assert.equal(changeOf(third.run, "switched"), undefined);
        assert.deepEqual(diagnosticsOf(third.run, "switched"), []);
        expectSuccess(fourth.run);
        const kept = resumeOf(fourth, switched);
        assert.deepEqual([kept.status, kept.triggers], ["pending", ["v2"]]);
        assert.deepEqual(requestsOf(fourth, [switched]), requestsOf(first, [switched]));
        expectSuccess(fifth.run);
        const resumed = resumeOf(fifth, switched);
        assert.deepEqual([resumed.status, resumed.resumed], ["activating", true]);
        assert.notEqual(resumed.clientToken, kept.clientToken);
    });
});
