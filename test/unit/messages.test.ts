import { strict as assert } from "node:assert";
import { codeOf, type ErrorReport, errorText } from "../../provider/src/request/errorReport";
import * as messages from "../../provider/src/request/messages";
import type { ServiceResponse } from "../../provider/src/request/response";
import { initialState, type RequestState, type WaitOptions } from "../../provider/src/request/state";
import { stackHints } from "../support/hints";
import { body, denied, error, invalidResponse, noResponse, notConnected, notFound, notSent } from "./responses";

const unsent = initialState(undefined, false);
const sent: RequestState = { ...unsent, sent: true };
const unknown: RequestState = { ...sent, outcomeUnknown: true };
const joined: RequestState = { ...sent, alreadyInterrupting: true };
/** An acceptance counts, even if the outcome of an attempt before it was unknown. */
const accepted: RequestState = { ...unknown, acceptance: { at: "1970-01-01T00:00:00.000Z" } };
const interrupt = { operation: "InterruptLogstashTask", wait: true, onNoop: "fail", timeoutSeconds: 60 } as const;
const resume = { ...interrupt, operation: "ResumeLogstashTask" } as const;
const byInterruption = { ...resume, interruption: "ls-cn-1/T" };
const route = { endpoint: "a.test:443", hints: stackHints, everConnected: false };
const proxy = "p.test (HTTPS_PROXY)";
const override = "b.test, from the setting";

const timedOut = (options: WaitOptions & messages.TimeBudget, state: RequestState, status?: string) =>
    messages.timedOut(options, state, status, status === "New");
const fixOf = (response: ServiceResponse, more: object = {}) =>
    messages.rejectionFix("InterruptLogstashTask", response, { ...route, ...more });
const otherRegion = "cn-beijing";
const refusedHere = notConnected("ECONNREFUSED", { isRefusedHere: true });

describe("what happened and what to fix", () => {
    /** The first line has what happened, the second one what to fix. Each test makes its own message. */
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, actual: () => messages.Failure | string, expected: RegExp])[] = [
        ["it was rejected after an attempt with an unknown outcome", () => messages.rejected(unknown, "(fix)"), /^rejected, after an attempt that may have been applied\n/],
        ["no connection was ever established", () => messages.neverConnected(unsent, route), /^not sent: no connection to a\.test:443 was ever established\ncheck that this machine can .*, or set `alicloud:endpoints/],
        ["none was to an endpoint of a setting", () => messages.neverConnected(unsent, { ...route, override }), /^not sent: no connection to a\.test:443 was ever established\ncheck b\.test, from the setting$/],
        ["none was through a proxy", () => messages.neverConnected(accepted, { ...route, proxy }), /^accepted, but not polled: no connection .* through the proxy p\.test \(HTTPS_PROXY\) was .*\ncorrect the proxy's variable, .* NO_PROXY; check that/],
        ["an accepted interrupt timed out", () => timedOut(interrupt, accepted, "activating"), /^accepted, but timed out after 60 s \(`timeoutSeconds`\) waiting for `suspended`: the instance is activating\n`pulumi up` polls again .*: change `triggers` to interrupt a newer change$/],
        ["an accepted resume timed out", () => timedOut(resume, accepted), /waiting for the instance to leave `suspended`\n.*: change `triggers` to resume again$/],
        ["an accepted resume by interruption timed out", () => timedOut(byInterruption, accepted, "suspended"), /: the instance is suspended\n.*: use the console .*, or give `triggers` in place of `interruption`/],
        ["an unknown outcome timed out in an undocumented status", () => timedOut(interrupt, unknown, "New"), /^the request may have been applied: no valid response in 60 s .*: the instance is New\n.* the same client token; change `triggers` .* If New means that no change is running, set `whenIdle: "skip"`$/],
        ["an unknown outcome timed out", () => timedOut(resume, unknown), /^the request may have been applied: no valid response in 60 s \(`timeoutSeconds`\)\n.*; change `triggers` to resume again$/],
        ["another interrupt was still being processed", () => timedOut(interrupt, joined, "activating"), /^another interrupt is being processed; timed out .*\nrun `pulumi up` later, or raise `timeoutSeconds`$/],
        ["a resume was never accepted", () => timedOut({ ...resume, timeoutName: "customTimeouts.create" }, sent, "suspended"), /^not accepted within 60 s \(`customTimeouts\.create`\): the instance is suspended\n.*, or raise `customTimeouts\.create`$/],
        ["an interrupt was never accepted in an undocumented status", () => timedOut(interrupt, sent, "New"), /^not accepted .*\n.*, or raise `timeoutSeconds`\. If New means/],
        ["the deployment was stopped after a request", () => messages.stopped("ResumeLogstashTask", unknown), /^the deployment was stopped before .*\n.* and does not resume twice$/],
        ["the deployment was stopped before anything was sent", () => messages.stopped("InterruptLogstashTask", unsent), /^not sent: the deployment was stopped\nrun `pulumi up` again$/],
        ["it cannot and the outcome is unknown", () => messages.cannotTakeRequest("invalid", unknown), /^the instance is invalid .*; an earlier attempt may have been applied\n/],
        ["there is nothing to resume", () => messages.nothingToActOn(resume, sent, "active"), /^nothing to resume: the instance is active\ninterrupt a change first, or set `whenNotSuspended: "skip"`/],
        ["the change ended after an acceptance", () => messages.nothingToActOn(interrupt, accepted, "active"), /^accepted, but the change has ended by itself: the instance is active\nchange `triggers` .*, or set `whenIdle/],
        ["it ended and the outcome is unknown", () => messages.nothingToActOn(interrupt, unknown, "active"), /^the request may have been applied, and nothing is left to interrupt: .*\nchange `triggers`/],
        ["it ended before another interrupt suspended it", () => messages.nothingToActOn(interrupt, joined, "active"), /^another interrupt was being processed, but the change has ended by itself: .*\nchange `triggers`/],
        ["so far the outcome is unknown", () => messages.outcomeSoFar(unknown), /^the request may have been applied$/],
        ["so far only an earlier run sent it", () => messages.outcomeSoFar({ ...unknown, sent: false }), /^not sent in this run, .* still unknown$/],
        ["an accepted interrupt is skipped", () => messages.skipped(interrupt, accepted, "active"), /^accepted, but the change has ended by itself: the instance is active$/],
        ["an interrupt with an unknown outcome is skipped", () => messages.skipped(interrupt, unknown, "active"), /^nothing left to interrupt: the instance is active; an earlier attempt may have been applied$/],
        ["a resume by triggers is skipped", () => messages.skipped(resume, sent, "active"), /^nothing to resume: the instance is active\. Does this resource depend on its interrupt/],
        ["a resume by interruption is skipped", () => messages.skipped(byInterruption, sent, "active"), /^nothing to resume: the instance is active$/],
        ["a poll of a resume is denied", () => messages.pollingFix("ResumeLogstashTask", denied, route), /^grant the RAM action elasticsearch:DescribeLogstash on this instance to the identity that deploys$/],
        ["a poll of an interrupt is denied", () => messages.pollingFix("InterruptLogstashTask", denied, route), /elasticsearch:DescribeLogstash .*, or set `waitForSuspended: false`$/],
        ["the code has a fix", () => fixOf(error("IllegalTimestamp"), { override, otherRegion }), /^set the clock of this machine$/],
        ["the code is new", () => fixOf(error("New"), { override }), /^see the code and the message$/],
        ["there is no code", () => [body({ Result: false }), invalidResponse, noResponse, notSent].map((response) => fixOf(response)).join(), /^(see the code and the message,?){4}$/],
        ["there is no instance", () => fixOf(notFound), /^`instanceId` and `region` must .* of this account$/],
        ["there is no instance at another endpoint", () => fixOf(notFound, { override, otherRegion }), /; the stack's region is cn-beijing, but this resource keeps .*; the endpoint is b\.test, from the setting$/],
        ["there is no host", () => fixOf(notConnected("ENOTFOUND")), /^no such host: check `region` \(`alicloud:region`\), or set `alicloud:endpoints\[0\]\.elasticsearch`$/],
        ["there is no host of a setting", () => fixOf(notConnected("ENOTFOUND"), { override }), /^no such host: correct b\.test, from the setting$/],
        ["the certificate is not trusted", () => fixOf(notConnected("CERT_HAS_EXPIRED")), /NODE_EXTRA_CA_CERTS$/],
        ["the code of the connection is new", () => fixOf(notConnected("ENEW")), /^see the code and the message$/],
        ["nothing listens on this machine", () => fixOf(refusedHere), /^nothing listens on a\.test:443: start the service there/],
        ["nothing listens where a setting points", () => fixOf(refusedHere, { override }), /^nothing listens on b\.test, from the setting: /],
        ["the proxy cannot be reached", () => fixOf(notConnected("ENOTFOUND"), { proxy }), /^check the proxy p\.test \(HTTPS_PROXY\)$/],
        ["the proxy rejects the host", () => fixOf(notConnected("ProxyRefused"), { proxy }), /^let the proxy connect to this host, or add the host to NO_PROXY$/],
    ];
    for (const [when, actual, expected] of cases) {
        it(`are said when ${when}`, () => {
            const message = actual();
            assert.match(typeof message === "string" ? message : `${message.what}\n${message.fix}`, expected);
        });
    }
});

describe("an error", () => {
    const call = "InterruptLogstashTask";
    const report: ErrorReport = {
        operation: call,
        instanceId: "ls-cn-1",
        region: "cn-hangzhou",
        what: "rejected",
        attempts: 2,
        elapsedMs: 1_960,
        credentialsName: "the setting",
        route: { ...route, proxy },
    };
    const textOf = (response: ServiceResponse, more: Partial<ErrorReport> = {}) =>
        errorText({ ...report, requestId: "R-accepted", problem: { call, response }, ...more });
    const explained = error("Forbidden.RAM", 403, { message: "No.", requestId: "R-1", recommend: "https://x/y" });
    const quoting = error("SignatureDoesNotMatch", 400, { message: "(secret)" });
    const polled = { problem: { call: "DescribeLogstash", response: noResponse } } as const;
    const ofSetting = { route: { ...route, override } };
    const [accepted, attempts] = ["request ID: R-accepted", "attempts: 2 in 2.0 s"];
    const reset = "code: ECONNRESET (the connection was reset), from DescribeLogstash";
    const closed = "code: EPIPE (the connection was closed)";
    const signed = "signed with: the setting";

    const texts: ReadonlyArray<readonly [when: string, actual: () => string, rows: readonly string[]]> = [
        ["little is known", () => errorText({ ...report, fix: "" }), [attempts]],
        [
            "the service explains it",
            () => textOf(explained, { fix: "F" }),
            [
                "code: Forbidden.RAM (HTTP 403)",
                "message: No.",
                "request ID: R-1",
                signed,
                attempts,
                "fix: F",
                "see: https://x/y",
            ],
        ],
        ["a poll failed", () => textOf(noResponse, polled), [reset, accepted, attempts]],
        [
            "it has an ID",
            () => textOf(body({ RequestId: "R-1" })),
            ["code: Result is missing", "request ID: R-1", attempts],
        ],
        ["the code is ours", () => textOf(noResponse, { code: "Ours" }), ["code: Ours", accepted, attempts]],
        [
            "no connection was established",
            () => textOf(notConnected("EPIPE")),
            [closed, "endpoint: a.test:443", `proxy: ${proxy}`, accepted, attempts],
        ],
        [
            "a setting names the endpoint",
            () => textOf(notConnected("EPIPE"), ofSetting),
            [closed, `endpoint: ${override}`, accepted, attempts],
        ],
        [
            "the message quotes what was signed",
            () => textOf(quoting),
            ["code: SignatureDoesNotMatch (HTTP 400)", accepted, signed, attempts],
        ],
    ];
    for (const [when, actual, rows] of texts) {
        it(`has a row for each thing that is known when ${when}`, () => {
            const lines = rows.map((row) => row.replace(/^[^:]+:/, (label) => `  ${label.padEnd(12)}`));
            assert.equal(actual(), [`${call} on ls-cn-1 in cn-hangzhou: rejected`, ...lines].join("\n"));
        });
    }

    it("names the credentials only when they are in question", () => {
        const about = ["InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "InvalidAccessKeyId.NotFound"];
        for (const code of [...about, "NoPermission", "MissingSecurityToken", "IncompleteSignature"]) {
            assert.match(textOf(error(code)), /signed with: the setting/);
        }
        for (const code of ["InstanceNotFound", "IllegalTimestamp", "InvalidTimeStamp.Expired", "Throttling", "New"]) {
            assert.doesNotMatch(textOf(error(code)), /signed with/);
        }
    });

    const codes: ReadonlyArray<readonly [code: string, response: ServiceResponse]> = [
        ["Result is true", body({ Result: true })],
        ["Result is not true", body({ Result: "secret" })],
        ["no code (HTTP 400)", error("")],
        ["X", error("X", 400, { httpStatus: undefined })],
        ["invalid response (HTML)", invalidResponse],
        ["ENEW (the connection failed)", { kind: "noResponse", code: "ENEW" }],
        ["ECONNREFUSED (our words)", notConnected("ECONNREFUSED", { detail: "our words" })],
        ["ENEW (no connection)", notConnected("ENEW")],
        ["no credentials", notSent],
    ];
    for (const [code, response] of codes) {
        it(`has the code "${code}" when the response is ${JSON.stringify(response)}`, () => {
            assert.equal(codeOf(response), code);
        });
    }
});
