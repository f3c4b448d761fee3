import { strict as assert } from "node:assert";
import {
    codeOf,
    type ErrorReport,
    errorMessage,
    lookAdvice,
    refusalAdvice,
} from "../../provider/src/request/errorMessage";
import type { ServiceResponse } from "../../provider/src/request/response";
import { stackHints } from "../support/hints";
import { error, unconnected } from "./replies";

const body = (known: object): ServiceResponse => ({ kind: "body", body: { ...known } });

/** The rows below the first line, by their labels. */
function rowsOf(more: Partial<ErrorReport>): Record<string, string> {
    const [, ...lines] = errorMessage({
        operation: "InterruptLogstashTask",
        instanceId: "ls-cn-1",
        region: "cn-hangzhou",
        what: "refused",
        attempts: 2,
        elapsedMs: 1_960,
        advice: "",
        credentialsName: () => "the setting",
        route: { endpoint: "a.test:443", everConnected: true, hints: stackHints },
        ...more,
    }).split("\n");
    return Object.fromEntries(
        lines.map((line) => {
            const [, label = "", text = ""] = /^ {2}([a-zA-Z ]+): +(.*)$/.exec(line) ?? assert.fail(line);
            return [label, text];
        }),
    );
}
const problem = (
    reply: ServiceResponse,
    call: "InterruptLogstashTask" | "DescribeLogstash" = "InterruptLogstashTask",
) => ({
    problem: { call, reply },
});

describe("the text of an error", () => {
    it("is no more than it knows", () => {
        assert.deepEqual(rowsOf({}), { attempts: "2 in 2.0 s" });
        assert.deepEqual(rowsOf({ ...problem(error("")), advice: "do it" }), {
            code: "no code (HTTP 400)",
            attempts: "2 in 2.0 s",
            fix: "do it",
        });
    });

    it("names the call, where it was not the request that went wrong", () => {
        assert.equal(rowsOf(problem(error("X"))).code, "X (HTTP 400)");
        assert.equal(rowsOf(problem(error("X"), "DescribeLogstash")).code, "X (HTTP 400), from DescribeLogstash");
    });

    it("has the request ID of the answer, else that of the acceptance", () => {
        const requestId = "R-accepted";
        assert.equal(rowsOf({ requestId })["request ID"], "R-accepted");
        for (const reply of [error("X", 400, { requestId: "R-1" }), body({ RequestId: "R-1" })]) {
            assert.equal(rowsOf({ ...problem(reply), requestId })["request ID"], "R-1");
        }
        for (const reply of [error("X"), body({}), unconnected("X"), { kind: "noResponse", code: "X" } as const]) {
            assert.equal(rowsOf({ ...problem(reply), requestId })["request ID"], "R-accepted");
        }
    });

    it("says whom it was signed as where that is in question, and not what was signed", () => {
        const told = { message: "to sign: secret", requestId: "R" };
        const about = [
            ...["InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "InvalidAccessKeyId.NotFound"],
            ...["Forbidden.RAM", "NoPermission", "MissingSecurityToken"],
        ];
        for (const code of about) {
            const rows = rowsOf(problem(error(code, 400, told)));
            assert.deepEqual([rows["signed with"], rows.message], ["the setting", told.message], code);
        }
        for (const code of ["SignatureDoesNotMatch", "IncompleteSignature"]) {
            const rows = rowsOf(problem(error(code, 400, told)));
            assert.deepEqual([rows["signed with"], rows.message], ["the setting", undefined], code);
        }
        for (const code of ["InstanceNotFound", "InvalidTimeStamp.Expired", "IllegalTimestamp", "Throttling", "New"]) {
            assert.equal(rowsOf(problem(error(code, 400, told)))["signed with"], undefined, code);
        }
    });

    it("names what stands between where no connection could be made, and only there", () => {
        const route = {
            endpoint: "a.test:443",
            proxy: "p.test (HTTPS_PROXY)",
            everConnected: false,
            hints: stackHints,
        };
        const { endpoint, proxy } = rowsOf({ ...problem(unconnected("ENOTFOUND")), route });
        assert.deepEqual([endpoint, proxy], ["a.test:443", "p.test (HTTPS_PROXY)"]);
        const override = "a.test from the setting";
        assert.equal(
            rowsOf({ ...problem(unconnected("ENOTFOUND")), route: { ...route, override } }).endpoint,
            override,
        );
        for (const more of [problem(error("X")), {}]) {
            const rows = rowsOf({ ...more, route });
            assert.deepEqual([rows.endpoint, rows.proxy], [undefined, undefined]);
        }
    });

    const codes: ReadonlyArray<readonly [reply: ServiceResponse, code: string]> = [
        [body({}), "Result is missing"],
        [body({ Result: false }), "Result is false"],
        [body({ Result: "secret" }), "Result is not true"],
        [error("X", 400, { httpStatus: undefined }), "X"],
        [{ kind: "invalidResponse", detail: "HTML" }, "unusable answer (HTML)"],
        [{ kind: "noResponse", code: "ECONNRESET" }, "ECONNRESET (the connection was reset)"],
        [{ kind: "noResponse", code: "ENEW" }, "ENEW (the connection failed)"],
        [unconnected("ECONNREFUSED"), "ECONNREFUSED (nobody listens there)"],
        [unconnected("ECONNREFUSED", { detail: "our words" }), "ECONNREFUSED (our words)"],
        [unconnected("ENEW"), "ENEW (no connection)"],
        [{ kind: "notSent", detail: "no time" }, "no time"],
    ];
    for (const [reply, code] of codes) {
        it(`has in place of a code: ${code}`, () => assert.equal(codeOf(reply), code));
    }
});

describe("the advice after a refusal", () => {
    const advice = (reply: ServiceResponse, route?: ErrorReport["route"]) =>
        refusalAdvice("InterruptLogstashTask", reply, route);
    const route = { endpoint: "a.test", everConnected: false, hints: stackHints };
    const proxy = "p.test (HTTPS_PROXY)";

    it("is the RAM action of the call that was denied", () => {
        for (const code of ["Forbidden.RAM", "NoPermission"]) {
            assert.match(advice(error(code)), /RAM action elasticsearch:InterruptLogstashTask/);
            assert.match(refusalAdvice("DescribeLogstash", error(code)), /elasticsearch:DescribeLogstash/);
        }
    });

    it("is that of the code", () => {
        assert.match(advice(error("InvalidTimeStamp.Expired")), /clock/);
        assert.match(advice(error("IllegalTimestamp")), /clock/);
        assert.match(advice(error("MissingSecurityToken")), /security token/);
        assert.match(advice(error("IncompleteSignature")), /credentials/);
        assert.match(advice(error("IdempotentParameterMismatch")), /`clientToken`/);
        assert.match(advice(error("SignatureDoesNotMatch")), /credentials/);
        assert.match(advice(unconnected("ENOTFOUND"), route), /`alicloud:region`/);
        assert.match(advice(unconnected("CERT_HAS_EXPIRED"), route), /NODE_EXTRA_CA_CERTS/);
    });

    it("is to read on where nothing is known", () => {
        const replies: readonly ServiceResponse[] = [
            ...[error("New"), error("Throttling"), body({ Result: false }), unconnected("ENEW")],
            ...([
                { kind: "noResponse", code: "E" },
                { kind: "invalidResponse", detail: "d" },
                { kind: "notSent", detail: "d" },
            ] as const),
        ];
        for (const reply of replies) {
            assert.equal(advice(reply, route), "see the code and the message", codeOf(reply));
        }
        // What stands between is advised by the route, where there is one.
        assert.equal(advice(unconnected("ENOTFOUND")), "see the code and the message");
    });

    it("is the proxy, whose name it is that is looked up", () => {
        assert.equal(advice(unconnected("ENOTFOUND"), { ...route, proxy }), `check the proxy ${proxy}`);
        assert.match(advice(unconnected("ProxyRefused"), { ...route, proxy }), /NO_PROXY/);
        assert.match(advice(unconnected("ProxyAuthentication"), { ...route, proxy }), /user name and password/);
    });

    it("of an instance that is not there names what else would explain it", () => {
        const notFound = error("InstanceNotFound");
        const plain = advice(notFound, route);
        assert.equal(advice(notFound), plain);
        assert.equal(advice(notFound, { ...route, otherRegion: () => undefined }), plain);
        const other = advice(notFound, { ...route, otherRegion: () => "cn-beijing", override: "b.test" });
        assert.ok(other.startsWith(`${plain}; `));
        assert.match(other, /stack's region is cn-beijing.*; the endpoint is b\.test$/);
        assert.doesNotMatch(advice(error("IdempotentParameterMismatch"), { ...route, override: "b.test" }), /b\.test/);
    });

    it("where nobody may look is the RAM action, or to do without, if that is possible", () => {
        const denied = error("Forbidden.RAM");
        assert.match(
            lookAdvice("InterruptLogstashTask", denied),
            /elasticsearch:DescribeLogstash.*, or set `waitForSuspended: false`$/,
        );
        assert.equal(lookAdvice("ResumeLogstashTask", denied), refusalAdvice("DescribeLogstash", denied));
        assert.doesNotMatch(lookAdvice("InterruptLogstashTask", error("InstanceNotFound")), /waitFor/);
    });
});
