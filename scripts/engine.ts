/**
 * Finds a usable Pulumi CLI for the tests and the demo: on PATH, in `$PULUMI_HOME/versions`, by the official install script, or
 * built from Go modules. It changes `$PULUMI_HOME/versions` and Go's caches, nothing else. POSIX only.
 *
 *     npm run engine                           prints which one
 *     ENGINE_VERSION=3.274.1 npm run engine    this version and no other
 */
import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync, rmSync, statSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const { ENGINE_VERSION } = process.env;
/** The version that is installed if PATH has none: of the npm package `pulumi`, unless the environment names another. */
export const PINNED = ENGINE_VERSION ?? (require("pulumi/package.json") as { readonly version: string }).version;
/** The oldest version that is taken from PATH. */
const MINIMUM = "3.200.0";

/** What must be beside the CLI, or on PATH, to run programs in TypeScript with dynamic providers. */
const dynamicProviderHost = "pulumi-resource-pulumi-nodejs";
const hosts = ["pulumi-language-nodejs", dynamicProviderHost];

/** A Go module that commands are built from. Go verifies it, and all it needs, against its checksum database. */
export interface GoModule {
    readonly path: string;
    readonly version: string;
    readonly replace?: string;
}

/** The module of the CLI. */
export const cliModule: GoModule = {
    path: "github.com/pulumi/pulumi/pkg/v3",
    version: `v${PINNED}`,
    // As in its own go.mod.
    replace: "github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
};
/** The last release whose module contains the language hosts. */
const hostModule: GoModule = { path: "github.com/pulumi/pulumi/sdk/v3", version: "v3.68.0" };

/** Writes the go.mod of a module that needs only this one: with `-mod=mod`, Go finds all else. */
export function writeGoMod(folder: string, { path, version, replace }: GoModule): Promise<void> {
    const lines = [
        "module build",
        "go 1.26",
        `require ${path} ${version}`,
        replace === undefined ? "" : `replace ${replace}`,
    ];
    return writeFile(join(folder, "go.mod"), `${lines.join("\n")}\n`);
}

export interface Engine {
    /** Absolute path of `pulumi`. */
    readonly command: string;
    readonly binDir: string;
    /** Without a leading `v`. */
    readonly version: string;
    /** Where it is from, and why it is not from a source that comes before. */
    readonly reason: string;
}

export interface EngineOptions {
    /** @default process.env */
    readonly env?: NodeJS.ProcessEnv;
    /** Reports what takes long. @default no report */
    readonly say?: (line: string) => void;
    /** @default that of Pulumi */
    readonly installerUrl?: string;
}

type Usable = Omit<Engine, "reason">;
type Search = Required<EngineOptions> & { readonly versions: string };

/** Finds the first usable CLI, and installs one if there is none. */
export async function findEngine(options: EngineOptions = {}): Promise<Engine> {
    const env = options.env ?? process.env;
    const home = resolve(env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi"));
    const defaults = { say: () => {}, installerUrl: "https://get.pulumi.com/install.sh" };
    const search = { ...defaults, ...options, env, versions: join(home, "versions") };
    const reasons: string[] = [];
    for (const [name, find] of Object.entries({ "on PATH": onPath, installed, download, build })) {
        try {
            const engine = await find(search);
            return { ...engine, reason: [...reasons, name].join("; ") };
        } catch (error) {
            reasons.push(`${name}: ${messageOf(error)}`);
        }
    }
    throw new Error(
        [
            `No usable Pulumi CLI (${MINIMUM} or later, with ${hosts.join(" and ")}):`,
            ...reasons.map((reason) => `  ${reason}`),
            "Any one of these helps:",
            "  put a Pulumi CLI on PATH: https://www.pulumi.com/docs/install/",
            `  run this where the download can be reached, or copy $PULUMI_HOME/versions/${PINNED} from there`,
            "  put Go 1.26 or later on PATH, with a reachable GOPROXY",
        ].join("\n"),
    );
}

/** The environment to run this CLI in: its own hosts are found first, and it does not check for updates. */
export function engineEnv(engine: Pick<Engine, "binDir">, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
    const PATH = [engine.binDir, env.PATH].filter(Boolean).join(delimiter);
    return { ...env, PATH, PULUMI_SKIP_UPDATE_CHECK: "true" };
}

export function describe({ version, binDir, reason }: Engine): string {
    return `Pulumi CLI v${version} from ${binDir} (${reason})`;
}

async function onPath({ env }: Search): Promise<Usable> {
    const reasons: string[] = [];
    for (const command of executablesOnPath("pulumi", env).filter(isNotLazyInstaller)) {
        try {
            return await inspect(command, env, ENGINE_VERSION);
        } catch (error) {
            reasons.push(messageOf(error));
        }
    }
    throw new Error(reasons.join("; ") || "none");
}

function installed({ env, versions }: Search): Promise<Usable> {
    return inspect(join(versions, PINNED, "bin", "pulumi"), env, PINNED);
}

async function download(search: Search): Promise<Usable> {
    const { env, installerUrl, say } = search;
    const response = await fetch(installerUrl, { signal: AbortSignal.timeout(5_000) });
    const script = await response.text();
    if (!response.ok || !script.startsWith("#!")) {
        throw new Error(`HTTP ${response.status} without an install script`);
    }
    return install(search, async (root) => {
        say(`Downloading Pulumi CLI v${PINNED}`);
        const file = join(root, "install.sh");
        await writeFile(file, script);
        const args = [file, "--no-edit-path", "--install-root", root, "--version", PINNED];
        await promisify(execFile)("/bin/sh", args, { env, timeout: 300_000 });
        await rm(file);
    });
}

async function build(search: Search): Promise<Usable> {
    return install(search, async (root) => {
        search.say(`Building Pulumi CLI v${PINNED} from Go modules, once: five to ten minutes on two cores`);
        const bin = join(root, "bin");
        const module = join(root, "module");
        await mkdir(module);
        await goBuild(cliModule, "cmd/pulumi", module, bin, search);
        await goBuild(hostModule, "nodejs/cmd/pulumi-language-nodejs", module, bin, search);
        await rm(module, { recursive: true });
        const sdk = dirname(require.resolve("@pulumi/pulumi/package.json"));
        await copyFile(join(sdk, dynamicProviderHost), join(bin, dynamicProviderHost));
    });
}

async function goBuild(
    module: GoModule,
    command: string,
    cwd: string,
    bin: string,
    { env, say }: Search,
): Promise<void> {
    await writeGoMod(cwd, module);
    const name = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${module.version}`;
    const flags = ["-v", "-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${name}`];
    const running = promisify(execFile)("go", ["build", ...flags, "-o", `${bin}/`, `${module.path}/${command}`], {
        ...{ cwd, timeout: 1_800_000, maxBuffer: 2 ** 26 },
        env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
    });
    // Go prints a line for each module that it downloads and for each package that it compiles.
    const count = { modules: 0, packages: 0 };
    running.child.stderr?.on("data", (text: string) => {
        const modules = text.split("\n").filter((line) => line.startsWith("go: ")).length;
        count.modules += modules;
        count.packages += text.split("\n").length - 1 - modules;
    });
    const started = performance.now();
    const end = showProgress(say, () => {
        const seconds = Math.round((performance.now() - started) / 1_000);
        const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        return `  ${command}: ${count.modules} modules downloaded, ${count.packages} packages compiled, ${time}`;
    });
    await running.finally(end);
}

/** One line that is written over on a terminal, and a line every 15 seconds elsewhere. */
function showProgress(say: (line: string) => void, text: () => string): () => void {
    const { isTTY } = process.stderr;
    const show = () => (isTTY ? process.stderr.write(`\r${text()}\x1b[K`) : say(text()));
    const timer = setInterval(show, isTTY ? 500 : 15_000);
    return () => {
        clearInterval(timer);
        process.stderr.write(isTTY ? "\r\x1b[K" : "");
        say(text());
    };
}

/** Fills a directory beside the final one, and renames it into place once it is usable. */
async function install({ env, versions }: Search, fill: (root: string) => Promise<void>): Promise<Usable> {
    await mkdir(versions, { recursive: true });
    const partial = await mkdtemp(join(versions, ".partial-"));
    const root = join(partial, PINNED);
    await mkdir(root);
    const remove = () => rmSync(partial, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    const stop = (signal: NodeJS.Signals) => {
        remove();
        process.kill(process.pid, signal);
    };
    const signals = ["SIGINT", "SIGTERM"] as const;
    signals.forEach((signal) => void process.once(signal, stop));
    try {
        await fill(root);
        await inspect(join(root, "bin", "pulumi"), env, PINNED);
        const target = join(versions, PINNED);
        const command = join(target, "bin", "pulumi");
        // Another process may have been faster; what is there and unusable is replaced.
        const isUsable = await inspect(command, env, PINNED).then(Boolean, () => false);
        if (!isUsable) {
            await rm(target, { recursive: true, force: true });
            await rename(root, target);
        }
        return await inspect(command, env, PINNED);
    } finally {
        signals.forEach((signal) => void process.removeListener(signal, stop));
        remove();
    }
}

/** Throws what is wrong with this CLI. */
async function inspect(command: string, env: NodeJS.ProcessEnv, wanted: string | undefined): Promise<Usable> {
    const binDir = dirname(command);
    if (!isExecutable(command)) {
        throw new Error(`no ${command}`);
    }
    const own = engineEnv({ binDir }, env);
    const missing = hosts.find((host) => executablesOnPath(host, own).length === 0);
    if (missing !== undefined) {
        throw new Error(`${command} has no ${missing} beside it or on PATH`);
    }
    const { stdout } = await promisify(execFile)(command, ["version"], { env: own, timeout: 10_000 });
    const version = /^v?(\d+\.\d+\.\d+\S*)\s*$/m.exec(stdout)?.[1];
    if (version === undefined) {
        throw new Error(`${command} version prints ${JSON.stringify(stdout.slice(0, 80))}`);
    }
    if (wanted === undefined ? isOlder(version, MINIMUM) : version !== wanted) {
        throw new Error(`${command} is v${version}, not ${wanted ?? `${MINIMUM} or later`}`);
    }
    return { command, binDir, version };
}

function executablesOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
    const folders = new Set((env.PATH ?? "").split(delimiter).filter(Boolean));
    return [...folders].map((folder) => resolve(folder, name)).filter(isExecutable);
}

/** In `node_modules/.bin`, which npm puts on PATH, `pulumi` is an installer that downloads when it is first run. */
function isNotLazyInstaller(command: string): boolean {
    return ![command, realpathSync(command)].some((path) => /\/node_modules\/(\.bin|pulumi)\//.test(path));
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
    } catch {
        return false;
    }
}

function isOlder(version: string, minimum: string): boolean {
    const [ours = [], theirs = []] = [version, minimum].map((text) => text.split(/[.-]/).map(Number));
    const difference = theirs.map((part, index) => (ours[index] ?? 0) - part).find((part) => part !== 0);
    return (difference ?? 0) < 0;
}

/** The last lines of what a command printed; fetch hides its reason in `cause`. */
function messageOf(error: unknown): string {
    const { cause, stderr, message, code } = error as {
        cause?: Error;
        stderr?: string;
        message?: string;
        code?: string;
    };
    return stderr?.trim().split("\n").slice(-3).join(" | ") || cause?.message || message || String(code ?? error);
}

if (require.main === module) {
    findEngine({ say: (line) => console.error(line) }).then(
        (engine) => {
            console.log(`${describe(engine)}\nTo run \`pulumi\` from a shell: export PATH="${engine.binDir}:$PATH"`);
        },
        (error: unknown) => {
            console.error(messageOf(error));
            process.exitCode = 1;
        },
    );
}
