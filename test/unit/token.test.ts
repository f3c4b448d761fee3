import { strict as assert } from "node:assert";
import fc from "fast-check";
import { canonicalJson, type Json } from "../../provider/src/core/json";
import { deriveToken, type TokenSource } from "../../provider/src/core/token";

const source: TokenSource = {
    operation: "InterruptLogstashTask",
    urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",
    region: "cn-hangzhou",
    instanceId: "ls-cn-4591f1y6abcd",
    triggers: ["v1"],
};

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const sources: fc.Arbitrary<TokenSource> = fc.record({
    operation: fc.constantFrom("InterruptLogstashTask", "ResumeLogstashTask"),
    urn: fc.string({ unit: "grapheme" }),
    region: fc.string(),
    instanceId: fc.string(),
    triggers: fc.array(json, { maxLength: 3 }),
    previousToken: fc.option(fc.string(), { nil: undefined }),
});

describe("the client token", () => {
    it("is fixed for ever for the same source", () => {
        // The encoding is spelled out here and not taken from the code: a change of it would interrupt again.
        const { createHash } = require("node:crypto") as typeof import("node:crypto");
        const encoding =
            '["pulumi-alicloud-logstash/1","InterruptLogstashTask",' +
            '"urn:pulumi:dev::shop::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",' +
            '"cn-hangzhou","ls-cn-4591f1y6abcd",["v1"],null]';
        assert.equal(deriveToken(source), createHash("sha256").update(encoding).digest("hex"));
    });

    it("is 64 ASCII characters, as the service allows", () => {
        fc.assert(fc.property(sources, (any) => /^[0-9a-f]{64}$/.test(deriveToken(any))));
    });

    it("is another for every other source", () => {
        fc.assert(
            fc.property(sources, sources, (one, other) => {
                const same = canonicalJson(fields(one)) === canonicalJson(fields(other));
                assert.equal(deriveToken(one) === deriveToken(other), same);
            }),
        );
    });

    it("does not move text from one part of the source to the next", () => {
        const one = deriveToken({ ...source, region: "ab", instanceId: "c" });
        assert.notEqual(deriveToken({ ...source, region: "a", instanceId: "bc" }), one);
    });

    it("follows the order of lists, not that of keys", () => {
        const token = (...triggers: Json[]) => deriveToken({ ...source, triggers });
        assert.equal(token({ a: 1, b: [{ c: 2, d: 3 }] }), token({ b: [{ d: 3, c: 2 }], a: 1 }));
        assert.notEqual(token("a", "b"), token("b", "a"));
    });

    it("gives a rollback to an earlier trigger a request of its own", () => {
        const first = deriveToken({ ...source, triggers: ["v1"] });
        const second = deriveToken({ ...source, triggers: ["v2"], previousToken: first });
        const back = deriveToken({ ...source, triggers: ["v1"], previousToken: second });
        assert.equal(new Set([first, second, back]).size, 3);
    });
});

function fields({ operation, urn, region, instanceId, triggers, previousToken }: TokenSource): Json {
    return [operation, urn, region, instanceId, triggers, previousToken ?? null];
}
