/**
 * Runs tests of the engine with the packed package and Pulumi's SDK in several versions, each installed into a folder of
 * its own: the oldest that is accepted, the one of the lock file, and the newest that there is.
 *
 *     npm run versions
 *     npm run versions -- 3.220.0
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modulesVariable } from "../engine/stack";
import { repository, run } from "../package/commands";
import { packed } from "../package/packed";
import "../setup";

/** Those that a program's SDK has a part in; the rest is about the engine, or about tools around it. */
const files = [
    "changes",
    "interrupt",
    "options",
    "outcomes",
    "plugin",
    "resume",
    "secrets",
    "states",
    "truth",
    "unfinished",
];
const sdk = "@pulumi/pulumi";

/** Tests of what older SDKs cannot do, by a part of their titles: a file of the SDK that has the text can do it. */
const later = [
    { title: "`replacementTrigger`", file: "runtime/resource.js", text: "replacementTrigger", why: "no such option" },
];

async function main(): Promise<void> {
    const [, , ...given] = process.argv;
    const { tarball } = await packed();
    const done = new Set<string>();
    for (const wanted of given.length > 0 ? given : [oldest(), manifestOf(repository).version, "latest"]) {
        const folder = mkdtempSync(join(tmpdir(), "logstash-sdk-"));
        writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
        await run("npm", ["install", "--no-audit", "--no-fund", tarball, `${sdk}@${wanted}`], { cwd: folder });
        const { version } = manifestOf(folder);
        if (done.has(version)) {
            console.log(`\n${sdk} ${version} is ${wanted} too`);
            continue;
        }
        done.add(version);
        console.log(`\n${sdk} ${version} (${wanted})`);
        if ((await runTests(join(folder, "node_modules"))) !== 0) {
            process.exitCode = 1;
        }
    }
}

async function runTests(modules: string): Promise<number | null> {
    const tests = files.map((name) => `test/engine/${name}.test.ts`);
    const lacking = later.filter(({ file, text }) => !readFileSync(join(modules, sdk, file), "utf8").includes(text));
    for (const { title, why } of lacking) {
        console.log(`without "${title}": ${why}`);
    }
    const without = lacking.length === 0 ? [] : ["--grep", lacking.map(({ title }) => title).join("|"), "--invert"];
    const child = spawn("mocha", ["--parallel", "--jobs", "2", ...without, ...tests], {
        cwd: repository,
        env: { ...process.env, [modulesVariable]: modules },
        stdio: "inherit",
    });
    const [code] = (await once(child, "close")) as [number | null];
    return code;
}

function oldest(): string {
    const { peerDependencies } = require("pulumi-alicloud-logstash/package.json") as {
        readonly peerDependencies: Readonly<Record<string, string>>;
    };
    return (peerDependencies[sdk] ?? "").replace("^", "");
}

function manifestOf(folder: string): { readonly version: string } {
    return JSON.parse(readFileSync(join(folder, "node_modules", sdk, "package.json"), "utf8"));
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
});
