import { strict as assert } from "node:assert";
import { announcementOf } from "../../provider/src/lifecycle/announcement";
import { readArguments } from "../../provider/src/lifecycle/arguments";
import type { Update } from "../../provider/src/lifecycle/diff";
import { unknownValue } from "../../provider/src/lifecycle/triggers";
import type { Operation } from "../../provider/src/operations/operations";

const inputs = { instanceId: "ls-cn-1", region: "cn-hangzhou" };
const declaredOf = (operation: Operation, values: object) => readArguments(operation, "urn", { ...inputs, ...values });
const interrupt = (values: object = {}) => declaredOf("InterruptLogstashTask", values);
const resume = (values: object = {}) => declaredOf("ResumeLogstashTask", values);
const request = (because: string): Update => ({
    kind: "request",
    because,
    clientToken: "T",
    supersedes: false,
    supersedesApplied: false,
});
const finish = (isAccepted: boolean): Update => ({ kind: "finish", clientToken: "T", isAccepted });
const replace: Update = { kind: "replace", because: ["instanceId", "region"] };

describe("what a preview says of an update", () => {
    const cases: ReadonlyArray<
        readonly [when: string, declared: ReturnType<typeof interrupt>, update: Update, line: string | undefined]
    > = [
        ["arguments are recorded", interrupt(), { kind: "record", changed: true }, undefined],
        ["a resume has nothing to resume", resume({ interruption: "" }), { kind: "none", changed: true }, undefined],
        ["such a resume is replaced", resume({ interruption: "" }), replace, undefined],
        [
            "triggers change",
            interrupt({ triggers: ["v2"] }),
            request("triggers"),
            "triggers changed: will request an interrupt",
        ],
        [
            "a token changes",
            resume({ clientToken: "mine" }),
            request("clientToken"),
            "clientToken changed: will request a resume",
        ],
        [
            "an interruption changes",
            resume({ interruption: "ls-cn-1/T" }),
            request("interruption"),
            "interruption changed: will request a resume",
        ],
        [
            "an interruption is not known",
            resume({ interruption: unknownValue }),
            request("interruption"),
            "interruption is not known yet: may request a resume",
        ],
        [
            "a trigger is not known, at any depth",
            interrupt({ triggers: ["v1", { build: [unknownValue] }] }),
            request("triggers"),
            "triggers is not known yet: may request an interrupt",
        ],
        [
            "an outcome is unknown",
            interrupt(),
            finish(false),
            "the outcome of the last request is unknown: will send it again with the same client token",
        ],
        [
            "an acceptance is not confirmed",
            resume({ interruption: "" }),
            finish(true),
            "the last request was accepted and not confirmed: will poll, and request nothing",
        ],
        [
            "the instance and the region change",
            interrupt(),
            replace,
            "instanceId and region changed: will request an interrupt with the first token for this instance",
        ],
    ];
    for (const [when, declared, update, line] of cases) {
        it(`is ${line ?? "nothing"} when ${when}`, () => assert.equal(announcementOf(declared, update), line));
    }
});
