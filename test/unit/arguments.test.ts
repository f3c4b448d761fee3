import { strict as assert } from "node:assert";
import { argumentsOf, checkArguments as checkOf, readArguments } from "../../provider/src/lifecycle/arguments";
import { unknownValue } from "../../provider/src/lifecycle/triggers";

const checkArguments = (values: Record<string, unknown>) => checkOf("InterruptLogstashTask", values);
const right = { instanceId: "ls-cn-4591f1y6abcd", region: "cn-hangzhou" };

function failure(values: Record<string, unknown>): string {
    const failures = checkArguments({ ...right, ...values });
    assert.equal(failures.length, 1, `expected one failure, got ${JSON.stringify(failures)}`);
    return failures[0] ?? "";
}

describe("the check of arguments", () => {
    it("accepts what is allowed", () => {
        const allowed = [
            { triggers: ["v1", 2, { sha: null }] },
            { clientToken: "a" },
            { clientToken: "~".repeat(64) },
            { instanceId: "ls-eu-newkind-0001", region: "me-central-1" },
            { instanceId: unknownValue, region: unknownValue, triggers: unknownValue },
            { triggers: ["v1", { build: unknownValue }] },
            { clientToken: undefined, triggers: null },
            { clientToken: "mine", triggers: [] },
            { clientToken: "mine", triggers: null },
            { profile: "work" },
            { waitForSuspended: false, whenIdle: "fail", timeoutSeconds: 86_400 },
            { whenIdle: "skip", timeoutSeconds: 1 },
        ];
        for (const values of allowed) {
            assert.deepEqual(checkArguments({ ...right, ...values }), []);
        }
    });

    it("refuses a missing instance", () => {
        assert.match(failure({ instanceId: undefined }), /^instanceId: is required.*ls-cn-/);
    });

    it("refuses an impossible instance, and shows a possible one, never the value, which may be a secret", () => {
        for (const instanceId of [
            "",
            " ",
            "ls-cn/../es",
            "ls-cn-1?x=1",
            "ls-cn-1#",
            "..",
            "ls-cn-ü",
            "a".repeat(200),
            7,
            {},
        ]) {
            assert.match(
                failure({ instanceId }),
                /^instanceId: .* is not the ID of a Logstash instance, such as "ls-cn-/,
            );
        }
        assert.doesNotMatch(failure({ instanceId: "s3cret s3cret" }), /s3cret/);
    });

    it("tells an Elasticsearch instance from a Logstash instance", () => {
        assert.match(failure({ instanceId: "es-cn-4591f1y6abcd" }), /^instanceId: "es-…" is an Elasticsearch instance/);
    });

    it("refuses a region that would change the host", () => {
        for (const region of [
            "cn-hangzhou.evil.example",
            "cn-hangzhou/",
            "@host",
            "/cn-hangzhou",
            "hangzhou",
            "",
            3,
            ["cn-hangzhou"],
        ]) {
            assert.match(failure({ region }), /^region: .* is not a region ID/);
        }
    });

    it("refuses a token that the service would refuse, and never shows it", () => {
        const long = "s3cret".repeat(11);
        assert.equal(
            failure({ clientToken: long }),
            "clientToken: has 66 characters; allowed are 1 to 64 printable ASCII characters",
        );
        assert.match(failure({ clientToken: "" }), /has 0 characters/);
        for (const clientToken of ["", "s3cret-ü", "üs3cret", "s3cret\n", ["s3cret"]]) {
            const text = failure({ clientToken });
            assert.match(text, /^clientToken: .*1 to 64 printable ASCII characters$/);
            assert.doesNotMatch(text, /s3cret/);
        }
    });

    it("refuses a token together with triggers", () => {
        assert.match(
            failure({ clientToken: "mine", triggers: ["v1"] }),
            /^clientToken: cannot be given together with triggers/,
        );
        assert.match(failure({ clientToken: unknownValue, triggers: unknownValue }), /together/);
    });

    it("refuses triggers that are not a list", () => {
        assert.equal(failure({ triggers: "v1" }), "triggers: is a string; allowed is a list");
    });

    it("refuses unknown arguments and lists the known ones", () => {
        assert.match(
            failure({ instanceID: "x" }),
            /^instanceID: is not an argument of this resource; its arguments are instanceId, /,
        );
        assert.match(failure({ toString: "x" }), /^toString: is not an argument/);
    });

    it("refuses what is no time, no choice, no switch", () => {
        for (const timeoutSeconds of [0, 86_401, 1.5, "600", true, Number.NaN]) {
            assert.match(
                failure({ timeoutSeconds }),
                /^timeoutSeconds: .* is not a whole number of seconds from 1 to 86400$/,
            );
        }
        assert.equal(failure({ whenIdle: "ignore" }), 'whenIdle: this text is not "fail" or "skip"');
        assert.equal(failure({ waitForSuspended: "no" }), "waitForSuspended: this text is not true or false");
    });

    it("refuses to skip what nobody would see", () => {
        assert.match(
            failure({ whenIdle: "skip", waitForSuspended: false }),
            /^whenIdle: "skip" cannot be given together/,
        );
    });

    it("knows the arguments of each resource", () => {
        const resume = { ...right, triggers: ["v1"] };
        assert.deepEqual(checkOf("ResumeLogstashTask", { ...resume, whenNotSuspended: "skip" }), []);
        assert.match(
            checkOf("ResumeLogstashTask", { ...resume, whenIdle: "skip" }).join(),
            /whenIdle: is not an argument/,
        );
        assert.match(failure({ whenNotSuspended: "skip" }), /whenNotSuspended: is not an argument/);
        assert.match(failure({ interruption: "ls-cn-1/T" }), /interruption: is not an argument/);
    });

    it("refuses what is no name of a profile", () => {
        assert.equal(failure({ profile: "" }), "profile: an empty text is not the name of a CLI profile");
        assert.equal(failure({ profile: 7 }), "profile: this number is not the name of a CLI profile");
    });

    describe("that say what to resume", () => {
        const mine = `${right.instanceId}/T`;
        const check = (values: object) => checkOf("ResumeLogstashTask", { ...right, ...values });
        const none =
            "interruption: is not given, and neither are triggers or clientToken: exactly one of the three says what to " +
            "resume. The interruption of an interrupt that was accepted and not polled is not known: resume in the " +
            "console, or by `triggers` for one run; set `waitForSuspended: true` from then on";
        const cases: ReadonlyArray<readonly [title: string, values: object, failures: readonly (string | RegExp)[]]> = [
            ["accepts an interruption", { interruption: mine }, []],
            ["accepts an interruption by a token with a slash", { interruption: `${mine}/2` }, []],
            ["accepts an empty interruption", { interruption: "" }, []],
            ["accepts an interruption that is not known", { interruption: unknownValue }, []],
            [
                "accepts an interruption of an instance that is not known",
                { interruption: mine, instanceId: unknownValue },
                [],
            ],
            ["accepts triggers", { triggers: ["v1"] }, []],
            ["accepts triggers that are not known", { triggers: unknownValue }, []],
            ["accepts a token", { clientToken: "T" }, []],
            ["accepts an interruption beside an empty list", { interruption: mine, triggers: [] }, []],
            ["accepts a token beside an empty list", { clientToken: "T", triggers: [] }, []],
            [
                "accepts triggers beside absent ones",
                { triggers: ["v1"], interruption: undefined, clientToken: null },
                [],
            ],
            ["refuses none, and names the three", {}, [none]],
            ["refuses an interruption that resolves to undefined", { interruption: undefined }, [none]],
            ["refuses an empty list, which counts as not given", { triggers: [] }, [none]],
            [
                "refuses an interruption beside triggers",
                { interruption: mine, triggers: ["v1"] },
                [/^interruption and triggers: only one of interruption, triggers, clientToken can say what to resume/],
            ],
            [
                "refuses an empty interruption beside a token",
                { interruption: "", clientToken: "T" },
                [/^interruption and clientToken: only one of/],
            ],
            [
                "refuses triggers beside a token",
                { triggers: ["v1"], clientToken: "T" },
                [/^triggers and clientToken: only/],
            ],
            [
                "refuses all three",
                { interruption: unknownValue, triggers: ["v1"], clientToken: "T" },
                [/^interruption and triggers and clientToken: only one of/],
            ],
            [
                "refuses an interruption of another instance, and names both",
                { interruption: "ls-cn-other/T" },
                [`interruption: names a suspension of ls-cn-other, and this resource resumes ${right.instanceId}`],
            ],
            [
                "refuses a text that names no suspension",
                { interruption: "T" },
                ["interruption: this text is not the `interruption` of a LogstashTaskInterrupt"],
            ],
            ["refuses a text without an instance", { interruption: "/T" }, [/^interruption: this text is not/]],
            ["refuses a value that is no text", { interruption: true }, [/^interruption: this boolean is not/]],
            ["refuses an object", { interruption: {} }, [/^interruption: an object is not/]],
        ];
        for (const [title, values, failures] of cases) {
            it(title, () => {
                const found = check(values);
                assert.equal(found.length, failures.length, JSON.stringify(found));
                for (const [index, failure] of failures.entries()) {
                    const text = found[index] ?? "";
                    assert.ok(typeof failure === "string" ? text === failure : failure.test(text), text);
                }
            });
        }

        it("never shows a value that is neither an ID nor an interruption", () => {
            const huge = "s3cret ".repeat(100_000);
            for (const values of [
                { interruption: huge },
                { interruption: "s3cret s3cret/T" },
                { interruption: mine, instanceId: huge },
                { interruption: mine, instanceId: { toString: "s3cret", valueOf: "s3cret" } },
            ]) {
                const text = check(values).join("\n");
                assert.match(text, /^(interruption|instanceId): /);
                assert.doesNotMatch(text, /s3cret/);
            }
        });
    });

    it("reads whether to wait, to skip, and what to resume", () => {
        const read = (values: object) => readArguments("ResumeLogstashTask", "urn", { ...right, ...values });
        const { wait, onNoop, interruption } = read({ waitForResumed: false, interruption: "", triggers: null });
        assert.deepEqual([wait, onNoop, interruption], [false, "skip", ""]);
        assert.equal(read({ interruption: unknownValue }).interruption, unknownValue);
        assert.equal(read({ triggers: ["v1"] }).interruption, undefined);
    });

    it("takes an absent `whenNotSuspended` for skip with an interruption, and for fail without one", () => {
        const cases: ReadonlyArray<readonly [values: object, whenNothing: "fail" | "skip"]> = [
            [{ interruption: "ls-cn-1/T" }, "skip"],
            [{ interruption: "" }, "skip"],
            [{ interruption: "ls-cn-1/T", whenNotSuspended: null }, "skip"],
            [{ interruption: "ls-cn-1/T", whenNotSuspended: "fail" }, "fail"],
            [{ triggers: ["v1"] }, "fail"],
            [{ clientToken: "T" }, "fail"],
            [{ triggers: ["v1"], whenNotSuspended: "skip" }, "skip"],
            [{ triggers: ["v1"], interruption: null }, "fail"],
        ];
        for (const [values, whenNothing] of cases) {
            const { values: all, ...declared } = readArguments("ResumeLogstashTask", "urn", { ...right, ...values });
            assert.deepEqual(
                [declared.onNoop, all.whenNotSuspended],
                [whenNothing, whenNothing],
                JSON.stringify(values),
            );
        }
    });

    it("takes an absent argument for its default", () => {
        const { wait, onNoop, timeoutSeconds, triggers } = readArguments("InterruptLogstashTask", "urn", right);
        assert.deepEqual([wait, onNoop, timeoutSeconds, triggers], [true, "fail", 600, []]);
        const { instanceId, region, clientToken, profile } = readArguments("InterruptLogstashTask", "urn", {});
        assert.deepEqual([instanceId, region, clientToken, profile], ["", "", undefined, undefined]);
    });

    it("has a type for each, which programs in every language rely on", () => {
        const types = Object.entries(argumentsOf("ResumeLogstashTask")).map(([name, { type }]) => [name, type]);
        assert.deepEqual(Object.fromEntries(types), {
            instanceId: "string",
            region: "string",
            triggers: "list",
            clientToken: "string",
            timeoutSeconds: "integer",
            profile: "string",
            waitForResumed: "boolean",
            whenNotSuspended: "string",
            interruption: "string",
        });
    });

    it("names everything that is wrong at once", () => {
        const failures = checkArguments({ region: 1, triggers: 2, clientToken: 3 });
        assert.deepEqual(failures.map((text) => text.split(":", 1)[0]).sort(), [
            "clientToken",
            "clientToken",
            "instanceId",
            "region",
            "triggers",
        ]);
    });
});
