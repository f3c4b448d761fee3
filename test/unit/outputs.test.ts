import { strict as assert } from "node:assert";
import { argumentsWithDefault } from "../../provider/src/lifecycle/arguments";
import {
    type Ended,
    earlierIn,
    outputNames,
    outputsFor,
    outputsOfNone,
    resultIn,
    resultNames,
} from "../../provider/src/lifecycle/outputs";

const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";
const instanceId = "ls-cn-1";
const at = "2026-01-01T00:00:00.000Z";

/** What polls of a run have seen. */
const nothing = { any: false, running: false };
const others = { any: true, running: false };
const running = { any: true, running: true };

/** How a request ended: the ones that were applied were accepted. */
function ended(kind: Ended["kind"], status: string, applied: boolean, polls: Ended["polls"]): Ended {
    const result = { clientToken: "T", requestId: "R", status, applied, ...(applied ? { acceptedAt: at } : {}) };
    return { kind, result, polls };
}

describe("the outputs of a resource", () => {
    it("are named once each: its arguments, and how its request ended", () => {
        const own = ["clientToken", "requestId", "status", "interrupted", "interruptedAt", "interruption"];
        assert.deepEqual(resultNames(interrupt), own);
        const names = outputNames(interrupt);
        assert.equal(new Set(names).size, names.length);
        assert.deepEqual(
            [
                ...own,
                "instanceId",
                "region",
                "triggers",
                "timeoutSeconds",
                "profile",
                "waitForSuspended",
                "whenIdle",
            ].sort(),
            [...names].sort(),
        );
        const ownOfResume = ["clientToken", "requestId", "status", "resumed", "resumedAt", "resumedInterruption"];
        assert.deepEqual(resultNames(resume), ownOfResume);
        const namesOfResume = outputNames(resume);
        assert.equal(new Set(namesOfResume).size, namesOfResume.length);
        assert.ok(namesOfResume.includes("interruption"));
    });

    it("tell how a request ended, by the words of its operation", () => {
        const outputs = { clientToken: "T", requestId: "R", status: "suspended" };
        assert.deepEqual(outputsFor(interrupt, instanceId, ended("done", "suspended", true, others), undefined), {
            ...outputs,
            interrupted: true,
            interruptedAt: at,
            interruption: "ls-cn-1/T",
        });
        assert.deepEqual(outputsFor(resume, instanceId, ended("done", "suspended", false, others), undefined), {
            ...outputs,
            resumed: false,
        });
    });

    it("have the time of the acceptance when the request was applied, or is pending", () => {
        const cases: ReadonlyArray<readonly [kind: Ended["kind"], applied: boolean, isKept: boolean]> = [
            ["done", true, true],
            ["done", false, false],
            ["pending", true, true],
            ["pending", false, true],
        ];
        for (const [kind, applied, isKept] of cases) {
            for (const [operation, name] of [
                [interrupt, "interruptedAt"],
                [resume, "resumedAt"],
            ] as const) {
                const { result, polls } = ended(kind, "any", applied, others);
                const outputs = outputsFor(
                    operation,
                    instanceId,
                    { kind, polls, result: { ...result, acceptedAt: at } },
                    {},
                );
                assert.equal(outputs[name], isKept ? at : undefined, `${operation} ${kind} ${applied}`);
            }
        }
    });

    it("are read again: the part that tells it, and the acceptance", () => {
        const outputs = {
            instanceId: "ls-cn-1",
            clientToken: "T",
            status: "pending",
            interrupted: true,
            requestId: undefined,
            interruption: "",
        };
        assert.deepEqual(resultIn(interrupt, outputs), {
            clientToken: "T",
            status: "pending",
            interrupted: true,
            interruption: "",
        });
        assert.deepEqual(resultIn(resume, { interruption: "ls-cn-1/T", resumedInterruption: "ls-cn-1/S" }), {
            resumedInterruption: "ls-cn-1/S",
        });
        assert.deepEqual(earlierIn(interrupt, outputs), {});
        const over = { ...outputs, interrupted: false, interruptedAt: at };
        assert.deepEqual(earlierIn(interrupt, over), { acceptance: { at }, over: true });
        const accepted = { ...outputs, interruptedAt: at, requestId: "R" };
        assert.deepEqual(earlierIn(interrupt, accepted), { acceptance: { at, requestId: "R" }, over: false });
        assert.deepEqual(earlierIn(resume, accepted), {});
    });

    it("have a default where their argument has one", () => {
        const defaults = (operation: typeof interrupt | typeof resume) =>
            argumentsWithDefault(operation).map(([name]) => name);
        assert.deepEqual(defaults(interrupt), ["timeoutSeconds", "waitForSuspended", "whenIdle"]);
        assert.deepEqual(defaults(resume), ["timeoutSeconds", "waitForResumed", "whenNotSuspended"]);
    });
});

describe("the interruption of an interrupt", () => {
    const cases: ReadonlyArray<
        readonly [when: string, ended: Ended, olds: object | undefined, interruption: string | undefined]
    > = [
        [
            "is the request when it was applied and polled",
            ended("done", "suspended", true, others),
            undefined,
            "ls-cn-1/T",
        ],
        [
            "is the request when polls saw `activating` before",
            ended("done", "suspended", true, running),
            { interruption: "ls-cn-1/S" },
            "ls-cn-1/T",
        ],
        [
            "is the request when the status is undocumented",
            ended("done", "Paused", true, others),
            { interruption: "" },
            "ls-cn-1/T",
        ],
        ["is the request when the recorded one was absent", ended("done", "suspended", true, others), {}, "ls-cn-1/T"],
        [
            "is absent when the request was applied and nothing was polled",
            ended("done", "accepted", true, nothing),
            undefined,
            undefined,
        ],
        [
            "is absent when nothing was polled, whatever was recorded",
            ended("done", "accepted", true, nothing),
            { interruption: "ls-cn-1/S" },
            undefined,
        ],
        [
            "is empty when a poll saw `active` or `activating`",
            ended("done", "active", false, running),
            { interruption: "ls-cn-1/S" },
            "",
        ],
        [
            "is empty when a poll of somebody else's interrupt saw `activating`",
            ended("done", "suspended", false, running),
            { interruption: "ls-cn-1/S" },
            "",
        ],
        [
            "is empty in a pending record when a poll saw `activating`",
            ended("pending", "pending", true, running),
            { interruption: "ls-cn-1/S" },
            "",
        ],
        [
            "is empty when the recorded one was absent and a poll saw `active`",
            ended("done", "active", false, running),
            {},
            "",
        ],
        [
            "stays when the instance was suspended already",
            ended("done", "suspended", false, others),
            { interruption: "ls-cn-1/S" },
            "ls-cn-1/S",
        ],
        [
            "stays when an undocumented status is skipped",
            ended("done", "Paused", false, others),
            { interruption: "ls-cn-1/S" },
            "ls-cn-1/S",
        ],
        [
            "stays in a pending record when nothing was polled",
            ended("pending", "pending", false, nothing),
            { interruption: "ls-cn-1/S" },
            "ls-cn-1/S",
        ],
        [
            "stays in a pending record when a poll saw `inactive`",
            ended("pending", "pending", true, others),
            { interruption: "ls-cn-1/S" },
            "ls-cn-1/S",
        ],
        [
            "stays when somebody else's interrupt is accepted for it and nothing was polled",
            ended("done", "accepted", false, nothing),
            { interruption: "ls-cn-1/S" },
            "ls-cn-1/S",
        ],
        ["stays empty when it was", ended("done", "suspended", false, others), { interruption: "" }, ""],
        ["stays absent when it was", ended("done", "suspended", false, others), {}, undefined],
        [
            "stays absent in a pending record when it was",
            ended("pending", "pending", true, nothing),
            { status: "accepted" },
            undefined,
        ],
        [
            "is empty on a create that found the instance suspended",
            ended("done", "suspended", false, others),
            undefined,
            "",
        ],
        [
            "is empty on a create that is pending and polled nothing",
            ended("pending", "pending", false, nothing),
            undefined,
            "",
        ],
        [
            "is empty on a create that is pending and polled `activating`",
            ended("pending", "pending", true, running),
            undefined,
            "",
        ],
    ];
    for (const [title, run, olds, interruption] of cases) {
        it(title, () => {
            const outputs = outputsFor(interrupt, instanceId, run, olds as Record<string, unknown> | undefined);
            assert.equal(outputs.interruption, interruption);
            // An absent output is no property, or gRPC could not transport it.
            assert.equal("interruption" in outputs, interruption !== undefined);
        });
    }
});

describe("the resumed interruption of a resume", () => {
    const [X, Y] = ["ls-cn-1/x", "ls-cn-1/y"];
    const used = { interruption: X, resumedInterruption: X };
    const cases: ReadonlyArray<
        readonly [
            title: string,
            run: Ended,
            olds: Readonly<Record<string, unknown>> | undefined,
            expected: { readonly resumedInterruption?: string; readonly interruption?: string },
        ]
    > = [
        [
            "is the interruption when it was resumed",
            { ...ended("done", "activating", true, running), resumes: X },
            undefined,
            { resumedInterruption: X },
        ],
        [
            "is the interruption when its suspension was over and skipped",
            { ...ended("done", "activating", false, running), resumes: Y },
            used,
            { resumedInterruption: Y },
        ],
        [
            "is the interruption when nothing was polled",
            { ...ended("done", "accepted", true, nothing), resumes: Y },
            used,
            { resumedInterruption: Y },
        ],
        [
            "stays, and the argument is that of the request, when it is pending",
            { ...ended("pending", "pending", false, nothing), resumes: Y },
            used,
            { resumedInterruption: X, interruption: Y },
        ],
        [
            "is absent, and the argument is that of the request, when a first one is pending",
            { ...ended("pending", "pending", true, others), resumes: X },
            undefined,
            { interruption: X },
        ],
        ["stays when triggers resume", ended("done", "activating", true, running), used, { resumedInterruption: X }],
        [
            "stays when a resume by triggers is pending",
            ended("pending", "pending", false, nothing),
            used,
            { resumedInterruption: X },
        ],
        [
            "stays when a resume by triggers is finished beside an empty interruption",
            { ...ended("done", "activating", true, running), resumes: "" },
            used,
            { resumedInterruption: X },
        ],
        ["is absent when triggers resume first", ended("done", "activating", true, running), undefined, {}],
    ];
    for (const [title, run, olds, expected] of cases) {
        it(title, () => {
            const { resumedInterruption, interruption, ...outputs } = outputsFor(resume, instanceId, run, olds);
            const named = Object.entries({ resumedInterruption, interruption }).filter(([, value]) => value);
            assert.deepEqual(Object.fromEntries(named), expected);
            assert.equal(outputs.resumed, run.result.applied);
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
