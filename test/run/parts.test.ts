import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { repository } from "../package/commands";
import { lists, type Part, runParts } from "./parts";
import { totalsVariable } from "./totals";

describe("a run in parts", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-parts-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const script = (name: string, kind: Part["kind"], text: string): Part => {
        return { name, kind, command: [process.execPath, "-e", text] };
    };
    const leaving = (passed: number, failed: number) =>
        `require("node:fs").appendFileSync(process.env.${totalsVariable}, '{"passed":${passed},"failed":${failed}}\\n');`;
    async function totalsOf(...parts: readonly Part[]) {
        const said: string[] = [];
        const say = (line: string) => said.push(line);
        const totals = await runParts(parts, { cwd: folder, env: process.env, folder, say });
        return { ...totals, text: said.join("\n") };
    }

    it("sums up, and runs every part to the end when one fails", async () => {
        const { passed, failed, text } = await totalsOf(
            script("first", "tests", `${leaving(3, 2)} process.exitCode = 2;`),
            script("lint", "check", "process.exitCode = 1;"),
            script("second", "tests", leaving(4, 0) + leaving(1, 0)),
        );
        assert.deepEqual([passed, failed], [8, 3]);
        assert.match(text, /^first +3 tests, and 2 that failed, \d+ s$/m);
        assert.match(text, /^lint +failed, \d+ s$/m);
        assert.match(text, /^second +5 tests, \d+ s$/m);
    });

    it("counts as failed what ends before its tests do, and what cannot be started", async () => {
        const crashed = script("crashed", "tests", "process.exitCode = 1;");
        const late = script("late", "tests", `${leaving(5, 0)} process.exitCode = 1;`);
        const silent = script("silent", "tests", "");
        const missing: Part = { name: "missing", kind: "check", command: [join(folder, "nothing")] };
        const { passed, failed } = await totalsOf(crashed, late, silent, missing);
        assert.deepEqual([passed, failed], [5, 4]);
    });

    it("has every test of this repository in one of its parts, and in one only", () => {
        const files = readdirSync(join(repository, "test"), { recursive: true, encoding: "utf8" })
            .filter((name) => name.endsWith(".test.ts"))
            .map((name) => join("test", name));
        for (const file of files) {
            const parts = lists.all.filter((part) => runs(part, file)).map(({ name }) => name);
            assert.equal(parts.length, 1, `${file} is in these parts: ${parts.join(", ")}`);
        }
    });
});

/** Whether a part's command, as Mocha reads it, runs a test file; the script of the system's tests runs its own folder. */
function runs({ kind, command: [program, ...args] }: Part, file: string): boolean {
    if (kind === "check") {
        return false;
    }
    if (program === "sh") {
        return file.startsWith("test/system/");
    }
    const isIgnored = args.some((arg, index) => args[index - 1] === "--ignore" && arg === file);
    const globs = args.filter((arg, index) => arg.startsWith("test/") && args[index - 1] !== "--ignore");
    return !isIgnored && globs.some((glob) => matchesGlob(file, glob));
}
