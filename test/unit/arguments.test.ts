import { strict as assert } from "node:assert";
import {
    argumentsOf,
    argumentsWithDefault,
    checkArguments as check,
    readArguments,
} from "../../provider/src/lifecycle/arguments";
import { outputNames } from "../../provider/src/lifecycle/outputs";
import { unknownValue } from "../../provider/src/lifecycle/triggers";
import { type Operation, operations } from "../../provider/src/operations/operations";
import { documentation } from "../../scripts/schema/documentation";

const right = { instanceId: "ls-cn-4591f1y6abcd", region: "cn-hangzhou" };
const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";

describe("the check of arguments", () => {
    const mine = `${right.instanceId}/T`;
    const allUnknown = {
        instanceId: unknownValue,
        region: unknownValue,
        triggers: unknownValue,
        timeoutSeconds: unknownValue,
    };
    const accepted: ReadonlyArray<readonly [Operation, values: object]> = [
        [
            interrupt,
            { triggers: ["v1", 2, { sha: null }, { build: unknownValue }], profile: "work", timeoutSeconds: 1 },
        ],
        [interrupt, { clientToken: "a", triggers: [] }],
        [interrupt, { clientToken: "~".repeat(64), triggers: null }],
        [interrupt, { instanceId: "ls-eu-newkind-0001", region: "me-central-1", clientToken: undefined }],
        [interrupt, allUnknown],
        [interrupt, { waitForSuspended: false, whenIdle: "fail", timeoutSeconds: 86_400 }],
        [interrupt, { whenIdle: "skip" }],
        [resume, { triggers: ["v1"], whenNotSuspended: "skip", waitForResumed: false, interruption: undefined }],
        [resume, { interruption: `${mine}/2`, triggers: [], clientToken: null }],
        [resume, { interruption: "" }],
        [resume, { interruption: unknownValue }],
        [resume, { interruption: mine, instanceId: unknownValue }],
        [resume, { clientToken: "T", triggers: [] }],
    ];
    for (const [operation, values] of accepted) {
        it(`accepts ${JSON.stringify(values)} when it is a ${operations[operation].resource}`, () => {
            assert.deepEqual(check(operation, { ...right, ...values }), []);
        });
    }

    const id = /^instanceId: .* is not the ID of a Logstash instance, such as "ls-cn-/;
    const token = /^clientToken: .*; allowed are 1 to 64 printable ASCII characters$/;
    const time = /^timeoutSeconds: .* is not a whole number of seconds from 1 to 86400$/;
    const place = /^region: .* is not a region ID/;
    const unknown = /^\w+: is not an argument of this resource; its arguments are instanceId, /;
    const noSuspension = /^interruption: (this text|this boolean|an object) is not the `interruption` of/;
    const badTexts = ["", "s3cret-ü", "üs3cret", "s3cret\n", ["s3cret"], "s3cret".repeat(11)];
    const refused: ReadonlyArray<readonly [Operation, name: string, values: readonly unknown[], failure: RegExp]> = [
        [interrupt, "instanceId", [undefined, null], /^instanceId: is required.*ls-cn-/],
        [
            interrupt,
            "instanceId",
            ["", "ls-cn/../es", "ls-cn-1#", "..s3cret", "a".repeat(129), 7, { toString: "s3cret" }],
            id,
        ],
        [interrupt, "instanceId", ["es-cn-4591f1y6abcd"], /^instanceId: "es-…" is an Elasticsearch instance/],
        [interrupt, "region", ["cn-hangzhou.s3cret", "/cn-hangzhou", "hangzhou", "", ["cn-hangzhou"]], place],
        [interrupt, "clientToken", badTexts, token],
        [interrupt, "clientToken", ["s3cret".repeat(11)], /^clientToken: has 66 characters;/],
        [interrupt, "triggers", ["v1"], /^triggers: is a string; allowed is a list$/],
        [interrupt, "triggers", [[1, Number.NaN]], /^triggers\[1\] is NaN/],
        [interrupt, "timeoutSeconds", [0, 86_401, 1.5, "600"], time],
        [interrupt, "profile", ["", 7], /^profile: (an empty text|this number) is not the name of a CLI profile$/],
        [interrupt, "whenIdle", ["ignore", true], /^whenIdle: .* is not "fail" or "skip"$/],
        [interrupt, "waitForSuspended", ["no", 0], /^waitForSuspended: .* is not true or false$/],
        [interrupt, "instanceID", ["x"], unknown],
        [interrupt, "toString", ["x"], unknown],
        [interrupt, "whenNotSuspended", ["fail"], unknown],
        [resume, "interruption", ["T", "/T", "s3cret ".repeat(100_000), "s3cret s3cret/T", true, {}], noSuspension],
        [
            resume,
            "interruption",
            ["ls-cn-other/T"],
            /^interruption: names a suspension of ls-cn-other, .* of ls-cn-4591f1y6abcd$/,
        ],
    ];
    for (const [operation, name, values, failure] of refused) {
        it(`refuses \`${name}\`, and never shows it, when it is ${JSON.stringify(values[0])?.slice(0, 40)}`, () => {
            for (const value of values) {
                const [text = "", ...others] = check(operation, { ...right, [name]: value });
                assert.deepEqual(others, []);
                assert.match(text, failure);
                assert.doesNotMatch(text, /s3cret/);
            }
        });
    }

    const together = /^clientToken: cannot be given together with triggers/;
    const none = /^interruption: is not given, and neither are triggers or clientToken.*`waitForSuspended: true`/;
    const combinations: ReadonlyArray<readonly [Operation, values: object, failure: RegExp]> = [
        [interrupt, { clientToken: "mine", triggers: ["v1"] }, together],
        [interrupt, { clientToken: unknownValue, triggers: unknownValue }, together],
        [
            interrupt,
            { whenIdle: "skip", waitForSuspended: false },
            /^whenIdle: "skip" cannot be .* waitForSuspended: false/,
        ],
        [resume, {}, none],
        [resume, { interruption: undefined, triggers: [] }, none],
        [
            resume,
            { interruption: mine, triggers: ["v1"] },
            /^interruption and triggers: only one of interruption, triggers, c/,
        ],
        [resume, { interruption: "", clientToken: "T" }, /^interruption and clientToken: only/],
        [
            resume,
            { interruption: unknownValue, triggers: ["v"], clientToken: "T" },
            /^interruption and triggers and clientToken: /,
        ],
        [resume, { interruption: mine, instanceId: { valueOf: "s3cret" } }, /^instanceId: an object is not/],
    ];
    for (const [operation, values, failure] of combinations) {
        it(`refuses ${JSON.stringify(values)} when it is a ${operations[operation].resource}`, () => {
            const failures = check(operation, { ...right, ...values });
            assert.equal(failures.length, 1);
            assert.match(failures.join(), failure);
        });
    }

    it("names everything that is wrong at once", () => {
        const failures = check(interrupt, { region: 1, triggers: 2, clientToken: 3 });
        const names = failures.map((text) => text.split(":", 1)[0]).sort();
        assert.deepEqual(names, ["clientToken", "clientToken", "instanceId", "region", "triggers"]);
    });
});

describe("the arguments that are read", () => {
    it("are the defaults when they are absent", () => {
        const { operation, urn, values, ...read } = readArguments(interrupt, "urn", {});
        const absent = { clientToken: undefined, profile: undefined, interruption: undefined };
        const defaults = { triggers: [], timeoutSeconds: 600, wait: true, onNoop: "fail" };
        assert.deepEqual(read, { instanceId: "", region: "", ...absent, ...defaults });
        assert.equal(readArguments(interrupt, "urn", { profile: "work" }).profile, "work");
        const names = argumentsWithDefault(interrupt).map(([name]) => name);
        assert.deepEqual(names, ["timeoutSeconds", "waitForSuspended", "whenIdle"]);
    });

    const cases: ReadonlyArray<readonly [values: object, wait: boolean, onNoop: string, interruption?: string]> = [
        [{ waitForResumed: false, interruption: "", triggers: null }, false, "skip", ""],
        [{ interruption: unknownValue }, true, "skip", unknownValue],
        [{ interruption: "ls-cn-1/T", whenNotSuspended: null }, true, "skip", "ls-cn-1/T"],
        [{ interruption: "ls-cn-1/T", whenNotSuspended: "fail" }, true, "fail", "ls-cn-1/T"],
        [{ triggers: ["v1"], interruption: null }, true, "fail"],
        [{ triggers: ["v1"], whenNotSuspended: "skip" }, true, "skip"],
    ];
    for (const [values, wait, onNoop, interruption] of cases) {
        it(`say what to wait for, to skip and to resume when they are ${JSON.stringify(values)}`, () => {
            const read = readArguments(resume, "urn", { ...right, ...values });
            assert.deepEqual([read.wait, read.onNoop, read.interruption], [wait, onNoop, interruption]);
            assert.equal(read.values.whenNotSuspended, onNoop);
        });
    }
});

// The classes and the table are written apart, and say the same. The schema is made of both.
describe("the class of each resource", () => {
    const typesInTypeScript: Readonly<Record<string, RegExp>> = {
        string: /^string$|^"fail" \| "skip"$/,
        integer: /^number$/,
        boolean: /^boolean$/,
        list: /^(readonly )?any\[\]$/,
    };
    for (const operation of Object.keys(operations) as Operation[]) {
        const { resource } = operations[operation];
        it(`has the arguments of the table, with their types, defaults and outputs: ${resource}`, () => {
            const { inputs, outputs } = documentation(resource);
            const rules = argumentsOf(operation);
            assert.deepEqual([...inputs.keys()].sort(), Object.keys(rules).sort());
            assert.deepEqual([...outputs.keys()].sort(), [...outputNames(operation)].sort());
            for (const [name, rule] of Object.entries(rules)) {
                const { type = "", text = "" } = inputs.get(name) ?? {};
                assert.match(type, typesInTypeScript[rule.type] ?? /^$/, name);
                assert.equal(outputs.get(name)?.type, type.replace("readonly ", ""), name);
                const [byDefault, skips] = [rule.default, rule.defaultWithInterruption].map((value) =>
                    JSON.stringify(value),
                );
                const described = skips === undefined ? byDefault : `${skips} with \`interruption\`, else ${byDefault}`;
                const hasDefault = rule.default !== undefined && rule.type !== "list";
                assert.ok(!hasDefault || text.endsWith(`By default: ${described}.`), text);
            }
        });
    }
});
