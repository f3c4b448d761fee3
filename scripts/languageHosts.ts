/**
 * Finds the hosts with which the Pulumi CLI runs programs in YAML, Python and Go. The official CLI brings them; beside one
 * that was built from Go modules they are built too, once.
 */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

interface GoModule {
    readonly path: string;
    readonly version: string;
}

/** The last release whose module contains both hosts. */
const sdk: GoModule = { path: "github.com/pulumi/pulumi/sdk/v3", version: "v3.66.0" };
const hosts: Readonly<Record<string, { readonly module: GoModule; readonly folder: string }>> = {
    "pulumi-language-go": { module: sdk, folder: "go" },
    "pulumi-language-python": { module: sdk, folder: "python/cmd" },
    "pulumi-language-yaml": {
        module: { path: "github.com/pulumi/pulumi-yaml", version: "v1.25.0" },
        folder: "cmd",
    },
};
/** The Python host runs programs by this script, which is not part of the executable. */
const pythonScript = "pulumi-language-python-exec";

/** The folder of the hosts: that of the CLI if it has them all, else one in `node_modules`. */
export async function languageHosts({ binDir }: { readonly binDir: string }): Promise<string> {
    if (Object.keys(hosts).every((host) => isExecutable(join(binDir, host)))) {
        return binDir;
    }
    const versions = new Set(Object.values(hosts).map(({ module }) => module.version));
    const cache = join(__dirname, "..", "node_modules", ".cache", `language-hosts-${[...versions].join("-")}`);
    await mkdir(cache, { recursive: true });
    for (const host of Object.keys(hosts).filter((name) => !isExecutable(join(cache, name)))) {
        await build(host, cache);
    }
    return cache;
}

async function build(host: string, target: string): Promise<void> {
    const { module, folder } = hosts[host] ?? {};
    if (module === undefined) {
        throw new Error(`${host} is not known`);
    }
    const cwd = await mkdtemp(join(tmpdir(), "logstash-language-host-"));
    try {
        await writeFile(join(cwd, "go.mod"), `module build\ngo 1.26\nrequire ${module.path} ${module.version}\n`);
        const go = (...args: readonly string[]) =>
            exec("go", args, { cwd, env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" }, maxBuffer: 2 ** 26 });
        const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${module.version}`;
        const flags = ["-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${version}`];
        if (host === "pulumi-language-python") {
            const { stdout } = await go("list", "-mod=mod", "-m", "-f", "{{.Dir}}", module.path);
            await copyFile(join(stdout.trim(), "python", "cmd", pythonScript), join(target, pythonScript));
        }
        await go("build", ...flags, "-o", `${target}/`, `${module.path}/${folder}/${host}`);
    } finally {
        await rm(cwd, { recursive: true });
    }
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

if (require.main === module) {
    languageHosts({ binDir: "" }).then(console.log, (error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
    });
}
