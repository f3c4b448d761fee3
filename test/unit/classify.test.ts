import { strict as assert } from "node:assert";
import fc from "fast-check";
import { responseFromResult, responseFromThrown } from "../../provider/src/cloud/popcoreResponse";
import { classifyPoll, classifyResponse, isDenied } from "../../provider/src/request/classify";
import { codeOf } from "../../provider/src/request/errorReport";
import type { ServiceResponse } from "../../provider/src/request/response";
import { accepted, body, denied, error, lost, notConnected, notFound, notSent, status } from "./responses";

describe("the meaning of a response", () => {
    const table: Readonly<Record<string, readonly ServiceResponse[]>> = {
        accepted: [accepted, body({ Result: true })],
        alreadyInterrupting: [error("AlreadyReceivedInterruptSignal"), error("AlreadyReceivedInterruptSignal", 500)],
        retryable: [
            error("Throttling", 503),
            error("Throttling.User", 429),
            error("ThrottlingInANewSpelling"),
            error("TooManyRequests"),
            error("New", 429),
            error("", 429),
            error("Forbidden.RAM", 429),
            error("ConcurrencyUpdateInstanceConflict"),
            error("InstanceDuplicateScheduledTask", 404),
            error("ServiceUnavailable", 503, { message: "qps limit exceeded" }),
            notConnected("ECONNREFUSED"),
            notConnected("EAI_AGAIN"),
            notConnected("ENEW"),
            notConnected("EPROTONOSUPPORT"),
            notSent,
        ],
        unconnectable: [notConnected("ENOTFOUND"), notConnected("ECONNREFUSED", { isRefusedHere: true })],
        outcomeUnknown: [
            error("ServiceUnavailable", 503),
            error("InternalError"),
            error("InternalServerError"),
            error("InternalError", 429),
            error("New", 500),
            error("New", 502),
            error("New", 399),
            error("InstanceNotFound", 500),
            error("", 404),
            error("TokenPreviousRequestProcessError", 409),
            error("SignatureNonceUsed"),
            error("SignatureNonceUsed", 429),
            body({}),
            body({ Result: "true" }),
            { kind: "invalidResponse", detail: "HTML" },
            lost,
        ],
        invalidState: [
            error("InstanceActivating"),
            error("InstanceStatusNotSupportCurrentAction", 404),
            error("InstanceStatusNotSupportCurrentAction", 500),
        ],
        rejected: [
            body({ Result: false }),
            notFound,
            denied,
            error("NoPermission", 403),
            error("SignatureDoesNotMatch"),
            error("InvalidParameter"),
            error("InvalidParameter", 200),
            error("New"),
            error("New", 499),
            error("New", 400, { httpStatus: undefined }),
        ],
    };
    for (const [kind, responses] of Object.entries(table)) {
        it(`is ${kind} when it is ${responses.map(codeOf).join(", ")}`, () => {
            for (const response of responses) {
                assert.equal(classifyResponse(response).kind, kind, codeOf(response));
            }
        });
    }

    it("has the request ID of an acceptance, bounded, when there is one", () => {
        assert.deepEqual(classifyResponse(body({ Result: true })), { kind: "accepted" });
        const long = body({ Result: true, RequestId: "R".repeat(90) });
        assert.deepEqual(classifyResponse(long), { kind: "accepted", requestId: "R".repeat(80) });
    });

    it("is final when connections that were established before do not matter", () => {
        const settings = { ProxyRefused: true, ProxyAuthentication: true, ENOTFOUND: false, CERT_HAS_EXPIRED: false };
        for (const [code, isFinal] of Object.entries(settings)) {
            assert.deepEqual(classifyResponse(notConnected(code)), { kind: "unconnectable", isFinal });
        }
        const refused = classifyResponse(notConnected("ENEW", { isRefusedHere: true }));
        assert.deepEqual(refused, { kind: "unconnectable", isFinal: false });
    });

    it("is denied only when a RAM action is missing", () => {
        const responses = [denied, error("NoPermission"), notFound, lost];
        assert.deepEqual(responses.map(isDenied), [true, true, false, false]);
    });
});

describe("the meaning of the response to a poll", () => {
    it("is the status, with progress and request ID when there are any", () => {
        const Result = { status: "activating", clusterTasks: [{ progress: 59.8 }, { progress: 1 }] };
        assert.deepEqual(classifyPoll(body({ RequestId: "R".repeat(90), Result })), {
            kind: "seen",
            status: "activating",
            progress: 59.8,
            requestId: "R".repeat(80),
        });
        const tasks = [undefined, "none", {}, [], [null], [{ progress: Number.NaN }], [{ progress: "59.8" }]];
        for (const clusterTasks of tasks) {
            const response = body({ Result: { status: "Paused", clusterTasks } });
            assert.deepEqual(classifyPoll(response), { kind: "seen", status: "Paused" });
        }
    });

    const results: Readonly<Record<string, readonly ServiceResponse[]>> = {
        seen: [status("New")],
        failed: [
            body({}),
            body({ Result: {} }),
            body({ Result: true }),
            error("Throttling.User"),
            error("SignatureNonceUsed"),
            error("InstanceNotFound", 500),
            notConnected("ENOTFOUND"),
            notConnected("ProxyRefused"),
            lost,
            notSent,
        ],
        denied: [denied],
        rejected: [notFound],
    };
    for (const [kind, responses] of Object.entries(results)) {
        it(`is ${kind} when it is ${responses.map(codeOf).join(", ")}`, () => {
            for (const response of responses) {
                assert.equal(classifyPoll(response).kind, kind, codeOf(response));
            }
        });
    }
});

describe("whatever pop-core returns or throws", () => {
    const meanings = [
        "retryable",
        "unconnectable",
        "outcomeUnknown",
        "alreadyInterrupting",
        "invalidState",
        "rejected",
    ];

    it("is classified, and an acceptance only when its Result is true", () => {
        const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true });
        const notTrue = fc.anything().filter((value) => value !== true);
        const result = fc.oneof(anything, fc.record({ Result: notTrue, RequestId: fc.constant("R") }));
        fc.assert(
            fc.property(result, (any) => {
                const response = responseFromResult(any);
                assert.ok(meanings.includes(classifyResponse(response).kind));
                assert.ok(["seen", "failed", "rejected"].includes(classifyPoll(response).kind));
            }),
        );
    });

    it("is classified, and never an acceptance, when it was thrown", () => {
        const fields = { name: fc.string(), message: fc.string(), code: fc.anything(), result: fc.anything() };
        const thrown = fc.oneof(
            fc.anything({ withNullPrototype: true }),
            fc.record({ ...fields, statusCode: fc.integer() }),
        );
        fc.assert(
            fc.property(thrown, (any) => {
                const response = responseFromThrown(any);
                assert.ok(meanings.includes(classifyResponse(response).kind));
                assert.equal(typeof codeOf(response), "string");
            }),
        );
    });
});
