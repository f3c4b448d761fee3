import { strict as assert } from "node:assert";
import { ConfigurationError } from "../../provider/src/configuration";
import type { ServiceResponse } from "../../provider/src/request/response";
import type { Request } from "../../provider/src/request/run";
import {
    acceptance,
    accepted,
    done,
    doneWithout,
    forbidden,
    interrupting,
    is,
    messageOf,
    notFound,
    play,
    reset,
    throttled,
    wrongPhase,
} from "./playedRequest";
import { error, unconnected } from "./replies";

describe("an interrupt", () => {
    it("is two requests when nothing goes wrong, and says nothing", async () => {
        const { outcome, tokens, looked, lines } = await play({});
        assert.deepEqual(outcome, done("suspended"));
        assert.deepEqual([tokens.length, looked, lines.length], [1, 1, 0]);
    });

    it("is sent again with the same token until there is an answer", async () => {
        const { outcome, tokens } = await play({ sends: [reset, throttled, reset, accepted] });
        assert.deepEqual(outcome, done("suspended"));
        assert.deepEqual(tokens, ["T", "T", "T", "T"]);
    });

    it("waits until the instance has left `activating`", async () => {
        const { outcome, tokens, looked } = await play({
            looks: [is("activating"), is("activating"), is("suspended")],
        });
        assert.deepEqual(outcome, done("suspended", true));
        assert.deepEqual([tokens.length, looked], [1, 3]);
    });

    it("records any other status as it is", async () => {
        assert.deepEqual((await play({ looks: [is("Paused")] })).outcome, done("Paused"));
    });

    it("goes on looking after looks that failed", async () => {
        const { outcome, tokens } = await play({ looks: [reset, throttled, is("suspended")] });
        assert.deepEqual(outcome, done("suspended"));
        assert.equal(tokens.length, 1);
    });

    it("does not look where it may not: `waitForSuspended: false`", async () => {
        const { outcome, looked } = await play({}, { wait: false });
        assert.deepEqual(outcome, done("accepted"));
        assert.equal(looked, 0);
    });

    it("is refused for good at once, and nothing is recorded", async () => {
        const { outcome, tokens } = await play({ sends: [notFound] });
        assert.match(messageOf(outcome, "failed"), /refused\n.*InstanceNotFound \(HTTP 404\)\n.*R-no/);
        assert.equal(tokens.length, 1);
    });

    it("is recorded when it is refused after a try that may have been done", async () => {
        const { outcome } = await play({ sends: [reset, notFound] });
        assert.match(messageOf(outcome, "pending"), /refused, after a try that may have been done/);
        assert.deepEqual(outcome.kind === "pending" && outcome.result, {
            clientToken: "T",
            status: "pending",
            acted: false,
        });
    });

    it("that finds the instance suspended has reached its goal, and was not accepted", async () => {
        const { outcome } = await play({ sends: [wrongPhase] });
        assert.deepEqual(outcome, doneWithout("suspended"));
    });

    it("waits for the signal of somebody else, without calling it its own", async () => {
        const { outcome, tokens } = await play({ sends: [interrupting], looks: [is("activating"), is("suspended")] });
        assert.deepEqual(outcome, doneWithout("suspended", { running: true }));
        assert.equal(tokens.length, 1);
    });

    it("is tried again while the instance is in the wrong phase, and then accepted", async () => {
        const { outcome } = await play({
            sends: [wrongPhase, wrongPhase, accepted],
            looks: [is("activating"), is("activating"), is("suspended")],
        });
        assert.deepEqual(outcome, done("suspended", true));
    });

    it("fails when the phase stays wrong to the end, and nothing is recorded", async () => {
        const looked = await play({ sends: [wrongPhase], looks: [is("activating")] });
        assert.match(messageOf(looked.outcome, "failed"), /not accepted within 60 s.*the instance is activating/);
        const blind = await play({ sends: [wrongPhase] }, { wait: false });
        assert.match(messageOf(blind.outcome, "failed"), /not accepted within 60 s/);
        assert.equal(blind.looked, 0);
    });

    describe("of an idle instance", () => {
        it("fails and says what to do", async () => {
            const { outcome } = await play({ sends: [wrongPhase], looks: [is("active")] });
            assert.match(
                messageOf(outcome, "failed"),
                /nothing to interrupt: the instance is active[\s\S]*`whenIdle: "skip"`/,
            );
        });

        it("fails after an acceptance too, and is recorded: a service that forgets the token would do it twice", async () => {
            const { outcome } = await play({ looks: [is("active")] });
            assert.match(
                messageOf(outcome, "pending"),
                /accepted, but the change has ended by itself[\s\S]*R-yes[\s\S]*change `triggers`/,
            );
        });

        it("is skipped where that was asked for", async () => {
            const refused = await play({ sends: [wrongPhase], looks: [is("active")] }, { onNoop: "skip" });
            assert.deepEqual(refused.outcome, doneWithout("active", { running: true }));
            const taken = await play({ looks: [is("active")] }, { onNoop: "skip" });
            const ended = done("active", true);
            assert.deepEqual(taken.outcome, { ...ended, result: { ...ended.result, acted: false } });
        });

        it("is skipped with a warning when its status is undocumented", async () => {
            const played = await play({ sends: [wrongPhase], looks: [is("Paused")] }, { onNoop: "skip" });
            assert.deepEqual(played.outcome, doneWithout("Paused"));
            const [line, ...others] = played.lines.filter(({ ephemeral }) => !ephemeral);
            assert.match(line?.message ?? "", /^the instance is Paused, a status that is not documented/);
            assert.deepEqual([line?.isWarning, others], [true, []]);
        });
    });

    it("names the state of an instance that cannot get there", async () => {
        for (const status of ["inactive", "invalid"]) {
            const refused = await play({ sends: [wrongPhase], looks: [is(status)] });
            assert.match(
                messageOf(refused.outcome, "failed"),
                new RegExp(`the instance is ${status} and cannot take it`),
            );
            const taken = await play({ looks: [is(status)] });
            assert.match(messageOf(taken.outcome, "pending"), new RegExp(`the instance is ${status}`));
        }
    });

    it("that may not look names the RAM action and the way without, and is recorded", async () => {
        const { outcome } = await play({ looks: [forbidden] });
        assert.match(messageOf(outcome, "pending"), /elasticsearch:DescribeLogstash[\s\S]*`waitForSuspended: false`/);
        assert.deepEqual(outcome.kind === "pending" && outcome.result, { ...acceptance, status: "pending" });
    });

    it("that was accepted and not seen through is recorded with what is known", async () => {
        const { outcome } = await play({ looks: [is("activating")] });
        assert.match(
            messageOf(outcome, "pending"),
            /accepted, but not seen through within 60 s.*activating[\s\S]*R-yes[\s\S]*change `triggers`/,
        );
        assert.deepEqual(outcome.kind === "pending" && outcome.result, { ...acceptance, status: "pending" });
    });

    it("that was never answered is recorded as unknown", async () => {
        const { outcome } = await play({ sends: [reset] });
        assert.match(messageOf(outcome, "pending"), /not known whether it was done[\s\S]*ECONNRESET/);
    });

    it("that was only throttled is not recorded", async () => {
        const { outcome } = await play({ sends: [throttled] });
        assert.match(messageOf(outcome, "failed"), /not accepted within 60 s/);
    });

    it("fails at once where the host has never been there, and waits where it has", async () => {
        const gone = unconnected("ENOTFOUND", { afterMs: 3 });
        const { outcome, tokens } = await play({ sends: [gone] });
        assert.match(
            messageOf(outcome, "failed"),
            /not sent[\s\S]*ENOTFOUND[\s\S]*alicloud:region[\s\S]*alicloud:endpoints/,
        );
        assert.equal(tokens.length, 1);
        assert.deepEqual((await play({ sends: [throttled, gone, accepted] })).outcome, done("suspended"));
    });

    it("records that it may have been done where something unforeseen happens, and says what", async () => {
        const broken: ServiceResponse = {
            kind: "body",
            get body(): never {
                throw Object.assign(new TypeError("nobody thought of this"), { id: "not ours" });
            },
        };
        const { outcome } = await play({ sends: [broken] });
        assert.match(messageOf(outcome, "pending"), /an unexpected error, please report it: nobody thought of this/);
    });

    describe("finished by a later run", () => {
        it("is sent again where no answer was known", async () => {
            const { outcome, tokens } = await play({}, { earlier: {} });
            assert.deepEqual(outcome, done("suspended"));
            assert.deepEqual(tokens, ["T"]);
        });

        it("is only looked at where it was accepted: the service may have forgotten the token", async () => {
            const earlier = { acceptance: { at: acceptance.acceptedAt, requestId: "R-yes" } };
            const { outcome, tokens } = await play({}, { earlier });
            assert.deepEqual(outcome, done("suspended"));
            assert.deepEqual(tokens, []);
        });

        it("stays recorded when it cannot be finished", async () => {
            messageOf((await play({ sends: [throttled] }, { earlier: {} })).outcome, "pending");
            messageOf((await play({ sends: [forbidden] }, { earlier: {} })).outcome, "pending");
        });
    });

    describe("says", () => {
        it("each kind of failure once", async () => {
            const { lines } = await play({ sends: [reset, reset, throttled, accepted] });
            const lasting = lines.filter(({ ephemeral }) => !ephemeral).map(({ message }) => message);
            assert.equal(lasting.length, 2);
            assert.match(lasting[0] ?? "", /ECONNRESET.*retrying with the same client token$/);
            assert.match(lasting[1] ?? "", /Throttling\.User/);
        });

        it("how far it is, when that changes", async () => {
            const { lines } = await play({
                looks: [is("activating"), is("activating"), is("activating"), is("suspended")],
            });
            const passing = lines.filter(({ ephemeral }) => ephemeral).map(({ message }) => message);
            assert.deepEqual(passing, ["activating, 59 s left"]);
        });
    });
});

describe("an interrupt that was accepted and whose change is over", () => {
    const over = { earlier: { acceptance: { at: acceptance.acceptedAt, requestId: "R-yes" }, over: true } };
    const notOurs = { ...acceptance, acted: false };

    it("is pending with its acceptance, and did not suspend, when a poll sees `active`", async () => {
        for (const looks of [[is("active")], [is("activating"), is("active")]]) {
            const { outcome } = await play({ looks });
            messageOf(outcome, "pending");
            assert.deepEqual(outcome.kind === "pending" && outcome.result, { ...notOurs, status: "pending" });
            assert.deepEqual(outcome.kind === "pending" && outcome.polls, { any: true, running: true });
        }
    });

    it("did not suspend when a later run finishes it on a suspended instance", async () => {
        const { outcome, tokens, lines } = await play({}, over);
        assert.deepEqual(outcome, {
            kind: "done",
            result: { ...notOurs, status: "suspended" },
            polls: { any: true, running: false },
        });
        assert.deepEqual(tokens, []);
        assert.deepEqual(lines, [{ message: "already suspended: nothing was interrupted", ephemeral: false }]);
    });

    it("did not suspend when a later run polls nothing", async () => {
        const { outcome } = await play({}, { ...over, wait: false });
        assert.deepEqual(outcome, {
            kind: "done",
            result: { ...notOurs, status: "accepted" },
            polls: { any: false, running: false },
        });
    });

    it("stays so when a later run cannot finish it", async () => {
        for (const looks of [[is("activating")], [is("active")], [is("inactive")], [forbidden]]) {
            const { outcome } = await play({ looks }, over);
            messageOf(outcome, "pending");
            assert.deepEqual(outcome.kind === "pending" && outcome.result, { ...notOurs, status: "pending" });
        }
    });
});

describe("a code that is ambiguous", () => {
    const nonceUsed = error("SignatureNonceUsed");
    const tooMany = error("TooManyRequests", 429);
    const conflicts = [error("ConcurrencyUpdateInstanceConflict"), error("InstanceDuplicateScheduledTask", 404)];

    it("is retried, and a suspended instance proves nothing, when another call is being processed", async () => {
        for (const conflict of conflicts) {
            const { outcome, tokens, looked } = await play({ sends: [conflict, conflict, accepted] });
            assert.deepEqual(outcome, done("suspended"));
            assert.deepEqual([tokens, looked], [["T", "T", "T"], 1]);
            const { outcome: late, looked: lookedLate } = await play({ sends: [conflict] });
            assert.match(messageOf(late, "failed"), /not accepted within 60 s/);
            assert.equal(lookedLate, 0);
        }
    });

    it("is an unknown outcome when the nonce was used, and retried with the same token", async () => {
        const { outcome, tokens } = await play({ sends: [nonceUsed, accepted] });
        assert.deepEqual(outcome, done("suspended"));
        assert.deepEqual(tokens, ["T", "T"]);
        messageOf((await play({ sends: [nonceUsed] })).outcome, "pending");
        const { outcome: applied } = await play({ sends: [nonceUsed, wrongPhase] });
        assert.deepEqual(applied, doneWithout("suspended", { acted: true }));
    });

    it("is retried when the nonce of a poll was used", async () => {
        const { outcome, tokens, looked } = await play({ looks: [nonceUsed, is("suspended")] });
        assert.deepEqual(outcome, done("suspended"));
        assert.deepEqual([tokens.length, looked], [1, 2]);
    });

    it("is retried, and nothing is recorded, when there are too many requests", async () => {
        const { outcome, tokens } = await play({ sends: [tooMany, accepted], looks: [tooMany, is("suspended")] });
        assert.deepEqual(outcome, done("suspended"));
        assert.deepEqual(tokens, ["T", "T"]);
        assert.match(messageOf((await play({ sends: [tooMany] })).outcome, "failed"), /TooManyRequests \(HTTP 429\)/);
    });
});

describe("a resume", () => {
    const resume: Partial<Request> = { operation: "ResumeLogstashTask" };

    it("ends with the acceptance and one look", async () => {
        const { outcome, looked } = await play({ looks: [is("activating")] }, resume);
        assert.deepEqual(outcome, done("activating", true));
        assert.equal(looked, 1);
    });

    it("does without the look where it may not", async () => {
        assert.deepEqual((await play({ looks: [forbidden] }, resume)).outcome, done("accepted"));
    });

    it("has nothing to do where nothing is suspended", async () => {
        for (const status of ["active", "activating"]) {
            const { outcome } = await play({ sends: [wrongPhase], looks: [is(status)] }, resume);
            assert.match(messageOf(outcome, "failed"), /nothing to resume[\s\S]*`whenNotSuspended: "skip"`/);
        }
    });

    it("waits until an interrupt that is being processed has ended", async () => {
        const { outcome } = await play({ sends: [interrupting, accepted], looks: [is("activating")] }, resume);
        assert.deepEqual(outcome, done("activating", true));
    });

    it("is retried until the budget ends, and then fails, when a status is suspended or undocumented", async () => {
        for (const status of ["suspended", "Paused"]) {
            for (const onNoop of ["fail", "skip"] as const) {
                const played = await play({ sends: [wrongPhase], looks: [is(status)] }, { ...resume, onNoop });
                const message = messageOf(played.outcome, "failed");
                assert.match(message, new RegExp(`not accepted within 60 s.*: the instance is ${status}\n`));
                assert.doesNotMatch(message, /"skip"/);
                assert.ok(played.elapsedMs >= 58_000, `${played.elapsedMs} ms`);
            }
        }
    });

    it("is skipped with one lasting line when the suspension of an interruption is over", async () => {
        const skipping: Partial<Request> = { ...resume, interruption: "ls-cn-1/T", onNoop: "skip" };
        for (const status of ["active", "activating"]) {
            const { outcome, lines } = await play({ sends: [wrongPhase], looks: [is(status)] }, skipping);
            assert.deepEqual(outcome, doneWithout(status, { running: true }));
            assert.deepEqual(
                lines.filter(({ ephemeral }) => !ephemeral),
                [{ message: `nothing to resume: the instance is ${status}`, ephemeral: false }],
            );
        }
    });

    it("stays pending when a poll saw `suspended` and later polls fail", async () => {
        const { outcome } = await play({ looks: [is("suspended"), reset] }, { ...resume, timeoutSeconds: 600 });
        messageOf(outcome, "pending");
        assert.deepEqual(outcome.kind === "pending" && outcome.result, { ...acceptance, status: "pending" });
    });

    it("is tried again while a suspended instance refuses it", async () => {
        const { outcome } = await play(
            { sends: [wrongPhase, accepted], looks: [is("suspended"), is("activating")] },
            resume,
        );
        assert.deepEqual(outcome, done("activating", true));
    });
});

describe("an endpoint that never answers", () => {
    const refused = unconnected("ECONNREFUSED", { afterMs: 2 });
    const minutes: Partial<Request> = { timeoutSeconds: 600 };

    it("is given up a minute after the first attempt to connect, with what stands between, and nothing is recorded", async () => {
        const { outcome, elapsedMs } = await play({ sends: [refused] }, minutes);
        assert.match(
            messageOf(outcome, "failed"),
            /not sent: no connection to a\.test was ever made[\s\S]*ECONNREFUSED/,
        );
        assert.ok(elapsedMs <= 60_000, `${elapsedMs} ms`);
    });

    it("leaves a record that was pending as it is, and says that this run sent nothing", async () => {
        const { outcome } = await play({ sends: [refused] }, { ...minutes, earlier: {} });
        assert.match(
            messageOf(outcome, "pending"),
            /this run sent nothing, and it is still not known how the request ended/,
        );
    });

    it("is tried for the whole time once a connection has stood", async () => {
        const { outcome, elapsedMs } = await play({ sends: [throttled, refused] }, minutes);
        assert.match(messageOf(outcome, "failed"), /not accepted within 600 s/);
        assert.ok(elapsedMs >= 500_000, `${elapsedMs} ms`);
    });

    it("ends with the time of the operation where that is shorter", async () => {
        const { outcome, elapsedMs } = await play({ sends: [refused] }, { timeoutSeconds: 5 });
        assert.match(messageOf(outcome, "failed"), /no connection to a\.test was ever made/);
        assert.ok(elapsedMs <= 5_000, `${elapsedMs} ms`);
    });
});

describe("a status of the service that is one of our own words", () => {
    it("is recorded apart from it, or the next run would finish what has ended", async () => {
        const { outcome } = await play({ looks: [is("pending")] });
        assert.deepEqual(outcome, done("pending (of the instance)"));
    });
});

describe("a deployment that is stopped", () => {
    it("leaves a pending record where a request was sent, and none where nothing was", async () => {
        const sent = await play({ looks: [is("activating")] }, {}, 3_000);
        assert.match(messageOf(sent.outcome, "pending"), /stopped before it ended[\s\S]*finishes this request/);
        const lost = await play({ sends: ["hang"] }, {}, 3_000);
        assert.match(messageOf(lost.outcome, "pending"), /stopped before it ended/);
        const unsent = await play({ sends: ["wait"] }, {}, 3_000);
        assert.match(messageOf(unsent.outcome, "failed"), /not sent: the deployment was stopped/);
        const unsentLater = await play({ sends: ["wait"] }, { earlier: {} }, 3_000);
        assert.match(messageOf(unsentLater.outcome, "pending"), /stopped before it ended/);
        const never = await play({ sends: [throttled] }, {}, 3_000);
        assert.match(messageOf(never.outcome, "failed"), /the deployment was stopped/);
    });

    it("records nothing when the request was still waiting to be sent", async () => {
        const { outcome, lines } = await play({ sends: ["wait"] }, {}, 3_000);
        assert.match(messageOf(outcome, "failed"), /: not sent: the deployment was stopped/);
        assert.deepEqual(
            lines.filter(({ ephemeral }) => !ephemeral),
            [],
        );
    });

    it("leaves a pending record when an attempt before the waiting one may have been applied", async () => {
        const { outcome } = await play({ sends: [reset, "wait"] }, {}, 3_000);
        assert.equal(outcome.kind, "pending");
    });
});

describe("a run after another", () => {
    it("takes nobody else's interrupt for its own: what was never accepted nor in doubt leaves no record", async () => {
        const { outcome } = await play({ sends: [interrupting], looks: [is("activating")] });
        assert.match(messageOf(outcome, "failed"), /another interrupt is being processed, and was not seen through/);
    });

    it("knows what an earlier request may have done that this one supersedes", async () => {
        const { outcome } = await play({ sends: [wrongPhase] }, { supersedes: true });
        assert.equal(outcome.kind === "done" && outcome.result.acted, true);
        const { outcome: refused } = await play({ sends: [notFound] }, { supersedes: true });
        assert.match(messageOf(refused, "failed"), /: refused\n/);
    });

    it("says so where it sent nothing itself, or only may have", async () => {
        const half = new ConfigurationError("half of an access key");
        const { outcome: before } = await play({ sends: [half] }, { earlier: {} });
        assert.match(messageOf(before, "pending"), /this run sent nothing, and it is still not known[^\n]*: half of/);
        const { outcome: within } = await play({ sends: [reset, half] });
        assert.match(messageOf(within, "pending"), /it is not known whether it was done: half of/);
        const { outcome: never } = await play({ sends: [half] });
        assert.match(messageOf(never, "failed"), /: not sent: half of/);
    });

    it("says what is wrong with the settings when not even the credentials can be named", async () => {
        const half = new ConfigurationError("half of an access key");
        const credentialsName = () => {
            throw half;
        };
        const { outcome } = await play({ sends: [half], credentialsName });
        assert.match(
            messageOf(outcome, "failed"),
            /^InterruptLogstashTask on ls-cn-1 in cn-hangzhou: not sent: half of an access key\n[\s\S]*code: +ConfigurationError\n +attempts: +0 in/,
        );
        const { outcome: before } = await play({ sends: [half], credentialsName }, { earlier: {} });
        assert.match(messageOf(before, "pending"), /still not known how the request ended: half of an access key\n/);
    });

    it("ends at once where a proxy refuses, though connections have stood", async () => {
        const refusing = unconnected("ProxyAuthentication");
        const { outcome, tokens } = await play({ sends: [throttled, refusing] });
        assert.match(
            messageOf(outcome, "failed"),
            /not accepted[\s\S]*user name and password in the URL of its variable/,
        );
        assert.equal(tokens.length, 2);
    });
});
