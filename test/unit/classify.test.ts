import { strict as assert } from "node:assert";
import fc from "fast-check";
import { responseFromResult, responseFromThrown } from "../../provider/src/cloud/popcoreResponse";
import { classifyPoll, classifyResponse } from "../../provider/src/request/classify";
import { codeOf } from "../../provider/src/request/errorReport";
import type { ServiceResponse } from "../../provider/src/request/response";
import {
    accepted,
    body,
    denied,
    error,
    invalidResponse,
    noResponse,
    notConnected,
    notFound,
    notSent,
    status,
} from "./responses";

/** Errors by their codes, each with an HTTP status if that is not 400: `Code:503`. */
function errors(codes: string): ServiceResponse[] {
    return codes.split(" ").map((text) => {
        const [code = "", httpStatus = 400] = text.split(":");
        return error(code, Number(httpStatus));
    });
}

/** Failures to connect by their codes. */
function unconnected(codes: string): ServiceResponse[] {
    return codes.split(" ").map((code) => notConnected(code));
}

describe("the meaning of a response", () => {
    const table: Readonly<Record<string, readonly ServiceResponse[]>> = {
        accepted: [accepted, body({ Result: true })],
        alreadyInterrupting: errors("AlreadyReceivedInterruptSignal AlreadyReceivedInterruptSignal:500"),
        retryable: [
            ...errors("Throttling:503 Throttling.User:429 ThrottlingInANewSpelling TooManyRequests New:429 :429"),
            ...errors("Forbidden.RAM:429 ConcurrencyUpdateInstanceConflict InstanceDuplicateScheduledTask:404"),
            error("ServiceUnavailable", 503, { message: "qps limit exceeded" }),
            ...unconnected("ECONNREFUSED EAI_AGAIN ENEW EPROTONOSUPPORT"),
            notSent,
        ],
        unconnectable: [notConnected("ENOTFOUND"), notConnected("ECONNREFUSED", { isRefusedHere: true })],
        outcomeUnknown: [
            ...errors(
                "ServiceUnavailable:503 InternalError InternalServerError InternalError:429 InstanceNotFound:500",
            ),
            ...errors("TokenPreviousRequestProcessError:409 SignatureNonceUsed SignatureNonceUsed:429"),
            ...errors("New:500 New:502 New:399 :404"),
            body({}),
            body({ Result: "true" }),
            invalidResponse,
            noResponse,
        ],
        invalidState: errors(
            "InstanceActivating InstanceStatusNotSupportCurrentAction:404 InstanceStatusNotSupportCurrentAction:500",
        ),
        rejected: [
            body({ Result: false }),
            ...errors("InstanceNotFound:404 Forbidden.RAM:403 NoPermission:403 SignatureDoesNotMatch"),
            ...errors("InvalidParameter InvalidParameter:200 New New:499"),
            error("New", 400, { httpStatus: undefined }),
        ],
    };
    for (const [kind, responses] of Object.entries(table)) {
        it(`is ${kind} when it is one of ${responses.length} responses`, () => {
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
            ...errors("Throttling.User SignatureNonceUsed InstanceNotFound:500"),
            ...unconnected("ENOTFOUND ProxyRefused"),
            noResponse,
            notSent,
        ],
        denied: [denied],
        rejected: [notFound],
    };
    for (const [kind, responses] of Object.entries(results)) {
        it(`is ${kind} when it is one of ${responses.length} responses`, () => {
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
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true });
    const isClassified = (response: ServiceResponse) => {
        assert.ok(meanings.includes(classifyResponse(response).kind));
        assert.ok(["seen", "failed", "rejected"].includes(classifyPoll(response).kind));
    };

    it("is classified, and an acceptance only when its Result is true", () => {
        const Result = anything.filter((value) => value !== true);
        const result = fc.oneof(anything, fc.record({ Result, RequestId: fc.string() }));
        fc.assert(fc.property(result, (any) => isClassified(responseFromResult(any))));
    });

    it("is classified, and never an acceptance, when it was thrown", () => {
        const texts = { name: fc.string(), message: fc.string() };
        const error = fc.record({ ...texts, code: anything, statusCode: fc.integer(), result: anything });
        fc.assert(fc.property(fc.oneof(anything, error), (any) => isClassified(responseFromThrown(any))));
    });
});
