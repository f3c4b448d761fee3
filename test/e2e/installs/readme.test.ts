import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { readArguments } from "../../../emulator/src/cli/arguments";
import { findEngine } from "../../../scripts/engine";
import { blocksIn } from "../../support/blocks";
import { repository, run, shellEnv } from "../../support/commands";

const readme = readFileSync(join(repository, "README.md"), "utf8");
/** The instance of the README's first program. */
const instanceId = "ls-cn-4591f1y6abcd";

describe("the README", function () {
    this.timeout(300_000);
    let emulator: Emulator;
    let folder: string;
    let clone: string;
    let project: string;
    let env: NodeJS.ProcessEnv;

    before(async () => {
        // What `npm run emulator` has, to which the README points.
        const command = readArguments([]);
        assert.ok(command.kind === "run");
        emulator = await startEmulator({ instances: command.instances, region: command.region });
        folder = mkdtempSync(join(tmpdir(), "logstash-readme-"));
        clone = join(folder, "pulumi-alicloud-logstash");
        project = join(folder, "quickstart");
        env = await newcomersEnv();
    });
    after(async () => {
        await emulator.stop();
        rmSync(folder, { recursive: true, force: true });
    });

    /** Nothing of Pulumi's or Alibaba Cloud's is set, and only downloads are taken from where they are. */
    async function newcomersEnv(): Promise<NodeJS.ProcessEnv> {
        const [home, state] = ["home", "state"].map((name) => join(folder, name));
        for (const path of [home, state]) {
            mkdirSync(path ?? "");
        }
        const npmSettings = ["cache", "userconfig"].map(async (key) => [
            `npm_config_${key}`,
            (await run("npm", ["config", "get", key], { cwd: folder, env: shellEnv() })).trim(),
        ]);
        const others = Object.entries(shellEnv()).filter(([name]) => !/^(PULUMI|ALI(BABA_?)?CLOUD)_/.test(name));
        // What `npm run` puts first on PATH are the tools of this repository.
        const path = (process.env.PATH ?? "").split(delimiter).filter((part) => !part.includes("node_modules"));
        return {
            ...Object.fromEntries([...others, ...(await Promise.all(npmSettings))]),
            HOME: home,
            PULUMI_HOME: join(home ?? "", ".pulumi"),
            PATH: [(await findEngine()).binDir, dirname(process.execPath), ...path].join(delimiter),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // Instead of `pulumi login`, a passphrase, and the answer "yes".
            PULUMI_BACKEND_URL: `file://${state}`,
            PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
            PULUMI_SKIP_CONFIRMATIONS: "true",
        };
    }
    const shell = (lines: string, cwd: string) => run("sh", ["-e", "-c", lines], { cwd, env });
    const effects = () => emulator.ledger.effects.length;

    it("runs the demo", async () => {
        const [commands = "", ...others] = blocksIn(readme, "sh", "More");
        assert.deepEqual(others, []);
        const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
        const files = (await run("git", listed, { cwd: repository })).split("\0").filter(Boolean);
        for (const file of files) {
            cpSync(join(repository, file), join(clone, file));
        }
        // `npm test` is what this test is run beside.
        const lines = commands.replace(/^npm ci && npm test\n/m, "");
        assert.equal(lines, "npm ci && npm run demo\n");
        const output = await shell(lines, clone);
        assert.match(output, /The demo did what it said\./);
    });

    it("interrupts once when the quick start is followed", async () => {
        const [build = "", commands = "", ...others] = blocksIn(readme, "sh", "Quick start");
        assert.deepEqual(others, []);
        mkdirSync(project);
        writeFileSync(join(project, "Pulumi.yaml"), blocksIn(readme, "yaml", "Quick start")[0] ?? "");
        writeFileSync(join(project, "index.ts"), blocksIn(readme, "ts", "Quick start")[0] ?? "");
        // `npm ci` was run there before, and an emulator runs at a free port.
        assert.equal(build, "npm ci\nnpm pack -w provider\nnpm run emulator\n");
        await shell("npm pack -w provider", clone);
        const lines = replaced(commands, [
            ["npm install", "npm install --prefer-offline"],
            ["http://127.0.0.1:8017", emulator.url],
        ]);
        const output = await shell(lines, project);
        assert.match(output, /status: "suspended"/);
        assert.equal(effects(), 1);
        const sent = emulator.ledger.requests.length;
        assert.match(await shell("pulumi up", project), /2 unchanged/);
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("interrupts once when a run is killed and its commands are followed", async () => {
        const [commands = "", ...others] = blocksIn(readme, "sh", "When something goes wrong");
        assert.deepEqual(others, []);
        await shell("pulumi stack init crashed --copy-config-from dev", project);
        emulator.startChange(instanceId);
        const before = effects();
        const sentBefore = emulator.ledger.requestsTo("InterruptLogstashTask").length;
        emulator.faults.add({ operation: "InterruptLogstashTask", calls: 1, fault: { kind: "hang", point: "after" } });
        const child = spawn("pulumi", ["up"], { cwd: project, env, stdio: "ignore" });
        const ended = once(child, "close");
        while (effects() === before) {
            assert.equal(child.exitCode, null, "it ended by itself");
            await setTimeout(50);
        }
        child.kill("SIGKILL");
        await ended;
        await shell(commands, project);

        assert.equal(effects(), before + 1);
        const sent = emulator.ledger.requestsTo("InterruptLogstashTask").slice(sentBefore);
        assert.ok(sent.length >= 2, `${sent.length} requests`);
        assert.equal(new Set(sent.map(({ clientToken }) => clientToken)).size, 1);
        assert.equal((await shell("pulumi stack output status", project)).trim(), "suspended");
        const { deployment } = JSON.parse(await shell("pulumi stack export", project)) as {
            readonly deployment: { readonly pending_operations?: readonly unknown[] };
        };
        assert.deepEqual(deployment.pending_operations ?? [], []);
    });

    it("interrupts and resumes once when the recipe is followed", async () => {
        const [recipe = "", ...others] = blocksIn(readme, "ts", "Interrupt, work, resume");
        assert.deepEqual(others, []);
        writeFileSync(join(project, "index.ts"), recipe);
        await shell("pulumi stack init recipe --copy-config-from dev", project);
        emulator.startChange(instanceId);
        const before = effects();
        await shell("pulumi up", project);
        const done = emulator.ledger.effects.slice(before).map(({ operation }) => operation);
        assert.deepEqual(done, ["InterruptLogstashTask", "ResumeLogstashTask"]);
        const sent = emulator.ledger.requests.length;
        assert.match(await shell("pulumi up", project), /3 unchanged/);
        assert.equal(emulator.ledger.requests.length, sent);
    });
});

/** A text of the README with what is not the same here; fails where it does not say what is to be replaced. */
function replaced(text: string, here: readonly (readonly [there: string, instead: string])[]): string {
    return here.reduce((result, [there, instead]) => {
        assert.ok(result.includes(there), `the README has no "${there}"`);
        return result.replace(there, instead);
    }, text);
}
