import { strict as assert } from "node:assert";
import { connectCode, responseFromResult, responseFromThrown } from "../../provider/src/cloud/popcoreResponse";

const body = (fields: object) => ({ kind: "body", body: fields });
const invalid = (detail: string) => ({ kind: "invalidResponse", detail });
const error = (fields: object) => ({ kind: "error", code: "", message: "", ...fields });
const noResponse = (code: string) => ({ kind: "noResponse", code });
const thrown = (name: string, fields: object = {}) => Object.assign(new Error(""), { name, ...fields });
const json = (result: unknown, fields: object = {}) => thrown("XError", { statusCode: 400, result, ...fields });
const xml = (message: string, code?: string) => Object.assign(new Error(message), code === undefined ? {} : { code });
const unreadable = invalid("a response that could not be read");

describe("the response", () => {
    const status = "active";
    const results: ReadonlyArray<readonly [response: object, cases: Readonly<Record<string, unknown>>]> = [
        [body({ Result: true, RequestId: "R" }), { "an acceptance": { Result: true, RequestId: "R" } }],
        [body({ Result: false }), { "a rejection": { Result: false } }],
        [body({ RequestId: "R" }), { "no result": { RequestId: "R", HostId: "h" } }],
        [
            body({ Result: true }),
            { "a number as ID": { Result: true, RequestId: 7 }, "an empty code": { Result: true, Code: "" } },
        ],
        [
            body({ Result: { status, clusterTasks: [{ progress: 5 }] } }),
            { "an instance": { Result: { status, endpoint: "e", clusterTasks: [{ progress: 5, log: "l" }, {}] } } },
        ],
        [body({ Result: { status } }), { "an instance without a task": { Result: { status, clusterTasks: [] } } }],
        [
            body({ Result: {} }),
            {
                "tasks that are not a list": { Result: { clusterTasks: { progress: 5 } } },
                "tasks that are not objects": { Result: { status: 5, clusterTasks: [null] } },
                "progress that is not a number": { Result: { clusterTasks: [{ progress: "5" }] } },
                "a string as result": { Result: "secret" },
                "null as result": { Result: null },
            },
        ],
        [
            error({ code: "InternalError", message: "Oops.", requestId: "R", httpStatus: 200 }),
            { "an error in a success": { Result: true, Code: "InternalError", Message: "Oops.", RequestId: "R" } },
        ],
        [invalid("JSON null"), { "JSON null": null }],
        [invalid("no JSON object"), { "a list": [1], "a number": 7 }],
        [invalid("an empty body"), { "an empty string": "", "white space": " \n" }],
        [invalid("HTML or XML where JSON was expected"), { "a page": "\n <html>" }],
        [invalid("5 characters that are not the service's JSON"), { "other text": "a < b" }],
    ];
    for (const [response, cases] of results) {
        for (const [what, result] of Object.entries(cases)) {
            it(`has known fields only when pop-core resolves with ${what}`, () => {
                assert.deepEqual(responseFromResult(result), response);
            });
        }
    }

    const refused = { code: "Refused" };
    const see = "https://help.test/a?b=c";
    const errors: ReadonlyArray<readonly [response: object, cases: Readonly<Record<string, unknown>>]> = [
        [invalid("malformed JSON"), { "malformed JSON": thrown("FormatError") }],
        [
            invalid("malformed JSON, HTML or XML where JSON was expected"),
            { "malformed JSON that is a page": { name: "FormatError", body: "<html>" } },
        ],
        [
            noResponse("RequestTimeout"),
            {
                "a read timeout": thrown("RequestTimeoutError"),
                "a connect timeout": thrown("ConnectTimeoutError"),
                "an abort": thrown("AbortError"),
            },
        ],
        [noResponse("ECONNRESET"), { "a reset": xml("read", "ECONNRESET") }],
        [noResponse("E2"), { "a code of two letters": xml("x", "E2") }],
        [
            error({ ...refused, message: "No.", requestId: "R", recommend: see, httpStatus: 400 }),
            { "an error in JSON": json({ Message: "No.", RequestId: "R", Recommend: see }, refused) },
        ],
        [error(refused), { "an error without a status": thrown("XError", { result: {}, ...refused }) }],
        [error({}), { "a status that is not a number": thrown("XError", { result: {}, statusCode: "400" }) }],
        [error({ ...refused, httpStatus: 400 }), { "JSON that is not an object": json(null, refused) }],
        [
            error({ code: "A.b-".repeat(25), httpStatus: 400 }),
            { "a code of 100 characters": json({}, { code: "A.b-".repeat(25) }) },
        ],
        [
            error({ httpStatus: 400 }),
            {
                "an error without a code": json({ message: "no" }),
                "JSON that is not an object, without a code": json([]),
                "a code with a colon": json({}, { code: "acs:secret" }),
                "a code with a colon, without a body": json(null, { code: "acs:secret" }),
                "a code of two lines": json({}, { code: "Refused\nsecret" }),
                "a code of 101 characters": json({}, { code: "A".repeat(101) }),
                "a link that is not encrypted": json({ Recommend: "http://help.test" }),
                "a link with a user name": json({ Recommend: "https://u@help.test" }),
                "text before a link": json({ Recommend: "see https://help.test" }),
                "text behind a link": json({ Recommend: "https://help.test is good" }),
                "a link to nowhere": json({ Recommend: "https://" }),
            },
        ],
        [
            error({ code: "Throttling", message: "Slow down.", requestId: "R-1", httpStatus: 503 }),
            { "an error in XML": xml("Slow down. hostid: h, requestid: R-1", "Throttling") },
        ],
        [
            error({ code: "Throttling", message: "Two.", httpStatus: 503 }),
            { "an error in XML without an ID": xml("Two. hostid: , requestid: ", "Throttling") },
        ],
        [
            error({ message: "No.", requestId: "R", httpStatus: 503 }),
            { "an error in XML with a space in its code": xml("No. hostid: h, requestid: R", "a b") },
        ],
        [
            unreadable,
            {
                "a name that only begins like a timeout": thrown("TimeoutErrors"),
                "an error in XML of several lines": xml("One.\nTwo. hostid: h\n, requestid: ", "Throttling"),
                "an error in XML without a code": xml("No. hostid: h, requestid: R"),
                "a code that is not Node's": xml("x", "Refused"),
                "a code of one letter": xml("x", "E"),
                "a code that begins with a digit": xml("x", "1ECONN"),
                "a code that is too long": xml("x", "E".repeat(62)),
                undefined: undefined,
            },
        ],
    ];
    for (const [response, cases] of errors) {
        for (const [what, error] of Object.entries(cases)) {
            it(`has known fields only when pop-core throws ${what}`, () => {
                assert.deepEqual(responseFromThrown(error, 503), response);
            });
        }
    }

    it("has no status when pop-core throws an error in XML and none was seen", () => {
        const { message, ...rest } = { message: "No.", code: "Throttling", requestId: "R" };
        const response = responseFromThrown(xml("No. hostid: h, requestid: R", "Throttling"));
        assert.deepEqual(response, { kind: "error", message, ...rest });
    });

    const coded = (code: string) => thrown("Error", { code });
    const codes: ReadonlyArray<readonly [code: string, ...thrown: unknown[]]> = [
        ["ConnectTimeout", thrown("AbortError"), thrown("RequestTimeoutError", { code: "ECONNREFUSED" })],
        ["ECONNREFUSED", coded("ECONNREFUSED")],
        ["ERR_TLS_CERT_ALTNAME_INVALID", coded("ERR_TLS_CERT_ALTNAME_INVALID")],
        ["ProxyRefused", coded("ProxyRefused")],
        ["ConnectionFailed", ...["Proxy", "aProxyRefused", "ProxyRefused: secret"].map(coded)],
        ["ConnectionFailed", thrown("TimeoutErrors"), undefined],
    ];
    for (const [code, ...errors] of codes) {
        it(`has the code ${code} when a connection fails with ${errors.map((error) => JSON.stringify(error))}`, () => {
            assert.deepEqual(
                errors.map(connectCode),
                errors.map(() => code),
            );
        });
    }
});
