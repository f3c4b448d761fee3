import { strict as assert } from "node:assert";
import { classifyPoll, classifyResponse } from "../../provider/src/request/classify";
import { codeOf, refusalAdvice } from "../../provider/src/request/errorMessage";
import { stackHints } from "../support/hints";
import { unconnected } from "./replies";

const adviceFor = (code: string) =>
    refusalAdvice("InterruptLogstashTask", unconnected(code), {
        endpoint: "a.test",
        everConnected: false,
        hints: stackHints,
    });

describe("a connection that fails", () => {
    /** Each with a word that tells it from the others. */
    const passing: ReadonlyArray<readonly [code: string, words: RegExp]> = [
        ["EAI_AGAIN", /name.*looked up/],
        ["ECONNREFUSED", /nobody listens/],
        ["ECONNRESET", /reset/],
        ["EPIPE", /closed/],
        ["ETIMEDOUT", /in time/],
        ["EHOSTUNREACH", /route.*host/],
        ["ENETUNREACH", /route.*network/],
        ["EMSGSIZE", /endless/],
        ["ConnectTimeout", /in time/],
        ["ProxyUnavailable", /proxy/],
        ["RequestTimeout", /answer in time/],
    ];
    for (const [code, words] of passing) {
        it(`is explained, and passes: ${code}`, () => {
            assert.match(codeOf(unconnected(code)), words);
            assert.match(codeOf({ kind: "noResponse", code }), words);
            assert.equal(classifyResponse(unconnected(code)).kind, "retryable");
            assert.equal(classifyResponse({ kind: "noResponse", code }).kind, "outcomeUnknown");
        });
    }

    it("is one that nothing more is known of, and was given to no connection", () => {
        assert.equal(
            codeOf({ kind: "noResponse", code: "ConnectionFailed" }),
            codeOf(unconnected("ConnectionFailed")),
            "the same words, whenever it failed",
        );
    });

    const settings: ReadonlyArray<readonly [code: string, advice: RegExp, isFinal?: true]> = [
        ["ENOTFOUND", /region/],
        ["ProxyAuthentication", /password/, true],
        ["ProxyRefused", /NO_PROXY/, true],
        ["EPROTO", /`http:\/\/`/],
        ["ERR_SSL_WRONG_VERSION_NUMBER", /`http:\/\/`/],
        ["ERR_TLS_CERT_ALTNAME_INVALID", /NODE_EXTRA_CA_CERTS/],
        ["CERT_HAS_EXPIRED", /NODE_EXTRA_CA_CERTS/],
        ["SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
        ["DEPTH_ZERO_SELF_SIGNED_CERT", /NODE_EXTRA_CA_CERTS/],
        ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /NODE_EXTRA_CA_CERTS/],
    ];
    for (const [code, advice, isFinal = false] of settings) {
        it(`for a setting says which: ${code}`, () => {
            assert.deepEqual(classifyResponse(unconnected(code)), { kind: "unconnectable", isFinal });
            assert.match(adviceFor(code), advice);
        });
    }

    it("with a code that only begins like a known one is another", () => {
        // Nothing is spoken there, and no setting of TLS mends it.
        assert.equal(classifyResponse(unconnected("EPROTONOSUPPORT")).kind, "retryable");
        assert.equal(
            codeOf(unconnected("EPROTONOSUPPORT")),
            codeOf(unconnected("ENEW")).replace("ENEW", "EPROTONOSUPPORT"),
        );
        assert.equal(adviceFor("EPROTONOSUPPORT"), adviceFor("ENEW"));
    });

    it("is no refusal of a look", () => {
        assert.equal(classifyPoll(unconnected("ProxyRefused")).kind, "unseen");
    });
});
