import { strict as assert } from "node:assert";
import type { Json } from "../../provider/src/json";
import { announcementOf } from "../../provider/src/lifecycle/announcement";
import { argumentsOf, readArguments } from "../../provider/src/lifecycle/arguments";
import { firstUpdate, type Update, updateBetween } from "../../provider/src/lifecycle/diff";
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
    const tokenOf = (subject: readonly Json[], previousToken?: string) =>
        deriveToken({ operation, urn, ...place, subject, previousToken });
    const first = tokenOf(["v1"]);
    const recorded = { ...inputs, clientToken: first, status: "suspended" };
    const update = (olds: object, news: object, newUrn = urn): Update =>
        updateBetween({ ...recorded, ...olds }, readArguments(operation, newUrn, { ...inputs, ...news }));

    const byTriggers = (subject: readonly Json[], ...supersedes: boolean[]) =>
        request("triggers", tokenOf(subject, first), ...supersedes);
    const replace = (...because: string[]) => ({ kind: "replace", because });
    const finish = { kind: "finish", clientToken: first, isAccepted: false };
    const of = (...triggers: readonly Json[]) => ({ triggers });
    const [none, v2, mine] = [of(), of("v2"), { triggers: [], clientToken: "mine" }];
    const done = { status: "suspended", interrupted: true, interruptedAt: at };
    const pending = { status: "pending", interrupted: false };
    const asset = { [signature]: "c44067f5952c0a294b673a41bacd8c17", path: "conf.txt" };
    const defaults = { timeoutSeconds: 600, waitForSuspended: true, whenIdle: "fail" };

    const cases: ReadonlyArray<readonly [title: string, olds: object, news: object, expected: object]> = [
        ["sends nothing when nothing has changed", {}, {}, unchanged],
        [
            "sends nothing when keys change places",
            of({ a: 1, b: [{ d: 2, c: {} }] }),
            of({ b: [{ c: {}, d: 2 }], a: 1 }),
            unchanged,
        ],
        ["sends nothing when a default is given", {}, defaults, unchanged],
        ["sends nothing when a default is no longer given", defaults, {}, unchanged],
        ["replaces when the instance is another", {}, { instanceId: "ls-cn-2" }, replace("instanceId")],
        ["replaces when both are", {}, { region: "cn-b", instanceId: unknownValue }, replace("instanceId", "region")],
        ["requests when triggers change", {}, v2, byTriggers(["v2"])],
        ["requests when triggers are fewer", of("a", "b"), of("a"), byTriggers(["a"])],
        ["requests when triggers are added", { triggers: undefined }, {}, byTriggers(["v1"])],
        ["may request when triggers are unknown", none, { triggers: unknownValue }, byTriggers([unknownValue])],
        ["may request when a trigger is unknown", {}, of(unknownValue), byTriggers([unknownValue])],
        ["requests when an asset of an earlier record is text", of(asset), of("abc"), byTriggers(["abc"])],
        ["requests when a key is added", of({ a: 1 }), of({ a: 1, b: null }), byTriggers([{ a: 1, b: null }])],
        ["requests when an object becomes a list", of({ 0: "a" }), of(["a"]), byTriggers([["a"]])],
        ["requests when a number becomes text", of(1), of("1"), byTriggers(["1"])],
        ["requests nothing when triggers are removed", {}, none, changed],
        ["requests nothing when triggers were never given", { triggers: undefined }, none, unchanged],
        ["requests when an explicit token is new", {}, mine, request("clientToken", "mine")],
        ["requests nothing when the token is the recorded one", mine, mine, unchanged],
        ["requests nothing when the token is removed", mine, none, unchanged],
        ["finishes a pending request", { status: "pending" }, { ...none, timeoutSeconds: 5 }, finish],
        ["finishes an accepted one", { status: "pending", interruptedAt: at }, {}, { ...finish, isAccepted: true }],
        ["finishes nothing when no token is recorded", { status: "pending", clientToken: null }, {}, unchanged],
        ["supersedes nothing when the request is done", done, v2, byTriggers(["v2"])],
        ["supersedes a pending request", pending, v2, byTriggers(["v2"], true)],
        ["supersedes an accepted one", { ...done, status: "pending" }, v2, byTriggers(["v2"], true)],
        // A poll has seen the change over: whatever suspends the instance now is not ours.
        ["supersedes one that is over", { ...pending, interruptedAt: at }, v2, byTriggers(["v2"], true, false)],
    ];
    for (const [title, olds, news, expected] of cases) {
        it(title, () => assert.deepEqual(update(olds, news), expected));
    }

    it("is the same when the URN is another", () => {
        assert.deepEqual(update({}, {}, "urn:pulumi:a::b::c::renamed"), unchanged);
        assert.deepEqual(update({ status: "pending" }, {}, "urn:pulumi:a::b::c::renamed"), finish);
    });

    it("records a changed setting", () => {
        const others = { timeoutSeconds: 5, profile: "other", waitForSuspended: false, whenIdle: "skip" };
        const rules = Object.entries(argumentsOf(operation)).filter(([, { onChange }]) => onChange === "record");
        assert.deepEqual(rules.map(([name]) => name).sort(), Object.keys(others).sort());
        for (const [name, value] of Object.entries(others)) {
            assert.deepEqual(update({}, { [name]: value }), changed, name);
            assert.deepEqual(update({ [name]: value }, { [name]: value }), unchanged, name);
        }
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
        const { because: _, ...first } = request("interruption", tokenOf(X));
        assert.deepEqual(firstUpdate(read({ interruption: X })), first);
        assert.deepEqual(firstUpdate(read({ interruption: "" })), none(true));
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
