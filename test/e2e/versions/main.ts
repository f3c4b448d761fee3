/**
 * Runs tests with the packed package and other versions of Pulumi. The SDK is the oldest that is accepted, that of the lock
 * file, and the newest on the registry, each with the pinned engine. With `--engine` that engine follows, with the SDK of the
 * lock file: `npm run versions` names the newest that builds from Go modules, and is run before a release.
 *
 *     npm run versions
 *     npm run versions -- 3.220.0    this SDK instead of the three
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repository, run } from "../../support/commands";
import { packed } from "../../support/packed";
import { modulesVariable } from "../../support/stack";
import "../../setup";

/** Those that a program's SDK has a part in; the rest is about the engine, or about tools around it. */
const sdkFiles = ["changes", "identity", "inputs", "plugin", "states"];
/** Those that the engine has a part in too. */
const engineFiles = [...sdkFiles, "lostEngine", "recipe"];
const sdk = "@pulumi/pulumi";

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({ options: { engine: { type: "string" } }, allowPositionals: true });
    const { tarball } = await packed();
    const { peerDependencies } = require("pulumi-alicloud-logstash/package.json") as {
        readonly peerDependencies: Readonly<Record<string, string>>;
    };
    const oldest = String(peerDependencies[sdk]).replace("^", "");
    const done = new Set<string>();
    for (const wanted of positionals.length > 0 ? positionals : [oldest, manifestOf(repository).version, "latest"]) {
        const folder = await installed(tarball, wanted);
        const { version } = manifestOf(folder);
        if (done.has(version)) {
            console.log(`\n${sdk} ${version} is ${wanted} too`);
            continue;
        }
        done.add(version);
        console.log(`\n${sdk} ${version} (${wanted})`);
        await runTests(sdkFiles, folder, {});
    }
    const { engine } = values;
    if (engine !== undefined) {
        const env = { ENGINE_VERSION: engine };
        console.log(`\nPulumi CLI ${engine}`);
        const found = await run("npm", ["run", "engine"], { cwd: repository, env: { ...process.env, ...env } });
        if (!found.includes(`Pulumi CLI v${engine} `)) {
            throw new Error(`the engine is not ${engine}:\n${found}`);
        }
        await runTests(engineFiles, await installed(tarball, manifestOf(repository).version), env);
    }
}

async function installed(tarball: string, version: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "logstash-sdk-"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
    await run("npm", ["install", "--no-audit", "--no-fund", tarball, `${sdk}@${version}`], { cwd: folder });
    return folder;
}

async function runTests(files: readonly string[], folder: string, env: NodeJS.ProcessEnv): Promise<void> {
    const modules = join(folder, "node_modules");
    const tests = files.map((name) => `test/e2e/promises/${name}.test.ts`);
    // Older SDKs do not know this option.
    const option = "replacementTrigger";
    const isKnown = readFileSync(join(modules, sdk, "runtime", "resource.js"), "utf8").includes(option);
    const without = isKnown ? [] : ["--grep", option, "--invert"];
    const child = spawn("mocha", ["--parallel", "--jobs", "2", ...without, ...tests], {
        cwd: repository,
        env: { ...process.env, ...env, [modulesVariable]: modules },
        stdio: "inherit",
    });
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) {
        process.exitCode = 1;
    }
}

function manifestOf(folder: string): { readonly version: string } {
    return JSON.parse(readFileSync(join(folder, "node_modules", sdk, "package.json"), "utf8"));
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
});
