import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run } from "../../support/commands";
import { type Packed, packed } from "../../support/packed";

describe("the published package", () => {
    let subject: Packed;
    before(async () => {
        subject = await packed();
    });

    it("passes publint when it is strict", async () => {
        const report = await run("publint", ["run", subject.tarball, "--strict"], { cwd: subject.folder });
        assert.match(report, /All good!/);
    });

    it("has types when CommonJS, an ECMAScript module or a bundler imports it", async () => {
        // The profile leaves out `moduleResolution: "node10"`, which knows no subpaths; the main entry resolves there too.
        await run("attw", [subject.tarball, "--profile", "node16"], { cwd: subject.folder });
    });

    it("renders every public symbol without a warning when typedoc reads it", async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-documentation-"));
        const report = await run("typedoc", ["--out", folder], { cwd: repository });
        assert.doesNotMatch(report, /warning|error/i);
        const rendered = readdirSync(folder, { recursive: true, encoding: "utf8" });
        for (const page of ["LogstashTaskInterrupt", "LogstashTaskResume"]) {
            assert.ok(rendered.includes(join("classes", `${page}.html`)), rendered.join("\n"));
        }
        rmSync(folder, { recursive: true });
    });
});
