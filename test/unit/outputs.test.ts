import { strict as assert } from "node:assert";
import { argumentsWithDefault, type Properties } from "../../provider/src/lifecycle/arguments";
import {
    type Ended,
    earlierIn,
    outputsFor,
    outputsOfNone,
    pendingInterruptionIn,
    resultIn,
    resultNames,
} from "../../provider/src/lifecycle/outputs";

const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";
const instanceId = "ls-cn-1";
const at = "2026-01-01T00:00:00.000Z";

// What the polls of a run have seen.
const nothing = { any: false, running: false };
const others = { any: true, running: false };
const running = { any: true, running: true };

/** How a request ended; one that was applied was accepted. */
function ended(kind: Ended["kind"], applied: boolean, polls: Ended["polls"], status = "any"): Ended {
    const result = { clientToken: "T", requestId: "R", status, applied, ...(applied ? { acceptedAt: at } : {}) };
    return { kind, result, polls };
}

describe("the outputs of a request", () => {
    it("have the names of their operation", () => {
        const shared = ["clientToken", "requestId", "status"];
        assert.deepEqual(resultNames(interrupt), [...shared, "interrupted", "interruptedAt", "interruption"]);
        assert.deepEqual(resultNames(resume), [...shared, "resumed", "resumedAt", "resumedInterruption"]);
        for (const [operation, names] of [
            [interrupt, ["timeoutSeconds", "waitForSuspended", "whenIdle"]],
            [resume, ["timeoutSeconds", "waitForResumed", "whenNotSuspended"]],
        ] as const) {
            assert.deepEqual(
                argumentsWithDefault(operation).map(([name]) => name),
                names,
            );
        }
    });

    it("tell how it ended", () => {
        const outputs = { clientToken: "T", requestId: "R", status: "suspended" };
        const applied = ended("done", true, others, "suspended");
        const recorded = { ...outputs, interrupted: true, interruptedAt: at, interruption: "ls-cn-1/T" };
        assert.deepEqual(outputsFor(interrupt, instanceId, applied, undefined), recorded);
        const skipped = ended("done", false, others, "suspended");
        assert.deepEqual(outputsFor(resume, instanceId, skipped, undefined), { ...outputs, resumed: false });
    });

    it("have the time of the acceptance when the request was applied or is pending", () => {
        for (const [kind, applied, isKept] of [
            ["done", true, true],
            ["done", false, false],
            ["pending", true, true],
            ["pending", false, true],
        ] as const) {
            const { result, polls } = ended(kind, applied, others);
            const accepted = { kind, polls, result: { ...result, acceptedAt: at } };
            for (const [operation, name] of [
                [interrupt, "interruptedAt"],
                [resume, "resumedAt"],
            ] as const) {
                const outputs = outputsFor(operation, instanceId, accepted, {});
                assert.equal(outputs[name], isKept ? at : undefined, `${operation} ${kind} ${applied}`);
            }
        }
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

describe("the interruption of an interrupt", () => {
    const S = "ls-cn-1/S";
    const recorded = { interruption: S };
    const empty = { interruption: "" };
    const absent = { status: "accepted" };
    const cases: ReadonlyArray<readonly [title: string, Ended, Properties | undefined, string | undefined]> = [
        ["is the request when it was applied and polled", ended("done", true, others), undefined, "ls-cn-1/T"],
        ["is the request when polls saw `activating` before", ended("done", true, running), recorded, "ls-cn-1/T"],
        ["is the request when the recorded one was empty", ended("done", true, others), empty, "ls-cn-1/T"],
        ["is the request when the recorded one was absent", ended("done", true, others), absent, "ls-cn-1/T"],
        ["is absent when nothing was polled on a create", ended("done", true, nothing), undefined, undefined],
        ["is absent when nothing was polled on an update", ended("done", true, nothing), recorded, undefined],
        ["is empty when a poll saw the instance running", ended("done", false, running), recorded, ""],
        ["is empty when the recorded one was absent and it runs", ended("done", false, running), absent, ""],
        ["is empty when it is pending and a poll saw it running", ended("pending", true, running), recorded, ""],
        ["stays when the request was not applied", ended("done", false, others), recorded, S],
        ["stays when it was not applied and nothing was polled", ended("done", false, nothing), recorded, S],
        ["stays when it is pending and nothing was polled", ended("pending", false, nothing), recorded, S],
        ["stays when it is pending and a poll saw another status", ended("pending", true, others), recorded, S],
        ["stays empty when the request was not applied", ended("done", false, others), empty, ""],
        ["stays absent when the request was not applied", ended("done", false, others), absent, undefined],
        ["stays absent when it is pending", ended("pending", true, nothing), absent, undefined],
        ["is empty when a create was not applied", ended("done", false, others), undefined, ""],
        ["is empty when a create is pending and polled nothing", ended("pending", false, nothing), undefined, ""],
        ["is empty when a create is pending and runs", ended("pending", true, running), undefined, ""],
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
    const used = { interruption: X, resumedInterruption: X };
    const [resumed, skipped, unpolled, pending] = [
        ended("done", true, running),
        ended("done", false, running),
        ended("done", true, nothing),
        ended("pending", false, nothing),
    ];
    const usedX = { resumedInterruption: X };
    const usedY = { resumedInterruption: Y };
    const cases: ReadonlyArray<readonly [title: string, Ended, Properties | undefined, expected: Properties]> = [
        ["is the interruption when it was resumed", { ...resumed, resumes: X }, undefined, usedX],
        ["is the interruption when its suspension was over", { ...skipped, resumes: Y }, used, usedY],
        ["is the interruption when nothing was polled", { ...unpolled, resumes: Y }, used, usedY],
        ["stays beside the pending argument", { ...pending, resumes: Y }, used, { ...usedX, interruption: Y }],
        ["is absent beside the first pending argument", { ...pending, resumes: X }, undefined, { interruption: X }],
        ["stays when triggers resume", resumed, used, usedX],
        ["stays when a resume by triggers is pending", pending, used, usedX],
        ["stays when one by triggers is finished beside an empty one", { ...resumed, resumes: "" }, used, usedX],
        ["is absent when triggers resume first", resumed, undefined, {}],
    ];
    for (const [title, run, olds, expected] of cases) {
        it(title, () => {
            const outputs = outputsFor(resume, instanceId, run, olds);
            const { clientToken: _, requestId: __, status: ___, resumed: applied, resumedAt: ____, ...rest } = outputs;
            assert.deepEqual(rest, expected);
            assert.equal(applied, run.result.applied);
        });
    }

    it("stays with the last token when there is nothing to resume", () => {
        const none = { status: "none", resumed: false };
        assert.deepEqual(outputsOfNone(), none);
        assert.deepEqual(outputsOfNone({ interruption: "", ...none }), none);
        const kept = { clientToken: "T", requestId: "R", resumedInterruption: X };
        const olds = { ...kept, interruption: X, status: "activating", resumed: true, resumedAt: at };
        assert.deepEqual(outputsOfNone(olds), { ...kept, ...none });
    });
});
