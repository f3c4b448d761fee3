import { strict as assert } from "node:assert";
import fc from "fast-check";
import { classify, classifyLook } from "../../provider/src/core/answer";
import { codeOf, failureMessage, refusalAdvice } from "../../provider/src/core/failure";
import { type Reply, replyFromResult, replyFromThrown } from "../../provider/src/core/reply";

const failure = (code: string, httpStatus = 400, message = "") =>
    ({ kind: "failure", code, httpStatus, message }) as const;
const kinds = ["accepted", "signalled", "notDone", "unconnectable", "unknown", "wrongPhase", "refused"];

/** An error as pop-core makes it of a JSON answer. */
function serviceError(statusCode: number, result: object): unknown {
    const { Code = "" } = result as { Code?: string };
    return Object.assign(new Error(`code: ${statusCode}`), { name: `${Code}Error`, statusCode, result, code: Code });
}

describe("the classification of answers", () => {
    const table: ReadonlyArray<readonly [kind: string, ...replies: Reply[]]> = [
        [
            "accepted",
            { kind: "body", body: { Result: true, RequestId: "R" } },
            { kind: "body", body: { Result: true } },
        ],
        ["signalled", failure("AlreadyReceivedInterruptSignal")],
        [
            "notDone",
            failure("Throttling"),
            failure("Throttling.User", 429),
            failure("ServiceUnavailable", 503, "QPS Limit Exceeded"),
            { kind: "unreachable", code: "ECONNREFUSED", detail: "" },
            { kind: "unreachable", code: "EAI_AGAIN", detail: "" },
        ],
        [
            "unconnectable",
            { kind: "unreachable", code: "ENOTFOUND", detail: "" },
            { kind: "unreachable", code: "SELF_SIGNED_CERT_IN_CHAIN", detail: "" },
            { kind: "unreachable", code: "ERR_TLS_CERT_ALTNAME_INVALID", detail: "" },
        ],
        [
            "unknown",
            failure("ServiceUnavailable", 503),
            failure("InternalError", 400),
            failure("InternalServerError", 500),
            failure("SomethingNew", 502),
            failure("", 404),
            failure("TokenPreviousRequestProcessError", 409),
            { kind: "body", body: {} },
            { kind: "body", body: { Result: "true" } },
            { kind: "unusable", detail: "HTML" },
            { kind: "unreachable", code: "ECONNRESET", detail: "" },
            { kind: "unreachable", code: "RequestTimeout", detail: "" },
        ],
        [
            "wrongPhase",
            failure("InstanceActivating"),
            failure("InstanceStatusNotSupportCurrentAction", 404),
            failure("ConcurrencyUpdateInstanceConflict"),
        ],
        [
            "refused",
            { kind: "body", body: { Result: false } },
            failure("InstanceNotFound", 404),
            failure("InvalidAccessKeyId.NotFound", 404),
            failure("SignatureDoesNotMatch"),
            failure("InvalidSecurityToken.Expired"),
            failure("Forbidden.RAM", 403),
            failure("NoPermission", 403),
            failure("IdempotentParameterMismatch"),
            failure("ThrottlingIsNotThis"),
            failure("SomethingNew"),
        ],
    ];

    for (const [kind, ...replies] of table) {
        it(`${kind}: ${replies.map(codeOf).join(", ")}`, () => {
            for (const reply of replies) {
                assert.equal(classify(reply).kind, kind, codeOf(reply));
            }
        });
    }

    it("keeps the request ID of the acceptance", () => {
        assert.deepEqual(classify({ kind: "body", body: { Result: true, RequestId: "R" } }), {
            kind: "accepted",
            requestId: "R",
        });
    });

    it("is total over whatever resolves", () => {
        fc.assert(
            fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (result) => {
                const reply = replyFromResult(result);
                assert.ok(kinds.includes(classify(reply).kind));
                assert.ok(["seen", "unseen", "denied", "refused"].includes(classifyLook(reply).kind));
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
            fc.property(thrown, (error) => {
                const reply = replyFromThrown(error);
                assert.ok(kinds.includes(classify(reply).kind) && classify(reply).kind !== "accepted");
                assert.equal(typeof codeOf(reply), "string");
            }),
        );
    });

    it("takes only an object whose Result is true for an acceptance", () => {
        const notTrue = fc.anything().filter((value) => value !== true);
        fc.assert(
            fc.property(notTrue, (Result) => {
                assert.notEqual(classify(replyFromResult({ Result, RequestId: "R" })).kind, "accepted");
                assert.notEqual(classify(replyFromResult(Result)).kind, "accepted");
            }),
        );
    });
});

describe("what pop-core returns and throws", () => {
    const cases: ReadonlyArray<readonly [what: string, reply: Reply, kind: string]> = [
        ["a null-prototype object", replyFromResult(Object.assign(Object.create(null), { Result: true })), "accepted"],
        ["a string, whatever its status was", replyFromResult("<html>502</html>"), "unknown"],
        ["an empty string", replyFromResult(""), "unknown"],
        ["JSON null", replyFromResult(null), "unknown"],
        ["a BigNumber in the body", replyFromResult({ Result: { s: 1, e: 20, c: [1] } }), "unknown"],
        ["a success that carries a code", replyFromResult({ Result: true, Code: "InstanceNotFound" }), "refused"],
        ["a success that carries an unknown code", replyFromResult({ Result: true, Code: "SomethingNew" }), "unknown"],
        [
            "malformed JSON: no Error, no stack",
            replyFromThrown({ name: "FormatError", message: "x", body: "{" }),
            "unknown",
        ],
        [
            "a read timeout: no code",
            replyFromThrown({ name: "RequestTimeoutError", message: "ReadTimeout(3000)" }),
            "unknown",
        ],
        ["a JSON error", replyFromThrown(serviceError(403, { Code: "Forbidden.RAM" })), "refused"],
        ["a JSON error without a code, of a gateway", replyFromThrown(serviceError(403, { message: "no" })), "unknown"],
        [
            "the TypeError for JSON null with a 4xx",
            replyFromThrown(new TypeError("Cannot read properties of null")),
            "unknown",
        ],
        [
            "an XML error",
            replyFromThrown(Object.assign(new Error("Later. hostid: h, requestid: R"), { code: "ServiceUnavailable" })),
            "unknown",
        ],
        ["a reset connection", replyFromThrown(Object.assign(new Error("read"), { code: "ECONNRESET" })), "unknown"],
        ["undefined", replyFromThrown(undefined), "unknown"],
    ];

    for (const [what, reply, kind] of cases) {
        it(`${what}: ${kind}`, () => assert.equal(classify(reply).kind, kind));
    }

    it("keeps message, request ID and recommendation of an error", () => {
        const error = serviceError(400, {
            Code: "C",
            Message: "M",
            RequestId: "R",
            Recommend: "https://x",
            HostId: "h",
        });
        assert.deepEqual(replyFromThrown(error), {
            kind: "failure",
            code: "C",
            message: "M",
            httpStatus: 400,
            requestId: "R",
            recommend: "https://x",
        });
    });
});

describe("the classification of looks", () => {
    it("sees any status, with the progress of the task", () => {
        const body = { RequestId: "R", Result: { status: "activating", clusterTasks: [{ progress: 59.8 }] } };
        assert.deepEqual(classifyLook({ kind: "body", body }), {
            kind: "seen",
            status: "activating",
            progress: 59.8,
            requestId: "R",
        });
        assert.deepEqual(classifyLook({ kind: "body", body: { Result: { status: "Paused" } } }), {
            kind: "seen",
            status: "Paused",
        });
    });

    it("tells what passes from what does not", () => {
        assert.equal(classifyLook({ kind: "body", body: { Result: {} } }).kind, "unseen");
        assert.equal(classifyLook(failure("Throttling.User")).kind, "unseen");
        assert.equal(classifyLook({ kind: "unreachable", code: "ENOTFOUND", detail: "" }).kind, "unseen");
        assert.equal(classifyLook(failure("Forbidden.RAM", 403)).kind, "denied");
        assert.equal(classifyLook(failure("InstanceNotFound", 404)).kind, "refused");
    });
});

describe("the text of a failure", () => {
    it("says what, where, code, message, request ID, tries and how to mend it, and links to the vendor's page", () => {
        const reply: Reply = {
            ...failure("Forbidden.RAM", 403, "Not authorized."),
            requestId: "R-1",
            recommend: "https://x/y",
        };
        const text = failureMessage({
            operation: "InterruptLogstashTask",
            instanceId: "ls-cn-1",
            region: "cn-hangzhou",
            what: "refused",
            problem: { call: "InterruptLogstashTask", reply },
            tries: 3,
            elapsedMs: 1234,
            advice: refusalAdvice("InterruptLogstashTask", reply),
        });
        assert.deepEqual(text.split("\n"), [
            "InterruptLogstashTask on ls-cn-1 in cn-hangzhou: refused",
            "  code:        Forbidden.RAM (HTTP 403)",
            "  message:     Not authorized.",
            "  request ID:  R-1",
            "  tries:       3 in 1.2 s",
            "  to mend it:  grant the RAM action elasticsearch:InterruptLogstashTask on this instance to the identity that deploys",
            "  see:         https://x/y",
        ]);
    });
});
