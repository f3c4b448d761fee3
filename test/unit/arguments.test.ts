import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argumentsOf, checkArguments as check, readArguments } from "../../provider/src/lifecycle/arguments";
import { outputNames, resultNames } from "../../provider/src/lifecycle/outputs";
import { unknownValue } from "../../provider/src/lifecycle/triggers";
import { pluginTypeTokenOf } from "../../provider/src/lifecycle/urn";
import { descriptorOf, type Operation, operations } from "../../provider/src/operations/operations";
import { documentation } from "../../scripts/schema/documentation";

const right = { instanceId: "ls-cn-4591f1y6abcd", region: "cn-hangzhou" };
const checkInterrupt = (values: object) => check("InterruptLogstashTask", { ...right, ...values });
const checkResume = (values: object) => check("ResumeLogstashTask", { ...right, ...values });

describe("the check of arguments", () => {
    it("accepts what is allowed, and what is unknown", () => {
        for (const values of [
            { triggers: ["v1", 2, { sha: null }] },
            { clientToken: "a" },
            { clientToken: "~".repeat(64) },
            { instanceId: "ls-eu-newkind-0001", region: "me-central-1" },
            { instanceId: unknownValue, region: unknownValue, triggers: unknownValue, timeoutSeconds: unknownValue },
            { triggers: ["v1", { build: unknownValue }] },
            { clientToken: undefined, triggers: null },
            { clientToken: "mine", triggers: [] },
            { clientToken: "mine", triggers: null },
            { profile: "work" },
            { waitForSuspended: false, whenIdle: "fail", timeoutSeconds: 86_400 },
            { whenIdle: "skip", timeoutSeconds: 1 },
        ]) {
            assert.deepEqual(checkInterrupt(values), []);
        }
    });

    const id = /^instanceId: .* is not the ID of a Logstash instance, such as "ls-cn-/;
    const token = /^clientToken: .*; allowed are 1 to 64 printable ASCII characters$/;
    const time = /^timeoutSeconds: .* is not a whole number of seconds from 1 to 86400$/;
    const refused: ReadonlyArray<readonly [name: string, values: readonly unknown[], failure: RegExp]> = [
        ["instanceId", [undefined, null], /^instanceId: is required.*ls-cn-/],
        ["instanceId", ["", " ", "ls-cn/../es", "ls-cn-1?x=1", "ls-cn-1#", "..", "ls-cn-ü", "a".repeat(200)], id],
        ["instanceId", [7, {}, "s3cret s3cret", { toString: "s3cret" }], id],
        ["instanceId", ["es-cn-4591f1y6abcd"], /^instanceId: "es-…" is an Elasticsearch instance/],
        [
            "region",
            ["cn-hangzhou.evil.example", "cn-hangzhou/", "@host", "/cn-hangzhou"],
            /^region: .* is not a region ID/,
        ],
        ["region", ["hangzhou", "", 3, ["cn-hangzhou"]], /^region: .* is not a region ID/],
        ["clientToken", ["", "s3cret-ü", "üs3cret", "s3cret\n", ["s3cret"], "s3cret".repeat(11)], token],
        ["clientToken", ["s3cret".repeat(11)], /^clientToken: has 66 characters;/],
        ["triggers", ["v1"], /^triggers: is a string; allowed is a list$/],
        ["triggers", [[1, Number.NaN]], /^triggers\[1\] is NaN/],
        ["timeoutSeconds", [0, 86_401, 1.5, "600", true, Number.NaN], time],
        ["profile", [""], /^profile: an empty text is not the name of a CLI profile$/],
        ["profile", [7], /^profile: this number is not the name of a CLI profile$/],
        ["whenIdle", ["ignore", true], /^whenIdle: .* is not "fail" or "skip"$/],
        ["waitForSuspended", ["no", 0], /^waitForSuspended: .* is not true or false$/],
        ["instanceID", ["x"], /^instanceID: is not an argument of this resource; its arguments are instanceId, /],
        ...["toString", "whenNotSuspended", "interruption"].map(
            (name) => [name, ["x"], new RegExp(`^${name}: is not an argument`)] as const,
        ),
    ];
    for (const [name, values, failure] of refused) {
        it(`refuses \`${name}\`, and never shows it, when it is ${JSON.stringify(values[0])?.slice(0, 40)}`, () => {
            for (const value of values) {
                const failures = checkInterrupt({ [name]: value });
                assert.equal(failures.length, 1, JSON.stringify(failures));
                assert.match(failures[0] ?? "", failure);
                assert.doesNotMatch(failures[0] ?? "", /s3cret/);
            }
        });
    }

    it("refuses arguments that cannot be given together", () => {
        const together = /^clientToken: cannot be given together with triggers/;
        assert.match(checkInterrupt({ clientToken: "mine", triggers: ["v1"] }).join("\n"), together);
        assert.match(checkInterrupt({ clientToken: unknownValue, triggers: unknownValue }).join("\n"), together);
        const unseen = checkInterrupt({ whenIdle: "skip", waitForSuspended: false });
        assert.match(unseen.join("\n"), /^whenIdle: "skip" cannot be given together with waitForSuspended: false/);
        assert.deepEqual(checkResume({ triggers: ["v1"], whenNotSuspended: "skip", waitForResumed: false }), []);
    });

    it("names everything that is wrong at once", () => {
        const failures = check("InterruptLogstashTask", { region: 1, triggers: 2, clientToken: 3 });
        const names = failures.map((text) => text.split(":", 1)[0]).sort();
        assert.deepEqual(names, ["clientToken", "clientToken", "instanceId", "region", "triggers"]);
    });
});

describe("the check of what to resume", () => {
    const mine = `${right.instanceId}/T`;

    it("accepts one of the three, known or not, beside empty lists and absent values", () => {
        for (const values of [
            { interruption: mine },
            { interruption: `${mine}/2` },
            { interruption: "" },
            { interruption: unknownValue },
            { interruption: mine, instanceId: unknownValue },
            { triggers: ["v1"] },
            { triggers: unknownValue },
            { clientToken: "T" },
            { interruption: mine, triggers: [] },
            { clientToken: "T", triggers: [] },
            { triggers: ["v1"], interruption: undefined, clientToken: null },
        ]) {
            assert.deepEqual(checkResume(values), [], JSON.stringify(values));
        }
    });

    const none = /^interruption: is not given, and neither are triggers or clientToken.*`waitForSuspended: true`/;
    const noSuspension = /^interruption: (this text|this boolean|an object) is not the `interruption` of/;
    const refused: ReadonlyArray<readonly [when: string, values: object, failure: RegExp]> = [
        ["none is given", {}, none],
        ["an interruption resolves to undefined", { interruption: undefined }, none],
        ["only an empty list is given", { triggers: [] }, none],
        [
            "an interruption and triggers are given",
            { interruption: mine, triggers: ["v1"] },
            /^interruption and triggers: only one of interruption, triggers, clientToken can/,
        ],
        [
            "an empty interruption and a token are given",
            { interruption: "", clientToken: "T" },
            /^interruption and clientToken: only/,
        ],
        ["triggers and a token are given", { triggers: ["v1"], clientToken: "T" }, /^triggers and clientToken: only/],
        [
            "all three are given",
            { interruption: unknownValue, triggers: ["v1"], clientToken: "T" },
            /^interruption and triggers and clientToken: only/,
        ],
        [
            "it is of another instance",
            { interruption: "ls-cn-other/T" },
            /^interruption: names a suspension of ls-cn-other, and this resource resumes ls-cn-4591f1y6abcd: pass the `interruption` of an/,
        ],
        ["it names no suspension", { interruption: "T" }, noSuspension],
        ["it names no instance", { interruption: "/T" }, noSuspension],
        ["it is a secret text", { interruption: "s3cret ".repeat(100_000) }, noSuspension],
        ["it names no possible instance", { interruption: "s3cret s3cret/T" }, noSuspension],
        ["it is no text", { interruption: true }, noSuspension],
        ["it is an object", { interruption: {} }, noSuspension],
        [
            "the instance is impossible",
            { interruption: mine, instanceId: { valueOf: "s3cret" } },
            /^instanceId: an object is not/,
        ],
    ];
    for (const [when, values, failure] of refused) {
        it(`fails when ${when}`, () => {
            const failures = checkResume(values);
            assert.equal(failures.length, 1, JSON.stringify(failures).slice(0, 500));
            assert.match(failures[0] ?? "", failure);
            assert.doesNotMatch(failures[0] ?? "", /s3cret/);
        });
    }
});

describe("the arguments that are read", () => {
    it("are the defaults when they are absent", () => {
        const { wait, onNoop, timeoutSeconds, triggers } = readArguments("InterruptLogstashTask", "urn", right);
        assert.deepEqual([wait, onNoop, timeoutSeconds, triggers], [true, "fail", 600, []]);
        const { instanceId, region, clientToken, profile } = readArguments("InterruptLogstashTask", "urn", {});
        assert.deepEqual([instanceId, region, clientToken, profile], ["", "", undefined, undefined]);
    });

    it("say whether to wait, what to skip, and what to resume", () => {
        const cases: ReadonlyArray<readonly [values: object, wait: boolean, onNoop: string, interruption?: string]> = [
            [{ waitForResumed: false, interruption: "", triggers: null }, false, "skip", ""],
            [{ interruption: unknownValue }, true, "skip", unknownValue],
            [{ interruption: "ls-cn-1/T", whenNotSuspended: null }, true, "skip", "ls-cn-1/T"],
            [{ interruption: "ls-cn-1/T", whenNotSuspended: "fail" }, true, "fail", "ls-cn-1/T"],
            [{ triggers: ["v1"] }, true, "fail"],
            [{ clientToken: "T" }, true, "fail"],
            [{ triggers: ["v1"], whenNotSuspended: "skip" }, true, "skip"],
            [{ triggers: ["v1"], interruption: null }, true, "fail"],
        ];
        for (const [values, wait, onNoop, interruption] of cases) {
            const read = readArguments("ResumeLogstashTask", "urn", { ...right, ...values });
            assert.deepEqual([read.wait, read.onNoop, read.interruption], [wait, onNoop, interruption]);
            assert.equal(read.values.whenNotSuspended, onNoop);
        }
    });
});

interface SchemaProperty {
    readonly type?: string;
    readonly description: string;
    readonly willReplaceOnChanges?: boolean;
}

// The classes, the table and the schema are written apart, and say the same.
describe("the class of each resource", () => {
    const file = join(__dirname, "..", "..", "provider", "schema.json");
    const { resources } = JSON.parse(readFileSync(file, "utf8")) as {
        readonly resources: Readonly<
            Record<string, Record<"inputProperties" | "properties", Record<string, SchemaProperty>>>
        >;
    };
    const typesInTypeScript: Readonly<Record<string, RegExp>> = {
        string: /^string$|^"fail" \| "skip"$/,
        integer: /^number$/,
        boolean: /^boolean$/,
        list: /^(readonly )?any\[\]$/,
    };

    for (const operation of Object.keys(operations) as Operation[]) {
        const { resource, waitArgument, noopArgument, subjects } = descriptorOf(operation);
        const { inputs, outputs } = documentation(resource);
        const rules = argumentsOf(operation);
        const schema = resources[pluginTypeTokenOf(operation)] ?? assert.fail("not in the schema");

        it(`has the arguments of the table and the schema, with their types: ${resource}`, () => {
            assert.deepEqual([...inputs.keys()].sort(), Object.keys(rules).sort());
            assert.deepEqual(Object.keys(schema.inputProperties).sort(), Object.keys(rules).sort());
            for (const [name, { type, onChange }] of Object.entries(rules)) {
                const published = schema.inputProperties[name];
                assert.match(inputs.get(name)?.type ?? "", typesInTypeScript[type] ?? /^$/, name);
                assert.equal(published?.type, type === "list" ? "array" : type, name);
                assert.equal(published?.willReplaceOnChanges === true, onChange === "replace", name);
            }
            for (const name of [waitArgument, noopArgument, ...subjects]) {
                assert.ok(name in rules, name);
            }
        });

        it(`documents each argument, its default, and each output, as the schema does: ${resource}`, () => {
            for (const [name, rule] of Object.entries(rules)) {
                const text = inputs.get(name)?.text ?? "";
                assert.equal(schema.inputProperties[name]?.description, text);
                const byDefault =
                    rule.defaultWithInterruption === undefined
                        ? JSON.stringify(rule.default)
                        : `${JSON.stringify(rule.defaultWithInterruption)} with \`interruption\`, else ${JSON.stringify(rule.default)}`;
                const hasDefault = rule.default !== undefined && rule.type !== "list";
                assert.ok(!hasDefault || text.endsWith(`By default: ${byDefault}.`), text);
            }
            for (const [name, { text }] of outputs) {
                assert.equal(schema.properties[name]?.description, text);
            }
        });

        it(`has an output for each argument and each result: ${resource}`, () => {
            const names = outputNames(operation);
            assert.equal(new Set(names).size, names.length);
            assert.deepEqual([...outputs.keys()].sort(), [...names].sort());
            assert.deepEqual(Object.keys(schema.properties).sort(), [...names].sort());
            for (const name of Object.keys(rules)) {
                const type = inputs.get(name)?.type.replace("readonly ", "");
                assert.equal(outputs.get(name)?.type, type, name);
            }
            assert.ok(resultNames(operation).every((name) => names.includes(name)));
        });
    }
});
