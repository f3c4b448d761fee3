import { strict as assert } from "node:assert";
import { ConfigurationError } from "../../provider/src/configuration";
import type { Outcome, Request, Result } from "../../provider/src/request/run";
import { messageOf, play, type Script } from "./playedRequest";
import {
    accepted,
    denied,
    error,
    invalidState,
    noResponse,
    notConnected,
    notFound,
    notSent,
    status,
    throttled,
} from "./responses";

const resume: Partial<Request> = { operation: "ResumeLogstashTask" };
const minutes: Partial<Request> = { timeoutSeconds: 600 };
const acceptance = { requestId: "R-accepted", acceptedAt: "1970-01-01T00:00:00.000Z" };
const acceptedEarlier = { earlier: { acceptance: { at: acceptance.acceptedAt, requestId: acceptance.requestId } } };

/** The result of an accepted request. */
const result = (status: string, applied = true): Result => ({ clientToken: "T", status, applied, ...acceptance });
/** The result of a request that was not accepted. */
const unaccepted = (status: string, more: object = {}) => ({ clientToken: "T", status, applied: false, ...more });
const resultOf = (outcome: Outcome) => (outcome.kind === "failed" ? assert.fail("failed") : outcome.result);

describe("a request", () => {
    it("is one request and one poll, and leaves no line and no timer, when nothing goes wrong", async () => {
        const { outcome, tokens, pollsAtMs, lines, timersLeft } = await play({});
        assert.deepEqual(outcome, { kind: "done", result: result("suspended"), polls: { any: true, running: false } });
        assert.deepEqual([tokens, pollsAtMs, lines, timersLeft], [["T"], [0], [], 0]);
    });

    it("is sent again with the same token when an attempt may not have been applied", async () => {
        const conflict = error("ConcurrencyUpdateInstanceConflict");
        const responses = [noResponse, throttled, conflict, error("SignatureNonceUsed"), notSent, accepted];
        const { outcome, tokens } = await play({ responses });
        assert.deepEqual(resultOf(outcome), result("suspended"));
        assert.deepEqual(tokens, Array(6).fill("T"));
    });

    it("is polled again, and not sent again, when polls fail or the instance is on the way", async () => {
        const activating = status("activating");
        const way = await play({ polls: [activating, activating, activating, status("suspended")] });
        assert.deepEqual(way.outcome.kind === "done" && way.outcome.polls, { any: true, running: true });
        assert.deepEqual([way.tokens, way.pollsAtMs], [["T"], [0, 1_000, 2_500, 4_750]]);
        const failing = await play({
            polls: [noResponse, throttled, error("SignatureNonceUsed"), status("suspended")],
        });
        assert.deepEqual(resultOf(failing.outcome), result("suspended"));
        assert.deepEqual([failing.tokens, failing.pollsAtMs.length], [["T"], 4]);
    });

    it("is sent again after each poll when the status is to blame, until it is accepted", async () => {
        const responses = [invalidState, invalidState, accepted];
        const polls = [status("activating"), status("activating"), status("suspended")];
        const { outcome, tokens } = await play({ responses, polls });
        assert.deepEqual([resultOf(outcome), tokens], [result("suspended"), ["T", "T", "T"]]);
    });

    it("ends at once when it is rejected for good", async () => {
        const { outcome, tokens, elapsedMs } = await play({ responses: [throttled, denied] });
        assert.match(messageOf(outcome, "failed"), /: rejected\n[\s\S]*Forbidden\.RAM[\s\S]*a test\n[\s\S]*: +2 in/);
        assert.deepEqual([tokens.length, elapsedMs], [2, 450]);
    });

    it("is recorded as pending, with its acceptance and without a claim, when its end is not known", async () => {
        const cases: ReadonlyArray<readonly [played: ReturnType<typeof play>, expected: Result]> = [
            [play({ polls: [denied] }), result("pending")],
            [play({ polls: [status("active")] }), result("pending", false)],
            [play({ responses: [noResponse, notFound] }), unaccepted("pending")],
        ];
        for (const [played, expected] of cases) {
            const { outcome } = await played;
            assert.deepEqual([outcome.kind, resultOf(outcome)], ["pending", expected]);
        }
    });

    it("has the request ID of the poll when that decided", async () => {
        const { outcome } = await play({ responses: [invalidState] });
        assert.deepEqual(resultOf(outcome), unaccepted("suspended", { requestId: "R-poll" }));
    });

    it("sends nothing, and keeps the acceptance, when an earlier run was accepted", async () => {
        const { outcome, tokens } = await play({}, acceptedEarlier);
        assert.deepEqual([resultOf(outcome), tokens], [result("suspended"), []]);
    });

    it("is pending, keeps its acceptance, and is to be reported when this package fails", async () => {
        const bug = new TypeError("nobody expected this");
        const { outcome } = await play({ responses: [throttled, accepted], polls: [bug] });
        const text = /^\w+ on ls-cn-1 in cn-hangzhou: an unexpected error, please report it: nobody expected this$/;
        assert.match(messageOf(outcome, "pending"), text);
        assert.deepEqual(resultOf(outcome), result("pending"));
        const unsent = await play({ responses: [bug] });
        assert.deepEqual(resultOf(unsent.outcome), unaccepted("pending"));
    });

    it("rejects, and leaves no timer, when a pause fails", async () => {
        const random = () => {
            throw new Error("nobody expected this");
        };
        await assert.rejects(play({ responses: [throttled], random }), /nobody expected this/);
    });
});

describe("the settings", () => {
    const wrong = new ConfigurationError("half of an access key");
    it("are what the error is about when they prevent the call, even if nothing can name the credentials", async () => {
        const { outcome } = await play({ settings: wrong });
        const [first, ...rows] = messageOf(outcome, "failed").split("\n");
        assert.equal(first, "InterruptLogstashTask on ls-cn-1 in cn-hangzhou: not sent: half of an access key");
        assert.deepEqual(rows, ["  code:        ConfigurationError", "  attempts:    0 in 0.0 s"]);
    });

    it("leave a pending record when an attempt may have been applied", async () => {
        const earlier = await play({ settings: wrong }, { earlier: {} });
        assert.match(messageOf(earlier.outcome, "pending"), /earlier request is still unknown: half of/);
        const within = await play({ responses: [noResponse, wrong] });
        assert.match(messageOf(within.outcome, "pending"), /may have been applied: half of/);
    });
});

describe("the time of a request", () => {
    const refused = notConnected("ECONNREFUSED", { afterMs: 2 });
    const isNeverConnected = /no connection to a\.test was ever established/;

    it("is a minute from the first attempt to connect, or the budget, when no connection is ever established", async () => {
        const silent = notConnected("ConnectTimeout", { afterMs: 10_000 });
        for (const [script, changes, kind, limitMs] of [
            [{ responses: [refused] }, minutes, "failed", 60_000],
            [{ responses: [silent] }, minutes, "failed", 60_000],
            [{ polls: [refused] }, { ...minutes, ...acceptedEarlier }, "pending", 60_000],
            [{ responses: [refused] }, { timeoutSeconds: 5 }, "failed", 5_000],
        ] as const) {
            const { outcome, elapsedMs, timersLeft } = await play(script, changes);
            assert.match(messageOf(outcome, kind), isNeverConnected);
            assert.ok(elapsedMs >= limitMs - 1_000 && elapsedMs <= limitMs, `${elapsedMs} ms`);
            assert.equal(timersLeft, 0);
        }
        const later = await play({ responses: [notSent, notSent, notSent, notSent, refused] }, minutes);
        assert.ok(later.elapsedMs >= 62_000 && later.elapsedMs <= 67_000, `${later.elapsedMs} ms`);
    });

    it("is the whole budget when a connection was established, even late, or none was tried", async () => {
        for (const responses of [[throttled, refused], [refused, refused, throttled], [notSent]]) {
            const { outcome, elapsedMs } = await play({ responses }, minutes);
            const message = messageOf(outcome, "failed");
            assert.match(message, /not accepted within 600 s/);
            assert.doesNotMatch(message, isNeverConnected);
            assert.ok(elapsedMs >= 598_000 && elapsedMs <= 600_000, `${elapsedMs} ms`);
        }
    });

    it("is not spent when a setting prevents each connection", async () => {
        const noHost = notConnected("ENOTFOUND", { afterMs: 3 });
        const { outcome, tokens, elapsedMs } = await play({ responses: [noHost] });
        const text = /: not sent\n[\s\S]*ENOTFOUND[\s\S]*endpoint: +a\.test\n[\s\S]*attempts: +0 in/;
        assert.match(messageOf(outcome, "failed"), text);
        assert.deepEqual([tokens.length, elapsedMs], [1, 3]);
        const proxy = await play({ responses: [throttled, notConnected("ProxyAuthentication")] });
        assert.match(messageOf(proxy.outcome, "failed"), /: not accepted\n[\s\S]*attempts: +1 in/);
        const gone = await play({ responses: [throttled, noHost, accepted] });
        assert.deepEqual(resultOf(gone.outcome), result("suspended"));
    });

    it("is a minute of polls, from the first one on, when an accepted resume cannot be polled", async () => {
        const responses = [...Array(7).fill(throttled), accepted];
        const { outcome, pollsAtMs, elapsedMs } = await play(
            { responses, polls: [throttled] },
            { ...resume, ...minutes },
        );
        assert.deepEqual(resultOf(outcome), result("accepted"));
        const pollingMs = elapsedMs - (pollsAtMs[0] ?? assert.fail("no poll"));
        assert.ok(pollingMs >= 60_000 && pollingMs < 90_000, `${pollingMs} ms`);
    });
});

describe("the lines of a request", () => {
    it("tell how far it is when that changes", async () => {
        const activating = status("activating");
        const { progress } = await play({ polls: [activating, activating, activating, status("suspended")] });
        assert.deepEqual(progress, ["activating, 59 s left"]);
        const processing = await play({
            responses: [noResponse, accepted],
            polls: [{ atStop: noResponse }],
            stopAfterMs: 3_000,
        });
        assert.deepEqual(processing.progress, ["polling, 59 s left"]);
    });

    it("leave a note, or a warning, when the request ends without being applied", async () => {
        const skip: Partial<Request> = { onNoop: "skip" };
        const plain = await play({ responses: [invalidState] });
        assert.deepEqual(plain.lines, [{ message: plain.notes[0], ephemeral: false }]);
        const { lines } = await play({ responses: [invalidState], polls: [status("Paused")] }, skip);
        assert.deepEqual([lines.length, lines[0]?.isWarning], [1, true]);
    });

    it("name the call that failed last when the budget ends", async () => {
        const polled = await play({ polls: [throttled] });
        assert.match(messageOf(polled.outcome, "pending"), /Throttling\.User.*, from DescribeLogstash/);
        assert.equal(polled.notes.length, 1);
        const activating = await play({ polls: [throttled, status("activating")] });
        assert.doesNotMatch(messageOf(activating.outcome, "pending"), /Throttling/);
    });

    it("keep the rejection when a poll only explains it", async () => {
        const { outcome, notes } = await play({ responses: [invalidState], polls: [status("activating")] });
        assert.match(messageOf(outcome, "failed"), /: the instance is activating\n[\s\S]*InstanceActivating/);
        assert.equal(notes.length, 1);
    });
});

describe("a stopped deployment", () => {
    const stopAfterMs = 3_000;
    const hanging = { atStop: noResponse };
    const waiting = { atStop: notSent };
    const cases: ReadonlyArray<readonly [when: string, "failed" | "pending", Script, earlier?: object]> = [
        ["the request was accepted", "pending", { polls: [status("activating")] }],
        ["the response had not arrived", "pending", { responses: [hanging] }],
        ["the first poll had not ended", "pending", { responses: [throttled, accepted], polls: [hanging] }],
        ["an attempt before the waiting one was noResponse", "pending", { responses: [noResponse, waiting] }],
        ["an earlier run sent an attempt", "pending", { responses: [waiting] }, {}],
        ["the run had not begun", "failed", { stopAfterMs: 0 }],
        ["the request had not been sent", "failed", { responses: [waiting] }],
        ["the request was only throttled", "failed", { responses: [throttled] }],
        ["a poll after a rejection had not ended", "failed", { responses: [invalidState], polls: [hanging] }],
    ];
    for (const [when, kind, script, earlier] of cases) {
        it(`is ${kind} at once when ${when}`, async () => {
            const played = await play({ stopAfterMs, ...script }, earlier === undefined ? {} : { earlier });
            assert.match(messageOf(played.outcome, kind), /the deployment was stopped/);
            assert.equal(played.elapsedMs, script.stopAfterMs ?? stopAfterMs);
        });
    }

    it("is not explained by the aborted call when there is no other problem", async () => {
        const { outcome, notes } = await play({ responses: [hanging], stopAfterMs });
        assert.doesNotMatch(messageOf(outcome, "pending"), /ECONNRESET/);
        assert.deepEqual(notes, []);
        const polled = await play({ responses: [invalidState], polls: [{ atStop: denied }], stopAfterMs });
        assert.match(messageOf(polled.outcome, "failed"), /the deployment was stopped\n +code: +InstanceActivating/);
        assert.deepEqual(polled.notes, []);
    });

    it("does not matter when the aborted call has a response that ends the request", async () => {
        const { outcome } = await play({ polls: [{ atStop: status("suspended") }], stopAfterMs });
        assert.deepEqual(resultOf(outcome), result("suspended"));
    });
});
