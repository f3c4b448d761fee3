import { strict as assert } from "node:assert";
import { announcementOf } from "../../provider/src/lifecycle/announcement";
import { argumentsOf, readArguments } from "../../provider/src/lifecycle/arguments";
import { firstRequest, type Update, updateBetween } from "../../provider/src/lifecycle/diff";
import { deriveToken } from "../../provider/src/lifecycle/token";
import { signature, unknownValue } from "../../provider/src/lifecycle/triggers";
import type { Operation } from "../../provider/src/operations/operations";

const urn = "urn:pulumi:a::b::c::d";
const at = "2026-01-01T00:00:00.000Z";
const place = { instanceId: "ls-cn-1", region: "cn-hangzhou" };
const unchanged = { kind: "record", changed: false };
const changed = { kind: "record", changed: true };

function request(because: string, clientToken: string, supersedes = false, supersedesApplied = supersedes) {
    return { kind: "request", because, clientToken, supersedes, supersedesApplied };
}

describe("the update of an interrupt", () => {
    const operation = "InterruptLogstashTask";
    const inputs = { ...place, triggers: ["v1"] };
    const source = { operation, urn, ...place } as const;
    const first = deriveToken({ ...source, subject: ["v1"] });
    const second = deriveToken({ ...source, subject: ["v2"], previousToken: first });
    const recorded = { ...inputs, clientToken: first, status: "suspended" };

    const update = (olds: object, news: object, newUrn = urn): Update =>
        updateBetween({ ...recorded, ...olds }, readArguments(operation, newUrn, { ...inputs, ...news }));

    it("sends nothing when nothing has changed but the URN or the order of keys", () => {
        assert.deepEqual(update({}, {}), unchanged);
        assert.deepEqual(update({}, {}, "urn:pulumi:a::b::c::renamed"), unchanged);
        const triggers = [{ a: 1, b: [{ d: 2, c: {} }] }, null];
        assert.deepEqual(update({ triggers }, { triggers: [{ b: [{ c: {}, d: 2 }], a: 1 }, null] }), unchanged);
    });

    it("replaces when the instance or the region is another or unknown", () => {
        assert.deepEqual(update({}, { instanceId: "ls-cn-2" }), { kind: "replace", because: ["instanceId"] });
        const because = ["instanceId", "region"];
        assert.deepEqual(update({}, { region: "cn-b", instanceId: unknownValue }), { kind: "replace", because });
    });

    it("requests again when triggers are added, changed or unknown", () => {
        assert.deepEqual(update({}, { triggers: ["v2"] }), request("triggers", second));
        for (const [before, after] of [
            [["a", "b"], ["a"]],
            [undefined, ["v1"]],
            [[], unknownValue],
            [["v1"], [unknownValue]],
            [[{ [signature]: "c44067f5952c0a294b673a41bacd8c17", path: "conf.txt" }], ["abc"]],
            [[{ a: 1 }], [{ a: 1, b: null }]],
            [[{ 0: "a" }], [["a"]]],
            [[1], ["1"]],
        ]) {
            const { kind, ...rest } = update({ triggers: before }, { triggers: after });
            assert.deepEqual([kind, "because" in rest && rest.because], ["request", "triggers"], JSON.stringify(after));
        }
    });

    it("requests nothing when triggers are removed, or were never given", () => {
        assert.deepEqual(update({}, { triggers: [] }), changed);
        assert.deepEqual(update({ triggers: undefined }, { triggers: [] }), unchanged);
    });

    it("requests again when an explicit token is new, not when it is removed or the recorded one", () => {
        const none = { triggers: [] };
        assert.deepEqual(update({}, { ...none, clientToken: "mine" }), request("clientToken", "mine"));
        for (const news of [{ ...none, clientToken: "mine" }, none]) {
            assert.deepEqual(update({ ...none, clientToken: "mine" }, news), unchanged);
        }
    });

    it("finishes a pending request with its token, whatever else has changed", () => {
        const finish = { kind: "finish", clientToken: first, isAccepted: false };
        assert.deepEqual(update({ status: "pending" }, {}), finish);
        assert.deepEqual(update({ status: "pending", interruptedAt: at }, {}), { ...finish, isAccepted: true });
        const others = { triggers: [], timeoutSeconds: 5 };
        assert.deepEqual(update({ status: "pending" }, others, "urn:pulumi:a::b::c::e"), finish);
    });

    it("finishes nothing when no token is recorded to finish it with", () => {
        assert.deepEqual(update({ status: "pending", clientToken: null }, {}), unchanged);
    });

    it("supersedes a pending request when the program asks for another", () => {
        for (const [olds, supersedes, supersedesApplied] of [
            [{ status: "suspended", interrupted: true, interruptedAt: at }, false, false],
            [{ status: "pending", interrupted: false }, true, true],
            [{ status: "pending", interrupted: true, interruptedAt: at }, true, true],
            // Accepted, and a poll has seen the change over: whatever suspends the instance now is not ours.
            [{ status: "pending", interrupted: false, interruptedAt: at }, true, false],
        ] as const) {
            const expected = request("triggers", second, supersedes, supersedesApplied);
            assert.deepEqual(update(olds, { triggers: ["v2"] }), expected, JSON.stringify(olds));
        }
    });

    it("records a changed setting, and takes an absent one for its default", () => {
        const others = { timeoutSeconds: 5, profile: "other", waitForSuspended: false, whenIdle: "skip" };
        const rules = Object.entries(argumentsOf(operation)).filter(([, { onChange }]) => onChange === "record");
        assert.deepEqual(rules.map(([name]) => name).sort(), Object.keys(others).sort());
        for (const [name, value] of Object.entries(others)) {
            assert.deepEqual(update({}, { [name]: value }), changed, name);
            assert.deepEqual(update({ [name]: value }, { [name]: value }), unchanged, name);
        }
        const defaults = { timeoutSeconds: 600, waitForSuspended: true, whenIdle: "fail" };
        assert.deepEqual(update({}, defaults), unchanged);
        assert.deepEqual(update(defaults, {}), unchanged);
    });
});

describe("the update of a resume", () => {
    const operation = "ResumeLogstashTask";
    const [X, Y, Z] = ["ls-cn-1/x", "ls-cn-1/y", "ls-cn-1/z"];
    const tokenOf = (subject: string | readonly string[], previousToken?: string) =>
        deriveToken({ operation, urn, ...place, subject, previousToken });
    const read = (news: object) => readArguments(operation, urn, { ...place, ...news });
    const update = (olds: object, news: object) => updateBetween({ ...place, ...olds }, read(news));

    // Records, by what was declared and how it ended; X was resumed before those of Y.
    const applied = { status: "activating", resumed: true, resumedAt: at };
    const resumedX = { ...applied, interruption: X, clientToken: tokenOf(X), resumedInterruption: X };
    const noneYet = { interruption: "", status: "none", resumed: false };
    const noneAfterX = { ...noneYet, clientToken: tokenOf(X), resumedInterruption: X };
    const pending = { status: "pending", resumed: false };
    const unknownY = { ...pending, interruption: Y, clientToken: tokenOf(Y), resumedInterruption: X };
    const acceptedY = { ...unknownY, resumed: true, resumedAt: at };
    const byV1 = { ...applied, triggers: ["v1"], clientToken: "t1" };
    const unknownV1 = { ...pending, triggers: ["v1"], clientToken: "t1" };
    const usedX = { resumedInterruption: X };
    // What the program gives by now.
    const [x, y, z, empty] = [{ interruption: X }, { interruption: Y }, { interruption: Z }, { interruption: "" }];
    const notKnown = { interruption: unknownValue };
    const v1 = { triggers: ["v1"] };
    const mine = { clientToken: "mine" };

    const ofInterruption = (value: string, isPending = false) => request("interruption", tokenOf(value), isPending);
    const finish = (clientToken: string, isAccepted = false) => ({ kind: "finish", clientToken, isAccepted });
    const none = (isChanged: boolean) => ({ kind: "none", changed: isChanged });

    const cases: ReadonlyArray<readonly [title: string, olds: object, news: object, expected: object]> = [
        ["requests when the interruption is new", resumedX, y, ofInterruption(Y)],
        ["sends nothing when the interruption is the recorded one", resumedX, x, unchanged],
        ["has nothing to resume when the interruption is empty by now", resumedX, empty, none(true)],
        ["has nothing to resume when the interruption is still empty", noneAfterX, empty, none(false)],
        ["has nothing to resume when a setting changes", noneAfterX, { ...empty, timeoutSeconds: 5 }, none(true)],
        ["records a used interruption when it returns after an empty one", noneAfterX, x, changed],
        ["records a used one when `ignoreChanges` brings it back", { ...resumedX, interruption: Y }, x, changed],
        ["may request when the interruption is unknown", resumedX, notKnown, ofInterruption(unknownValue)],
        ["finishes a pending one when the interruption is the same", unknownY, y, finish(tokenOf(Y))],
        ["finishes a pending one when the interruption is empty by now", unknownY, empty, finish(tokenOf(Y))],
        ["finishes a pending one when the interruption is a used one", unknownY, x, finish(tokenOf(Y))],
        ["finishes an accepted one when the interruption is empty", acceptedY, empty, finish(tokenOf(Y), true)],
        ["finishes a pending one by triggers when the interruption is empty", unknownV1, empty, finish("t1")],
        ["finishes one by triggers when the interruption is used", { ...unknownV1, ...usedX }, x, finish("t1")],
        ["supersedes a pending one when the interruption is new", unknownY, z, ofInterruption(Z, true)],
        ["supersedes one by triggers when the interruption is new", unknownV1, x, ofInterruption(X, true)],
        ["supersedes when triggers follow", unknownY, v1, request("triggers", tokenOf(["v1"], tokenOf(Y)), true)],
        ["supersedes when a token follows", unknownY, mine, request("clientToken", "mine", true)],
        ["may supersede when the interruption is unknown", unknownY, notKnown, ofInterruption(unknownValue, true)],
        ["requests when triggers follow", resumedX, v1, request("triggers", tokenOf(["v1"], tokenOf(X)))],
        ["requests with a first token when triggers follow none", noneYet, v1, request("triggers", tokenOf(["v1"]))],
        ["requests when a token follows an interruption", resumedX, mine, request("clientToken", "mine")],
        ["requests when an interruption follows triggers", byV1, x, ofInterruption(X)],
        ["records a used interruption when it follows triggers", { ...byV1, ...usedX }, x, changed],
        ["sends nothing when the triggers stay", byV1, v1, unchanged],
    ];
    for (const [title, olds, news, expected] of cases) {
        it(title, () => assert.deepEqual(update(olds, news), expected));
    }

    it("is the same first request when the resume was removed and is declared again", () => {
        assert.deepEqual(firstRequest(read({ interruption: X })), request("", tokenOf(X)));
        assert.deepEqual(firstRequest(read({ interruption: "" })), none(true));
    });

    it("is none when the default of an absent `whenNotSuspended` is given", () => {
        const { interruption: _, ...result } = resumedX;
        for (const [subject, whenNotSuspended] of [
            [{ interruption: X }, "skip"],
            [{ triggers: ["v1"] }, "fail"],
        ] as const) {
            assert.deepEqual(update({ ...result, ...subject }, { ...subject, whenNotSuspended }), unchanged);
        }
    });
});

describe("the line of a preview", () => {
    const [interrupt, resume] = ["InterruptLogstashTask", "ResumeLogstashTask"] as const;
    const pending = { status: "pending", clientToken: "T" };
    const [v1, nested] = [{ triggers: ["v1"] }, { triggers: ["v1", { build: [unknownValue] }] }];
    const elsewhere = { instanceId: "ls-cn-2", region: "cn-beijing" };
    const [unknown, empty] = [{ interruption: unknownValue }, { interruption: "" }];
    const again = "the outcome of the last request is unknown: will send it again with the same client token";
    const polls = "the last request was accepted and not confirmed: will poll, and request nothing";
    const first = "instanceId and region changed: will request an interrupt with the first token for this instance";

    const cases: ReadonlyArray<readonly [when: string, Operation, olds: object, news: object, line?: string]> = [
        ["arguments are recorded", interrupt, {}, { profile: "p" }],
        ["there is nothing to resume", resume, {}, empty],
        ["a resume with nothing to resume is replaced", resume, elsewhere, empty],
        ["triggers change", interrupt, {}, v1, "triggers changed: will request an interrupt"],
        ["an interruption is unknown", resume, {}, unknown, "interruption is not known yet: may request a resume"],
        ["a trigger is unknown", interrupt, {}, nested, "triggers is not known yet: may request an interrupt"],
        ["an outcome is unknown", interrupt, pending, {}, again],
        ["an acceptance is not confirmed", resume, { ...pending, resumedAt: at }, empty, polls],
        ["the instance and the region change", interrupt, elsewhere, {}, first],
    ];
    for (const [when, operation, olds, news, line] of cases) {
        it(`is ${line ?? "absent"} when ${when}`, () => {
            const declared = readArguments(operation, urn, { ...place, ...news });
            assert.equal(announcementOf(declared, updateBetween({ ...place, ...olds }, declared)), line);
        });
    }
});
