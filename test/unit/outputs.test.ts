import { strict as assert } from "node:assert";
import { defaultsOf } from "../../provider/src/core/arguments";
import {
    acceptanceIn,
    outputNames,
    outputsFor,
    outputsOfDisabled,
    resultIn,
    resultNames,
} from "../../provider/src/core/outputs";

const interrupt = "InterruptLogstashTask";
const at = "2026-01-01T00:00:00.000Z";

describe("the outputs of a resource", () => {
    it("are named once each: its arguments, and how its request ended", () => {
        const own = ["clientToken", "requestId", "status", "interrupted", "interruptedAt"];
        assert.deepEqual(resultNames(interrupt), own);
        const names = outputNames(interrupt);
        assert.equal(new Set(names).size, names.length);
        assert.deepEqual(
            [
                ...own,
                "instanceId",
                "region",
                "triggers",
                "timeoutSeconds",
                "profile",
                "waitForSuspended",
                "whenIdle",
            ].sort(),
            [...names].sort(),
        );
    });

    it("tell how a request ended, by the words of its operation, and when it was accepted, if it was", () => {
        const result = { clientToken: "T", requestId: "R", status: "suspended", acted: true };
        const outputs = { clientToken: "T", requestId: "R", status: "suspended", interrupted: true };
        assert.deepEqual(outputsFor(interrupt, { ...result, acceptedAt: at }), { ...outputs, interruptedAt: at });
        assert.deepEqual(outputsFor(interrupt, result), outputs);
        assert.deepEqual(outputsOfDisabled("ResumeLogstashTask"), { status: "disabled", resumed: false });
    });

    it("are read again: the part that tells it, and the acceptance", () => {
        const outputs = {
            instanceId: "ls-cn-1",
            clientToken: "T",
            status: "pending",
            interrupted: true,
            requestId: undefined,
        };
        assert.deepEqual(resultIn(interrupt, outputs), { clientToken: "T", status: "pending", interrupted: true });
        assert.equal(acceptanceIn(interrupt, outputs), undefined);
        assert.deepEqual(acceptanceIn(interrupt, { ...outputs, interruptedAt: at }), { at });
        const accepted = { ...outputs, interruptedAt: at, requestId: "R" };
        assert.deepEqual(acceptanceIn(interrupt, accepted), { at, requestId: "R" });
        assert.equal(acceptanceIn("ResumeLogstashTask", accepted), undefined);
    });

    it("have a default where their argument has one", () => {
        assert.deepEqual(defaultsOf(interrupt), { timeoutSeconds: 600, waitForSuspended: true, whenIdle: "fail" });
    });
});
