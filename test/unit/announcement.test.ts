import { strict as assert } from "node:assert";
import { announcementOf } from "../../provider/src/lifecycle/announcement";
import { type Declaration, readArguments } from "../../provider/src/lifecycle/arguments";
import type { Update } from "../../provider/src/lifecycle/diff";
import { unknownValue } from "../../provider/src/lifecycle/triggers";

const interrupt = (values: object = {}) => readArguments("InterruptLogstashTask", "urn", { ...values });
const resume = (values: object = {}) => readArguments("ResumeLogstashTask", "urn", { ...values });
const request = (because: string): Update => ({
    kind: "request",
    because,
    clientToken: "T",
    supersedes: false,
    supersedesApplied: false,
});
const finish = (isAccepted: boolean): Update => ({ kind: "finish", clientToken: "T", isAccepted });
const replace: Update = { kind: "replace", because: ["instanceId", "region"] };
const record: Update = { kind: "record", changed: true };
const unknown = resume({ interruption: unknownValue });
const nested = interrupt({ triggers: ["v1", { build: [unknownValue] }] });
const none = resume({ interruption: "" });
const again = "the outcome of the last request is unknown: will send it again with the same client token";
const polls = "the last request was accepted and not confirmed: will poll, and request nothing";
const first = "instanceId and region changed: will request an interrupt with the first token for this instance";

const cases: ReadonlyArray<readonly [when: string, Declaration, Update, line: string | undefined]> = [
    ["arguments are recorded", interrupt(), record, undefined],
    ["there is nothing to resume", none, { kind: "none", changed: true }, undefined],
    ["a resume with nothing to resume is replaced", none, replace, undefined],
    ["triggers change", interrupt(), request("triggers"), "triggers changed: will request an interrupt"],
    [
        "an interruption is unknown",
        unknown,
        request("interruption"),
        "interruption is not known yet: may request a resume",
    ],
    ["a trigger is unknown", nested, request("triggers"), "triggers is not known yet: may request an interrupt"],
    ["an outcome is unknown", interrupt(), finish(false), again],
    ["an acceptance is not confirmed", none, finish(true), polls],
    ["the instance and the region change", interrupt(), replace, first],
];

describe("the line of a preview", () => {
    for (const [when, declared, update, line] of cases) {
        it(`is ${line ?? "absent"} when ${when}`, () => assert.equal(announcementOf(declared, update), line));
    }
});
