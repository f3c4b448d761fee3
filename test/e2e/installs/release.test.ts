import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { buildArchives } from "../../../scripts/plugin";
import { pluginVariable } from "../../integration/provider/host";
import { blocksIn } from "../../support/blocks";
import { repository, run, shellEnv } from "../../support/commands";
import { cloneFiles, newcomersEnv } from "../../support/newcomer";

const { version } = require("pulumi-alicloud-logstash/package.json") as { readonly version: string };
const executable = "pulumi-resource-alicloud-logstash";
const archive = `${executable}-v${version}-linux-amd64.tar.gz`;
const commands = blocksIn(
    readFileSync(join(repository, "docs", "languages.md"), "utf8"),
    "sh",
    "From a terminal: `pulumi do`",
);

describe("a release", function () {
    this.timeout(900_000);
    let folder: string;
    let release: string;
    let plugin: string;
    let output: string;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "logstash-release-"));
        const clone = join(folder, "clone");
        for (const file of await cloneFiles()) {
            cpSync(join(repository, file), join(clone, file));
        }
        for (const modules of ["node_modules", join("provider", "node_modules"), join("emulator", "node_modules")]) {
            if (existsSync(join(repository, modules))) {
                symlinkSync(join(repository, modules), join(clone, modules));
            }
        }
        output = await run("npm", ["run", "release", "--", "--dry-run"], { cwd: clone, env: shellEnv() });
        release = join(clone, "release");
        plugin = join(folder, "plugin");
        mkdirSync(plugin);
        await run("tar", ["-xzf", join(release, archive), "-C", plugin], { cwd: folder });
    });

    it("is built, checked and listed, and the plugin has the same bytes when it is built again", async () => {
        assert.match(output, new RegExp(`^Version ${version} is built in \\S+ and checked\\.`, "m"));
        for (const file of [
            `npm publish pulumi-alicloud-logstash-${version}.tgz`,
            `npm publish pulumi-alicloud-logstash-emulator-${version}.tgz`,
            `npm publish pulumi-alicloud-logstash-sdk-${version}.tgz`,
            `twine upload pulumi_alicloud_logstash-${version}.tar.gz`,
            `the tag sdk/go/alicloudlogstash/v${version}`,
            ...["darwin-arm64", "linux-amd64", "windows-amd64"].map((it) => `${executable}-v${version}-${it}.tar.gz`),
        ]) {
            assert.ok(output.includes(file), output);
        }
        await run("sha256sum", ["--check", "SHA256SUMS"], { cwd: release });
        const [first, again] = await Promise.all(
            ["first", "again"].map(async (name) => {
                await buildArchives(join(folder, name));
                return readFileSync(join(folder, name, "SHA256SUMS"), "utf8");
            }),
        );
        assert.equal(again, first);
    });

    it("renders every public symbol without a warning when typedoc reads it", async () => {
        const report = await run("typedoc", ["--out", join(folder, "documentation")], { cwd: repository });
        assert.doesNotMatch(report, /warning|error/i);
    });

    it("has one bundle, the launchers, the schema and the bundled licenses in the plugin's archive", () => {
        const files = readdirSync(plugin, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && entry.parentPath !== join(plugin, ".cache"))
            .map((entry) => join(entry.parentPath, entry.name).slice(plugin.length + 1));
        assert.deepEqual(files.sort(), [
            ...["LICENSE", "THIRD-PARTY.txt", join("bin", executable), join("dist", "plugin", "main.js")],
            ...["package.json", executable, `${executable}.cmd`, "schema.json"],
        ]);
        const licenses = readFileSync(join(plugin, "THIRD-PARTY.txt"), "utf8");
        for (const name of ["@grpc/grpc-js", "@pulumi/pulumi", "@alicloud/pop-core", "google-protobuf", "limiter"]) {
            assert.match(licenses, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, `, "m"));
        }
    });

    it("opens the plugin's port when only Node.js is on PATH, and says what is missing when it is not, or is old", () => {
        const start = (PATH: string, command: string, ...args: readonly string[]) => {
            const { status, stdout, stderr } = spawnSync(command, args, { env: { PATH }, cwd: folder, input: "" });
            return { status, stdout: stdout.toString(), stderr: stderr.toString() };
        };
        const node = dirname(process.execPath);
        const good = start(node, join(plugin, executable));
        assert.match(good.stdout, /^\d+\n$/);
        assert.equal(good.stderr, "");
        assert.ok(existsSync(join(plugin, ".cache")));
        const none = start(folder, "/bin/sh", join(plugin, executable));
        assert.match(none.stderr, /^\S+ needs Node\.js 22\.12 or later on PATH: https:\/\/nodejs\.org\n$/);
        const old = join(folder, "old.cjs");
        writeFileSync(old, 'Object.defineProperty(process.versions, "node", { value: "22.11.0" });');
        const outdated = start(node, process.execPath, "--require", old, join(plugin, "bin", executable));
        assert.match(outdated.stderr, /^\S+ needs Node\.js 22\.12 or later, but the one on PATH is 22\.11\.0\n$/);
        assert.deepEqual([none.status, none.stdout, outdated.status, outdated.stdout], [1, "", 1, ""]);
    });

    it("passes the tests of the package's plugin when the archive's is in its place", async () => {
        const provider = ["frontEnds", "plugin"].map((name) => `test/integration/provider/${name}.test.ts`);
        const PATH = `${join(repository, "node_modules", ".bin")}:${process.env.PATH}`;
        const env = { ...process.env, PATH, [pluginVariable]: plugin };
        await run("mocha", [...provider, "test/e2e/promises/plugin.test.ts"], { cwd: repository, env });
    });

    it("interrupts and resumes once when the documentation's `pulumi do` is run, also twice, in an empty folder", async () => {
        const emulator = await startEmulator({ instances: [{ instanceId: "ls-cn-4591f1y6abcd", interruptMs: 0 }] });
        try {
            const env = {
                ...(await newcomersEnv(folder)),
                ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url,
                ALIBABA_CLOUD_REGION: "cn-hangzhou",
                ALIBABA_CLOUD_ACCESS_KEY_ID: testAccount.accessKeyId,
                ALIBABA_CLOUD_ACCESS_KEY_SECRET: testAccount.accessKeySecret,
            };
            const shell = (lines: string) =>
                run("sh", ["-e", "-c", `exec 2>&1\n${lines}`], { cwd: mkdtempSync(join(folder, "empty-")), env });
            const [interrupt = "", resume = "", ...others] = commands;
            assert.deepEqual(others, []);
            const file = join(release, archive);
            await shell(`pulumi plugin install resource alicloud-logstash ${version} --file ${file}`);
            assert.match(await shell(interrupt), /status +: "suspended"/);
            assert.match(await shell(interrupt), /status +: "suspended"/);
            assert.match(await shell(resume), /resumed +: true/);
            const without = shell(interrupt.replace(/--client-token \S+/, ""));
            await assert.rejects(without, /clientToken: is required/);
            const effects = emulator.ledger.effects.map(({ operation }) => operation);
            assert.deepEqual(effects, ["InterruptLogstashTask", "ResumeLogstashTask"]);
        } finally {
            await emulator.stop();
        }
    });
});
