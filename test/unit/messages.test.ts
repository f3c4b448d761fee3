import { strict as assert } from "node:assert";
import { codeOf, type ErrorReport, errorText } from "../../provider/src/request/errorReport";
import * as messages from "../../provider/src/request/messages";
import type { ServiceResponse } from "../../provider/src/request/response";
import type { RequestState, WaitOptions } from "../../provider/src/request/state";
import { initialState } from "../../provider/src/request/state";
import { stackHints } from "../hints";
import { body, denied, error, lost, notConnected, notFound, notSent } from "./responses";

const unsent = initialState(undefined, false);
const sent: RequestState = { ...unsent, sent: true };
const unknown: RequestState = { ...sent, outcomeUnknown: true };
const joined: RequestState = { ...sent, alreadyInterrupting: true };
/** An acceptance counts, whatever an attempt before it left open. */
const accepted: RequestState = { ...unknown, acceptance: { at: "1970-01-01T00:00:00.000Z" } };
const interrupt = { operation: "InterruptLogstashTask", wait: true, onNoop: "fail", timeoutSeconds: 60 } as const;
const resume = { ...interrupt, operation: "ResumeLogstashTask" } as const;
const byInterruption = { ...resume, interruption: "ls-cn-1/T" };
const route = { endpoint: "a.test:443", hints: stackHints, everConnected: false };
const proxy = "p.test (HTTPS_PROXY)";
const override = "b.test, from the setting";

describe("the sentences with which a request ends", () => {
    const newInterrupt = "to interrupt a newer change, change `triggers`";
    const newResume = "to resume again, change `triggers`";
    const newResumeNow = "to resume now, use the console, or give `triggers` in place of `interruption` for one run";
    const skip = 'set `whenIdle: "skip"` to accept that';
    const pollAgain =
        "`pulumi up` polls again and sends nothing. If this resource was destroyed or replaced before, the service may " +
        "have repeated an earlier response and done nothing: ";
    const sendAgain = "`pulumi up` sends the request again with the same client token; ";
    const later = "run `pulumi up` later, or raise `timeoutSeconds`";
    const inService =
        "bring the instance back into service first. An inactive instance is frozen, often because of an overdue payment";
    const reach = `check that this machine can reach the public endpoint, or set ${stackHints.endpoint} to one that it can reach`;
    const timedOut = (options: WaitOptions & messages.TimeBudget, state: RequestState, status?: string) =>
        messages.timedOut(options, state, status, status === "New");

    const failures: Readonly<Record<string, readonly [failure: messages.Failure, what: string, fix: string]>> = {
        "it was rejected": [messages.rejected(sent, "F"), "rejected", "F"],
        "it was rejected after an attempt with an unknown outcome": [
            messages.rejected(unknown, "F"),
            "rejected, after an attempt that may have been applied",
            "F",
        ],
        "no connection was ever established": [
            messages.neverConnected(unsent, route),
            "not sent: no connection to a.test:443 was ever established",
            reach,
        ],
        "no connection was ever established to an endpoint of a setting": [
            messages.neverConnected(unsent, { ...route, override }),
            "not sent: no connection to a.test:443 was ever established",
            "check b.test, from the setting",
        ],
        "no connection was ever established through a proxy": [
            messages.neverConnected(accepted, { ...route, proxy }),
            "accepted, but not polled: no connection to a.test:443 through the proxy p.test (HTTPS_PROXY) was ever established",
            `correct the proxy's variable, or add this host to NO_PROXY; ${reach}`,
        ],
        "an accepted interrupt timed out": [
            timedOut(interrupt, accepted, "activating"),
            "accepted, but timed out after 60 s (`timeoutSeconds`) waiting for `suspended`: the instance is activating",
            pollAgain + newInterrupt,
        ],
        "an accepted resume timed out": [
            timedOut(resume, accepted),
            "accepted, but timed out after 60 s (`timeoutSeconds`) waiting for the instance to leave `suspended`",
            pollAgain + newResume,
        ],
        "an accepted resume by interruption timed out": [
            timedOut(byInterruption, accepted, "suspended"),
            "accepted, but timed out after 60 s (`timeoutSeconds`) waiting for the instance to leave `suspended`: the instance is suspended",
            pollAgain + newResumeNow,
        ],
        "an interrupt with an unknown outcome timed out": [
            timedOut(interrupt, unknown, "New"),
            "the request may have been applied: no valid response in 60 s (`timeoutSeconds`): the instance is New",
            `${sendAgain}${newInterrupt}. If New means that no change is running, set \`whenIdle: "skip"\``,
        ],
        "a resume with an unknown outcome timed out": [
            timedOut(resume, unknown),
            "the request may have been applied: no valid response in 60 s (`timeoutSeconds`)",
            sendAgain + newResume,
        ],
        "another interrupt was being processed at the end": [
            timedOut(interrupt, joined, "activating"),
            "another interrupt is being processed; timed out after 60 s (`timeoutSeconds`) waiting for `suspended`: the instance is activating",
            later,
        ],
        "it was never accepted": [
            timedOut({ ...resume, timeoutName: "customTimeouts.create" }, sent, "suspended"),
            "not accepted within 60 s (`customTimeouts.create`): the instance is suspended",
            "run `pulumi up` later, or raise `customTimeouts.create`",
        ],
        "it was never accepted in an undocumented status": [
            timedOut(interrupt, sent, "New"),
            "not accepted within 60 s (`timeoutSeconds`): the instance is New",
            `${later}. If New means that no change is running, set \`whenIdle: "skip"\``,
        ],
        "polling was denied after an acceptance": [
            messages.pollingRejected("acceptance", denied, "F"),
            "accepted, but polling was denied",
            "F",
        ],
        "polling was rejected after a rejection": [
            messages.pollingRejected("rejection", notFound, "F"),
            "rejected because of the instance's status, and polling was rejected",
            "F",
        ],
        "the deployment was stopped after an interrupt that may be applied": [
            messages.stopped("InterruptLogstashTask", unknown),
            "the deployment was stopped before the request ended",
            "`pulumi up` finishes the request with the same client token, and does not interrupt twice",
        ],
        "the deployment was stopped after a resume was accepted": [
            messages.stopped("ResumeLogstashTask", accepted),
            "the deployment was stopped before the request ended",
            "`pulumi up` finishes the request with the same client token, and does not resume twice",
        ],
        "the deployment was stopped before anything was sent": [
            messages.stopped("InterruptLogstashTask", unsent),
            "not sent: the deployment was stopped",
            "run `pulumi up` again",
        ],
        "the instance cannot process it": [
            messages.cannotTakeRequest("inactive", sent),
            "the instance is inactive and cannot process the request",
            inService,
        ],
        "the instance cannot process it any longer": [
            messages.cannotTakeRequest("invalid", accepted),
            "the instance is invalid and cannot process the request",
            inService,
        ],
        "the instance cannot process it after an attempt with an unknown outcome": [
            messages.cannotTakeRequest("invalid", unknown),
            "the instance is invalid and cannot process the request; an earlier attempt may have been applied",
            inService,
        ],
        "there is nothing to interrupt": [
            messages.nothingToDo(interrupt, sent, "active"),
            "nothing to interrupt: the instance is active",
            `start the change first, or ${skip}`,
        ],
        "there is nothing to resume": [
            messages.nothingToDo(resume, sent, "active"),
            "nothing to resume: the instance is active",
            'interrupt a change first, or set `whenNotSuspended: "skip"` to accept that',
        ],
        "the change ended after an acceptance": [
            messages.nothingToDo(interrupt, accepted, "active"),
            "accepted, but the change has ended by itself: the instance is active",
            `${newInterrupt}; ${skip}`,
        ],
        "the change ended after an attempt with an unknown outcome": [
            messages.nothingToDo(interrupt, unknown, "active"),
            "the request may have been applied, and nothing is left to interrupt: the instance is active",
            `${newInterrupt}; ${skip}`,
        ],
        "the change ended while another interrupt was being processed": [
            messages.nothingToDo(interrupt, joined, "active"),
            "another interrupt was being processed, but the change has ended by itself: the instance is active",
            `${newInterrupt}; ${skip}`,
        ],
    };
    for (const [when, [failure, what, fix]] of Object.entries(failures)) {
        it(`are a cause and a fix when ${when}`, () => assert.deepEqual(failure, { what, fix }));
    }

    const lines: Readonly<Record<string, readonly [line: string, text: string]>> = {
        "an accepted request was not polled": [messages.outcomeSoFar(accepted), "accepted, but not polled"],
        "an attempt has an unknown outcome": [messages.outcomeSoFar(unknown), "the request may have been applied"],
        "only an earlier run sent an attempt": [
            messages.outcomeSoFar({ ...unknown, sent: false }),
            "not sent in this run, and the outcome of the earlier request is still unknown",
        ],
        "nothing was accepted": [messages.outcomeSoFar(sent), "not accepted"],
        "nothing was sent": [messages.outcomeSoFar(unsent), "not sent"],
        "an accepted request is skipped": [
            messages.skipped(interrupt, accepted, "active"),
            "accepted, but the change has ended by itself: the instance is active",
        ],
        "a request with an unknown outcome is skipped": [
            messages.skipped(interrupt, unknown, "active"),
            "nothing left to interrupt: the instance is active; an earlier attempt may have been applied",
        ],
        "an interrupt is skipped": [
            messages.skipped(interrupt, sent, "active"),
            "nothing to interrupt: the instance is active",
        ],
        "a resume by triggers is skipped": [
            messages.skipped(resume, sent, "active"),
            "nothing to resume: the instance is active. Does this resource depend on its interrupt (`dependsOn`)?",
        ],
        "a resume by interruption is skipped": [
            messages.skipped(byInterruption, sent, "active"),
            "nothing to resume: the instance is active",
        ],
        "an undocumented status is skipped": [
            messages.skippedUndocumented("InterruptLogstashTask", "New"),
            'the status New is not documented, and `whenIdle: "skip"` treats the instance as idle',
        ],
        "the instance was suspended already": [
            messages.alreadyThere("InterruptLogstashTask", sent, "suspended"),
            "already suspended: nothing was interrupted",
        ],
        "another interrupt suspended the instance": [
            messages.alreadyThere("InterruptLogstashTask", joined, "suspended"),
            "suspended by another interrupt, which was being processed already",
        ],
        "the status shows that an interrupt was applied": [
            messages.concluded("InterruptLogstashTask", "suspended"),
            "interrupted: the status suspended shows that a request without a valid response was applied",
        ],
        "the status shows that a resume was applied": [
            messages.concluded("ResumeLogstashTask", "active"),
            "resumed: the status active shows that a request without a valid response was applied",
        ],
    };
    for (const [when, [line, text]] of Object.entries(lines)) {
        it(`are one line when ${when}`, () => assert.equal(line, text));
    }
});

describe("what to fix", () => {
    const see = "see the code and the message";
    const ram = (call: string) =>
        `grant the RAM action elasticsearch:${call} on this instance to the identity that deploys`;
    const exists = "`instanceId` and `region` must name an existing Logstash instance of this account";
    const fixOf = (response: ServiceResponse, more: object = {}) =>
        messages.rejectionFix("InterruptLogstashTask", response, { ...route, ...more });
    const endpoint = { override, otherRegion: () => "cn-beijing" };

    const fixes: Readonly<Record<string, readonly [fix: string, text: string]>> = {
        "a request is denied": [fixOf(denied), ram("InterruptLogstashTask")],
        "a poll of a resume is denied": [
            messages.pollingFix("ResumeLogstashTask", denied, route),
            ram("DescribeLogstash"),
        ],
        "a poll is denied, and polling can be left out": [
            messages.pollingFix("InterruptLogstashTask", denied, route),
            `${ram("DescribeLogstash")}, or set \`waitForSuspended: false\``,
        ],
        "a poll is rejected": [messages.pollingFix("InterruptLogstashTask", notFound, route), exists],
        "the code has a fix": [fixOf(error("IllegalTimestamp"), endpoint), "set the clock of this machine"],
        "the code is new": [fixOf(error("New"), endpoint), see],
        "there is no instance": [fixOf(notFound, { otherRegion: () => undefined }), exists],
        "there is no instance at another endpoint": [
            fixOf(notFound, endpoint),
            `${exists}; the stack's region is cn-beijing, but this resource keeps the region that it was given or created with; the endpoint is ${override}`,
        ],
        "there is no code": [fixOf(body({ Result: false })), see],
        "there is no host": [
            fixOf(notConnected("ENOTFOUND")),
            `no such host: check \`region\` (${stackHints.region}), or set ${stackHints.endpoint}`,
        ],
        "the host of a setting does not exist": [
            fixOf(notConnected("ENOTFOUND"), { override }),
            "no such host: correct b.test, from the setting",
        ],
        "the certificate is not trusted": [
            fixOf(notConnected("CERT_HAS_EXPIRED")),
            "trust the certificate's authority with the variable NODE_EXTRA_CA_CERTS",
        ],
        "the failure of the connection is new": [fixOf(notConnected("ENEW")), see],
        "nothing listens on this machine": [
            fixOf(notConnected("ECONNREFUSED", { isRefusedHere: true })),
            "nothing listens on a.test:443: start the service there, or correct the setting",
        ],
        "nothing listens on this machine, where a setting points": [
            fixOf(notConnected("ECONNREFUSED", { isRefusedHere: true }), { override }),
            "nothing listens on b.test, from the setting: start the service there, or correct the setting",
        ],
        "the connection to a proxy fails": [fixOf(notConnected("ENOTFOUND"), { proxy }), `check the proxy ${proxy}`],
        "the proxy rejects the host": [
            fixOf(notConnected("ProxyRefused"), { proxy }),
            "let the proxy connect to this host, or add the host to NO_PROXY",
        ],
    };
    for (const [when, [fix, text]] of Object.entries(fixes)) {
        it(`is said when ${when}`, () => assert.equal(fix, text));
    }
});

describe("the text of an error", () => {
    const call = "InterruptLogstashTask";
    const report: ErrorReport = {
        operation: call,
        instanceId: "ls-cn-1",
        region: "cn-hangzhou",
        what: "rejected",
        attempts: 2,
        elapsedMs: 1_960,
        credentialsName: () => "the setting",
        route,
    };
    const of = (response: ServiceResponse, more: Partial<ErrorReport> = {}) => ({
        problem: { call, response } as const,
        ...more,
    });
    const signed = { message: "to sign: secret" };
    const texts: Readonly<Record<string, readonly [more: Partial<ErrorReport>, ...rows: string[]]>> = {
        "little is known": [{ fix: "" }],
        "the service explains it": [
            of(error("Forbidden.RAM", 403, { message: "No.", requestId: "R-1", recommend: "https://x/y" }), {
                requestId: "R-accepted",
                fix: "do it",
            }),
            "code:        Forbidden.RAM (HTTP 403)",
            "message:     No.",
            "request ID:  R-1",
            "signed with: the setting",
            "attempts:    2 in 2.0 s",
            "fix:         do it",
            "see:         https://x/y",
        ],
        "a poll failed": [
            { problem: { call: "DescribeLogstash", response: lost }, requestId: "R-accepted" },
            "code:        ECONNRESET (the connection was reset), from DescribeLogstash",
            "request ID:  R-accepted",
        ],
        "the response has an ID": [
            of(body({ Result: false, RequestId: "R-1" }), { requestId: "R-accepted" }),
            "code:        Result is false",
            "request ID:  R-1",
        ],
        "the code is not from a response": [of(lost, { code: "Own" }), "code:        Own"],
        "no connection was established": [
            of(notConnected("EPIPE"), { route: { ...route, proxy } }),
            "code:        EPIPE (the connection was closed)",
            "endpoint:    a.test:443",
            `proxy:       ${proxy}`,
        ],
        "a setting names the endpoint": [
            of(notConnected("EPIPE"), { route: { ...route, override } }),
            "code:        EPIPE (the connection was closed)",
            `endpoint:    ${override}`,
        ],
        "the message quotes what was signed": [
            of(error("SignatureDoesNotMatch", 400, signed)),
            "code:        SignatureDoesNotMatch (HTTP 400)",
            "signed with: the setting",
        ],
        "the credentials are not in question": [
            of(error("InvalidTimeStamp.Expired", 400, signed)),
            "code:        InvalidTimeStamp.Expired (HTTP 400)",
            "message:     to sign: secret",
        ],
    };
    for (const [when, [more, ...rows]] of Object.entries(texts)) {
        it(`has one row for each fact when ${when}`, () => {
            const [first, ...actual] = errorText({ ...report, ...more }).split("\n");
            assert.equal(first, "InterruptLogstashTask on ls-cn-1 in cn-hangzhou: rejected");
            const attempts = "attempts:    2 in 2.0 s";
            const expected = rows.includes(attempts) ? rows : [...rows, attempts];
            assert.deepEqual(
                actual,
                expected.map((row) => `  ${row}`),
            );
        });
    }

    it("names the credentials only when they are in question", () => {
        const about = ["InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "InvalidAccessKeyId.NotFound"];
        const others = ["NoPermission", "MissingSecurityToken", "IncompleteSignature"];
        for (const code of [...about, ...others]) {
            assert.match(errorText({ ...report, ...of(error(code)) }), /signed with: the setting/);
        }
        const credentialsName = () => assert.fail("called");
        for (const code of ["InstanceNotFound", "IllegalTimestamp", "Throttling", "New"]) {
            errorText({ ...report, ...of(error(code)), credentialsName });
        }
    });

    const codes: Readonly<Record<string, ServiceResponse>> = {
        "Result is missing": body({}),
        "Result is true": body({ Result: true }),
        "Result is not true": body({ Result: "secret" }),
        "no code (HTTP 400)": error(""),
        X: error("X", 400, { httpStatus: undefined }),
        "invalid response (HTML)": { kind: "invalidResponse", detail: "HTML" },
        "ENEW (the connection failed)": { kind: "noResponse", code: "ENEW" },
        "ECONNREFUSED (connection refused)": notConnected("ECONNREFUSED"),
        "ECONNREFUSED (our words)": notConnected("ECONNREFUSED", { detail: "our words" }),
        "ENEW (no connection)": notConnected("ENEW"),
        "no credentials": notSent,
    };
    for (const [code, response] of Object.entries(codes)) {
        it(`has the code "${code}" when the response is ${JSON.stringify(response)}`, () => {
            assert.equal(codeOf(response), code);
        });
    }
});
