import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import type { Emulator } from "pulumi-alicloud-logstash-emulator";
import { testAccount } from "pulumi-alicloud-logstash-emulator";
import { type Engine, engineEnv, findEngine } from "../../scripts/engine";
import { pluginVariable } from "../integration/provider/host";
import { repository } from "./commands";
import { processesOf, send } from "./processes";

/** One run of the CLI. */
export interface Run {
    readonly code: number | null;
    /** What the CLI printed, standard output and error as they came. */
    readonly text: string;
}

/** A resource in `pulumi stack export`. */
export interface ResourceState {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly initErrors?: readonly string[];
    readonly dependencies?: readonly string[];
    /** Where the program declares it. */
    readonly sourcePosition?: string;
}

/** What a stack is made of. */
export interface StackOptions {
    readonly emulator?: Emulator;
    /** The text of index.js. */
    readonly program: string;
    /** A folder with a project, copied over the one that is made by default. */
    readonly copyOf?: string;
    readonly config?: Readonly<Record<string, unknown>>;
    /** Whether the project has the plugin, with the same configuration under its own name. @default false */
    readonly plugin?: boolean;
    readonly env?: Readonly<Record<string, string>>;
}

export const project = "logstash-test";

/** Variables of the tests that the CLI and all it starts inherit. */
const inherited = ["TMPDIR", "NODE_COMPILE_CACHE"];

let engine: Promise<Engine> | undefined;

const packages = ["@pulumi/pulumi", "pulumi-alicloud-logstash"];
const repositoryModules = join(repository, "node_modules");
/** The variable that names a `node_modules` with other versions of them. */
export const modulesVariable = "TEST_MODULES";

/** A Pulumi project in a folder of its own, with its own `HOME`, `PULUMI_HOME` and state, run by the real engine. */
export class Stack {
    readonly #folder = mkdtempSync(join(tmpdir(), "logstash-stack-"));
    readonly #env: NodeJS.ProcessEnv;

    private constructor(
        env: NodeJS.ProcessEnv,
        private readonly options: StackOptions,
    ) {
        mkdirSync(this.path("home"));
        mkdirSync(this.path("state"));
        this.#env = {
            ...env,
            HOME: this.path("home"),
            PULUMI_HOME: this.path("home", ".pulumi"),
            PULUMI_BACKEND_URL: `file://${this.path("state")}`,
            PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
            ALIBABA_CLOUD_ACCESS_KEY_ID: testAccount.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: testAccount.accessKeySecret,
            ...options.env,
        };
        mkdirSync(this.path("program", "node_modules", "@pulumi"), { recursive: true });
        const modules = process.env[modulesVariable] ?? repositoryModules;
        for (const name of packages) {
            symlinkSync(join(modules, name), this.path("program", "node_modules", name));
        }
        this.projectFile(process.env[pluginVariable] ?? join(modules, "pulumi-alicloud-logstash", "bin"));
        this.write("package.json", JSON.stringify({ name: project, main: "index.js" }));
        this.program(options.program);
        if (options.copyOf !== undefined) {
            cpSync(options.copyOf, this.path("program"), { recursive: true });
            linkPackages(this.path("program"));
        }
        this.configure({});
    }

    /** Makes the project and its stack. */
    static async create(options: StackOptions): Promise<Stack> {
        const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
        const kept = Object.fromEntries(inherited.map((name) => [name, process.env[name]]));
        engine ??= findEngine();
        const env = engineEnv(await engine, { ...kept, PATH });
        const stack = new Stack(env, options);
        expectSuccess(await stack.pulumi("stack", "init", "dev"));
        return stack;
    }

    /** Checks the same project out again, as another runner does, on the same stack. */
    async clone(): Promise<Stack> {
        const { PULUMI_BACKEND_URL = "" } = this.#env;
        const env = { ...this.options.env, PULUMI_BACKEND_URL };
        const clone = new Stack(this.#env, { ...this.options, env });
        const filter = (path: string) => basename(path) !== "node_modules";
        cpSync(this.path("program"), clone.path("program"), { recursive: true, filter });
        expectSuccess(await clone.pulumi("stack", "select", "dev"));
        return clone;
    }

    /** A path in this stack's folder. */
    path(...parts: readonly string[]): string {
        return join(this.#folder, ...parts);
    }

    /** Writes a file into the program's folder. */
    write(name: string, text: string): void {
        writeFileSync(this.path("program", name), text);
    }

    /** Replaces the program. */
    program(text: string): void {
        this.write("index.js", text);
    }

    /** Replaces the configuration: that of the emulator, that of the options, and these. */
    configure(config: Readonly<Record<string, unknown>>): void {
        const { emulator, plugin } = this.options;
        const endpoints = emulator === undefined ? undefined : [{ elasticsearch: emulator.url }];
        const usual = ["alicloud", ...(plugin ? ["alicloud-logstash"] : [])].map((namespace) => {
            return { [`${namespace}:region`]: "cn-hangzhou", [`${namespace}:endpoints`]: endpoints };
        });
        const values = Object.assign({}, ...usual, this.options.config, config);
        this.write("Pulumi.dev.yaml", JSON.stringify({ config: values }));
    }

    /** Replaces Pulumi.yaml; `executables` is the folder of the plugin's, for a project that has it. */
    projectFile(executables: string): void {
        const plugins = { providers: [{ name: "alicloud-logstash", path: executables }] };
        const runtime = { name: "nodejs", options: { typescript: false } };
        const text = JSON.stringify({ name: project, runtime, plugins: this.options.plugin ? plugins : undefined });
        this.write("Pulumi.yaml", text);
    }

    /** Adds variables to the environment of the CLI. */
    environment(variables: Readonly<Record<string, string>>): void {
        Object.assign(this.#env, variables);
    }

    up(...flags: readonly string[]): Promise<Run> {
        return this.pulumi("up", "--yes", "--skip-preview", ...flags);
    }

    preview(...flags: readonly string[]): Promise<Run> {
        return this.pulumi("preview", "--diff", ...flags);
    }

    refresh(...flags: readonly string[]): Promise<Run> {
        return this.pulumi("refresh", "--yes", "--skip-preview", ...flags);
    }

    destroy(...flags: readonly string[]): Promise<Run> {
        return this.pulumi("destroy", "--yes", "--skip-preview", ...flags);
    }

    /** Runs the CLI to its end. */
    async pulumi(...args: readonly string[]): Promise<Run> {
        return this.start(...args).ended;
    }

    /** Runs a Node.js script to its end, in the program's folder and with the environment of the CLI. */
    async node(...args: readonly string[]): Promise<Run> {
        return this.#spawn(process.execPath, args).ended;
    }

    /** Starts the CLI, in a process group of its own, as a shell would. */
    start(...args: readonly string[]) {
        return this.#spawn("pulumi", [...args, "--non-interactive"]);
    }

    #spawn(command: string, args: readonly string[]) {
        const child = spawn(command, args, {
            cwd: this.path("program"),
            env: this.#env,
            stdio: ["ignore", "pipe", "pipe"],
            detached: true,
        });
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (chunk: string) => {
                text += chunk;
            });
        }
        const ended = once(child, "close").then(([code]): Run => ({ code: code as number | null, text }));
        return { child, ended };
    }

    /** The resources of the exported state, without the stack and the default provider. */
    async resources(): Promise<readonly ResourceState[]> {
        const run = expectSuccess(await this.pulumi("stack", "export"));
        const exported = JSON.parse(run.text) as { deployment: { resources?: readonly ResourceState[] } };
        return (exported.deployment.resources ?? []).filter(({ type }) => !/^pulumi:(pulumi|providers):/.test(type));
    }

    /** The only resource of the exported state. */
    async resource(): Promise<ResourceState> {
        const [resource, ...others] = await this.resources();
        assert.ok(resource !== undefined && others.length === 0, "expected one resource in the state");
        return resource;
    }

    /** Ends what a killed CLI has left behind: the process of the program goes on looking for it, for ever. */
    endAll(): void {
        for (const { pid } of processesOf(this.#folder)) {
            send(pid, "SIGKILL");
        }
    }

    /** Removes the folder, and ends what still runs in it. */
    remove(): void {
        this.endAll();
        rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
}

/** Fails with what the CLI printed unless it ended with exit code 0. */
export function expectSuccess(run: Run): Run {
    assert.equal(run.code, 0, run.text);
    return run;
}

/** Fails with what the CLI printed unless it ended with another exit code. */
export function expectFailure(run: Run): Run {
    assert.notEqual(run.code, 0, run.text);
    return run;
}

/** Lets a copied project find the packages that its package.json names. */
export function linkPackages(folder: string): void {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, object>;
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
        const link = join(folder, "node_modules", name);
        mkdirSync(dirname(link), { recursive: true });
        if (!existsSync(link)) {
            symlinkSync(join(repositoryModules, name), link);
        }
    }
}
