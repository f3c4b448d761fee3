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
} from "./responses";

/** Errors by their codes, each with an HTTP status if that is not 400: `Code:503`. */
function errors(codes: string): ServiceResponse[] {
    return codes.split(" ").map((text) => {
        const [code = "", httpStatus = 400] = text.split(":");
        return error(code, Number(httpStatus));
    });
}

describe("the meaning of a response", () => {
    const table: Readonly<Record<string, readonly ServiceResponse[]>> = {
        accepted: [accepted],
        alreadyInterrupting: errors("AlreadyReceivedInterruptSignal:500"),
        retryable: [
            ...errors("ThrottlingInANewSpelling TooManyRequests New:429 :429 Forbidden.RAM:429"),
            ...errors("ConcurrencyUpdateInstanceConflict InstanceDuplicateScheduledTask:404"),
            error("ServiceUnavailable", 503, { message: "qps limit exceeded" }),
            ...["ECONNREFUSED", "ENEW"].map((code) => notConnected(code)),
            notSent,
        ],
        unconnectable: [notConnected("ENOTFOUND"), notConnected("ECONNREFUSED", { isRefusedHere: true })],
        outcomeUnknown: [
            ...errors("ServiceUnavailable:503 InternalError:429 InternalServerError InstanceNotFound:500"),
            ...errors("TokenPreviousRequestProcessError:409 SignatureNonceUsed:429 New:500 New:399 :404"),
            ...[body({}), body({ Result: "true" }), invalidResponse, noResponse],
        ],
        invalidState: errors("InstanceActivating InstanceStatusNotSupportCurrentAction:500"),
        rejected: [
            body({ Result: false }),
            ...errors("InstanceNotFound:404 NoPermission:403 InvalidParameter:200 New New:499"),
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
        const settings = { ProxyRefused: true, ProxyAuthentication: true, ENOTFOUND: false, ENEW: false };
        for (const [code, isFinal] of Object.entries(settings)) {
            const response = notConnected(code, { isRefusedHere: true });
            assert.deepEqual(classifyResponse(response), { kind: "unconnectable", isFinal });
        }
    });
});

describe("the meaning of the response to a poll", () => {
    const seen = (status: string, clusterTasks: unknown) => body({ RequestId: "R", Result: { status, clusterTasks } });
    const withoutProgress = { kind: "seen", status: "New", requestId: "R" };
    const progress = [{ progress: 59.8 }, { progress: 1 }];
    const cases: ReadonlyArray<readonly [expected: object, responses: readonly ServiceResponse[]]> = [
        [{ ...withoutProgress, progress: 59.8 }, [seen("New", progress)]],
        [withoutProgress, [undefined, {}, [null], [{ progress: "59.8" }]].map((tasks) => seen("New", tasks))],
        [{ kind: "failed" }, [body({}), body({ Result: {} }), ...errors("InstanceNotFound:500"), noResponse, notSent]],
        [{ kind: "failed" }, [notConnected("ProxyRefused")]],
        [{ kind: "denied" }, [denied]],
        [{ kind: "rejected" }, [notFound]],
    ];
    for (const [expected, responses] of cases) {
        it(`is ${JSON.stringify(expected)} when it is one of ${responses.length} responses`, () => {
            for (const response of responses) {
                assert.deepEqual(classifyPoll(response), expected, codeOf(response));
            }
        });
    }
});

describe("whatever pop-core returns or throws", () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true });
    const isNoAcceptance = (response: ServiceResponse) => {
        assert.notEqual(classifyResponse(response).kind, "accepted");
        classifyPoll(response);
    };

    it("is no acceptance when its Result is not true", () => {
        const Result = anything.filter((value) => value !== true);
        const result = fc.oneof(anything, fc.record({ Result, RequestId: fc.string() }));
        fc.assert(fc.property(result, (any) => isNoAcceptance(responseFromResult(any))));
    });

    it("is no acceptance when it was thrown", () => {
        const texts = { name: fc.string(), message: fc.string() };
        const error = fc.record({ ...texts, code: anything, statusCode: fc.integer(), result: anything });
        fc.assert(fc.property(fc.oneof(anything, error), (any) => isNoAcceptance(responseFromThrown(any))));
    });
});
