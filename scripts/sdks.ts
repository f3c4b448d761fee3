/** Builds the packages for programs in other languages, by Pulumi's own code generators. Needs Go and GNU tar. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliModule, PINNED, writeGoMod } from "./engine";

const repository = join(__dirname, "..");
const provider = join(repository, "provider");

interface Schema {
    readonly version: string;
    readonly language: {
        readonly go: { readonly modulePath: string };
        readonly nodejs: { readonly packageName: string };
        readonly python: { readonly packageName: string };
    };
}

/** Writes the package of each language into the folder, and returns the names of the files. */
export async function buildSdks(folder: string): Promise<readonly string[]> {
    const schemaFile = join(provider, "schema.json");
    const { version, language } = JSON.parse(readFileSync(schemaFile, "utf8")) as Schema;
    const sources = mkdtempSync(join(tmpdir(), "logstash-sdks-"));
    try {
        await generate(schemaFile, sources);
        const names = {
            nodejs: `${language.nodejs.packageName}-${version}.tgz`,
            python: `${language.python.packageName}-${version}.tar.gz`,
            go: `pulumi-alicloud-logstash-sdk-go-${version}.tar.gz`,
        };
        packNode(join(sources, "nodejs"), folder);
        // Where the project file expects it.
        const python = join(sources, "python");
        copyFileSync(join(python, language.python.packageName, "README.md"), join(python, "README.md"));
        tar(join(folder, names.python), sources, "python", names.python.slice(0, -".tar.gz".length));
        const sdk = `github.com/pulumi/pulumi/sdk/v3 v${PINNED}`;
        const goModule = `module ${language.go.modulePath}\n\ngo 1.25.0\n\nrequire ${sdk}\n`;
        writeFileSync(join(sources, "go", "go.mod"), goModule);
        tar(join(folder, names.go), sources, "go", "alicloud-logstash");
        return Object.values(names);
    } finally {
        rmSync(sources, { recursive: true });
    }
}

/** Runs Pulumi's own generators, built from the modules of the CLI; Go keeps what it has built. */
async function generate(schemaFile: string, sources: string): Promise<void> {
    const generator = mkdtempSync(join(tmpdir(), "logstash-generator-"));
    try {
        cpSync(join(__dirname, "generate"), generator, { recursive: true });
        await writeGoMod(generator, cliModule);
        execFileSync("go", ["run", "-mod=mod", ".", schemaFile, sources], {
            cwd: generator,
            // The flags that the CLI is built with, so that they share what is built.
            env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-trimpath -buildvcs=false" },
        });
    } finally {
        rmSync(generator, { recursive: true });
    }
}

/** Compiles it, and packs the folder of the compiled files, as Pulumi publishes its own SDKs. */
function packNode(source: string, folder: string): void {
    symlinkSync(join(repository, "node_modules"), join(source, "node_modules"));
    execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", source]);
    copyFileSync(join(source, "README.md"), join(source, "bin", "README.md"));
    const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { readonly repository: string };
    // What npm asks for, and the generator leaves out.
    const completed = {
        ...manifest,
        type: "commonjs",
        repository: { type: "git", url: `git+${manifest.repository}.git` },
    };
    writeFileSync(join(source, "bin", "package.json"), JSON.stringify(completed, undefined, 4));
    execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: join(source, "bin") });
}

function tar(file: string, cwd: string, from: string, to: string): void {
    execFileSync("tar", ["-C", cwd, "--exclude=node_modules", `--transform=s,^${from},${to},`, "-czf", file, from]);
}
