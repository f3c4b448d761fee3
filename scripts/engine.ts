/**
 * Finds a usable Pulumi CLI for the tests and the demo, or makes one. It changes `$PULUMI_HOME/versions` and the
 * caches of Go, nothing else. POSIX only.
 *
 *     ts-node scripts/engine.ts                which CLI, and why
 *     ts-node scripts/engine.ts --print-bin    its directory alone, for PATH
 */
import { accessSync, constants, copyFileSync, readFileSync, realpathSync, statSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Bounds, codeOf, REMOVE, type RunOptions } from "./engine/bounds";

/** The version that package.json pins, by way of the official installer `pulumi` on npm. */
export const PINNED = (require("pulumi/package.json") as { readonly version: string }).version;
/** The oldest CLI that is taken from PATH. */
export const MINIMUM = "3.200.0";
const MINIMUM_GO = "1.26";

/** What has to stand beside the CLI, or on PATH, to run programs in TypeScript with dynamic providers. */
const DYNAMIC_PROVIDER_HOST = "pulumi-resource-pulumi-nodejs";
const HOSTS = ["pulumi-language-nodejs", DYNAMIC_PROVIDER_HOST];

/** The commands that are built, each from a module of its own in scripts/engine, with the version in its go.mod. */
const COMMANDS = [
    { folder: "cli", module: "github.com/pulumi/pulumi/pkg/v3", path: "cmd/pulumi" },
    { folder: "lang", module: "github.com/pulumi/pulumi/sdk/v3", path: "nodejs/cmd/pulumi-language-nodejs" },
] as const;

export interface Engine {
    /** Absolute path of `pulumi`. */
    readonly command: string;
    /** The directory of `pulumi`. */
    readonly binDir: string;
    /** Without a leading `v`. */
    readonly version: string;
    readonly source: "path" | "cache" | "download" | "build";
    /** Why this one, and why none of those that come before it. */
    readonly reason: string;
}

export interface EngineOptions {
    /** @default process.env */
    readonly env?: NodeJS.ProcessEnv;
    /** Is told what takes long, and what failed on the way. @default nobody */
    readonly say?: (line: string) => void;
    /** Where the install script comes from. @default the address in the npm package `pulumi` */
    readonly installerUrl?: string;
    /** @default 10 s, 5 s, 5 min, 30 min */
    readonly limits?: Partial<Limits>;
}

/** In milliseconds. */
export interface Limits {
    /** `pulumi version` */
    readonly probe: number;
    /** until the install script is here */
    readonly connect: number;
    /** all of the download */
    readonly download: number;
    /** each command built from Go modules */
    readonly build: number;
}

const LIMITS: Limits = { probe: 10_000, connect: 5_000, download: 300_000, build: 1_800_000 };

/** Looks on PATH, in `$PULUMI_HOME/versions`, downloads, builds: the first usable CLI wins. */
export async function findEngine(options: EngineOptions = {}): Promise<Engine> {
    const work = new Work(options);
    return work.bounds.guard(async () => {
        await removeAbandoned(work);
        const steps = { path: onPath, cache: inCache, download, build };
        const refusals: string[] = [];
        for (const [name, step] of Object.entries(steps)) {
            try {
                const { why, ...engine } = await step(work);
                return { ...engine, reason: [...refusals, why].join("; ") };
            } catch (error) {
                work.bounds.stopped.signal.throwIfAborted();
                refusals.push(`${name}: ${messageOf(error)}`);
                if (step === download) {
                    work.say(refusals.join("\n"));
                }
            }
        }
        throw new Error(adviceAfter(refusals));
    });
}

/** The environment to run this CLI in: what belongs to it is found first, and nothing asks for updates. */
export function engineEnv(engine: Pick<Engine, "binDir">, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
    const PATH = [engine.binDir, env.PATH].filter(Boolean).join(delimiter);
    return { ...env, PATH, PULUMI_SKIP_UPDATE_CHECK: "true" };
}

export function describe(engine: Engine): string {
    return `Pulumi CLI v${engine.version} from ${engine.binDir} (${engine.source}): ${engine.reason}`;
}

function adviceAfter(refusals: readonly string[]): string {
    return [
        `No usable Pulumi CLI (${MINIMUM} or later, with ${HOSTS.join(" and ")}):`,
        ...refusals.map((refusal) => `  ${refusal}`),
        "Any one of these helps:",
        `  put a Pulumi CLI with its Node.js host on PATH: https://www.pulumi.com/docs/install/`,
        `  run this where its download can be reached, or copy $PULUMI_HOME/versions/${PINNED} from there`,
        `  put Go ${MINIMUM_GO} or later on PATH, with a reachable GOPROXY`,
    ].join("\n");
}

type Usable = Pick<Engine, "command" | "binDir" | "version">;
type Found = Usable & Pick<Engine, "source"> & { readonly why: string };

async function onPath(work: Work): Promise<Found> {
    const refusals: string[] = [];
    for (const command of executablesOnPath("pulumi", work.env).filter(isNotLazyInstaller)) {
        try {
            return { ...(await inspect(command, work)), source: "path", why: [...refusals, "usable"].join("; ") };
        } catch (error) {
            refusals.push(messageOf(error));
        }
    }
    throw new Error(refusals.join("; ") || "no Pulumi CLI there");
}

async function inCache(work: Work): Promise<Found> {
    return { ...(await inspect(work.pinned, work)), source: "cache", why: "installed before, as package.json pins it" };
}

async function download(work: Work): Promise<Found> {
    return make(work, "download", "downloaded by the npm package pulumi", async (root, temporary) => {
        work.say(`downloading Pulumi CLI v${PINNED}`);
        const script = join(temporary, "install.sh");
        const args = await fetchInstaller(root, script, work);
        await work.run("/bin/sh", [script, ...args], { env: { TMPDIR: temporary }, limit: work.limits.download });
    });
}

interface Installer {
    installCLI(
        version: string,
        root: string,
        io: { fetchText(url: string): Promise<string>; execScript(script: string, args: string[]): void },
    ): Promise<void>;
}

/** The official installer fetches without a limit and blocks while the script runs: only its knowledge is used. */
async function fetchInstaller(root: string, copy: string, work: Work): Promise<readonly string[]> {
    const { installCLI } = require("pulumi/lib/download.js") as Installer;
    let scriptArgs: readonly string[] = [];
    await installCLI(PINNED, root, {
        async fetchText(url) {
            const response = await fetch(work.installerUrl ?? url, {
                signal: AbortSignal.timeout(work.limits.connect),
            });
            const text = await response.text();
            if (!response.ok || !text.startsWith("#!")) {
                throw new Error(`HTTP ${response.status} without an install script`);
            }
            return text;
        },
        execScript(script, args) {
            copyFileSync(script, copy);
            scriptArgs = args;
        },
    });
    return scriptArgs;
}

async function build(work: Work): Promise<Found> {
    await checkGo(work);
    return make(work, "build", "built from the public Go modules", async (root, temporary) => {
        const bin = join(root, "bin");
        work.say(`building Pulumi CLI v${PINNED} from Go modules (about four minutes, once)`);
        for (const { folder, module, path } of COMMANDS) {
            const cwd = join(__dirname, "engine", folder);
            const version = requiredVersion(module, join(cwd, "go.mod"));
            const name = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
            const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${name}`];
            await work.run("go", ["build", ...flags, "-o", `${bin}/`, `${module}/${path}`], {
                cwd,
                env: { CGO_ENABLED: "0", GOWORK: "off", TMPDIR: temporary, GOTMPDIR: temporary },
                limit: work.limits.build,
            });
        }
        const sdk = dirname(require.resolve("@pulumi/pulumi/package.json"));
        await copyFile(join(sdk, DYNAMIC_PROVIDER_HOST), join(bin, DYNAMIC_PROVIDER_HOST));
    });
}

/** Asked beside a go.mod, so that GOTOOLCHAIN can fetch the Go it names. */
async function checkGo(work: Work): Promise<void> {
    const cwd = join(__dirname, "engine", "cli");
    const answer = await work.run("go", ["version"], { cwd, env: { GOWORK: "off" }, limit: work.limits.download });
    const version = /\bgo(\d+\.\d+)/.exec(answer)?.[1];
    if (version === undefined || isOlder(version, MINIMUM_GO)) {
        throw new Error(`${answer.trim()} is not Go ${MINIMUM_GO} or later`);
    }
}

function requiredVersion(module: string, file: string): string {
    const version = readFileSync(file, "utf8").split(`${module} `)[1]?.split(/\s/)[0];
    if (version === undefined) {
        throw new Error(`${file} does not require ${module}`);
    }
    return version;
}

/** Fills a directory beside the final one and renames it into place when it is proven usable. */
async function make(
    work: Work,
    source: "download" | "build",
    why: string,
    fill: (root: string, temporary: string) => Promise<void>,
): Promise<Found> {
    await mkdir(work.versions, { recursive: true });
    const partial = await mkdtemp(join(work.versions, `.${PINNED}.${process.pid}.partial-`));
    work.bounds.partials.add(partial);
    try {
        const root = join(partial, PINNED);
        const temporary = join(partial, "tmp");
        await mkdir(temporary);
        await fill(root, temporary);
        const made = await inspect(join(root, "bin", "pulumi"), work);
        if (made.version !== PINNED) {
            throw new Error(`made v${made.version}, but package.json pins v${PINNED}`);
        }
        await sync(root);
        const isOurs = await putInPlace(root, join(partial, "unusable"), work);
        await sync(work.versions, { recursive: false });
        const place = isOurs ? { source, why } : { source: "cache" as const, why: "made meanwhile by another process" };
        return { command: work.pinned, binDir: dirname(work.pinned), version: PINNED, ...place };
    } finally {
        await rm(partial, REMOVE);
        work.bounds.partials.delete(partial);
    }
}

/** False when another process was quicker: its result stays. What is there and unusable is moved out of the way. */
async function putInPlace(root: string, discarded: string, work: Work): Promise<boolean> {
    const target = join(work.versions, PINNED);
    try {
        await rename(root, target);
    } catch (error) {
        if (!["ENOTEMPTY", "EEXIST"].includes(codeOf(error))) {
            throw error;
        }
        const isUsable = await inspect(work.pinned, work).then(Boolean, () => false);
        if (isUsable) {
            return false;
        }
        await rename(target, discarded);
        await rename(root, target);
    }
    return true;
}

async function sync(directory: string, { recursive } = { recursive: true }): Promise<void> {
    for (const name of [".", ...(recursive ? await readdir(directory, { recursive }) : [])]) {
        const file = await open(join(directory, name));
        await file.sync().finally(() => file.close());
    }
}

/** Removes what a killed process left behind. That it cannot be removed is no reason not to go on. */
async function removeAbandoned(work: Work): Promise<void> {
    for (const name of await readdir(work.versions).catch(() => [])) {
        const pid = /^\..+\.(\d+)\.partial-/.exec(name)?.[1];
        const path = join(work.versions, name);
        if (pid !== undefined && (await isAbandoned(path, Number(pid)).catch(() => false))) {
            await rm(path, REMOVE).catch((error) => work.say(`${path} stays: ${messageOf(error)}`));
        }
    }
}

async function isAbandoned(path: string, pid: number): Promise<boolean> {
    if (pid === process.pid) {
        // In containers a later process often has the same number.
        return (await stat(path)).mtimeMs < performance.timeOrigin;
    }
    try {
        process.kill(pid, 0);
        return false;
    } catch (error) {
        return codeOf(error) === "ESRCH";
    }
}

/** Throws what is wrong with this CLI. */
async function inspect(command: string, work: Work): Promise<Usable> {
    const binDir = dirname(command);
    if (!isExecutable(command)) {
        throw new Error(`no ${command}`);
    }
    const env = engineEnv({ binDir }, work.env);
    const missing = HOSTS.find((host) => executablesOnPath(host, env).length === 0);
    if (missing !== undefined) {
        throw new Error(`${command} has no ${missing} beside it or on PATH`);
    }
    const answer = await work.run(command, ["version"], { env, limit: work.limits.probe });
    const version = /^v?(\d+\.\d+\.\d+\S*)\s*$/m.exec(answer)?.[1];
    if (version === undefined) {
        throw new Error(`${command} version answers ${JSON.stringify(answer.slice(0, 80))}`);
    }
    if (isOlder(version, MINIMUM)) {
        throw new Error(`${command} is v${version}, older than ${MINIMUM}`);
    }
    return { command, binDir, version };
}

/** One search. */
class Work {
    readonly env: NodeJS.ProcessEnv;
    readonly say: (line: string) => void;
    readonly installerUrl: string | undefined;
    readonly limits: Limits;
    /** `$PULUMI_HOME/versions`, shared with the lazy installer and the Automation API. */
    readonly versions: string;
    /** Where the pinned CLI is, or will be. */
    readonly pinned: string;
    readonly bounds = new Bounds();

    constructor(options: EngineOptions) {
        this.env = options.env ?? process.env;
        this.say = options.say ?? (() => {});
        this.installerUrl = options.installerUrl;
        this.limits = { ...LIMITS, ...options.limits };
        this.versions = resolve(this.env.PULUMI_HOME || join(this.env.HOME || homedir(), ".pulumi"), "versions");
        this.pinned = join(this.versions, PINNED, "bin", "pulumi");
    }

    run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
        return this.bounds.run(command, args, { ...options, env: { ...this.env, ...options.env } });
    }
}

function executablesOnPath(name: string, env: NodeJS.ProcessEnv): string[] {
    const folders = new Set((env.PATH ?? "").split(delimiter).filter(Boolean));
    return [...folders].map((folder) => resolve(folder, name)).filter(isExecutable);
}

/** npm puts `node_modules/.bin` on PATH, where `pulumi` is the installer that downloads when it is first run. */
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
    const [ours, theirs] = [version, minimum].map((text) => text.split(/[.-]/).map(Number));
    const difference = theirs?.map((part, index) => (ours?.[index] ?? 0) - part).find((part) => part !== 0);
    return (difference ?? 0) < 0;
}

/** fetch says "fetch failed" and hides the reason in its cause. */
function messageOf(error: unknown): string {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message || codeOf(cause) : String(cause);
}

function wayToUse({ binDir }: Engine): string {
    return `To run \`pulumi\` from a shell: export PATH="${binDir}:$PATH"`;
}

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { "print-bin": { type: "boolean" } } });
    const engine = await findEngine({ say: (line) => console.error(line) });
    console.log(values["print-bin"] ? engine.binDir : `${describe(engine)}\n${wayToUse(engine)}`);
}

if (require.main === module) {
    main().catch((error) => {
        console.error(messageOf(error));
        process.exitCode = 1;
    });
}
