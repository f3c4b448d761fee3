import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAllowed, parsePolicy } from "pulumi-alicloud-logstash-emulator";
import { accountId } from "../../support/account";
import { blocksIn, textsOfPages } from "../../support/blocks";
import { repository, run } from "../../support/commands";
import { deadLinksOf } from "./links";

const readme = readFileSync(join(repository, "README.md"), "utf8");

describe("the documentation", () => {
    it("has a test with Pulumi's mocks that passes when its commands are followed", async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-documentation-"));
        const page = readFileSync(join(repository, "docs", "testing.md"), "utf8");
        const [pause = "", test = "", ...otherCode] = blocksIn(page, "ts");
        const [, compilerOptions = "", ...otherSettings] = blocksIn(page, "json");
        const [, command, ...args] = blocksIn(page, "sh")[0]?.split("\n")[1]?.split(" ") ?? [];
        assert.deepEqual([otherCode, otherSettings, command], [[], [], "mocha"]);
        writeFileSync(join(folder, "pause.ts"), pause);
        writeFileSync(join(folder, "pause.test.ts"), test);
        writeFileSync(join(folder, "tsconfig.json"), compilerOptions);
        symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
        const report = await run("mocha", ["--no-config", ...args], { cwd: folder });
        assert.match(report, /2 passing/);
    });

    it("quotes errors that the source has", () => {
        const [, table = ""] = readme.split("| error | recorded | what to do |\n");
        const cells = table.slice(0, table.indexOf("\n\n")).split("\n").slice(1);
        const quotes = cells.flatMap((row) => row.split("|")[1]?.match(/[^`|]{5,}(?=`)/g) ?? []);
        assert.ok(quotes.length > 10);
        const source = readFileSync(join(repository, "provider", "src", "request", "messages.ts"), "utf8");
        const isThere = (quote: string) => source.includes(quote.replace(/ (interrupt|resume)$/, " $${verb}"));
        assert.deepEqual(
            quotes.filter((quote) => !isThere(quote)),
            [],
        );
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

    it("has no link to a file or a heading that is not there", async () => {
        const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.md"];
        const files = (await run("git", listed, { cwd: repository })).split("\0").filter(Boolean);
        assert.ok(files.includes("README.md"));
        const dead = files.flatMap((file) => deadLinksOf(join(repository, file)).map((why) => `${file}: ${why}`));
        assert.deepEqual(dead, []);
    });
});
