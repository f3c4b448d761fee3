import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { buildArchives } from "../../../scripts/plugin";
import { pluginVariable } from "../../integration/provider/host";
import { blocksIn } from "../../support/blocks";
import { repository, run } from "../../support/commands";
import { newcomersEnv } from "../../support/newcomer";

const executable = "pulumi-resource-alicloud-logstash";
const { version } = require("pulumi-alicloud-logstash/package.json") as { readonly version: string };
const page = readFileSync(join(repository, "docs", "languages.md"), "utf8");
/** The instance of the documentation. */
const instanceId = "ls-cn-4591f1y6abcd";

describe("the archive of the plugin", function () {
    this.timeout(300_000);
    let folder: string;
    let archives: readonly string[];
    let plugin: string;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "logstash-archive-"));
        archives = await buildArchives(join(folder, "release"));
        plugin = join(folder, "plugin");
        mkdirSync(plugin);
        await run("tar", ["-xzf", archiveFor("linux-amd64"), "-C", plugin], { cwd: folder });
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    function archiveFor(platform: string): string {
        const name = archives.find((file) => file.includes(platform)) ?? assert.fail(`no archive for ${platform}`);
        return join(folder, "release", name);
    }

    /** Starts the plugin until its first line. */
    async function start(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
        const command = args.length === 0 ? [join(plugin, executable)] : args;
        const child = spawn(command[0] ?? "", command.slice(1), { env, cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
        let errors = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            errors += text;
        });
        let output = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            output += text;
            child.stdin.end();
        });
        const [code] = (await once(child, "close")) as [number | null];
        return { code, output, errors };
    }

    it("has a checksum for each platform and the same bytes when it is built again", async () => {
        const sums = readFileSync(join(folder, "release", "SHA256SUMS"), "utf8");
        await run("sha256sum", ["--check", "SHA256SUMS"], { cwd: join(folder, "release") });
        for (const platform of ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64"]) {
            assert.ok(sums.includes(`${executable}-v${version}-${platform}.tar.gz`), sums);
        }
        await buildArchives(join(folder, "again"));
        assert.equal(readFileSync(join(folder, "again", "SHA256SUMS"), "utf8"), sums);
    });

    it("holds one bundle, the launchers, the schema and the bundled licenses when it is unpacked", () => {
        const files = readdirSync(plugin, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && entry.parentPath !== join(plugin, ".cache"))
            .map((entry) => join(entry.parentPath, entry.name).slice(plugin.length + 1));
        assert.deepEqual(files.sort(), [
            "LICENSE",
            "THIRD-PARTY.txt",
            join("bin", executable),
            join("dist", "plugin", "main.js"),
            "package.json",
            executable,
            `${executable}.cmd`,
            "schema.json",
        ]);
        const licenses = readFileSync(join(plugin, "THIRD-PARTY.txt"), "utf8");
        for (const name of ["@grpc/grpc-js", "@pulumi/pulumi", "@alicloud/pop-core", "google-protobuf", "limiter"]) {
            assert.match(licenses, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, `, "m"));
        }
    });

    it("opens a port when only Node.js is on PATH, and keeps what Node.js compiled beside it", async () => {
        const { output, errors } = await start({ PATH: dirname(process.execPath) });
        assert.match(output, /^\d+\n$/);
        assert.equal(errors, "");
        assert.ok(existsSync(join(plugin, ".cache")));
    });

    it("says in one line what is missing when there is no Node.js on PATH, or an old one", async () => {
        const none = await start({ PATH: folder });
        assert.deepEqual([none.code, none.output], [1, ""]);
        assert.match(none.errors, /^\S+ needs Node\.js 22\.12 or later on PATH: https:\/\/nodejs\.org\n$/);

        const old = join(folder, "old.cjs");
        writeFileSync(old, 'Object.defineProperty(process.versions, "node", { value: "22.11.0" });');
        const main = join(plugin, "bin", executable);
        const outdated = await start({}, process.execPath, "--require", old, main);
        assert.deepEqual([outdated.code, outdated.output], [1, ""]);
        assert.match(outdated.errors, /^\S+ needs Node\.js 22\.12 or later, but the one on PATH is 22\.11\.0\n$/);
    });

    it("passes the tests of the package's plugin when it is in its place", async () => {
        const provider = ["frontEnds", "plugin"].map((name) => `test/integration/provider/${name}.test.ts`);
        const tests = [...provider, "test/e2e/promises/plugin.test.ts"];
        const env = { ...process.env, [pluginVariable]: plugin };
        const child = spawn("mocha", tests, { cwd: repository, env, stdio: ["ignore", "pipe", "inherit"] });
        let text = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
        });
        const [code] = (await once(child, "close")) as [number | null];
        assert.equal(code, 0, text);
    });

    describe("with `pulumi do`", () => {
        let emulator: Emulator;
        let env: NodeJS.ProcessEnv;
        const commands = blocksIn(page, "sh", "From a terminal: `pulumi do`");

        before(async () => {
            emulator = await startEmulator({ instances: [{ instanceId, status: "activating", interruptMs: 0 }] });
            env = {
                ...(await newcomersEnv(folder)),
                ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url,
                ALIBABA_CLOUD_REGION: "cn-hangzhou",
                ALIBABA_CLOUD_ACCESS_KEY_ID: testAccount.accessKeyId,
                ALIBABA_CLOUD_ACCESS_KEY_SECRET: testAccount.accessKeySecret,
            };
            const install = ["plugin", "install", "resource", "alicloud-logstash", version, "--file"];
            await pulumi(...install, archiveFor("linux-amd64"));
        });
        after(() => emulator.stop());

        const shell = (lines: string) => run("sh", ["-e", "-c", `exec 2>&1\n${lines}`], { cwd: emptyFolder(), env });
        const pulumi = (...args: readonly string[]) => run("pulumi", args, { cwd: emptyFolder(), env });
        const emptyFolder = () => mkdtempSync(join(folder, "empty-"));
        const effects = () => emulator.ledger.effects.map(({ operation }) => operation);

        it("interrupts and resumes when the documentation's commands are run in an empty folder", async () => {
            const [interrupt = "", resume = "", ...others] = commands;
            assert.deepEqual(others, []);
            assert.match(await shell(interrupt), /status +: "suspended"/);
            assert.deepEqual(effects(), ["InterruptLogstashTask"]);
            assert.match(await shell(resume), /resumed +: true/);
            assert.deepEqual(effects(), ["InterruptLogstashTask", "ResumeLogstashTask"]);
        });

        it("repeats no request when the token is the same, and sends nothing when there is none", async () => {
            const [interrupt = ""] = commands;
            const before = effects();
            // The change that was resumed is a new one, which the first token leaves alone.
            await assert.rejects(shell(`${interrupt.trimEnd()} --timeout-seconds 2`), /\b2 s\b/);
            assert.deepEqual(effects(), before);
            const sent = emulator.ledger.requests.length;
            const without = shell(interrupt.replace(/--client-token \S+/, ""));
            await assert.rejects(without, /clientToken: is required/);
            assert.equal(emulator.ledger.requests.length, sent);
        });

        it("prints the schema's description when it is asked for help", async () => {
            const help = await pulumi("do", "alicloud-logstash:index:LogstashTaskInterrupt", "--help");
            assert.match(help, /^Operate on the LogstashTaskInterrupt resource\.\n\nSuspends the running change/);
            assert.doesNotMatch(help, /\{\{%/);
        });
    });
});
