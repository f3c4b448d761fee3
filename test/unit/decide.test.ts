import { strict as assert } from "node:assert";
import type { PollCause } from "../../provider/src/operations/operations";
import type { PollResult } from "../../provider/src/request/classify";
import * as decide from "../../provider/src/request/decide";
import * as messages from "../../provider/src/request/messages";
import type { ServiceResponse } from "../../provider/src/request/response";
import { initialState, type RequestState, stateAfterPoll, type WaitOptions } from "../../provider/src/request/state";
import { stackHints } from "../support/hints";
import {
    accepted as acceptance,
    body,
    denied,
    interrupting,
    noResponse,
    notConnected,
    notFound,
    notSent,
} from "./responses";

const unsent = initialState(undefined, false);
const sent: RequestState = { ...unsent, sent: true };
const accepted: RequestState = { ...sent, acceptance: { at: "1970-01-01T00:00:00.000Z" } };
const polled: RequestState = { ...accepted, polledSinceAcceptance: true };
const unknown: RequestState = { ...sent, outcomeUnknown: true };
const joined: RequestState = { ...sent, alreadyInterrupting: true };
const interrupt = { operation: "InterruptLogstashTask", wait: true, onNoop: "fail", timeoutSeconds: 60 } as const;
const resume = { ...interrupt, operation: "ResumeLogstashTask" } as const;
const route = { endpoint: "a.test:443", hints: stackHints, everConnected: false };
const retry: decide.Next = { kind: "retry" };
const acceptedUnpolled: decide.Next = { kind: "done", status: "accepted", applied: true };

describe("what follows from a response", () => {
    const respond = (response: ServiceResponse, options: WaitOptions = interrupt) =>
        decide.afterResponse(options, unsent, response, route, "now");

    it("is that the request was sent when it was handed to a connection", () => {
        const responses = [notSent, notConnected("ECONNREFUSED"), noResponse, notFound];
        assert.deepEqual(
            responses.map((response) => respond(response).state.sent),
            [false, false, true, true],
        );
    });

    it("is an acceptance, with its request ID, when there is one", () => {
        assert.deepEqual(respond(body({ Result: true })).state.acceptance, { at: "now" });
        assert.deepEqual(respond(acceptance).state.acceptance, { at: "now", requestId: "R-accepted" });
    });

    it("is that another interrupt is joined when this is an interrupt too", () => {
        assert.equal(respond(interrupting).state.alreadyInterrupting, true);
        assert.deepEqual(respond(interrupting, resume), { state: sent, next: retry });
    });

    it("is a failure with its fix when it is a rejection", () => {
        const fix = (response: ServiceResponse) => messages.rejectionFix(interrupt.operation, response, route);
        const rejected = { kind: "failed", ...messages.rejected(sent, fix(denied)) };
        assert.deepEqual(respond(denied).next, rejected);
        const noHost = notConnected("ENOTFOUND");
        assert.deepEqual(respond(noHost).next, { kind: "failed", what: "not sent", fix: fix(noHost) });
    });
});

describe("what follows from a poll", () => {
    const poll = (
        options: WaitOptions,
        state: RequestState,
        result: PollResult,
        { cause = "acceptance" as PollCause, pollingMs = 0 } = {},
    ) => decide.afterPoll(options, state, cause, { result, response: denied, route, pollingMs });
    const seen = (options: WaitOptions, state: RequestState, status: string, cause: PollCause = "rejection") =>
        poll(options, state, { kind: "seen", status }, { cause });
    const failed = { kind: "failed" } as const;

    it("is the end of an accepted resume only when no poll has succeeded for a minute", () => {
        const minute = { pollingMs: decide.firstPollMs };
        assert.deepEqual(poll(resume, accepted, failed, { pollingMs: decide.firstPollMs - 1 }), retry);
        assert.deepEqual(poll(resume, accepted, failed, minute), acceptedUnpolled);
        assert.deepEqual(poll(resume, polled, failed, minute), retry);
        assert.deepEqual(poll(resume, sent, failed, { ...minute, cause: "rejection" }), retry);
        assert.deepEqual(poll(interrupt, accepted, failed, minute), retry);
    });

    it("is a failure, pending after an acceptance, when polls are rejected", () => {
        const fix = messages.pollingFix(interrupt.operation, denied, route);
        for (const kind of ["denied", "rejected"] as const) {
            const pending = { kind: "pending", ...messages.pollingRejected("acceptance", denied, fix) };
            assert.deepEqual(poll(interrupt, accepted, { kind }), pending);
            const failure = { kind: "failed", ...messages.pollingRejected("rejection", denied, fix) };
            assert.deepEqual(poll(interrupt, sent, { kind }, { cause: "rejection" }), failure);
            assert.equal(poll(resume, sent, { kind }, { cause: "rejection" }).kind, "failed");
        }
    });

    it("is the next poll after an acceptance, and the next attempt after a rejection, when the instance is on the way", () => {
        assert.deepEqual(seen(interrupt, accepted, "activating", "acceptance"), { kind: "poll later" });
        assert.deepEqual(seen(interrupt, sent, "activating"), retry);
        assert.deepEqual(seen(interrupt, sent, "New"), retry);
        assert.deepEqual(seen(resume, sent, "New"), retry);
    });

    it("is an end whose note says why when the request did not cause the status, or that is not certain", () => {
        const skip = { ...interrupt, onNoop: "skip" } as const;
        const done = (status: string, applied: boolean, note: string) => ({ kind: "done", status, applied, note });
        const { operation } = interrupt;
        assert.deepEqual(
            [
                seen(interrupt, accepted, "suspended", "acceptance"),
                seen(interrupt, sent, "suspended"),
                seen(interrupt, joined, "suspended", "acceptance"),
                seen(interrupt, unknown, "suspended"),
                seen(skip, sent, "active"),
                seen(skip, sent, "New"),
                seen(interrupt, sent, "active"),
                seen(interrupt, sent, "inactive"),
            ],
            [
                { kind: "done", status: "suspended", applied: true },
                done("suspended", false, messages.alreadyThere(operation, sent, "suspended")),
                done("suspended", false, messages.alreadyThere(operation, joined, "suspended")),
                done("suspended", true, messages.concluded(operation, "suspended")),
                done("active", false, messages.skipped(skip, sent, "active")),
                { ...done("New", false, messages.skippedUndocumented(operation, "New")), isWarning: true },
                { kind: "failed", ...messages.nothingToActOn(interrupt, sent, "active") },
                { kind: "failed", ...messages.cannotTakeRequest("inactive", sent) },
            ],
        );
    });

    it("has the request ID of the poll, and a mark on a status that is a word of this package, when there are any", () => {
        const result = { kind: "seen", status: "pending", requestId: "R" } as const;
        const status = "pending (of the instance)";
        const expected = { kind: "done", status, applied: true, requestId: "R" };
        assert.deepEqual(poll(interrupt, accepted, result), expected);
    });
});

describe("what follows when the budget ends", () => {
    it("is the end of an accepted resume only when no poll has succeeded", () => {
        assert.deepEqual(decide.afterTimeout(resume, accepted, undefined), acceptedUnpolled);
        const kinds = [
            decide.afterTimeout(resume, polled, "suspended"),
            decide.afterTimeout(interrupt, accepted, undefined),
            decide.afterTimeout(resume, sent, undefined),
        ].map(({ kind }) => kind);
        assert.deepEqual(kinds, ["pending", "pending", "failed"]);
    });

    it("mentions `skip` only when the status is undocumented", () => {
        for (const [status, isUnexpected] of [
            ["New", true],
            ["activating", false],
            [undefined, false],
        ] as const) {
            const failure = { kind: "failed", ...messages.timedOut(interrupt, sent, status, isUnexpected) };
            assert.deepEqual(decide.afterTimeout(interrupt, sent, status), failure);
        }
    });
});

describe("the state of a request", () => {
    it("has an unknown outcome before a run when an earlier one recorded no acceptance", () => {
        const { acceptance: recorded = assert.fail() } = accepted;
        const earlier = initialState({ acceptance: recorded }, false);
        assert.deepEqual(earlier, { ...unsent, acceptance: recorded, polledSinceAcceptance: true });
        assert.deepEqual(initialState({}, true), { ...unsent, outcomeUnknown: true, supersedes: true });
        assert.equal("acceptance" in unsent, false);
    });

    it("counts a poll only when the request, or an interrupt, is being processed", () => {
        const counted = (state: RequestState) => {
            const { polledSinceAcceptance, over } = stateAfterPoll(interrupt.operation, state, "active");
            return [polledSinceAcceptance, over];
        };
        assert.deepEqual(counted(unknown), [false, false]);
        assert.deepEqual(counted(joined), [true, false]);
        assert.deepEqual(counted(accepted), [true, true]);
    });
});
