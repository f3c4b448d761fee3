import { strict as assert } from "node:assert";
import fc from "fast-check";
import { canonicalJson, type Json } from "../../provider/src/json";
import { deriveToken, type TokenSource } from "../../provider/src/lifecycle/token";

const source: TokenSource = {
    operation: "InterruptLogstashTask",
    urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",
    region: "cn-hangzhou",
    instanceId: "ls-cn-4591f1y6abcd",
    subject: ["v1"],
};

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const sources: fc.Arbitrary<TokenSource> = fc.record({
    operation: fc.constantFrom("InterruptLogstashTask", "ResumeLogstashTask"),
    urn: fc.string({ unit: "grapheme" }),
    region: fc.string(),
    instanceId: fc.string(),
    subject: fc.oneof(fc.array(json, { maxLength: 3 }), fc.string()),
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

    it("is fixed for ever for a resume by interruption, which takes the place of the triggers", () => {
        // SHA-256 of the literal text, computed apart from this code:
        // ["pulumi-alicloud-logstash/1","ResumeLogstashTask","urn:pulumi:dev::shop::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskResume::resume","cn-hangzhou","ls-cn-4591f1y6abcd","ls-cn-4591f1y6abcd/0123456789abcdef",null]
        // ["pulumi-alicloud-logstash/1","ResumeLogstashTask","urn:pulumi:dev::shop::alicloud-logstash:index:LogstashTaskResume::a \"b\"","cn-beijing","ls-cn-ü","ls-cn-ü/my ~token/1",null]
        const resumes: ReadonlyArray<readonly [source: Omit<TokenSource, "operation">, token: string]> = [
            [
                {
                    urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskResume::resume",
                    region: "cn-hangzhou",
                    instanceId: "ls-cn-4591f1y6abcd",
                    subject: "ls-cn-4591f1y6abcd/0123456789abcdef",
                },
                "6eb4e0b93e4dd70720fbd0fcce6be3a3c648292fc25d1b828af64a710763e322",
            ],
            [
                {
                    urn: 'urn:pulumi:dev::shop::alicloud-logstash:index:LogstashTaskResume::a "b"',
                    region: "cn-beijing",
                    instanceId: "ls-cn-ü",
                    subject: "ls-cn-ü/my ~token/1",
                },
                "c7df3952e943fff2e2a944adc2b33a2aa2d64a75f6dd2b380aa976380bcd8728",
            ],
        ];
        for (const [resume, token] of resumes) {
            assert.equal(deriveToken({ operation: "ResumeLogstashTask", ...resume }), token);
        }
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
        const token = (...triggers: Json[]) => deriveToken({ ...source, subject: triggers });
        assert.equal(token({ a: 1, b: [{ c: 2, d: 3 }] }), token({ b: [{ d: 3, c: 2 }], a: 1 }));
        assert.notEqual(token("a", "b"), token("b", "a"));
    });

    it("gives a rollback to an earlier trigger a request of its own", () => {
        const first = deriveToken({ ...source, subject: ["v1"] });
        const second = deriveToken({ ...source, subject: ["v2"], previousToken: first });
        const back = deriveToken({ ...source, subject: ["v1"], previousToken: second });
        assert.equal(new Set([first, second, back]).size, 3);
    });
});

function fields({ operation, urn, region, instanceId, subject, previousToken }: TokenSource): Json {
    return [operation, urn, region, instanceId, subject, previousToken ?? null];
}
