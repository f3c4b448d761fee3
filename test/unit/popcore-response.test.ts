import { strict as assert } from "node:assert";
import { connectCode, responseFromResult, responseFromThrown } from "../../provider/src/cloud/popcoreResponse";

const body = (fields: object) => ({ kind: "body", body: fields });
const invalid = (detail: string) => ({ kind: "invalidResponse", detail });
const error = (fields: object) => ({ kind: "error", code: "", message: "", ...fields });
const noResponse = (code: string) => ({ kind: "noResponse", code });
const thrown = (name: string, fields: object = {}) => Object.assign(new Error(""), { name, ...fields });
const json = (result: unknown, code?: string) => thrown("XError", { statusCode: 400, result, ...(code && { code }) });
const text = (message: string, code?: string) => Object.assign(new Error(message), code === undefined ? {} : { code });

type Row = readonly [what: string, given: unknown, response: object];

describe("the response", () => {
    const instance = { status: "active", endpoint: "e", clusterTasks: [{ progress: 5, log: "l" }, {}] };
    const known = { status: "active", clusterTasks: [{ progress: 5 }] };
    const inSuccess = { Result: true, Code: "InternalError", Message: "Oops.", RequestId: "R" };
    const failed = error({ code: "InternalError", message: "Oops.", requestId: "R", httpStatus: 200 });
    const results: readonly Row[] = [
        ["an acceptance", { Result: true, RequestId: "R" }, body({ Result: true, RequestId: "R" })],
        ["a rejection", { Result: false }, body({ Result: false })],
        ["no result", { RequestId: "R", HostId: "h" }, body({ RequestId: "R" })],
        ["a number as ID, and an empty code", { Result: true, RequestId: 7, Code: "" }, body({ Result: true })],
        ["an instance", { Result: instance }, body({ Result: known })],
        [
            "an instance without a task",
            { Result: { status: "active", clusterTasks: [] } },
            body({ Result: { status: "active" } }),
        ],
        ["tasks that are not a list", { Result: { clusterTasks: { progress: 5 } } }, body({ Result: {} })],
        ["tasks that are not objects", { Result: { status: 5, clusterTasks: [null] } }, body({ Result: {} })],
        ["progress that is not a number", { Result: { clusterTasks: [{ progress: "5" }] } }, body({ Result: {} })],
        ["a string as result", { Result: "secret" }, body({ Result: {} })],
        ["null as result", { Result: null }, body({ Result: {} })],
        ["an error in a success", inSuccess, failed],
        ["JSON null", null, invalid("JSON null")],
        ["a list", [1], invalid("no JSON object")],
        ["white space", " \n", invalid("an empty body")],
        ["a page", "\n <html>", invalid("HTML or XML where JSON was expected")],
        ["other text", "a < b", invalid("5 characters that are not the service's JSON")],
    ];
    for (const [what, result, response] of results) {
        it(`has known fields only when pop-core resolves with ${what}`, () => {
            assert.deepEqual(responseFromResult(result), response);
        });
    }

    const see = "https://help.test/a?b=c";
    const longest = "A.b-".repeat(25);
    const explained = { code: "Refused", message: "No.", requestId: "R", recommend: see, httpStatus: 400 };
    const withoutCode = error({ httpStatus: 400 });
    const slow = { code: "Throttling", message: "Slow down.", httpStatus: 503 };
    const page = { name: "FormatError", body: "<html>" };
    const unreadable = invalid("a response that could not be read");
    const errors: readonly Row[] = [
        ["malformed JSON", thrown("FormatError"), invalid("malformed JSON")],
        ["a malformed page", page, invalid("malformed JSON, HTML or XML where JSON was expected")],
        ["a timeout", thrown("RequestTimeoutError"), noResponse("RequestTimeout")],
        ["an abort", thrown("AbortError"), noResponse("RequestTimeout")],
        ["a name that only begins like a timeout", thrown("TimeoutErrors"), unreadable],
        ["a reset", text("read", "ECONNRESET"), noResponse("ECONNRESET")],
        ["a code of two letters", text("x", "E2"), noResponse("E2")],
        ["an error in JSON", json({ Message: "No.", RequestId: "R", Recommend: see }, "Refused"), error(explained)],
        ["a status that is not a number", thrown("XError", { result: {}, statusCode: "400" }), error({})],
        ["JSON that is no object", json(null, "Refused"), error({ code: "Refused", httpStatus: 400 })],
        ["a code of 100 characters", json({}, longest), error({ code: longest, httpStatus: 400 })],
        ["a code of 101 characters", json({}, `${longest}A`), withoutCode],
        ["an error without a code", json({ message: "no" }), withoutCode],
        ["a code with a colon", json({}, "acs:secret"), withoutCode],
        ["a code with a colon, without a body", json(null, "acs:secret"), withoutCode],
        ["a code of two lines", json({}, "Refused\nsecret"), withoutCode],
        ["a link that is not encrypted", json({ Recommend: "http://help.test" }), withoutCode],
        ["a link with a user name", json({ Recommend: "https://u@help.test" }), withoutCode],
        ["text before a link", json({ Recommend: "see https://help.test" }), withoutCode],
        ["text behind a link", json({ Recommend: "https://help.test is good" }), withoutCode],
        ["a link to nowhere", json({ Recommend: "https://" }), withoutCode],
        ["XML", text("Slow down. hostid: h, requestid: R-1", "Throttling"), error({ ...slow, requestId: "R-1" })],
        ["XML without an ID", text("Slow down. hostid: , requestid: ", "Throttling"), error(slow)],
        ["XML with a bad code", text("Slow down. hostid: , requestid: ", "a b"), error({ ...slow, code: "" })],
        ["XML of several lines", text("One.\nTwo. hostid: h\n, requestid: ", "Throttling"), unreadable],
        ["XML without a code", text("No. hostid: h, requestid: R"), unreadable],
        ["a code that is not Node's", text("x", "Refused"), unreadable],
        ["a code of one letter", text("x", "E"), unreadable],
        ["a code that begins with a digit", text("x", "1ECONN"), unreadable],
        ["a code that is too long", text("x", "E".repeat(62)), unreadable],
        ["nothing", undefined, unreadable],
    ];
    for (const [what, error, response] of errors) {
        it(`has known fields only when pop-core throws ${what}`, () => {
            assert.deepEqual(responseFromThrown(error, 503), response);
        });
    }

    it("has no status when pop-core throws an error in XML and none was seen", () => {
        const response = responseFromThrown(text("No. hostid: , requestid: ", "Throttling"));
        assert.deepEqual(response, error({ code: "Throttling", message: "No." }));
    });

    const coded = (code: string) => thrown("Error", { code });
    const codes: ReadonlyArray<readonly [code: string, ...thrown: unknown[]]> = [
        ["ConnectTimeout", thrown("AbortError"), thrown("RequestTimeoutError", { code: "ECONNREFUSED" })],
        ["ECONNREFUSED", coded("ECONNREFUSED")],
        ["ProxyRefused", coded("ProxyRefused")],
        ["ConnectionFailed", ...["Proxy", "aProxyRefused", "ProxyRefused: secret"].map(coded)],
        ["ConnectionFailed", thrown("TimeoutErrors"), undefined],
    ];
    for (const [code, ...errors] of codes) {
        it(`has the code ${code} when a connection fails with ${errors.map((error) => JSON.stringify(error))}`, () => {
            for (const error of errors) {
                assert.equal(connectCode(error), code);
            }
        });
    }
});
