import { strict as assert } from "node:assert";
import { redact } from "../../provider/src/cloud/redact";
import { canonicalJson, typeName } from "../../provider/src/json";
import { sanitize } from "../../provider/src/sanitize";

describe("a value from outside", () => {
    it("has one canonical text, whatever the order of its keys", () => {
        const text = '{"B":false,"a":true,"b":[1,{"c":"x","d":null}]}';
        assert.equal(canonicalJson({ b: [1, { d: null, c: "x" }], a: true, B: false }), text);
        assert.equal(canonicalJson({ ä: 1, z: 2, 10: 3, 9: 4 }), '{"10":3,"9":4,"z":2,"ä":1}');
    });

    it("is described without being shown", () => {
        const names = ["a list", "an empty text", "this text", "an object", "this number", "this boolean"];
        assert.deepEqual([[], "", "s3cret", {}, 7, true].map(typeName), names);
    });
});

describe("untrusted text", () => {
    it("is one line without control characters", () => {
        assert.equal(sanitize("  a\r\n\tb\u0000c\u001b[31md\u0085e\u009ff\u007fg \n"), "a b c [31md e f g");
    });

    it("is bounded", () => {
        assert.equal(sanitize("x".repeat(300)), "x".repeat(300));
        assert.equal(sanitize("x".repeat(301)), `${"x".repeat(300)}…`);
        assert.equal(sanitize("abc", 2), "ab…");
    });

    it("has no secret in it, at any depth, and other values stay as they are", () => {
        const secrets = new Set(["s3cret", "t0ken"]);
        const message = `a s3cret, a s3cret and a t0ken: ${"x".repeat(300)}s3cret`;
        const shown = redact({ kind: "error", code: "s3cret", message, httpStatus: 400 }, secrets);
        const start = "a ***, a *** and a ***: ";
        const cut = `${start}${"x".repeat(300 - start.length)}…`;
        assert.deepEqual(shown, { kind: "error", code: "***", message: cut, httpStatus: 400 });
        assert.deepEqual(redact({ kind: "body", body: { Result: [{ a: "s3cret" }, null, true, 5] } }, secrets), {
            kind: "body",
            body: { Result: [{ a: "***" }, null, true, 5] },
        });
        assert.equal(redact({ kind: "noResponse", code: "x" }, new Set(["noResponse"])).kind, "noResponse");
    });
});
