import { strict as assert } from "node:assert";
import { argumentsOf, readArguments } from "../../provider/src/lifecycle/arguments";
import { firstRequest, type Update, updateBetween } from "../../provider/src/lifecycle/diff";
import { deriveToken } from "../../provider/src/lifecycle/token";
import { signature, unknownValue } from "../../provider/src/lifecycle/triggers";
import type { Operation } from "../../provider/src/operations/operations";

const inputs = { instanceId: "ls-cn-1", region: "cn-hangzhou", triggers: ["v1"] };
const urn = "urn:pulumi:a::b::c::d";
const at = "2026-01-01T00:00:00.000Z";
const source = { operation: "InterruptLogstashTask", urn, region: "cn-hangzhou", instanceId: "ls-cn-1" } as const;
const first = tokenOf(firstRequest(readArguments("InterruptLogstashTask", urn, inputs)));
const recorded = { ...inputs, clientToken: first, status: "suspended" };

function updateOf(operation: Operation, olds: object, news: object, newUrn = urn) {
    const declared = readArguments(operation, newUrn, { ...inputs, ...news });
    return updateBetween({ ...recorded, ...olds }, declared);
}
const change = (olds: object, news: object, newUrn?: string) => updateOf("InterruptLogstashTask", olds, news, newUrn);

function tokenOf(update: Update): string {
    return update.kind === "request" ? update.clientToken : assert.fail(update.kind);
}

const unchanged = { kind: "record", changed: false };
const changed = { kind: "record", changed: true };

describe("the decision what an update is", () => {
    it("sends nothing when nothing has changed", () => {
        assert.deepEqual(change({}, {}), unchanged);
        assert.deepEqual(change({ triggers: [{ a: 1, b: 2 }] }, { triggers: [{ b: 2, a: 1 }] }), unchanged);
    });

    it("sends nothing for another URN", () => {
        assert.deepEqual(change({}, {}, "urn:pulumi:a::b::c::renamed"), unchanged);
    });

    it("replaces for another instance or region", () => {
        assert.deepEqual(change({}, { instanceId: "ls-cn-2" }), { kind: "replace", because: ["instanceId"] });
        assert.deepEqual(change({}, { region: "cn-beijing" }), { kind: "replace", because: ["region"] });
    });

    it("requests again for added and changed triggers, not for removed ones", () => {
        for (const triggers of [["v2"], ["v1", "v1"], [["v1"]], [null]]) {
            const result = change({}, { triggers });
            assert.equal(result.kind, "request");
            assert.notEqual(result.kind === "request" && result.clientToken, first);
        }
        assert.equal(change({ triggers: [] }, {}).kind, "request");
        assert.deepEqual(change({}, { triggers: [] }), changed);
    });

    it("requests again for a new explicit token, not for a removed or the recorded one", () => {
        assert.deepEqual(change({}, { triggers: [], clientToken: "mine" }), {
            kind: "request",
            because: "clientToken",
            clientToken: "mine",
            supersedes: false,
            supersedesApplied: false,
        });
        assert.deepEqual(
            change({ clientToken: "mine", triggers: [] }, { triggers: [], clientToken: "mine" }),
            unchanged,
        );
        assert.deepEqual(change({ clientToken: "mine", triggers: [] }, { triggers: [] }), unchanged);
    });

    it("finishes a pending request with the recorded token, whatever else has changed", () => {
        const finish = { kind: "finish", clientToken: first, isAccepted: false };
        assert.deepEqual(change({ status: "pending" }, {}), finish);
        assert.deepEqual(change({ status: "pending", interruptedAt: at }, {}), { ...finish, isAccepted: true });
        assert.deepEqual(
            change({ status: "pending" }, { triggers: [], timeoutSeconds: 5 }, "urn:pulumi:a::b::c::e"),
            finish,
        );
    });

    it("finishes nothing where no token is recorded, which it would be sent with", () => {
        for (const clientToken of [undefined, null]) {
            assert.deepEqual(change({ status: "pending", clientToken }, {}), unchanged);
        }
    });

    it("supersedes a pending request when the program asks for another", () => {
        const cases: ReadonlyArray<readonly [olds: object, supersedes: boolean, supersedesApplied: boolean]> = [
            [{ status: "suspended", interrupted: true, interruptedAt: at }, false, false],
            [{ status: "pending", interrupted: false }, true, true],
            [{ status: "pending", interrupted: true, interruptedAt: at }, true, true],
            // Accepted, and a poll has seen that it is over: whatever suspends the instance now is not ours.
            [{ status: "pending", interrupted: false, interruptedAt: at }, true, false],
        ];
        for (const [olds, supersedes, supersedesApplied] of cases) {
            assert.deepEqual(
                change(olds, { triggers: ["v2"] }),
                {
                    kind: "request",
                    because: "triggers",
                    clientToken: deriveToken({ ...source, subject: ["v2"], previousToken: first }),
                    supersedes,
                    supersedesApplied,
                },
                JSON.stringify(olds),
            );
        }
    });

    it("gives the same token again after a crash in the middle of an update", () => {
        assert.deepEqual(change({}, { triggers: ["v2"] }), change({}, { triggers: ["v2"] }));
    });

    it("notices every argument that is recorded, also one that only one operation has", () => {
        const others = { timeoutSeconds: 5, profile: "other", waitForSuspended: false, whenIdle: "skip" };
        const recordedOnly = Object.entries(argumentsOf("InterruptLogstashTask")).filter(
            ([, { onChange }]) => onChange === "record",
        );
        assert.deepEqual(recordedOnly.map(([name]) => name).sort(), Object.keys(others).sort());
        for (const [name, value] of Object.entries(others)) {
            assert.deepEqual(change({}, { [name]: value }), changed, name);
            assert.deepEqual(change({ [name]: value }, { [name]: value }), unchanged, name);
        }
        const defaults = { timeoutSeconds: 600, waitForSuspended: true, whenIdle: "fail" };
        assert.deepEqual(change({}, defaults), unchanged);
        assert.deepEqual(change(defaults, {}), unchanged);
    });

    it("takes a value that is not known for a changed one, also a whole list", () => {
        assert.equal(change({}, { triggers: unknownValue }).kind, "request");
        assert.equal(change({ triggers: [] }, { triggers: unknownValue }).kind, "request");
        assert.equal(change({ triggers: undefined }, { triggers: unknownValue }).kind, "request");
        assert.equal(change({}, { triggers: [unknownValue] }).kind, "request");
        assert.equal(change({}, { triggers: [], clientToken: unknownValue }).kind, "request");
        assert.deepEqual(change({}, { instanceId: unknownValue }), { kind: "replace", because: ["instanceId"] });
        assert.deepEqual(change({}, { timeoutSeconds: unknownValue }), changed);
    });

    it("requests again when an empty object gives way to a text, and when any value differs", () => {
        for (const [recorded, declared] of [
            [{}, "2026-01-01T00:00:00.000Z"],
            [{ [signature]: "c44067f5952c0a294b673a41bacd8c17", path: "conf.txt" }, "abc"],
            [{ __pulumiAsset: true }, "abc"],
            [{ a: 1 }, { a: 1, b: null }],
            [{ 0: "a" }, ["a"]],
            [[], {}],
            [1, "1"],
        ]) {
            assert.equal(change({ triggers: [recorded] }, { triggers: [declared] }).kind, "request");
        }
        assert.equal(change({ triggers: ["a"] }, { triggers: ["a", "b"] }).kind, "request");
        assert.equal(change({ triggers: ["a", "b"] }, { triggers: ["a"] }).kind, "request");
    });

    it("sends nothing when the canonical JSON of the triggers is the same", () => {
        const recorded = [{ a: 1, b: [{ d: 2, c: {} }] }, null];
        assert.deepEqual(
            change({ triggers: recorded }, { triggers: [{ b: [{ c: {}, d: 2 }], a: 1 }, null] }),
            unchanged,
        );
    });
});

describe("the decision what an update of a resume is", () => {
    const [X, Y, Z] = ["ls-cn-1/x", "ls-cn-1/y", "ls-cn-1/z"];
    const resume = { instanceId: "ls-cn-1", region: "cn-hangzhou" };
    const resumeSource = { ...source, operation: "ResumeLogstashTask" } as const;
    const byInterruption = (subject: string) => deriveToken({ ...resumeSource, subject });
    const byTriggers = (subject: readonly string[], previousToken?: string) =>
        deriveToken({ ...resumeSource, subject, previousToken });

    /** Records by what was declared, how it ended, and what was resumed before. */
    const resumedX = {
        ...{ interruption: X, clientToken: byInterruption(X), status: "activating", resumed: true, resumedAt: at },
        resumedInterruption: X,
    };
    const noneYet = { interruption: "", status: "none", resumed: false };
    const noneAfterX = { ...noneYet, clientToken: byInterruption(X), resumedInterruption: X };
    const unknownY = {
        ...{ interruption: Y, clientToken: byInterruption(Y), status: "pending", resumed: false },
        resumedInterruption: X,
    };
    const acceptedY = { ...unknownY, resumed: true, resumedAt: at };
    const byV1 = { triggers: ["v1"], clientToken: "t1", status: "activating", resumed: true, resumedAt: at };
    const unknownV1 = { triggers: ["v1"], clientToken: "t1", status: "pending", resumed: false };
    const byMine = { clientToken: "mine", status: "activating", resumed: true, resumedAt: at };

    const request = (because: string, clientToken: string, isPending = false) => ({
        ...{ kind: "request", because, clientToken },
        ...{ supersedes: isPending, supersedesApplied: isPending },
    });
    const finishY = { kind: "finish", clientToken: byInterruption(Y), isAccepted: false };
    const none = (isChanged: boolean) => ({ kind: "none", changed: isChanged });

    const cases: ReadonlyArray<readonly [title: string, olds: object, news: object, expected: object]> = [
        [
            "requests a resume when the interruption is new",
            resumedX,
            { interruption: Y },
            request("interruption", byInterruption(Y)),
        ],
        [
            "requests a resume when the interruption is the first",
            noneYet,
            { interruption: X },
            request("interruption", byInterruption(X)),
        ],
        ["sends nothing when the interruption is the recorded one", resumedX, { interruption: X }, unchanged],
        ["has nothing to resume when the interruption is empty by now", resumedX, { interruption: "" }, none(true)],
        ["has nothing to resume when the interruption is still empty", noneAfterX, { interruption: "" }, none(false)],
        [
            "has nothing to resume when only a setting changes beside it",
            noneAfterX,
            { interruption: "", timeoutSeconds: 5 },
            none(true),
        ],
        [
            "records the value and sends nothing when it returns after an empty one",
            noneAfterX,
            { interruption: X },
            changed,
        ],
        [
            "records the value and sends nothing when `ignoreChanges` brings it back",
            { ...resumedX, interruption: Y },
            { interruption: X },
            changed,
        ],
        [
            "may request when the interruption is not known",
            resumedX,
            { interruption: unknownValue },
            request("interruption", byInterruption(unknownValue)),
        ],
        [
            "may request when an interruption after an empty one is not known",
            noneAfterX,
            { interruption: unknownValue },
            request("interruption", byInterruption(unknownValue)),
        ],

        ["finishes a pending resume when the interruption is the same", unknownY, { interruption: Y }, finishY],
        ["finishes a pending resume when the interruption is empty by now", unknownY, { interruption: "" }, finishY],
        ["finishes a pending resume when the interruption is a used one", unknownY, { interruption: X }, finishY],
        [
            "finishes an accepted resume when the interruption is empty by now",
            acceptedY,
            { interruption: "" },
            { ...finishY, isAccepted: true },
        ],
        [
            "finishes a pending resume by triggers when the interruption is empty by now",
            unknownV1,
            { interruption: "" },
            { kind: "finish", clientToken: "t1", isAccepted: false },
        ],
        [
            "finishes a pending resume by triggers when the interruption is a used one",
            { ...unknownV1, resumedInterruption: X },
            { interruption: X },
            { kind: "finish", clientToken: "t1", isAccepted: false },
        ],
        [
            "supersedes a pending resume when the interruption is new",
            unknownY,
            { interruption: Z },
            request("interruption", byInterruption(Z), true),
        ],
        [
            "supersedes an accepted resume when the interruption is new",
            acceptedY,
            { interruption: Z },
            request("interruption", byInterruption(Z), true),
        ],
        [
            "supersedes a pending resume by triggers when the interruption is new",
            unknownV1,
            { interruption: X },
            request("interruption", byInterruption(X), true),
        ],
        [
            "supersedes a pending resume when triggers take the place of its interruption",
            unknownY,
            { triggers: ["v1"] },
            request("triggers", byTriggers(["v1"], byInterruption(Y)), true),
        ],
        [
            "supersedes a pending resume when a token takes the place of its interruption",
            unknownY,
            { clientToken: "mine" },
            request("clientToken", "mine", true),
        ],
        [
            "may supersede a pending resume when the interruption is not known",
            unknownY,
            { interruption: unknownValue },
            request("interruption", byInterruption(unknownValue), true),
        ],

        [
            "requests a resume when triggers take the place of an interruption",
            resumedX,
            { triggers: ["v1"] },
            request("triggers", byTriggers(["v1"], byInterruption(X))),
        ],
        [
            "requests a resume with the first token when triggers follow an interruption that was never resumed",
            noneYet,
            { triggers: ["v1"] },
            request("triggers", byTriggers(["v1"])),
        ],
        [
            "requests a resume when a token takes the place of an interruption",
            resumedX,
            { clientToken: "mine" },
            request("clientToken", "mine"),
        ],
        [
            "requests a resume when a new interruption takes the place of triggers",
            byV1,
            { interruption: X },
            request("interruption", byInterruption(X)),
        ],
        [
            "requests a resume when a new interruption takes the place of a token",
            byMine,
            { interruption: X },
            request("interruption", byInterruption(X)),
        ],
        [
            "records the value when a used interruption takes the place of triggers",
            { ...byV1, resumedInterruption: X },
            { interruption: X },
            changed,
        ],
        [
            "records the value when a used interruption takes the place of a token",
            { ...byMine, resumedInterruption: X },
            { interruption: X },
            changed,
        ],
        [
            "has nothing to resume when an empty interruption takes the place of triggers",
            byV1,
            { interruption: "" },
            none(true),
        ],
        [
            "requests a resume when triggers take the place of a token",
            byMine,
            { triggers: ["v1"] },
            request("triggers", byTriggers(["v1"], "mine")),
        ],
        [
            "requests a resume when a token takes the place of triggers",
            byV1,
            { clientToken: "mine" },
            request("clientToken", "mine"),
        ],
        [
            "requests a resume when triggers return after an interruption",
            { ...resumedX, clientToken: "t2" },
            { triggers: ["v1"] },
            request("triggers", byTriggers(["v1"], "t2")),
        ],
        ["sends nothing when the triggers of a resume stay", byV1, { triggers: ["v1"] }, unchanged],
    ];
    for (const [title, olds, news, expected] of cases) {
        it(title, () => {
            const declared = readArguments("ResumeLogstashTask", urn, { ...resume, ...news });
            assert.deepEqual(updateBetween({ ...resume, ...olds }, declared), expected);
        });
    }

    it("is the same request when the resume was removed and is declared again", () => {
        const declared = readArguments("ResumeLogstashTask", urn, { ...resume, interruption: X });
        assert.deepEqual(firstRequest(declared), { ...request("", byInterruption(X)) });
        assert.deepEqual(firstRequest({ ...declared, interruption: "" }), none(true));
    });

    it("takes no absent `whenNotSuspended` for a change when its default is given", () => {
        const cases: ReadonlyArray<readonly [subject: object, whenNotSuspended: "fail" | "skip"]> = [
            [{ interruption: X }, "skip"],
            [{ triggers: ["v1"] }, "fail"],
        ];
        const { interruption: _, ...result } = resumedX;
        for (const [subject, whenNotSuspended] of cases) {
            const olds = { ...result, ...subject };
            const declared = readArguments("ResumeLogstashTask", urn, { ...resume, ...subject, whenNotSuspended });
            assert.deepEqual(updateBetween({ ...resume, ...olds }, declared), unchanged);
        }
    });
});
