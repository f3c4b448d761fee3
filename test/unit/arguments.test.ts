import { strict as assert } from "node:assert";
import { unknownValue } from "../../provider/src/core/argumentRules";
import { argumentsOf, checkArguments as checkOf, readArguments } from "../../provider/src/core/arguments";

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
        assert.equal(failure({ whenIdle: "ignore" }), 'whenIdle: this text is neither "fail" nor "skip"');
        assert.equal(failure({ waitForSuspended: "no" }), "waitForSuspended: this text is neither true nor false");
    });

    it("refuses to skip what nobody would see", () => {
        assert.match(
            failure({ whenIdle: "skip", waitForSuspended: false }),
            /^whenIdle: "skip" cannot be given together/,
        );
    });

    it("knows the arguments of each resource", () => {
        assert.deepEqual(checkOf("ResumeLogstashTask", { ...right, whenNotSuspended: "skip" }), []);
        assert.match(
            checkOf("ResumeLogstashTask", { ...right, whenIdle: "skip" }).join(),
            /whenIdle: is not an argument/,
        );
        assert.match(failure({ whenNotSuspended: "skip" }), /whenNotSuspended: is not an argument/);
    });

    it("refuses what is no name of a profile", () => {
        assert.equal(failure({ profile: "" }), "profile: an empty text is not the name of a CLI profile");
        assert.equal(failure({ profile: 7 }), "profile: this number is not the name of a CLI profile");
    });

    it("reads whether to wait, to skip, and to do anything at all", () => {
        const read = (values: object) => readArguments("ResumeLogstashTask", "urn", { ...right, ...values });
        const given = read({ waitForResumed: false, whenNotSuspended: "skip", enabled: false });
        assert.deepEqual([given.wait, given.whenNothing, given.enabled], [false, "skip", false]);
        assert.equal(read({ enabled: unknownValue }).enabled, "unknown");
        assert.equal(read({ enabled: true }).enabled, true);
        assert.equal(read({}).enabled, true);
    });

    it("takes an absent argument for its default", () => {
        const { wait, whenNothing, timeoutSeconds, triggers } = readArguments("InterruptLogstashTask", "urn", right);
        assert.deepEqual([wait, whenNothing, timeoutSeconds, triggers], [true, "fail", 600, []]);
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
            enabled: "boolean",
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
