import { strict as assert } from "node:assert";
import { typeName, unknownValue } from "../../provider/src/core/argumentRules";
import { nonEmpty, parseJson } from "../../provider/src/core/configuration";
import { sameTriggers, triggersProblem } from "../../provider/src/core/triggers";

const signature = "4dabf18193072939515e22adb298388d";

describe("triggers", () => {
    it("are a list, and what is none is named by its kind", () => {
        assert.equal(triggersProblem([]), undefined);
        assert.equal(triggersProblem(["v1", 2, null, [{ a: {} }]]), undefined);
        assert.equal(triggersProblem("v1"), "is a string; allowed is a list");
        assert.equal(triggersProblem({}), "is an object; allowed is a list");
        assert.equal(triggersProblem(5), "is this number; allowed is a list");
    });

    it("have nothing of Pulumi's own kinds in them, at any depth", () => {
        for (const mark of ["__pulumiAsset", "__pulumiArchive", "__pulumiResource", signature]) {
            const foreign = { [mark]: true };
            for (const list of [[foreign], ["v1", foreign], [["v1", foreign]], [{ a: 1, b: { c: ["v1", foreign] } }]]) {
                assert.match(triggersProblem(list) ?? "", /has an asset, archive or resource/);
            }
        }
    });

    it("are the same, or ask for a request", () => {
        const pairs: ReadonlyArray<readonly [recorded: unknown, declared: unknown, same: boolean]> = [
            [unknownValue, unknownValue, false],
            [[unknownValue], [unknownValue], false],
            [["a"], ["a"], true],
            [["a"], ["a", "b"], false],
            [["a", "b"], ["a"], false],
            [["a"], "a", false],
            ["a", ["a"], false],
            [{ 0: "a" }, ["a"], false],
            [["a"], { 0: "a" }, false],
            [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
            [{ a: 1 }, { a: 1, b: undefined }, false],
            [{ a: 1, b: undefined }, { a: 1 }, false],
            [{ a: 1, b: 2 }, { a: 1, b: 3 }, false],
            [{ a: 1 }, null, false],
            [null, null, true],
            [{}, {}, true],
            [{}, "text", true],
            [{ a: 1 }, "text", false],
            [{ __pulumiAsset: true }, "text", true],
            [{ __pulumiAsset: true }, 7, false],
        ];
        for (const [recorded, declared, same] of pairs) {
            assert.equal(sameTriggers(recorded, declared), same, JSON.stringify([recorded, declared]));
        }
    });
});

describe("values that are never shown", () => {
    it("are named by their kind", () => {
        assert.deepEqual([[], "", "s3cret", {}, 7, true, undefined].map(typeName), [
            ...["a list", "an empty text", "this text", "an object", "this number", "this boolean", "this undefined"],
        ]);
    });

    it("are structured, or nothing", () => {
        assert.deepEqual(parseJson('[{"a":1}]'), [{ a: 1 }]);
        assert.equal(parseJson("{s3cret"), undefined);
    });

    it("are absent where they are empty", () => {
        assert.deepEqual([nonEmpty(""), nonEmpty(undefined), nonEmpty(" ")], [undefined, undefined, " "]);
    });
});
