import { strict as assert } from "node:assert";
import { ConfigurationError } from "../../provider/src/configuration";
import type { ServiceResponse } from "../../provider/src/request/response";
import type { Outcome, Request, Result } from "../../provider/src/request/run";
import { initialState, stateAfterPoll } from "../../provider/src/request/state";
import { messageOf, play, type Script } from "./playedRequest";
import {
    accepted,
    body,
    denied,
    error,
    interrupting,
    invalidState,
    noResponse,
    notConnected,
    notFound,
    notSent,
    status,
    throttled,
} from "./responses";

const resume: Partial<Request> = { operation: "ResumeLogstashTask" };
const skip: Partial<Request> = { onNoop: "skip" };
const minutes: Partial<Request> = { timeoutSeconds: 600 };
const acceptance = { requestId: "R-accepted", acceptedAt: "1970-01-01T00:00:00.000Z" };
const acceptedEarlier = { earlier: { acceptance: { at: acceptance.acceptedAt, requestId: acceptance.requestId } } };
const activating = status("activating");
const bug = new TypeError("nobody expected this");
const wrongSetting = new ConfigurationError("half of an access key");
/** Calls that end only when the deployment is stopped. */
const [hanging, waiting] = [{ atStop: noResponse }, { atStop: notSent }];

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
        assert.deepEqual([resultOf(outcome), tokens], [result("suspended"), Array(6).fill("T")]);
    });

    it("is polled again, and not sent again, when polls fail or the instance is on the way", async () => {
        const polls = [noResponse, throttled, activating, activating, status("suspended")];
        const { outcome, tokens, pollsAtMs } = await play({ polls });
        assert.deepEqual(outcome.kind === "done" && outcome.polls, { any: true, running: true });
        assert.deepEqual([tokens, pollsAtMs], [["T"], [0, 450, 1_350, 2_350, 3_850]]);
    });

    it("is sent again after each poll when the status is to blame, until it is accepted", async () => {
        const responses = [invalidState, invalidState, accepted];
        const played = await play({ responses, polls: [activating, activating, status("suspended")] });
        assert.deepEqual([resultOf(played.outcome), played.tokens], [result("suspended"), ["T", "T", "T"]]);
        assert.equal(played.notes.length, 1);
    });

    it("sends nothing when an earlier run was accepted", async () => {
        const { outcome, tokens } = await play({}, acceptedEarlier);
        assert.deepEqual([resultOf(outcome), tokens], [result("suspended"), []]);
    });

    const withoutId = { responses: [body({ Result: true })] };
    const atStop = { polls: [{ atStop: status("suspended") }], stopAfterMs: 3_000 };
    const results: ReadonlyArray<readonly [when: string, Outcome["kind"], Result, Script]> = [
        ["polls are denied", "pending", result("pending"), { polls: [denied] }],
        ["a poll saw the change over", "pending", result("pending", false), { polls: [status("active")] }],
        ["its outcome is unknown", "pending", unaccepted("pending"), { responses: [noResponse, notFound] }],
        ["this package fails", "pending", result("pending"), { polls: [bug] }],
        ["this package fails before", "pending", unaccepted("pending"), { responses: [bug] }],
        ["a poll decided", "done", unaccepted("suspended", { requestId: "R-poll" }), { responses: [invalidState] }],
        ["the acceptance has no ID", "done", { ...result("suspended"), requestId: "R-poll" }, withoutId],
        ["the status is our word", "done", result("pending (of the instance)"), { polls: [status("pending")] }],
        ["the aborted call has a response that ends it", "done", result("suspended"), atStop],
    ];
    for (const [when, kind, expected, script] of results) {
        it(`is ${kind} with what is known when ${when}`, async () => {
            const { outcome } = await play(script);
            assert.deepEqual([outcome.kind, resultOf(outcome)], [kind, expected]);
        });
    }

    it("rejects, and leaves no timer, when a pause fails", async () => {
        const random = () => {
            throw bug;
        };
        await assert.rejects(play({ responses: [throttled], random }), bug);
    });
});

describe("the error of a request", () => {
    const rejected =
        /: rejected\n.*: +Forbidden\.RAM.*\n.*: +a test\n.*: +2 in 0\.5 s\n.*elasticsearch:InterruptLogstashTask/;
    const wrong =
        /^\w+ on ls-cn-1 in cn-hangzhou: not sent: half of an access key\n.*: +ConfigurationError\n.*: +0 in 0\.0 s$/;
    const unreachable = { responses: [notConnected("ENOTFOUND", { afterMs: 3 })] };
    const notSentThere = /: not sent\n.*ENOTFOUND.*\n.*: +a\.test\n.* 0 in 0\.0 s/;
    const isOurs = /^\w+ on .*: an unexpected error, .*: nobody expected this$/;
    const thenPolled = (poll: ServiceResponse) => ({ responses: [invalidState], polls: [poll] });
    const explained = /: the instance is activating\n.*InstanceActivating(?![\s\S]*whenIdle)/;
    const throughProxy = { responses: [throttled, notConnected("ProxyAuthentication")] };
    const cases: ReadonlyArray<readonly [when: string, "failed" | "pending", RegExp, Script, Partial<Request>?]> = [
        ["it is rejected", "failed", rejected, { responses: [throttled, denied] }],
        ["polling is denied", "pending", /: accepted, but polling was denied[\s\S]*:DescribeL/, { polls: [denied] }],
        ["polling is rejected", "failed", /status, and polling was rejected/, thenPolled(notFound)],
        ["the instance is inactive", "pending", /: accepted, but the instance is in/, { polls: [status("inactive")] }],
        ["it is idle", "failed", /: nothing to interrupt: the instance is active/, thenPolled(status("active"))],
        ["its status is new", "failed", /If New means.*, set `whenIdle/, thenPolled(status("New"))],
        ["its status is documented", "failed", explained, thenPolled(activating)],
        ["the last call that failed was a poll", "pending", /429\), from DescribeLogstash/, { polls: [throttled] }],
        [
            "it is never accepted",
            "failed",
            /: +[1-9]\d* in [\s\S]*, or raise `timeoutSeconds`$/,
            { responses: [throttled] },
        ],
        ["nothing could be sent", "failed", /no credentials\n.*: +0 in /, { responses: [notSent] }],
        ["the last poll succeeded", "pending", /^(?![\s\S]*Throttling)/, { polls: [throttled, activating] }],
        ["this package fails", "pending", isOurs, { polls: [bug] }],
        ["a setting is wrong", "failed", wrong, { settings: wrongSetting }],
        ["it is wrong after a run", "pending", /unknown: half of/, { settings: wrongSetting }, { earlier: {} }],
        ["it is wrong by now", "pending", /may have been applied: half of/, { responses: [noResponse, wrongSetting] }],
        ["there is no host", "failed", notSentThere, unreachable],
        ["a proxy prevents further connections", "failed", /: not accepted\n.*Proxy[\s\S]*: +1 in/, throughProxy],
    ];
    for (const [when, kind, message, script, changes] of cases) {
        it(`is ${kind} and says why when ${when}`, async () => {
            assert.match(messageOf((await play(script, changes)).outcome, kind), message);
        });
    }
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
        for (const responses of [[throttled, notConnected("ENOTFOUND")], [refused, refused, throttled], [notSent]]) {
            const { outcome, elapsedMs } = await play({ responses }, minutes);
            const message = messageOf(outcome, "failed");
            assert.match(message, /not accepted within 600 s/);
            assert.doesNotMatch(message, isNeverConnected);
            assert.ok(elapsedMs >= 598_000 && elapsedMs <= 600_000, `${elapsedMs} ms`);
        }
    });

    it("is a minute of polls, from the first one on, or the budget, when an accepted resume cannot be polled", async () => {
        const script = { responses: [...Array(7).fill(throttled), accepted], polls: [throttled] };
        const { outcome, pollsAtMs, elapsedMs } = await play(script, { ...resume, ...minutes });
        assert.deepEqual(resultOf(outcome), result("accepted"));
        const pollingMs = elapsedMs - (pollsAtMs[0] ?? assert.fail("no poll"));
        assert.ok(pollingMs >= 60_000 && pollingMs < 90_000, `${pollingMs} ms`);
        const short = await play({ polls: [throttled] }, { ...resume, timeoutSeconds: 30 });
        assert.deepEqual(resultOf(short.outcome), result("accepted"));
    });
});

describe("the lines of a request", () => {
    const percent = body({ Result: { status: "activating", clusterTasks: [{ progress: 41.6 }] } });
    const attempts = { responses: [invalidState, invalidState, hanging] };
    const texts: ReadonlyArray<readonly [text: string, when: string, Script]> = [
        ["activating", "a poll saw that, even after several attempts", { responses: [throttled, accepted] }],
        ["42 %, activating", "a poll saw the percentage", { polls: [percent] }],
        [
            "activating, ECONNRESET (the connection was reset)",
            "the last call failed",
            { polls: [activating, noResponse] },
        ],
        ["activating, InstanceActivating (HTTP 400), 2 attempts", "two attempts were rejected", attempts],
        ["polling", "nothing was polled after an acceptance", { polls: [hanging] }],
        ["requesting an interrupt", "nothing was sent", { responses: [waiting] }],
    ];
    for (const [text, when, script] of texts) {
        it(`show "${text}" beside the resource when ${when}`, async () => {
            const { progress } = await play({ polls: [activating], stopAfterMs: 3_500, ...script });
            assert.equal(progress.at(-1)?.replace(/, \d+ s left$/, ""), text);
        });
    }

    it("show progress when it has changed, and every ten seconds", async () => {
        const { progress } = await play({ polls: [...Array(4).fill(activating), percent], stopAfterMs: 25_500 });
        const times = ["activating, 59", "42 %, activating, 51", "42 %, activating, 41"].map(
            (text) => `${text} s left`,
        );
        assert.deepEqual(progress, times);
    });

    const notes: ReadonlyArray<readonly [when: string, RegExp, Script, changes?: Partial<Request>]> = [
        ["the instance was suspended already", /^already suspended/, { responses: [invalidState] }],
        ["another interrupt suspended it", /^suspended by another/, { responses: [interrupting] }],
        ["the status tells that it was applied", /^interrupted: /, { responses: [noResponse, invalidState] }],
        ["it is skipped", /^nothing to i/, { responses: [invalidState], polls: [status("active")] }, skip],
        [
            "an undocumented status is skipped",
            /^the status New/,
            { responses: [invalidState], polls: [status("New")] },
            skip,
        ],
    ];
    for (const [when, note, script, changes] of notes) {
        it(`end with a note that says so when ${when}`, async () => {
            const { lines } = await play(script, changes);
            const last = lines.at(-1) ?? assert.fail("no line");
            assert.match(last.message, note);
            assert.deepEqual([last.ephemeral, last.isWarning === true], [false, /undocumented/.test(when)]);
        });
    }

    it("leave a note about each code once, with the token of a request, when calls are retried", async () => {
        const polls = [noResponse, { ...noResponse, code: "EPIPE" }, status("suspended")];
        const { notes } = await play({ responses: [throttled, throttled, accepted], polls });
        assert.deepEqual(notes, [
            "InterruptLogstashTask: Throttling.User (HTTP 429); retrying with the same client token",
            "DescribeLogstash: ECONNRESET (the connection was reset); retrying",
            "DescribeLogstash: EPIPE (the connection was closed); retrying",
        ]);
    });
});

describe("a stopped deployment", () => {
    const stopAfterMs = 3_000;
    const cases: ReadonlyArray<readonly [when: string, "failed" | "pending", Script, earlier?: object]> = [
        ["the request was accepted", "pending", { polls: [activating] }],
        ["the response had not arrived", "pending", { responses: [hanging] }],
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
    });
});

describe("the state of a request", () => {
    const unsent = initialState(undefined, false);
    const acceptance = { at: "1970-01-01T00:00:00.000Z" };

    it("has an unknown outcome before a run when an earlier one recorded no acceptance", () => {
        assert.deepEqual(initialState({ acceptance }, false), { ...unsent, acceptance, polledSinceAcceptance: true });
        assert.deepEqual(initialState({}, true), { ...unsent, outcomeUnknown: true, supersedes: true });
    });

    it("counts a poll only when the request, or an interrupt, is being processed", () => {
        const counted = (state: object) => {
            const after = stateAfterPoll("InterruptLogstashTask", { ...unsent, ...state }, "active");
            return [after.polledSinceAcceptance, after.over];
        };
        assert.deepEqual(counted({ outcomeUnknown: true }), [false, false]);
        assert.deepEqual(counted({ alreadyInterrupting: true }), [true, false]);
        assert.deepEqual(counted({ acceptance }), [true, true]);
    });
});
