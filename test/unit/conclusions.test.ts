import { strict as assert } from "node:assert";
import type { Operation } from "../../provider/src/operations/operations";
import type { PollResult } from "../../provider/src/request/classify";
import {
    afterLook,
    afterReply,
    afterStatusSeen,
    firstLookMs,
    neverAnswered,
    outOfTime,
} from "../../provider/src/request/decide";
import type { ServiceResponse } from "../../provider/src/request/response";
import { acted, type Next, type RequestState, unanswered, type WaitOptions } from "../../provider/src/request/state";
import { stackHints } from "../support/hints";
import { error, unconnected } from "./replies";

const nothing: RequestState = {
    alreadyInterrupting: false,
    outcomeUnknown: false,
    supersedes: false,
    sent: true,
    seen: false,
    over: false,
    polls: { any: false, running: false },
};
const accepted: RequestState = { ...nothing, acceptance: { at: "1970-01-01T00:00:00.000Z" } };
const doubted: RequestState = { ...nothing, outcomeUnknown: true };
const interrupt: WaitOptions = { operation: "InterruptLogstashTask", wait: true, onNoop: "fail" };
const resume: WaitOptions = { ...interrupt, operation: "ResumeLogstashTask" };
const skipping = (asked: WaitOptions): WaitOptions => ({ ...asked, onNoop: "skip" });
const route = { endpoint: "a.test:443", hints: stackHints, everConnected: false };
const doneUnseen: Next = { kind: "done", status: "accepted", acted: true };
const lost: ServiceResponse = { kind: "noResponse", code: "ECONNRESET" };

const seen = (asked: WaitOptions, known: RequestState, after: "acceptance" | "rejection", status: string) =>
    afterLook(asked, known, after, {
        look: { kind: "seen", status },
        reply: { kind: "body", body: {} },
        route,
        lookingMs: 0,
    });
const noteOf = (next: Next) => (next.kind === "done" ? next.note : assert.fail(next.kind));

function errorOf(next: Next, kind: "failed" | "pending"): { readonly what: string; readonly advice: string } {
    return next.kind === kind ? (next as Extract<Next, { what: string }>) : assert.fail(`${next.kind}, not ${kind}`);
}

describe("what follows from a reply", () => {
    const knownAfter = (reply: ServiceResponse) =>
        afterReply(interrupt, { ...nothing, sent: false }, reply, route, "now").known;

    it("is that something was sent, unless it never left", () => {
        assert.equal(knownAfter({ kind: "notSent", detail: "no time" }).sent, false);
        assert.equal(knownAfter(unconnected("ECONNREFUSED")).sent, false);
        assert.equal(knownAfter(lost).sent, true);
    });

    it("is an acceptance, with the ID if there is one", () => {
        assert.deepEqual(knownAfter({ kind: "body", body: { Result: true } }).acceptance, { at: "now" });
        const requestId = "R";
        assert.deepEqual(knownAfter({ kind: "body", body: { Result: true, RequestId: requestId } }).acceptance, {
            at: "now",
            requestId,
        });
    });
});

describe("what follows from a look", () => {
    const unseen = (asked: WaitOptions, known: RequestState, lookingMs: number) =>
        afterLook(asked, known, "acceptance", { look: { kind: "unseen" }, reply: lost, route, lookingMs });

    it("that fails is a resume's end after a minute, and not before", () => {
        assert.deepEqual(unseen(resume, accepted, firstLookMs - 1), { kind: "again" });
        assert.deepEqual(unseen(resume, accepted, firstLookMs), doneUnseen);
        assert.deepEqual(unseen(resume, accepted, firstLookMs + 1), doneUnseen);
        assert.deepEqual(unseen(interrupt, accepted, firstLookMs), { kind: "again" });
        assert.deepEqual(unseen(resume, { ...accepted, seen: true }, firstLookMs), { kind: "again" });
    });

    it("that is refused tells what the request itself came to", () => {
        const looks: readonly PollResult[] = [{ kind: "denied" }, { kind: "rejected" }];
        for (const look of looks) {
            const looked = { look, reply: error("Forbidden.RAM"), route, lookingMs: 0 };
            const taken = errorOf(afterLook(interrupt, accepted, "acceptance", looked), "pending");
            assert.match(taken.what, /^accepted/);
            const refused = errorOf(afterLook(interrupt, nothing, "rejection", looked), "failed");
            assert.match(refused.what, /^refused/);
        }
    });

    it("that finds no such instance names the endpoint, if that was set", () => {
        const ofUser = { ...route, override: "b.test" };
        const looked = {
            look: { kind: "rejected" },
            reply: error("InstanceNotFound"),
            route: ofUser,
            lookingMs: 0,
        } as const;
        assert.match(
            errorOf(afterLook(interrupt, accepted, "acceptance", looked), "pending").advice,
            /endpoint is b\.test$/,
        );
    });

    it("is to look again while a refused request's instance is on its way, and to wait after an acceptance", () => {
        assert.deepEqual(seen(interrupt, nothing, "rejection", "activating"), { kind: "again" });
        assert.deepEqual(seen(interrupt, accepted, "acceptance", "activating"), { kind: "wait" });
    });

    it("that shows a status nobody documents ends a refused request only where that is skipped", () => {
        assert.deepEqual(seen(interrupt, nothing, "rejection", "New"), { kind: "again" });
        const next = seen(skipping(interrupt), nothing, "rejection", "New");
        assert.equal(next.kind === "done" && next.status, "New");
        assert.equal(next.kind === "done" && next.isWarning, true);
        assert.match(noteOf(next) ?? "", /^the instance is New, a status that is not documented/);
        for (const asked of [resume, skipping(resume)]) {
            assert.deepEqual(seen(asked, nothing, "rejection", "New"), { kind: "again" });
        }
    });

    it("that shows a broken instance names an earlier try only where it is in doubt", () => {
        const broken = (known: RequestState, after: "acceptance" | "rejection", kind: "failed" | "pending") =>
            errorOf(seen(interrupt, known, after, "inactive"), kind).what;
        assert.match(broken(doubted, "rejection", "pending"), /earlier try/);
        for (const what of [
            broken(nothing, "rejection", "failed"),
            broken(accepted, "acceptance", "pending"),
            broken({ ...accepted, outcomeUnknown: true }, "acceptance", "pending"),
        ]) {
            assert.match(what, /the instance is inactive and cannot take it$/);
        }
    });

    it("that finds nothing to do any more says how to ask anew, or to let it be", () => {
        const { what, advice } = errorOf(seen(interrupt, doubted, "rejection", "active"), "pending");
        assert.match(what, /may have been done/);
        assert.match(advice, /`triggers`.*`whenIdle: "skip"`/);
        const taken = errorOf(
            seen(interrupt, { ...accepted, outcomeUnknown: true }, "acceptance", "active"),
            "pending",
        );
        assert.match(taken.what, /^accepted/);
    });

    it("that finds nothing to do, where that is skipped, notes what may have been done", () => {
        const note = (asked: WaitOptions, known: RequestState) =>
            noteOf(seen(skipping(asked), known, "rejection", "active"));
        assert.match(note(interrupt, doubted) ?? "", /earlier try/);
        assert.match(note(interrupt, nothing) ?? "", /the instance is active$/);
        assert.match(note(resume, nothing) ?? "", /the instance is active; .*its interrupt\?$/);
        assert.match(note({ ...resume, interruption: "ls-cn-1/T" }, nothing) ?? "", /the instance is active$/);
        const taken = seen(skipping(interrupt), { ...accepted, outcomeUnknown: true }, "acceptance", "active");
        assert.match(noteOf(taken) ?? "", /^accepted/);
    });

    it("that finds the goal notes whose work it was, unless it was ours", () => {
        assert.equal("note" in seen(interrupt, accepted, "acceptance", "suspended"), false);
        assert.match(noteOf(seen(interrupt, nothing, "rejection", "suspended")) ?? "", /^already suspended/);
        const joined = seen(interrupt, { ...nothing, alreadyInterrupting: true }, "acceptance", "suspended");
        assert.match(noteOf(joined) ?? "", /another interrupt/);
    });

    it("has the ID of the answer that decided, if there is one", () => {
        assert.equal("requestId" in seen(interrupt, accepted, "acceptance", "suspended"), false);
    });
});

describe("what follows when the time is up", () => {
    const late = (asked: WaitOptions, known: RequestState, status?: string, timeoutName?: string) =>
        outOfTime(
            { ...asked, timeoutSeconds: 60, ...(timeoutName === undefined ? {} : { timeoutName }) },
            known,
            status,
        );
    const skip = /"skip"/;

    it("is a resume's end where it was accepted and never seen", () => {
        assert.deepEqual(late(resume, accepted), doneUnseen);
        errorOf(late(resume, { ...accepted, seen: true }, "suspended"), "pending");
        errorOf(late(interrupt, accepted), "pending");
        errorOf(late(resume, nothing), "failed");
    });

    it("names the time by its argument, and the status only where one was seen", () => {
        const { what } = errorOf(late(interrupt, nothing), "failed");
        assert.match(what, /60 s \(`timeoutSeconds`\)$/);
        assert.match(errorOf(late(interrupt, nothing, "activating", "t"), "failed").what, /\(`t`\).*is activating$/);
    });

    it("is the advice to resume in the console, or by triggers for one run, where an interruption says what to resume", () => {
        const byInterruption = { ...resume, interruption: "ls-cn-1/T" };
        for (const known of [doubted, { ...accepted, seen: true }]) {
            const { advice } = errorOf(late(byInterruption, known, "suspended"), "pending");
            assert.match(advice, /resume in the console, or give `triggers` in place of `interruption` for one run$/);
            assert.match(errorOf(late(resume, known, "suspended"), "pending").advice, /change `triggers`$/);
        }
    });

    it("is the hint to skip where the status is one that nobody documents, and only there", () => {
        for (const known of [nothing, doubted]) {
            const kind = known.outcomeUnknown ? "pending" : "failed";
            assert.match(errorOf(late(interrupt, known, "New"), kind).advice, /if New is.*`whenIdle: "skip"`$/);
            for (const status of ["activating", undefined]) {
                const { advice } = errorOf(late(interrupt, known, status), kind);
                assert.doesNotMatch(advice, skip);
                assert.match(advice, /`(triggers|timeoutSeconds)`$/);
            }
        }
    });
});

describe("what is known after a poll", () => {
    it("is that an accepted interrupt is over when it saw `active`, and stays so", () => {
        const cases: ReadonlyArray<
            readonly [operation: Operation, known: RequestState, status: string, over: boolean]
        > = [
            ["InterruptLogstashTask", accepted, "active", true],
            ["InterruptLogstashTask", accepted, "activating", false],
            ["InterruptLogstashTask", accepted, "suspended", false],
            ["InterruptLogstashTask", accepted, "inactive", false],
            ["InterruptLogstashTask", accepted, "New", false],
            ["InterruptLogstashTask", { ...accepted, over: true }, "suspended", true],
            ["InterruptLogstashTask", doubted, "active", false],
            ["InterruptLogstashTask", nothing, "active", false],
            ["ResumeLogstashTask", accepted, "active", false],
            ["ResumeLogstashTask", accepted, "suspended", false],
        ];
        for (const [operation, known, status, over] of cases) {
            const after = known.acceptance === undefined ? "rejection" : "acceptance";
            const { over: isOver, seen: isSeen } = afterStatusSeen(operation, known, after, status);
            assert.deepEqual([isOver, isSeen], [over, after === "acceptance"], `${operation} ${status}`);
        }
    });

    it("is whether the instance was polled, and whether a change was running or none suspended", () => {
        for (const [status, running] of [
            ["active", true],
            ["activating", true],
            ["suspended", false],
            ["inactive", false],
            ["invalid", false],
            ["New", false],
        ] as const) {
            for (const after of ["acceptance", "rejection"] as const) {
                const { polls } = afterStatusSeen("InterruptLogstashTask", nothing, after, status);
                assert.deepEqual(polls, { any: true, running }, status);
            }
            const before = { ...nothing, polls: { any: true, running: true } };
            assert.equal(afterStatusSeen("InterruptLogstashTask", before, "rejection", status).polls.running, true);
        }
    });
});

describe("whether a request of the resource suspended the instance", () => {
    const over = { ...accepted, over: true };
    const superseding = { ...nothing, supersedes: true };
    const joined = { ...nothing, interrupting: true };
    const cases: ReadonlyArray<
        readonly [when: string, known: RequestState, status: string | undefined, acted: boolean]
    > = [
        ["it was accepted", accepted, undefined, true],
        ["it was accepted, and is suspended", accepted, "suspended", true],
        ["it was accepted, and the status is undocumented", accepted, "New", true],
        ["it was accepted, and a poll has seen that it is over", over, "suspended", false],
        [
            "it is over, and supersedes one that may have been applied",
            { ...over, supersedes: true },
            "suspended",
            false,
        ],
        ["its outcome is unknown, and a poll saw `suspended`", doubted, "suspended", true],
        ["its outcome is unknown, and a poll saw `active`", doubted, "active", false],
        ["its outcome is unknown, and nothing was polled", doubted, undefined, false],
        ["it supersedes one that may have been applied, and a poll saw `suspended`", superseding, "suspended", true],
        ["it supersedes one that may have been applied, and a poll saw `New`", superseding, "New", false],
        ["it was rejected, and a poll saw `suspended`", nothing, "suspended", false],
        ["another is being processed", joined, "suspended", false],
        [
            "another is being processed, and it may have been applied",
            { ...joined, outcomeUnknown: true },
            undefined,
            true,
        ],
        ["another was processed, and it may have been applied", { ...joined, outcomeUnknown: true }, "active", false],
    ];
    for (const [when, known, status, expected] of cases) {
        it(`is ${expected} when ${when}`, () => {
            assert.equal(acted("InterruptLogstashTask", known, status), expected);
        });
    }
});

describe("an endpoint that was never reached", () => {
    it("is advised to check what stands between, and nothing that does not", () => {
        const proxied = errorOf(neverAnswered(nothing, { ...route, proxy: "p.test" }), "failed");
        assert.match(proxied.what, /a\.test:443 through the proxy p\.test/);
        assert.match(proxied.advice, /^check .*NO_PROXY[^;]*; .*alicloud:endpoints/);
        const plain = errorOf(neverAnswered(nothing, route), "failed");
        assert.match(plain.what, /a\.test:443 was/);
        assert.match(plain.advice, /^check that.*alicloud:endpoints/);
        const override = "b.test from the setting";
        assert.equal(errorOf(neverAnswered(nothing, { ...route, override }), "failed").advice, `check ${override}`);
    });

    it("keeps an acceptance of an earlier run", () => {
        assert.match(errorOf(neverAnswered(accepted, route), "pending").what, /^accepted/);
        assert.match(unanswered({ ...accepted, outcomeUnknown: true, sent: false }), /^accepted/);
    });
});
