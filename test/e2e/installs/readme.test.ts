import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { readArguments } from "../../../emulator/src/cli/arguments";
import { blocksIn } from "../../support/blocks";
import { repository, run } from "../../support/commands";
import { cloneFiles, newcomersEnv, replaced } from "../../support/newcomer";

const readme = readFileSync(join(repository, "README.md"), "utf8");
/** The instance of the README's first program. */
const instanceId = "ls-cn-4591f1y6abcd";

describe("the README", function () {
    this.timeout(900_000);
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
        env = await newcomersEnv(folder);
    });
    after(() => emulator.stop());

    const shell = (lines: string, cwd: string) => run("sh", ["-e", "-c", lines], { cwd, env });
    const effects = () => emulator.ledger.effects.length;

    it("runs the demo", async () => {
        const [commands = "", ...others] = blocksIn(readme, "sh", "More");
        assert.deepEqual(others, []);
        for (const file of await cloneFiles()) {
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
        const lines = replaced(commands, {
            "npm install": "npm install --prefer-offline",
            "http://127.0.0.1:8017": emulator.url,
        });
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
        const { ledger } = emulator;
        const sentBefore = ledger.requestsTo("InterruptLogstashTask").length;
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
        const [first, second] = ledger.requestsTo("InterruptLogstashTask").slice(sentBefore);
        assert.equal(second?.clientToken, first?.clientToken);
        assert.equal(effects(), before + 1);
        assert.equal((await shell("pulumi stack output status", project)).trim(), "suspended");
        assert.doesNotMatch(await shell("pulumi stack export", project), /pending_operations": \[/);
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
