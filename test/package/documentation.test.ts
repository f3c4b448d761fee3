import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAllowed, parsePolicy } from "pulumi-alicloud-logstash-emulator";
import { accountId } from "../support/account";
import { blocksIn, textsOfPages } from "../support/blocks";
import { repository, run } from "../support/commands";

describe("the documentation", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-documentation-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("has a test with Pulumi's mocks that passes", async () => {
        const page = readFileSync(join(repository, "docs", "testing.md"), "utf8");
        const files = ["pause.ts", "pause.test.ts"];
        const blocks = blocksIn(page, "ts");
        assert.equal(blocks.length, files.length);
        files.forEach((file, index) => {
            writeFileSync(join(folder, file), blocks[index] ?? "");
        });
        const compilerOptions = {
            strict: true,
            target: "es2022",
            module: "node16",
            skipLibCheck: true,
            types: ["mocha", "node"],
        };
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
        symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
        const report = await run("mocha", ["--no-config", "--require", "ts-node/register", "pause.test.ts"], {
            cwd: folder,
        });
        assert.match(report, /1 passing/);
    });

    it("has a RAM policy that allows what is sent, and nothing else", () => {
        const policies = textsOfPages()
            .flatMap((text) => blocksIn(text, "json"))
            .filter((text) => text.includes('"Statement"'));
        assert.ok(policies.length > 0);
        const resource = `acs:elasticsearch:cn-hangzhou:${accountId}:logstashes/ls-cn-4591f1y6abcd`;
        for (const text of policies) {
            const policy = parsePolicy(text);
            assert.ok(policy !== undefined, text);
            for (const action of ["InterruptLogstashTask", "ResumeLogstashTask", "DescribeLogstash"]) {
                assert.ok(isAllowed([policy], `elasticsearch:${action}`, resource), action);
            }
            for (const action of ["DeleteLogstash", "UpdateLogstash", "RestartLogstash", "ListLogstash"]) {
                assert.ok(!isAllowed([policy], `elasticsearch:${action}`, resource), action);
            }
            const elsewhere = resource.replace("logstashes/ls", "instances/es");
            assert.ok(!isAllowed([policy], "elasticsearch:DescribeLogstash", elsewhere));
        }
    });
});
