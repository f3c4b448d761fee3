import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAllowed, parsePolicy } from "pulumi-alicloud-logstash-emulator";
import { accountId } from "../account";
import { blocksIn } from "./blocks";
import { repository, run } from "./commands";
import { packed } from "./packed";

const pages = readdirSync(repository).filter((name) => name.endsWith(".md"));

describe("the documentation", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-documentation-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("describes every public symbol, and renders without a warning", async () => {
        const report = await run("typedoc", ["--out", folder], { cwd: repository });
        assert.doesNotMatch(report, /warning|error/i);
        const rendered = readdirSync(folder, { recursive: true, encoding: "utf8" });
        for (const page of ["LogstashTaskInterrupt", "LogstashTaskResume"]) {
            assert.ok(rendered.includes(join("classes", `${page}.html`)), rendered.join("\n"));
        }
    });

    it("has examples that compile against the packed package", async () => {
        const modules = join(folder, "node_modules");
        mkdirSync(modules);
        symlinkSync((await packed()).folder, join(modules, "pulumi-alicloud-logstash"));
        for (const name of ["@pulumi", "@types"]) {
            symlinkSync(join(repository, "node_modules", name), join(modules, name));
        }
        const examples = [...publicComments(), ...pages.map((page) => readFileSync(join(repository, page), "utf8"))]
            .flatMap((text) => blocksIn(text, "ts"))
            .map((text, index) => ({ file: `example${index + 1}.ts`, text }));
        assert.ok(examples.length >= 4, `${examples.length} examples`);
        for (const { file, text } of examples) {
            writeFileSync(join(folder, file), text);
        }
        const compilerOptions = {
            ...{ strict: true, noEmit: true, target: "es2022", module: "nodenext", types: ["node"] },
            ...{ moduleDetection: "force", skipLibCheck: false },
        };
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
        await run("tsc", ["-p", folder], { cwd: folder });
    });

    it("has a RAM policy that allows what is sent, and nothing else", () => {
        const policies = pages
            .flatMap((page) => blocksIn(readFileSync(join(repository, page), "utf8"), "json"))
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

/** The texts of the comments in the sources that have a public symbol. */
function publicComments(): readonly string[] {
    const sources = join(repository, "provider", "src");
    return readdirSync(sources, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .flatMap((name) => readFileSync(join(sources, name), "utf8").match(/\/\*\*[\s\S]*?\*\//g) ?? [])
        .map((comment) => comment.replace(/^ *\* ?/gm, ""));
}
