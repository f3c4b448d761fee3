import { strict as assert } from "node:assert";
import { changeBetween, firstToken, type Recorded } from "../../provider/src/core/change";

const declared = {
    look: true,
    whenIdle: "fail" as const,
    timeoutSeconds: 600,
    instanceId: "ls-cn-1",
    region: "cn-hangzhou",
    triggers: ["v1"],
    resourceUrn: "urn:pulumi:a::b::c::d",
};
const operation = "InterruptLogstashTask";
const recorded: Recorded = { ...declared, clientToken: firstToken(operation, declared), status: "suspended" };
const change = (olds: Partial<Recorded>, news: object) =>
    changeBetween(operation, { ...recorded, ...olds }, { ...declared, ...news });

describe("the decision what an update is", () => {
    it("sends nothing when nothing has changed", () => {
        assert.deepEqual(change({}, {}), { kind: "record" });
        assert.deepEqual(change({ triggers: [{ a: 1, b: 2 }] }, { triggers: [{ b: 2, a: 1 }] }), { kind: "record" });
    });

    it("sends nothing for another URN", () => {
        assert.deepEqual(change({}, { resourceUrn: "urn:pulumi:a::b::c::renamed" }), { kind: "record" });
    });

    it("replaces for another instance or region", () => {
        assert.deepEqual(change({}, { instanceId: "ls-cn-2" }), { kind: "replace", because: ["instanceId"] });
        assert.deepEqual(change({}, { region: "cn-beijing" }), { kind: "replace", because: ["region"] });
    });

    it("requests again for added and changed triggers, not for removed ones", () => {
        for (const triggers of [["v2"], ["v1", "v1"], [["v1"]], [null]]) {
            const result = change({}, { triggers });
            assert.equal(result.kind, "request");
            assert.notEqual(result.kind === "request" && result.clientToken, recorded.clientToken);
        }
        assert.equal(change({ triggers: [] }, {}).kind, "request");
        assert.deepEqual(change({}, { triggers: [] }), { kind: "record" });
    });

    it("requests again for a new explicit token, not for a removed or the recorded one", () => {
        assert.deepEqual(change({}, { triggers: [], clientToken: "mine" }), {
            kind: "request",
            because: "clientToken",
            clientToken: "mine",
        });
        assert.deepEqual(change({ clientToken: "mine", triggers: [] }, { triggers: [], clientToken: "mine" }), {
            kind: "record",
        });
        assert.deepEqual(change({ clientToken: "mine", triggers: [] }, { triggers: [] }), { kind: "record" });
    });

    it("finishes a pending request with the recorded token, whatever else has changed", () => {
        const finish = { kind: "finish", clientToken: recorded.clientToken };
        assert.deepEqual(change({ status: "pending" }, {}), finish);
        assert.deepEqual(change({ status: "pending" }, { triggers: [], resourceUrn: "urn:pulumi:a::b::c::e" }), finish);
    });

    it("supersedes a pending request when the program asks for another", () => {
        assert.equal(change({ status: "pending" }, { triggers: ["v2"] }).kind, "request");
    });

    it("gives the same token again after a crash in the middle of an update", () => {
        assert.deepEqual(change({}, { triggers: ["v2"] }), change({}, { triggers: ["v2"] }));
    });
});
