import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMocha } from "./child";
import { readTotals, totalsVariable } from "./totals";

for (const [mode, args] of Object.entries({ "one file after the other": [], "files at once": ["--parallel"] })) {
    describe(`a failed test, with ${mode},`, () => {
        let code: number | null;
        let text: string;

        before(async () => {
            ({ code, text } = await startMocha("failing.ts", args).ended);
        });

        it("fails the run, whose totals a tool can read", () => {
            assert.equal(code, 3);
            assert.match(text, /^0 passed, 3 failed$/m);
        });

        it("shows the emulator's ledger and the last output of the CLI", () => {
            const [, first = ""] = text.split(/^ +1\) /m).slice(1);
            assert.match(
                first,
                /The emulator's ledger:\n +request 1 \S+ DescribeLogstash ls-cn-fixture01 no token .*MissingAccessKeyId/,
            );
            assert.match(first, /^ +pulumi stack init dev .*--non-interactive: ended with 0$/m);
            assert.match(first, /\n +line 499\n +line 500\n/);
        });

        it("shows the same again in one line only", () => {
            assert.equal(text.match(/^ +line 500$/gm)?.length, 1);
            assert.match(text, /4 !== 3[\s\S]*The ledger and the CLI's output are those of the failure before\./);
        });

        it("shows it for a hook, too", () => {
            assert.match(text, /from a hook[\s\S]*ended with 3\n[\s\S]*printed in a hook/);
        });

        it("shows no more than a person reads, and nothing secret", () => {
            assert.doesNotMatch(text, /\bline 400\b/);
            assert.match(text, /\(\d+ lines before\)/);
            assert.doesNotMatch(text, /token-canary/);
            assert.match(text, /^ +\[secret\]$/m);
        });
    });
}

describe("a part of a longer run", () => {
    it("leaves its totals in a file instead, and shows its failures", async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-totals-"));
        try {
            const file = join(folder, "totals");
            const { code, text } = await startMocha("plain.ts", [], { [totalsVariable]: file }).ended;
            assert.equal(code, 1);
            assert.deepEqual(readTotals(file), { passed: 1, failed: 1 });
            assert.doesNotMatch(text, /passed, | passing/);
            assert.match(text, /2 !== 1/);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
