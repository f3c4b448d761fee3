import { strict as assert } from "node:assert";
import { unknownValue } from "../../provider/src/core/argumentRules";
import { argumentsOf, readArguments } from "../../provider/src/core/arguments";
import type { Operation } from "../../provider/src/core/operations";
import { signature } from "../../provider/src/core/triggers";
import { firstToken, readRecord, updateBetween } from "../../provider/src/core/update";

const inputs = { instanceId: "ls-cn-1", region: "cn-hangzhou", triggers: ["v1"] };
const urn = "urn:pulumi:a::b::c::d";
const first = firstToken(readArguments("InterruptLogstashTask", urn, inputs));
const recorded = { ...inputs, clientToken: first, status: "suspended" };

function updateOf(operation: Operation, olds: object, news: object, newUrn = urn) {
    const declared = readArguments(operation, newUrn, { ...inputs, ...news });
    return updateBetween(readRecord(newUrn, declared, { ...recorded, ...olds }), declared);
}
const change = (olds: object, news: object, newUrn?: string) => updateOf("InterruptLogstashTask", olds, news, newUrn);
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
        });
        assert.deepEqual(
            change({ clientToken: "mine", triggers: [] }, { triggers: [], clientToken: "mine" }),
            unchanged,
        );
        assert.deepEqual(change({ clientToken: "mine", triggers: [] }, { triggers: [] }), unchanged);
    });

    it("finishes a pending request with the recorded token, whatever else has changed", () => {
        const finish = { kind: "finish", clientToken: first };
        assert.deepEqual(change({ status: "pending" }, {}), finish);
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
        assert.equal(change({ status: "pending" }, { triggers: ["v2"] }).kind, "request");
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

    describe("with `enabled`", () => {
        const resume = (olds: object, news: object) => updateOf("ResumeLogstashTask", olds, news);

        it("sends nothing while it is false, whatever changes", () => {
            assert.deepEqual(resume({}, { enabled: false }), changed);
            assert.deepEqual(resume({ enabled: false }, { enabled: false }), unchanged);
            assert.deepEqual(resume({ enabled: false }, { enabled: false, triggers: ["v2"] }), changed);
            assert.deepEqual(resume({ enabled: false, status: "pending" }, { enabled: false }), unchanged);
        });

        it("is one request from false to true, chained to the last token, or the first", () => {
            const after = resume({ enabled: false }, {});
            assert.equal(after.kind === "request" && after.because, "enabled");
            assert.notEqual(after.kind === "request" && after.clientToken, first);
            const never = resume({ enabled: false, clientToken: undefined, status: "disabled" }, {});
            const declared = readArguments("ResumeLogstashTask", urn, inputs);
            assert.equal(never.kind === "request" && never.clientToken, firstToken(declared));
        });

        it("has no token before it that was declared while it was off", () => {
            const olds = { triggers: [], enabled: false, clientToken: "never sent", status: "disabled" };
            const on = resume(olds, { triggers: [] });
            const declared = readArguments("ResumeLogstashTask", urn, { ...inputs, triggers: [] });
            assert.equal(on.kind === "request" && on.clientToken, firstToken(declared));
        });

        it("may be a request while it is not known", () => {
            assert.equal(resume({ enabled: false }, { enabled: unknownValue }).kind, "request");
            assert.equal(resume({}, { enabled: unknownValue, triggers: ["v2"] }).kind, "request");
            assert.deepEqual(resume({}, { enabled: unknownValue }), changed);
        });
    });
});
