import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
    responseFromResult as replyFromResult,
    responseFromThrown as replyFromThrown,
} from "../../provider/src/cloud/popcoreResponse";
import { classifyPoll, classifyResponse } from "../../provider/src/request/classify";
import { codeOf, errorMessage, refusalAdvice } from "../../provider/src/request/errorMessage";
import type { ServiceResponse } from "../../provider/src/request/response";
import { error, unconnected } from "./replies";

const kinds = [
    "accepted",
    "alreadyInterrupting",
    "retryable",
    "unconnectable",
    "outcomeUnknown",
    "invalidState",
    "rejected",
];

/** An error as pop-core makes it of a JSON answer. */
function serviceError(statusCode: number, result: object): unknown {
    const { Code = "" } = result as { Code?: string };
    return Object.assign(new Error(`code: ${statusCode}`), { name: `${Code}Error`, statusCode, result, code: Code });
}

describe("what a reply means", () => {
    const table: ReadonlyArray<readonly [kind: string, ...replies: ServiceResponse[]]> = [
        [
            "accepted",
            { kind: "body", body: { Result: true, RequestId: "R" } },
            { kind: "body", body: { Result: true } },
        ],
        ["alreadyInterrupting", error("AlreadyReceivedInterruptSignal"), error("AlreadyReceivedInterruptSignal", 500)],
        [
            "retryable",
            error("Throttling"),
            error("Throttling.User", 429),
            error("Throttling", 503),
            error("ThrottlingInANewSpelling"),
            error("TooManyRequests", 429),
            error("TooManyRequests"),
            error("SomethingNew", 429),
            error("", 429),
            error("Forbidden.RAM", 429),
            error("ConcurrencyUpdateInstanceConflict"),
            error("InstanceDuplicateScheduledTask", 404),
            error("ServiceUnavailable", 503, { message: "QPS Limit Exceeded" }),
            unconnected("ECONNREFUSED"),
            unconnected("EAI_AGAIN"),
            unconnected("ENEW"),
            { kind: "notSent", detail: "no credentials" },
        ],
        [
            "unconnectable",
            unconnected("ENOTFOUND"),
            unconnected("SELF_SIGNED_CERT_IN_CHAIN"),
            unconnected("ERR_TLS_CERT_ALTNAME_INVALID"),
        ],
        [
            "outcomeUnknown",
            error("ServiceUnavailable", 503),
            error("InternalError", 400),
            error("InternalServerError", 500),
            error("InternalServerError", 400),
            error("SomethingNew", 502),
            error("SomethingNew", 500),
            error("InstanceNotFound", 500),
            error("", 404),
            error("TokenPreviousRequestProcessError", 409),
            error("SignatureNonceUsed"),
            error("SignatureNonceUsed", 429),
            error("InternalError", 429),
            { kind: "body", body: {} },
            { kind: "body", body: { Result: "true" } },
            { kind: "invalidResponse", detail: "HTML" },
            { kind: "noResponse", code: "ECONNRESET" },
            { kind: "noResponse", code: "RequestTimeout" },
        ],
        [
            "invalidState",
            error("InstanceActivating"),
            error("InstanceStatusNotSupportCurrentAction", 404),
            error("InstanceStatusNotSupportCurrentAction", 500),
        ],
        [
            "rejected",
            { kind: "body", body: { Result: false } },
            error("InstanceNotFound", 404),
            error("InvalidAccessKeyId.NotFound", 404),
            error("SignatureDoesNotMatch"),
            error("InvalidSecurityToken.Expired"),
            error("Forbidden.RAM", 403),
            error("NoPermission", 403),
            error("IdempotentParameterMismatch"),
            error("InvalidParameter"),
            error("InvalidParameter", 200),
            error("SomethingNew"),
        ],
    ];

    for (const [kind, ...replies] of table) {
        it(`${kind}: ${replies.map(codeOf).join(", ")}`, () => {
            for (const reply of replies) {
                assert.equal(classifyResponse(reply).kind, kind, codeOf(reply));
            }
        });
    }

    it("keeps the request ID of the acceptance", () => {
        assert.deepEqual(classifyResponse({ kind: "body", body: { Result: true, RequestId: "R" } }), {
            kind: "accepted",
            requestId: "R",
        });
    });

    it("is total over whatever resolves", () => {
        fc.assert(
            fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (result) => {
                const reply = replyFromResult(result);
                assert.ok(kinds.includes(classifyResponse(reply).kind));
                assert.ok(["seen", "unseen", "denied", "rejected"].includes(classifyPoll(reply).kind));
            }),
        );
    });

    it("is total over whatever is thrown, and accepts nothing of it", () => {
        const thrown = fc.oneof(
            fc.anything({ withNullPrototype: true }),
            fc.record({
                name: fc.string(),
                message: fc.string(),
                code: fc.anything(),
                statusCode: fc.integer(),
                result: fc.anything(),
            }),
        );
        fc.assert(
            fc.property(thrown, (any) => {
                const reply = replyFromThrown(any);
                assert.ok(kinds.includes(classifyResponse(reply).kind) && classifyResponse(reply).kind !== "accepted");
                assert.equal(typeof codeOf(reply), "string");
            }),
        );
    });

    it("takes only an object whose Result is true for an acceptance", () => {
        const notTrue = fc.anything().filter((value) => value !== true);
        fc.assert(
            fc.property(notTrue, (Result) => {
                assert.notEqual(classifyResponse(replyFromResult({ Result, RequestId: "R" })).kind, "accepted");
                assert.notEqual(classifyResponse(replyFromResult(Result)).kind, "accepted");
            }),
        );
    });
});

describe("what pop-core returns and throws", () => {
    const cases: ReadonlyArray<readonly [what: string, reply: ServiceResponse, kind: string]> = [
        ["a null-prototype object", replyFromResult(Object.assign(Object.create(null), { Result: true })), "accepted"],
        ["a string, whatever its status was", replyFromResult("<html>502</html>"), "outcomeUnknown"],
        ["an empty string", replyFromResult(""), "outcomeUnknown"],
        ["JSON null", replyFromResult(null), "outcomeUnknown"],
        ["a BigNumber in the body", replyFromResult({ Result: { s: 1, e: 20, c: [1] } }), "outcomeUnknown"],
        ["a success that carries a code", replyFromResult({ Result: true, Code: "InstanceNotFound" }), "rejected"],
        [
            "a success that carries an unknown code",
            replyFromResult({ Result: true, Code: "SomethingNew" }),
            "outcomeUnknown",
        ],
        [
            "malformed JSON: no Error, no stack",
            replyFromThrown({ name: "FormatError", message: "x", body: "{" }),
            "outcomeUnknown",
        ],
        [
            "a read timeout: no code",
            replyFromThrown({ name: "RequestTimeoutError", message: "ReadTimeout(3000)" }),
            "outcomeUnknown",
        ],
        ["a JSON error", replyFromThrown(serviceError(403, { Code: "Forbidden.RAM" })), "rejected"],
        [
            "a JSON error without a code, of a gateway",
            replyFromThrown(serviceError(403, { message: "no" })),
            "outcomeUnknown",
        ],
        [
            "the TypeError for JSON null with a 4xx",
            replyFromThrown(new TypeError("Cannot read properties of null")),
            "outcomeUnknown",
        ],
        [
            "an XML error",
            replyFromThrown(Object.assign(new Error("Later. hostid: h, requestid: R"), { code: "ServiceUnavailable" })),
            "outcomeUnknown",
        ],
        [
            "a server's fault in XML, whose status only the connection has seen",
            replyFromThrown(Object.assign(new Error("Slow. hostid: h, requestid: R"), { code: "BackendTimeout" }), 504),
            "outcomeUnknown",
        ],
        [
            "a reset connection",
            replyFromThrown(Object.assign(new Error("read"), { code: "ECONNRESET" })),
            "outcomeUnknown",
        ],
        ["undefined", replyFromThrown(undefined), "outcomeUnknown"],
    ];

    for (const [what, reply, kind] of cases) {
        it(`${what}: ${kind}`, () => assert.equal(classifyResponse(reply).kind, kind));
    }

    it("keeps message, request ID and recommendation of an error", () => {
        const thrown = serviceError(400, {
            Code: "C",
            Message: "M",
            RequestId: "R",
            Recommend: "https://x",
            HostId: "h",
        });
        assert.deepEqual(replyFromThrown(thrown), {
            kind: "error",
            code: "C",
            message: "M",
            httpStatus: 400,
            requestId: "R",
            recommend: "https://x",
        });
    });
});

describe("what a look tells", () => {
    it("sees any status, with the progress of the task", () => {
        const body = { RequestId: "R", Result: { status: "activating", clusterTasks: [{ progress: 59.8 }] } };
        assert.deepEqual(classifyPoll({ kind: "body", body }), {
            kind: "seen",
            status: "activating",
            progress: 59.8,
            requestId: "R",
        });
        assert.deepEqual(classifyPoll({ kind: "body", body: { Result: { status: "Paused" } } }), {
            kind: "seen",
            status: "Paused",
        });
    });

    it("bounds what it keeps, and shows no progress that is none", () => {
        const look = (progress: unknown) =>
            classifyPoll({
                kind: "body",
                body: { RequestId: "R".repeat(90), Result: { status: "active", clusterTasks: [{ progress }] } },
            });
        for (const progress of [Number.NaN, Number.POSITIVE_INFINITY, "59.8", undefined]) {
            assert.deepEqual(look(progress), { kind: "seen", status: "active", requestId: "R".repeat(80) });
        }
        const without = { status: "active", clusterTasks: "none" };
        assert.deepEqual(classifyPoll({ kind: "body", body: { Result: without } }), { kind: "seen", status: "active" });
    });

    it("tells what passes from what does not", () => {
        assert.equal(classifyPoll({ kind: "body", body: { Result: {} } }).kind, "unseen");
        assert.equal(classifyPoll(error("Throttling.User")).kind, "unseen");
        assert.equal(classifyPoll(error("SignatureNonceUsed")).kind, "unseen");
        assert.equal(classifyPoll(unconnected("ENOTFOUND")).kind, "unseen");
        assert.equal(classifyPoll(error("Forbidden.RAM", 403)).kind, "denied");
        assert.equal(classifyPoll(error("InstanceNotFound", 404)).kind, "rejected");
    });
});

describe("the text of an error", () => {
    it("says what, where, code, message, request ID, attempts and how to fix it, and links to the vendor's page", () => {
        const reply: ServiceResponse = {
            ...error("Forbidden.RAM", 403, { message: "Not authorized." }),
            requestId: "R-1",
            recommend: "https://x/y",
        };
        const text = errorMessage({
            operation: "InterruptLogstashTask",
            instanceId: "ls-cn-1",
            region: "cn-hangzhou",
            what: "rejected",
            problem: { call: "InterruptLogstashTask", reply },
            attempts: 3,
            elapsedMs: 1234,
            advice: refusalAdvice("InterruptLogstashTask", reply),
        });
        assert.deepEqual(text.split("\n"), [
            "InterruptLogstashTask on ls-cn-1 in cn-hangzhou: rejected",
            "  code:        Forbidden.RAM (HTTP 403)",
            "  message:     Not authorized.",
            "  request ID:  R-1",
            "  attempts:    3 in 1.2 s",
            "  fix:         grant the RAM action elasticsearch:InterruptLogstashTask on this instance to the identity that deploys",
            "  see:         https://x/y",
        ]);
    });
});
