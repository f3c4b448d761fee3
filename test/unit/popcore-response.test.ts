import { strict as assert } from "node:assert";
import { connectCode, responseFromResult, responseFromThrown } from "../../provider/src/cloud/popcoreResponse";
import type { ServiceResponse } from "../../provider/src/request/response";

const is = (kind: ServiceResponse["kind"], more: object) => ({ kind, ...more });
const body = (known: object) => is("body", { body: known });
const invalid = (detail: string) => is("invalidResponse", { detail });
const thrown = (name: string, more: object = {}) => Object.assign(new Error(""), { name, ...more });

describe("the response", () => {
    const results: ReadonlyArray<readonly [what: string, result: unknown, response: object]> = [
        ["an acceptance", { Result: true, RequestId: "R" }, body({ Result: true, RequestId: "R" })],
        ["a rejection", { Result: false }, body({ Result: false })],
        ["a body without a result", { RequestId: "R", HostId: "h" }, body({ RequestId: "R" })],
        ["an ID that is not a string", { Result: true, RequestId: 7 }, body({ Result: true })],
        [
            "an instance, with more than the two fields that are read",
            { Result: { status: "active", endpoint: "e", clusterTasks: [{ progress: 5, log: "l" }, { progress: 6 }] } },
            body({ Result: { status: "active", clusterTasks: [{ progress: 5 }] } }),
        ],
        [
            "an instance without a task",
            { Result: { status: "active", clusterTasks: [] } },
            body({ Result: { status: "active" } }),
        ],
        ["tasks that are not a list", { Result: { clusterTasks: { progress: 5 } } }, body({ Result: {} })],
        ["tasks that are not objects", { Result: { status: 5, clusterTasks: [null] } }, body({ Result: {} })],
        ["progress that is not a number", { Result: { clusterTasks: [{ progress: "5" }] } }, body({ Result: {} })],
        ["a result that is a string", { Result: "secret" }, body({ Result: {} })],
        ["a result that is null", { Result: null }, body({ Result: {} })],
        [
            "an error in a success",
            { Result: true, Code: "InternalError", Message: "Oops.", RequestId: "R" },
            is("error", { code: "InternalError", message: "Oops.", requestId: "R", httpStatus: 200 }),
        ],
        ["an empty code", { Result: true, Code: "" }, body({ Result: true })],
        ["JSON null", null, invalid("JSON null")],
        ["a list", [1], invalid("no JSON object")],
        ["a number", 7, invalid("no JSON object")],
        ["an empty string", "", invalid("an empty body")],
        ["white space", " \n", invalid("an empty body")],
        ["a page", "\n <html>", invalid("HTML or XML where JSON was expected")],
        ["other text", "a < b", invalid("5 characters that are not the service's JSON")],
    ];
    for (const [what, result, response] of results) {
        it(`keeps only known fields when pop-core resolves with ${what}`, () =>
            assert.deepEqual(responseFromResult(result), response));
    }

    const xml = (message: string, code?: string) =>
        Object.assign(new Error(message), code === undefined ? {} : { code });
    const json = (result: unknown, more: object = {}) => thrown("XError", { statusCode: 400, result, ...more });
    const error = (more: object) => is("error", { code: "", message: "", ...more });
    const errors: ReadonlyArray<readonly [what: string, thrown: unknown, response: object, status?: number]> = [
        ["malformed JSON", thrown("FormatError"), invalid("malformed JSON")],
        [
            "malformed JSON that is a page",
            { name: "FormatError", body: "<html>" },
            invalid("malformed JSON, HTML or XML where JSON was expected"),
        ],
        ["a read timeout", thrown("RequestTimeoutError"), is("noResponse", { code: "RequestTimeout" })],
        ["a timeout of the connection", thrown("ConnectTimeoutError"), is("noResponse", { code: "RequestTimeout" })],
        ["an abort", thrown("AbortError"), is("noResponse", { code: "RequestTimeout" })],
        [
            "a name that only begins like a timeout",
            thrown("TimeoutErrors"),
            invalid("a response that could not be read"),
        ],
        [
            "an error in JSON",
            json({ Message: "No.", RequestId: "R", Recommend: "https://help.test/a?b=c" }, { code: "Refused" }),
            error({
                code: "Refused",
                message: "No.",
                requestId: "R",
                recommend: "https://help.test/a?b=c",
                httpStatus: 400,
            }),
        ],
        ["an error in JSON without a code", json({ message: "no" }), error({ httpStatus: 400 })],
        [
            "an error in JSON without a status",
            thrown("XError", { result: {}, code: "Refused" }),
            error({ code: "Refused" }),
        ],
        ["a status that is not a number", thrown("XError", { result: {}, statusCode: "400" }), error({})],
        ["JSON that is not an object", json(null, { code: "Refused" }), error({ code: "Refused", httpStatus: 400 })],
        ["JSON that is not an object, without a code", json([]), error({ httpStatus: 400 })],
        ["a code that does not look like one", json({}, { code: "acs:secret" }), error({ httpStatus: 400 })],
        ["a code with more behind it", json({}, { code: "Refused\nsecret" }), error({ httpStatus: 400 })],
        ["a code of 101 characters", json({}, { code: "A".repeat(101) }), error({ httpStatus: 400 })],
        [
            "a code of 100 characters",
            json({}, { code: "A.b-".repeat(25) }),
            error({ code: "A.b-".repeat(25), httpStatus: 400 }),
        ],
        [
            "a code that does not look like one, without a body",
            json(null, { code: "acs:secret" }),
            error({ httpStatus: 400 }),
        ],
        ["a link that is not encrypted", json({ Recommend: "http://help.test" }), error({ httpStatus: 400 })],
        ["a link with a user name", json({ Recommend: "https://u@help.test" }), error({ httpStatus: 400 })],
        ["a text with a link", json({ Recommend: "see https://help.test" }), error({ httpStatus: 400 })],
        ["a link in a text", json({ Recommend: "https://help.test is good" }), error({ httpStatus: 400 })],
        ["a link to nowhere", json({ Recommend: "https://" }), error({ httpStatus: 400 })],
        [
            "an error in XML, with the status that the connection has seen",
            xml("Slow down. hostid: h, requestid: R-1", "Throttling"),
            error({ code: "Throttling", message: "Slow down.", requestId: "R-1", httpStatus: 503 }),
            503,
        ],
        [
            "an error in XML of several lines, and without an ID",
            xml("One.\nTwo. hostid: h\n, requestid: ", "Throttling"),
            invalid("a response that could not be read"),
        ],
        [
            "an error in XML without an ID",
            xml("Two. hostid: , requestid: ", "Throttling"),
            error({ code: "Throttling", message: "Two." }),
        ],
        [
            "an error in XML whose code does not look like one",
            xml("No. hostid: h, requestid: R", "a b"),
            error({ message: "No.", requestId: "R" }),
        ],
        [
            "an error in XML without a code",
            xml("No. hostid: h, requestid: R"),
            invalid("a response that could not be read"),
        ],
        ["a reset", xml("read", "ECONNRESET"), is("noResponse", { code: "ECONNRESET" })],
        ["a code that is not Node's", xml("x", "Refused"), invalid("a response that could not be read")],
        ["a code of one letter", xml("x", "E"), invalid("a response that could not be read")],
        ["a code that begins with a digit", xml("x", "1ECONN"), invalid("a response that could not be read")],
        ["a code that is too long", xml("x", "E".repeat(62)), invalid("a response that could not be read")],
        ["a code of two letters", xml("x", "E2"), is("noResponse", { code: "E2" })],
        ["undefined", undefined, invalid("a response that could not be read")],
    ];
    for (const [what, error, response, status] of errors) {
        it(`keeps only known fields when pop-core throws ${what}`, () =>
            assert.deepEqual(responseFromThrown(error, status), response));
    }

    const codes: ReadonlyArray<readonly [code: string, thrown: unknown]> = [
        ["ConnectTimeout", thrown("AbortError")],
        ["ConnectTimeout", thrown("RequestTimeoutError", { code: "ECONNREFUSED" })],
        ["ECONNREFUSED", thrown("Error", { code: "ECONNREFUSED" })],
        ["ERR_TLS_CERT_ALTNAME_INVALID", thrown("Error", { code: "ERR_TLS_CERT_ALTNAME_INVALID" })],
        ["ProxyRefused", thrown("Error", { code: "ProxyRefused" })],
        ["ConnectionFailed", thrown("Error", { code: "Proxy" })],
        ["ConnectionFailed", thrown("Error", { code: "aProxyRefused" })],
        ["ConnectionFailed", thrown("Error", { code: "ProxyRefused: secret" })],
        ["ConnectionFailed", thrown("TimeoutErrors")],
        ["ConnectionFailed", undefined],
    ];
    for (const [code, error] of codes) {
        it(`has the code ${code} when no connection was made because of ${JSON.stringify(error) ?? error}`, () => {
            assert.equal(connectCode(error), code);
        });
    }
});
