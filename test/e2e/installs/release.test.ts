import { strict as assert } from "node:assert";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run, shellEnv } from "../../support/commands";
import { cloneFiles } from "../../support/newcomer";

const { version } = require("pulumi-alicloud-logstash/package.json") as { readonly version: string };

describe("a release", function () {
    this.timeout(900_000);
    let clone: string;

    before(async () => {
        clone = mkdtempSync(join(tmpdir(), "logstash-release-"));
        for (const file of await cloneFiles()) {
            cpSync(join(repository, file), join(clone, file));
        }
        for (const modules of ["node_modules", join("provider", "node_modules"), join("emulator", "node_modules")]) {
            if (existsSync(join(repository, modules))) {
                symlinkSync(join(repository, modules), join(clone, modules));
            }
        }
    });
    after(() => rmSync(clone, { recursive: true, force: true }));

    const release = (...flags: readonly string[]) =>
        run("npm", ["run", "release", "--", ...flags], { cwd: clone, env: shellEnv() });

    it("is built, checked and listed when it is a dry run", async () => {
        const output = await release("--dry-run");
        assert.match(output, new RegExp(`^Version ${version} is built in \\S+ and checked\\.`, "m"));
        for (const file of [
            `npm publish pulumi-alicloud-logstash-${version}.tgz`,
            `npm publish pulumi-alicloud-logstash-emulator-${version}.tgz`,
            `npm publish pulumi-alicloud-logstash-sdk-${version}.tgz`,
            `twine upload pulumi_alicloud_logstash-${version}.tar.gz`,
            `the tag sdk/go/alicloudlogstash/v${version}`,
            `pulumi-resource-alicloud-logstash-v${version}-linux-amd64.tar.gz`,
        ]) {
            assert.ok(output.includes(file), output);
        }
        await run("sha256sum", ["--check", "SHA256SUMS"], { cwd: join(clone, "release") });
    });

    it("publishes nothing when it is no dry run", async () => {
        await assert.rejects(release(), /Run it with --dry-run/);
    });
});
