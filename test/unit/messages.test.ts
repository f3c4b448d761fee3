import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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

// Tables are functions, so that each test makes its own messages.
const endings = (): Readonly<Record<string, messages.Failure | string>> => ({
    "it was rejected": messages.rejected(sent, "(fix)"),
    "it was rejected after an attempt with an unknown outcome": messages.rejected(unknown, "(fix)"),
    "no connection was ever established": messages.neverConnected(unsent, route),
    "no connection was ever established to an endpoint of a setting": messages.neverConnected(unsent, {
        ...route,
        override,
    }),
    "no connection was ever established through a proxy": messages.neverConnected(accepted, { ...route, proxy }),
    "an accepted interrupt timed out": timedOut(interrupt, accepted, "activating"),
    "an accepted resume timed out": timedOut(resume, accepted),
    "an accepted resume by interruption timed out": timedOut(byInterruption, accepted, "suspended"),
    "an interrupt with an unknown outcome timed out in an undocumented status": timedOut(interrupt, unknown, "New"),
    "a resume with an unknown outcome timed out": timedOut(resume, unknown),
    "another interrupt was still being processed": timedOut(interrupt, joined, "activating"),
    "a resume was never accepted": timedOut({ ...resume, timeoutName: "customTimeouts.create" }, sent, "suspended"),
    "an interrupt was never accepted in an undocumented status": timedOut(interrupt, sent, "New"),
    "polling was denied after an acceptance": messages.pollingRejected("acceptance", denied, "(fix)"),
    "polling was rejected after a rejection": messages.pollingRejected("rejection", notFound, "(fix)"),
    "the deployment was stopped after an interrupt": messages.stopped("InterruptLogstashTask", unknown),
    "the deployment was stopped after a resume": messages.stopped("ResumeLogstashTask", accepted),
    "the deployment was stopped before anything was sent": messages.stopped("InterruptLogstashTask", unsent),
    "the instance cannot process it": messages.cannotTakeRequest("inactive", sent),
    "the instance cannot process it after an acceptance": messages.cannotTakeRequest("invalid", accepted),
    "the instance cannot process it and the outcome is unknown": messages.cannotTakeRequest("invalid", unknown),
    "there is nothing to interrupt": messages.nothingToActOn(interrupt, sent, "active"),
    "there is nothing to resume": messages.nothingToActOn(resume, sent, "active"),
    "the change ended after an acceptance": messages.nothingToActOn(interrupt, accepted, "active"),
    "the change ended and the outcome is unknown": messages.nothingToActOn(interrupt, unknown, "active"),
    "the change ended before another interrupt suspended it": messages.nothingToActOn(interrupt, joined, "active"),
    "so far it was accepted": messages.outcomeSoFar(accepted),
    "so far the outcome is unknown": messages.outcomeSoFar(unknown),
    "so far only an earlier run sent it": messages.outcomeSoFar({ ...unknown, sent: false }),
    "so far it was not accepted": messages.outcomeSoFar(sent),
    "so far it was not sent": messages.outcomeSoFar(unsent),
    "an accepted interrupt is skipped": messages.skipped(interrupt, accepted, "active"),
    "an interrupt with an unknown outcome is skipped": messages.skipped(interrupt, unknown, "active"),
    "an interrupt is skipped": messages.skipped(interrupt, sent, "active"),
    "a resume by triggers is skipped": messages.skipped(resume, sent, "active"),
    "a resume by interruption is skipped": messages.skipped(byInterruption, sent, "active"),
    "an undocumented status is skipped": messages.skippedUndocumented("InterruptLogstashTask", "New"),
    "the instance was suspended already": messages.alreadyThere("InterruptLogstashTask", sent, "suspended"),
    "another interrupt suspended the instance": messages.alreadyThere("InterruptLogstashTask", joined, "suspended"),
    "the status shows that an interrupt was applied": messages.concluded("InterruptLogstashTask", "suspended"),
    "the status shows that a resume was applied": messages.concluded("ResumeLogstashTask", "active"),
});

const fixOf = (response: ServiceResponse, more: object = {}) =>
    messages.rejectionFix("InterruptLogstashTask", response, { ...route, ...more });
const withoutCode = [body({ Result: false }), invalidResponse, noResponse, notSent];
const otherEndpoint = { override, otherRegion: "cn-beijing" };
const refusedHere = notConnected("ECONNREFUSED", { isRefusedHere: true });

const fixes = (): Readonly<Record<string, string>> => ({
    "a request is denied": fixOf(denied),
    "a poll of a resume is denied": messages.pollingFix("ResumeLogstashTask", denied, route),
    "a poll of an interrupt is denied": messages.pollingFix("InterruptLogstashTask", denied, route),
    "a poll is rejected": messages.pollingFix("InterruptLogstashTask", notFound, route),
    "the code has a fix": fixOf(error("IllegalTimestamp"), otherEndpoint),
    "the code is new": fixOf(error("New"), otherEndpoint),
    "there is no code": [...new Set(withoutCode.map((response) => fixOf(response)))].join(),
    "there is no instance": fixOf(notFound),
    "there is no instance at another endpoint": fixOf(notFound, otherEndpoint),
    "there is no host": fixOf(notConnected("ENOTFOUND")),
    "there is no host of a setting": fixOf(notConnected("ENOTFOUND"), { override }),
    "the certificate is not trusted": fixOf(notConnected("CERT_HAS_EXPIRED")),
    "the code of the connection is new": fixOf(notConnected("ENEW")),
    "nothing listens on this machine": fixOf(refusedHere),
    "nothing listens where a setting points": fixOf(refusedHere, { override }),
    "the proxy cannot be reached": fixOf(notConnected("ENOTFOUND"), { proxy }),
    "the proxy rejects the host": fixOf(notConnected("ProxyRefused"), { proxy }),
});

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

const texts = (): Readonly<Record<string, string>> => ({
    "little is known": errorText({ ...report, fix: "" }),
    "the service explains it": textOf(explained, { fix: "(fix)" }),
    "a poll failed": textOf(noResponse, { problem: { call: "DescribeLogstash", response: noResponse } }),
    "the response has a request ID": textOf(body({ Result: false, RequestId: "R-1" })),
    "the code is not from a response": textOf(noResponse, { code: "ConfigurationError" }),
    "no connection was established": textOf(notConnected("EPIPE")),
    "a setting names the endpoint": textOf(notConnected("EPIPE"), { route: { ...route, override } }),
    "the message quotes what was signed": textOf(error("SignatureDoesNotMatch", 400, { message: "(secret)" })),
    "the credentials are not in question": textOf(error("InvalidTimeStamp.Expired", 400, { message: "Late." })),
});

const codes: Readonly<Record<string, ServiceResponse>> = {
    "Result is missing": body({}),
    "Result is true": body({ Result: true }),
    "Result is not true": body({ Result: "secret" }),
    "no code (HTTP 400)": error(""),
    X: error("X", 400, { httpStatus: undefined }),
    "invalid response (HTML)": invalidResponse,
    "ENEW (the connection failed)": { kind: "noResponse", code: "ENEW" },
    "ECONNREFUSED (connection refused)": notConnected("ECONNREFUSED"),
    "ECONNREFUSED (our words)": notConnected("ECONNREFUSED", { detail: "our words" }),
    "ENEW (no connection)": notConnected("ENEW"),
    "no credentials": notSent,
};

describe("the messages of a request", () => {
    const [, ...sections] = readFileSync(join(__dirname, "messages.txt"), "utf8").split(/^# (?:\w+) when /m);
    const expected = new Map(
        sections.map((section) => {
            const [when = "", ...lines] = section.trimEnd().split("\n");
            return [when, lines.join("\n")];
        }),
    );
    const textOfEnding = (ending: messages.Failure | string) =>
        typeof ending === "string" ? ending : `${ending.what}\nfix: ${ending.fix}`;
    const actual = () => ({ ...endings(), ...fixes(), ...texts() });

    for (const [when, text] of expected) {
        it(`are those of messages.txt when ${when}`, () => {
            assert.equal(textOfEnding(actual()[when] ?? assert.fail("not tested")), text);
        });
    }

    it("are all in messages.txt", () => {
        assert.deepEqual(Object.keys(actual()), [...expected.keys()]);
    });

    it("name the credentials only when they are in question", () => {
        const about = ["InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "InvalidAccessKeyId.NotFound"];
        for (const code of [...about, "NoPermission", "MissingSecurityToken", "IncompleteSignature"]) {
            assert.match(textOf(error(code)), /signed with: the setting/);
        }
        for (const code of ["InstanceNotFound", "IllegalTimestamp", "Throttling", "New"]) {
            assert.doesNotMatch(textOf(error(code)), /signed with/);
        }
    });

    for (const [code, response] of Object.entries(codes)) {
        it(`have the code "${code}" when the response is ${JSON.stringify(response)}`, () => {
            assert.equal(codeOf(response), code);
        });
    }
});
