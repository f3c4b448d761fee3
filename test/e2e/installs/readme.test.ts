import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { readArguments } from "../../../emulator/src/cli/arguments";
import { blocksIn } from "../../support/blocks";
import { repository, run } from "../../support/commands";
import { cloneFiles, newcomersEnv, replaced } from "../../support/newcomer";

const readme = readFileSync(join(repository, "README.md"), "utf8");
/** The instance of the README's first program. */
const instanceId = "ls-cn-4591f1y6abcd";

describe("following the README line by line", function () {
    this.timeout(300_000);
    let emulator: Emulator;
    let folder: string;
    let env: NodeJS.ProcessEnv;

    before(async () => {
        // What `npm run emulator` has, to which the README points.
        const command = readArguments([]);
        assert.ok(command.kind === "run");
        emulator = await startEmulator({ instances: command.instances, region: command.region });
        folder = mkdtempSync(join(tmpdir(), "logstash-readme-"));
        env = await newcomersEnv(folder);
    });
    after(async () => {
        await emulator.stop();
        rmSync(folder, { recursive: true, force: true });
    });

    const shell = (lines: string, cwd: string) => run("sh", ["-e", "-c", lines], { cwd, env });
    const effects = () => emulator.ledger.effects.length;

    it("Try it", async () => {
        const [commands = "", ...others] = blocksIn(readme, "sh", "Try it");
        assert.deepEqual(others, []);
        const clone = join(folder, "clone");
        for (const file of await cloneFiles()) {
            cpSync(join(repository, file), join(clone, file));
        }
        // `npm test` is what this test is run beside.
        const lines = commands.replace(/^npm ci && npm test\n/m, "");
        assert.equal(lines, "npm ci && npm run demo\n");
        const output = await shell(lines, clone);
        assert.match(output, /The demo did what it said\./);
    });

    it("Install, and First program", async () => {
        const [install = "", ...moreInstalls] = blocksIn(readme, "sh", "Install");
        const [commands = "", ...others] = blocksIn(readme, "sh", "First program");
        assert.deepEqual([moreInstalls, others], [[], []]);
        const project = join(folder, "project");
        mkdirSync(project);
        // What `pulumi new typescript` makes, and the README's first program in it.
        const manifest = {
            name: "project",
            main: "index.ts",
            devDependencies: { typescript: "^5", "@types/node": "^24" },
        };
        writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
        writeFileSync(join(project, "Pulumi.yaml"), "name: project\nruntime: nodejs\n");
        writeFileSync(join(project, "index.ts"), blocksIn(readme, "ts", "First program")[0] ?? "");
        const clone = join(folder, "clone");
        const [pack = "", add = ""] = install.trimEnd().split("\n");
        // `npm ci` was run there before.
        const packing = { "path/to/the/clone": clone, "npm ci && npm pack": "npm pack" };
        await shell(replaced(pack, packing), project);
        await shell(replaced(add, { "install path/to/the/clone/": `install --prefer-offline ${clone}/` }), project);

        const { accessKeyId, accessKeySecret } = testAccount;
        const endpoint = `pulumi config set --path 'alicloud:endpoints[0].elasticsearch' ${emulator.url}`;
        const lines = replaced(commands, {
            "LTAI…": accessKeyId,
            "alicloud:secretKey …": `alicloud:secretKey ${accessKeySecret}`,
            "\npulumi up": `\n${endpoint}\npulumi up`,
        });
        const output = await shell(lines, project);
        assert.match(output, /status: "suspended"/);
        assert.equal(effects(), 1);
        const sent = emulator.ledger.requests.length;
        assert.match(await shell("pulumi up", project), /2 unchanged/);
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("After a crash", async () => {
        const [commands = "", ...others] = blocksIn(readme, "sh", "When something goes wrong");
        assert.deepEqual(others, []);
        const project = join(folder, "project");
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

    it("Interrupt, work, resume", async () => {
        const [recipe = "", ...others] = blocksIn(readme, "ts", "Interrupt, work, resume");
        assert.deepEqual(others, []);
        const project = join(folder, "project");
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
