import { strict as assert } from "node:assert";
import { announcementOf } from "../../provider/src/core/announcement";
import { unknownValue } from "../../provider/src/core/argumentRules";
import { type Properties, readArguments } from "../../provider/src/core/arguments";
import type { Update } from "../../provider/src/core/update";

const inputs = { instanceId: "ls-cn-1", region: "cn-hangzhou" };
const resumeIf = (enabled?: unknown) =>
    readArguments("ResumeLogstashTask", "urn", { ...inputs, enabled } as Properties);
const interrupt = readArguments("InterruptLogstashTask", "urn", inputs);
const request = (because: string): Update => ({ kind: "request", because, clientToken: "T", supersedes: false });
const finish: Update = { kind: "finish", clientToken: "T" };
const replace: Update = { kind: "replace", because: ["instanceId", "region"] };

describe("what a preview says of an update", () => {
    it("is nothing where nothing is sent", () => {
        assert.equal(announcementOf(interrupt, { kind: "record", changed: true }), undefined);
        assert.equal(announcementOf(resumeIf(false), replace), undefined);
    });

    it("is what asks for a request, and what will be done", () => {
        assert.equal(
            announcementOf(interrupt, request("triggers")),
            "triggers changed: the instance will be interrupted again",
        );
        assert.match(
            announcementOf(resumeIf(), request("clientToken")) ?? "",
            /^clientToken .* will be resumed again$/,
        );
        assert.equal(announcementOf(resumeIf(), request("enabled")), "enabled: the instance will be resumed");
    });

    it("is what may be done while it is not known whether it shall be", () => {
        for (const update of [request("enabled"), request("triggers"), replace, finish]) {
            assert.match(announcementOf(resumeIf(unknownValue), update) ?? "", / may be /);
            assert.match(announcementOf(resumeIf(true), update) ?? "", / will be /);
        }
    });

    it("is that a pending request will be finished, and that another instance is another request", () => {
        assert.match(announcementOf(interrupt, finish) ?? "", /how the interrupt ended.*same token/);
        assert.match(
            announcementOf(interrupt, replace) ?? "",
            /^instanceId and region changed.*will be interrupted, once/,
        );
    });
});
