import { strict as assert } from "node:assert";
import fc from "fast-check";
import { canonicalJson, type Json } from "../../provider/src/json";
import { signature, triggersFailure, triggersWarning, unknownValue } from "../../provider/src/lifecycle/triggers";

describe("the check of triggers", () => {
    const cyclic: unknown[] = ["v1"];
    cyclic.push({ a: cyclic });
    const deep = (levels: number) => Array.from({ length: levels }).reduce<unknown>((value) => [value], "v1");
    const cases: ReadonlyArray<readonly [triggers: unknown, problem: RegExp]> = [
        ["v1", /^is a string; allowed is a list$/],
        [{}, /^is an object; allowed is a list$/],
        [[Number.NaN], /^\[0\] is NaN, which JSON cannot hold$/],
        [[{ x: Number.NEGATIVE_INFINITY }], /^\[0\]\.x is -Infinity/],
        [["v1", [10n]], /^\[1\]\[0\] is a BigInt/],
        [[Symbol("s")], /^\[0\] is a symbol/],
        [[{ a: new Set([1]) }], /^\[0\]\.a is a Set/],
        [[new Date(Number.NaN)], /^\[0\] is an invalid date$/],
        [[/x/], /^\[0\] is a RegExp/],
        [[new (class {})()], /^\[0\] is a special object, of which JSON would lose a part/],
        [["v1", "release \ud83d"], /^\[1\] has half a character/],
        [[{ "a\udc00": 1 }], /^\[0\]\["a\\udc00"\] has half a character/],
        [[{ "": 1 }], /^\[0\]\[""\] has a key that Pulumi loses/],
        [[JSON.parse('{"__proto__": 1}')], /^\[0\]\.__proto__ has a key that Pulumi loses/],
        [[{ [`a${"b".repeat(200)}`]: Number.NaN }], /^\[0\]\["ab{99}"\] is NaN/],
        [cyclic, /^\[1\]\.a contains itself/],
        [deep(101), /^(\[0\]){100} is nested more than 100 levels deep$/],
        [["x".repeat(200_000)], /^has more than 100 kB in all/],
        [Array.from({ length: 50_001 }, () => 1), /^has more than 100 kB in all/],
    ];
    for (const [triggers, problem] of cases) {
        it(`names the path and the reason when JSON would lose a value: ${problem.source}`, () => {
            assert.match(triggersFailure(triggers) ?? "", problem);
        });
    }

    it("passes when JSON and Pulumi keep the values", () => {
        const shared = { a: "👍" };
        for (const triggers of [undefined, null, [], ["v1", 2, null, [{ a: {} }]], [shared, shared], deep(100)]) {
            assert.equal(triggersFailure(triggers), undefined);
        }
    });

    it("passes when values are unknown, however many", () => {
        assert.equal(triggersFailure(unknownValue), undefined);
        assert.equal(triggersFailure(Array.from({ length: 3_000 }, () => unknownValue)), undefined);
    });

    for (const mark of ["__pulumiAsset", "__pulumiArchive", "__pulumiResource", signature]) {
        it(`names the path when a value of Pulumi's own has the mark ${mark}`, () => {
            const value = { [mark]: true };
            const path = /^\[1\]\.c\[0\] is an? (asset|archive|resource|value of Pulumi's own)\b/;
            assert.match(triggersFailure(["v1", { c: [value] }]) ?? "", path);
        });
    }

    it("limits the bytes of the canonical JSON, to the byte", () => {
        const property = fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
            const triggers = (fill: number) => [value, "x".repeat(fill)] as Json[];
            const room = 100_000 - Buffer.byteLength(canonicalJson(triggers(0)));
            fc.pre(room >= 0 && triggersFailure([value]) === undefined);
            assert.equal(triggersFailure(triggers(room)), undefined);
            assert.match(triggersFailure(triggers(room + 1)) ?? "", /^has more than 100 kB/);
        });
        fc.assert(property, { numRuns: 100 });
    });
});

describe("the warning about triggers", () => {
    it("names the first empty object, counts the others, and says how to give a date", () => {
        assert.match(
            triggersWarning([{}, { at: {} }]) ?? "",
            /^triggers\[0\] \(and 1 more\) is an empty object\. A Date arrives like this.*`date\.toISOString\(\)`$/,
        );
        assert.match(triggersWarning(["v1", { at: {} }]) ?? "", /^triggers\[1\]\.at is an empty object/);
    });

    it("is absent when no object is empty", () => {
        for (const triggers of [undefined, unknownValue, [], ["v1", [], null, { a: 1 }]]) {
            assert.equal(triggersWarning(triggers), undefined);
        }
    });
});
