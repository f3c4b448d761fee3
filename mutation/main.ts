/**
 * Changes the provider in every small way that Stryker knows, and asks the tests which of them they notice.
 *
 *     npm run mutation                                           all of it, and the report in mutation/report.md
 *     npm run mutation -- --mutate provider/src/core/retry.ts    a part, and the same report on the terminal
 *
 * Takes up what an earlier run has found, in tmp/mutation; `--force` tries everything anew. A new test for a value that a
 * module has once it is loaded is seen only with it.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import "../test/run/folder";
import { type Found, markdownOf, summaryOf } from "./report";
import { survivors } from "./survivors";

const root = join(__dirname, "..");
const results = join(root, "tmp", "mutation");

function main(): number {
    const { values } = parseArgs({ options: { mutate: { type: "string" }, force: { type: "boolean" } } });
    const started = performance.now();
    const args = [
        ...(values.mutate === undefined ? [] : ["--mutate", values.mutate]),
        ...(values.force === true ? ["--force"] : []),
    ];
    const env = {
        ...process.env,
        NODE_OPTIONS: `--require ${join(__dirname, "mocha12.cjs")}`,
        NODE_COMPILE_CACHE: join(results, "cache"),
        MUTATION_COMPILED: join(results, "compiled"),
        PROPERTY_RUNS: "15",
        PROPERTY_SEED: "1",
    };
    const { status } = spawnSync(process.execPath, [stryker(), "run", join(__dirname, "stryker.config.mjs"), ...args], {
        cwd: root,
        env,
        stdio: "inherit",
    });
    if (status !== 0) {
        return 1;
    }
    const summary = summaryOf(JSON.parse(readFileSync(join(results, "report.json"), "utf8")) as Found, survivors);
    const report = markdownOf(summary, (performance.now() - started) / 60_000);
    if (values.mutate === undefined) {
        writeFileSync(join(__dirname, "report.md"), report);
    }
    console.log(report);
    return summary.misses.length === 0 ? 0 : 1;
}

function stryker(): string {
    const manifest = createRequire(__filename).resolve("@stryker-mutator/core/package.json");
    return join(dirname(manifest), "bin", "stryker.js");
}

process.exitCode = main();
