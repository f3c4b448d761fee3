import { strict as assert } from "node:assert";
import type { Properties } from "../../provider/src/lifecycle/arguments";
import {
    type Ended,
    earlierIn,
    outputsFor,
    outputsOfNone,
    pendingInterruptionIn,
    resultIn,
} from "../../provider/src/lifecycle/outputs";

const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";
const instanceId = "ls-cn-1";
const at = "2026-01-01T00:00:00.000Z";

// What the polls of a run have seen.
const nothing = { any: false, running: false };
const others = { any: true, running: false };
const running = { any: true, running: true };

/** How a request ended that was accepted. */
function ended(kind: Ended["kind"], applied: boolean, polls: Ended["polls"]): Ended {
    return { kind, result: { clientToken: "T", requestId: "R", status: "any", applied, acceptedAt: at }, polls };
}

describe("the outputs of a request", () => {
    it("tell how it ended, and when it was accepted if it was applied or is pending", () => {
        const outputs = { clientToken: "T", requestId: "R", status: "any" };
        for (const [kind, applied, times] of [
            ["done", true, at],
            ["done", false, undefined],
            ["pending", true, at],
            ["pending", false, at],
        ] as const) {
            const { interruption, ...interrupted } = outputsFor(
                interrupt,
                instanceId,
                ended(kind, applied, others),
                {},
            );
            const resumed = outputsFor(resume, instanceId, ended(kind, applied, others), {});
            const time = (name: string) => (times === undefined ? {} : { [name]: times });
            assert.deepEqual(interrupted, { ...outputs, interrupted: applied, ...time("interruptedAt") });
            assert.deepEqual(resumed, { ...outputs, resumed: applied, ...time("resumedAt") });
        }
        const result = { clientToken: "T", status: "pending", applied: false };
        const unknown = outputsFor(resume, instanceId, { kind: "pending", result, polls: nothing }, {});
        assert.deepEqual(unknown, { clientToken: "T", status: "pending", resumed: false });
    });

    it("are read again from a record", () => {
        const results = { clientToken: "T", status: "pending", interrupted: true, interruption: "" };
        const outputs = { instanceId, ...results, requestId: undefined };
        assert.deepEqual(resultIn(interrupt, outputs), results);
        const interruptions = { interruption: "ls-cn-1/T", resumedInterruption: "ls-cn-1/S" };
        assert.deepEqual(resultIn(resume, interruptions), { resumedInterruption: "ls-cn-1/S" });
        assert.equal(pendingInterruptionIn(resume, interruptions), "ls-cn-1/T");
        assert.equal(pendingInterruptionIn(interrupt, interruptions), undefined);

        assert.deepEqual(earlierIn(interrupt, outputs), {});
        const accepted = { ...outputs, interruptedAt: at, requestId: "R" };
        assert.deepEqual(earlierIn(interrupt, accepted), { acceptance: { at, requestId: "R" }, over: false });
        const over = { ...outputs, interruptedAt: at, interrupted: false };
        assert.deepEqual(earlierIn(interrupt, over), { acceptance: { at }, over: true });
        assert.deepEqual(earlierIn(resume, accepted), {});
    });
});

// Those that follow a record of another suspension are in docs/outcomes.md.
describe("the interruption of an interrupt", () => {
    const [empty, absent] = [{ interruption: "" }, { status: "accepted" }];
    const cases: ReadonlyArray<readonly [title: string, Ended, Properties | undefined, string | undefined]> = [
        ["is the request when it was applied and polled", ended("done", true, others), undefined, "ls-cn-1/T"],
        ["is absent when nothing was polled on a create", ended("done", true, nothing), undefined, undefined],
        ["is empty when the recorded one was absent and it runs", ended("done", false, running), absent, ""],
        ["stays empty when the request was not applied", ended("done", false, others), empty, ""],
        ["stays absent when the request was not applied", ended("done", false, others), absent, undefined],
        ["stays absent when it is pending", ended("pending", true, nothing), absent, undefined],
        ["is empty when a create was not applied", ended("done", false, others), undefined, ""],
        ["is empty when a create is pending and polled nothing", ended("pending", false, nothing), undefined, ""],
    ];
    for (const [title, run, olds, interruption] of cases) {
        it(title, () => {
            const outputs = outputsFor(interrupt, instanceId, run, olds);
            assert.equal(outputs.interruption, interruption);
            // An absent output is no property, because gRPC could not transport it.
            assert.equal("interruption" in outputs, interruption !== undefined);
        });
    }
});

describe("the resumed interruption of a resume", () => {
    const [X, Y] = ["ls-cn-1/x", "ls-cn-1/y"];
    const [usedX, usedY] = [{ resumedInterruption: X }, { resumedInterruption: Y }];
    const used = { interruption: X, ...usedX };
    const [resumed, skipped] = [ended("done", true, running), ended("done", false, running)];
    const pending = ended("pending", false, nothing);
    const cases: ReadonlyArray<readonly [title: string, Ended, Properties | undefined, expected: Properties]> = [
        ["is the interruption when it was resumed", { ...resumed, resumes: X }, undefined, usedX],
        ["is the interruption when its suspension was over", { ...skipped, resumes: Y }, used, usedY],
        ["stays beside the pending argument", { ...pending, resumes: Y }, used, { ...usedX, interruption: Y }],
        ["is absent beside the first pending argument", { ...pending, resumes: X }, undefined, { interruption: X }],
        ["stays when triggers resume", resumed, used, usedX],
        ["stays when a resume by triggers is pending", pending, used, usedX],
        ["stays when one by triggers is finished beside an empty one", { ...resumed, resumes: "" }, used, usedX],
        ["is absent when triggers resume first", resumed, undefined, {}],
    ];
    for (const [title, run, olds, expected] of cases) {
        it(title, () => {
            const { interruption, resumedInterruption } = outputsFor(resume, instanceId, run, olds);
            const actual = Object.entries({ interruption, resumedInterruption });
            assert.deepEqual(Object.fromEntries(actual.filter(([, value]) => value !== undefined)), expected);
        });
    }

    it("stays with the last token when there is nothing to resume", () => {
        const none = { status: "none", resumed: false };
        assert.deepEqual(outputsOfNone(), none);
        const kept = { clientToken: "T", requestId: "R", resumedInterruption: X };
        const olds = { ...kept, interruption: X, status: "activating", resumed: true, resumedAt: at };
        assert.deepEqual(outputsOfNone(olds), { ...kept, ...none });
    });
});
