import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { canonicalJson, type Json } from "../../provider/src/json";
import { deriveToken, instanceOf, interruptionOf, type TokenSource } from "../../provider/src/lifecycle/token";

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
    it("never changes when the source is the same", () => {
        // The encoding is spelled out here and not taken from the code, because a change of it would interrupt again.
        const encoding =
            '["pulumi-alicloud-logstash/1","InterruptLogstashTask",' +
            '"urn:pulumi:dev::shop::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",' +
            '"cn-hangzhou","ls-cn-4591f1y6abcd",["v1"],null]';
        assert.equal(deriveToken(source), createHash("sha256").update(encoding).digest("hex"));
    });

    it("never changes when an interruption takes the place of the triggers", () => {
        // SHA-256 of these texts, computed apart from this code:
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

    it("is 64 ASCII characters, and another when anything in the source is", () => {
        const fieldsOf = ({ operation, urn, region, instanceId, subject, previousToken }: TokenSource) =>
            canonicalJson([operation, urn, region, instanceId, subject, previousToken ?? null]);
        fc.assert(
            fc.property(sources, sources, (one, other) => {
                assert.match(deriveToken(one), /^[0-9a-f]{64}$/);
                assert.equal(deriveToken(one) === deriveToken(other), fieldsOf(one) === fieldsOf(other));
            }),
        );
        const one = deriveToken({ ...source, region: "ab", instanceId: "c" });
        assert.notEqual(deriveToken({ ...source, region: "a", instanceId: "bc" }), one);
    });

    it("is another when the order of a list is, not when that of keys is", () => {
        const token = (...triggers: Json[]) => deriveToken({ ...source, subject: triggers });
        assert.equal(token({ a: 1, b: [{ c: 2, d: 3 }] }), token({ b: [{ d: 3, c: 2 }], a: 1 }));
        assert.notEqual(token("a", "b"), token("b", "a"));
    });

    it("is a third one when an earlier trigger returns", () => {
        const first = deriveToken({ ...source, subject: ["v1"] });
        const second = deriveToken({ ...source, subject: ["v2"], previousToken: first });
        const back = deriveToken({ ...source, subject: ["v1"], previousToken: second });
        assert.equal(new Set([first, second, back]).size, 3);
    });
});

describe("an interruption", () => {
    it("names an instance and a token", () => {
        assert.equal(interruptionOf("ls-cn-1", "T/2"), "ls-cn-1/T/2");
        assert.equal(instanceOf("ls-cn-1/T/2"), "ls-cn-1");
        for (const other of ["", "T", "/T", "ls-cn-1/", "ls cn/T", "ls-cn-1/ü", "ls-cn-1/T\n", 7, undefined]) {
            assert.equal(instanceOf(other), undefined);
        }
    });
});
