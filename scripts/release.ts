/**
 * Builds and checks everything that a release consists of, and prints what it would publish. Nothing can be published yet.
 *
 *     npm run release -- --dry-run    writes release/
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { buildArchives } from "./plugin";
import { buildSdks } from "./sdks";

const repository = join(__dirname, "..");
const folder = join(repository, "release");
const workspaces = ["provider", "emulator"];

async function release(): Promise<void> {
    const { values } = parseArgs({ options: { "dry-run": { type: "boolean" } } });
    if (!values["dry-run"]) {
        throw new Error("The packages have no registry and no repository yet. Run it with --dry-run.");
    }
    const version = versionOf("provider/package.json");
    for (const file of ["emulator/package.json", "provider/schema.json"]) {
        if (versionOf(file) !== version) {
            throw new Error(`${file} has version ${versionOf(file)}, but provider/package.json has ${version}.`);
        }
    }
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const packages = workspaces.map((workspace) => pack(workspace));
    const archives = await buildArchives(folder);
    const sdks = await buildSdks(folder);
    const [nodeSdk = "", pythonSdk = "", goSdk = ""] = sdks;
    for (const tarball of [...packages, nodeSdk]) {
        run("publint", "run", join(folder, tarball), "--strict");
        run("attw", join(folder, tarball), "--profile", "node16");
    }
    console.log(
        [
            `Version ${version} is built in ${folder} and checked. It would be published by:`,
            ...[...packages, nodeSdk].map((tarball) => `  npm publish ${tarball}`),
            `  twine upload ${pythonSdk}`,
            `  the tag sdk/go/alicloudlogstash/v${version} on the content of ${goSdk}`,
            `  the files of the release v${version}:`,
            ...archives.map((archive) => `    ${archive}`),
        ].join("\n"),
    );
}

function versionOf(file: string): string {
    return (JSON.parse(readFileSync(join(repository, file), "utf8")) as { readonly version: string }).version;
}

/** Packs a workspace and returns the name of the tarball. */
function pack(workspace: string): string {
    const report = run("npm", "pack", "--json", "--workspace", workspace, "--pack-destination", folder);
    // The scripts that npm runs print before the report.
    const [packed] = JSON.parse(report.slice(report.search(/^\[$/m))) as readonly [{ readonly filename: string }];
    return packed.filename;
}

function run(command: string, ...args: readonly string[]): string {
    const PATH = [process.env.PATH, join(repository, "tools", "node_modules", ".bin")].join(delimiter);
    try {
        return execFileSync(command, args, { cwd: repository, env: { ...process.env, PATH }, encoding: "utf8" });
    } catch (error) {
        const { stdout } = error as { readonly stdout?: string };
        throw new Error(`${command} ${args.join(" ")} failed:\n${stdout ?? error}`);
    }
}

release().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
});
