import { strict as assert } from "node:assert";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { engineEnv, findEngine } from "../../../scripts/engine";
import { repository, run, shellEnv } from "../../support/commands";
import { packed } from "../../support/packed";
import { expectFailure, expectSuccess, project, Stack } from "../../support/stack";

/** Beside the Node.js that runs the tests: the oldest and the newest line that Pulumi and this package support. */
const otherNodes = { node22: "22.23.3", node26: "26.10.0" } as const;
const sdkVersion = versionOf("@pulumi/pulumi");
const sdk = `@pulumi/pulumi@${sdkVersion}`;
const nodeTypes = `@types/node@${versionOf("@types/node")}`;
const typescript5 = `typescript@${versionOf("typescript")}`;
const typescript6 = "typescript@6.0.3";

/** pnpm 11 ends with exit code 1 while nobody has decided about the script of a package that Pulumi depends on. */
const pnpmWorkspace = "allowBuilds:\n    protobufjs: false\n";

/** A program in a file of its own; `interrupt` makes its text for an instance. */
interface Program {
    readonly file: string;
    readonly isModule?: boolean;
    interrupt(instanceId: string, whenIdle?: string): string;
}

const args = (instanceId: string, whenIdle = "fail") =>
    `{ instanceId: "${instanceId}", triggers: ["v1"], whenIdle: "${whenIdle}" }`;

const commonJs: Program = {
    file: "index.js",
    interrupt: (instanceId) => `const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
        const pause = new LogstashTaskInterrupt("pause", ${args(instanceId)});
        module.exports = { status: pause.status, node: process.versions.node };`,
};
const ecmaScript: Program = {
    file: "index.js",
    isModule: true,
    interrupt: (instanceId) => `import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";
        const pause = new LogstashTaskInterrupt("pause", ${args(instanceId)});
        export const status = pause.status;
        export const node = process.versions.node;`,
};
const typeScript: Program = {
    file: "index.ts",
    // The compiler that Pulumi brings along does not know `satisfies`, so a pass shows that it is not in use.
    interrupt: (instanceId, whenIdle) => `import * as pulumi from "@pulumi/pulumi";
        import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";
        import type { LogstashTaskInterruptArgs } from "pulumi-alicloud-logstash";
        const settings = ${args(instanceId, whenIdle)} satisfies LogstashTaskInterruptArgs;
        const pause = new LogstashTaskInterrupt("pause", settings);
        export const status: pulumi.Output<string> = pause.status;
        export const node: string = process.versions.node;`,
};
const oldTypeScript: Program = { ...ecmaScript, file: "index.ts", isModule: false };
const typeScriptModule: Program = { ...typeScript, isModule: true };

describe("the package in an empty project", function () {
    this.timeout(180_000);
    let emulator: Emulator;
    let tarball: string;
    let stack: Stack;
    let instances = 0;

    before(async () => {
        emulator = await startEmulator();
        ({ tarball } = await packed());
    });
    after(() => emulator.stop());

    /** A stack whose program's folder is empty but for its configuration. */
    async function emptyProject(options: Readonly<Record<string, unknown>> = {}): Promise<void> {
        stack = await Stack.create({ emulator, program: "" });
        rmSync(stack.path("program"), { recursive: true });
        mkdirSync(stack.path("program"));
        stack.configure({});
        manifest({});
        stack.write("Pulumi.yaml", JSON.stringify({ name: project, runtime: { name: "nodejs", options } }));
        stack.write("pnpm-workspace.yaml", pnpmWorkspace);
        useYarn("node-modules");
    }
    const inProject = (command: string, ...words: readonly string[]) =>
        run(command, words, { cwd: stack.path("program") });
    /** Changes package.json, and leaves what a package manager has written into it. */
    function manifest(fields: Readonly<Record<string, unknown>>): void {
        const path = stack.path("program", "package.json");
        const written = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as object) : {};
        stack.write("package.json", JSON.stringify({ ...written, name: project, private: true, ...fields }));
    }
    function write(program: Program, text: string): void {
        manifest({ main: program.file, type: program.isModule ? "module" : "commonjs" });
        stack.write(program.file, text);
    }
    /** Runs the program, which interrupts an instance of its own once. */
    async function expectInterrupt(program: Program, version = process.versions.node): Promise<void> {
        instances += 1;
        const instanceId = `ls-cn-install${instances}`;
        emulator.addInstance({ instanceId });
        write(program, program.interrupt(instanceId));
        expectSuccess(await stack.up());
        assert.equal(emulator.ledger.effectsOn(instanceId).length, 1);
        const { text } = expectSuccess(await stack.pulumi("stack", "output", "--json"));
        assert.deepEqual(JSON.parse(text), { node: version, status: "suspended" });
    }
    /** The compiler that Pulumi uses knows our types. */
    async function expectTypeError(): Promise<void> {
        write(typeScript, typeScript.interrupt("ls-cn-typeerror01", "ignore"));
        const { text } = expectFailure(await stack.preview());
        assert.match(text, /TS2322: Type '"ignore"' is not assignable to type/);
    }
    async function engineWith(nodeFolder: string): Promise<NodeJS.ProcessEnv> {
        const PATH = [nodeFolder, process.env.PATH].join(delimiter);
        return engineEnv(await findEngine(), { ...shellEnv(), PATH });
    }
    function useYarn(nodeLinker: "node-modules" | "pnp"): void {
        const settings = { nodeLinker, enableImmutableInstalls: false, enableTelemetry: false };
        stack.write(".yarnrc.yml", JSON.stringify(settings));
        // Without one yarn takes the folder for a part of whatever project is above it.
        stack.write("yarn.lock", "");
    }

    describe("by npm", () => {
        before(async () => {
            await emptyProject();
            await add(tarball, sdk);
        });
        after(() => stack.remove());
        const add = (...packages: readonly string[]) => inProject("npm", "install", "--prefer-offline", ...packages);

        it("works when the program is plain JavaScript", () => expectInterrupt(commonJs));
        it("works when the program is an ECMAScript module", () => expectInterrupt(ecmaScript));
        it("works when TypeScript is the 3.8 that Pulumi brings along", () => expectInterrupt(oldTypeScript));

        it(`works when Node.js is ${Object.values(otherNodes).join(" or ")}`, async () => {
            const nodes = mkdtempSync(join(tmpdir(), "logstash-nodes-"));
            // Their script puts the binary for this platform into place.
            writeFileSync(join(nodes, "package.json"), JSON.stringify({ allowScripts: { node: true } }));
            const aliases = Object.entries(otherNodes).map(([name, version]) => `${name}@npm:node@${version}`);
            await run("npm", ["install", "--prefer-offline", ...aliases], { cwd: nodes });
            for (const [name, version] of Object.entries(otherNodes)) {
                const { PATH = "" } = await engineWith(join(nodes, "node_modules", name, "bin"));
                stack.environment({ PATH });
                await expectInterrupt(commonJs, version);
            }
            const { PATH = "" } = await engineWith(dirname(process.execPath));
            stack.environment({ PATH });
            rmSync(nodes, { recursive: true });
        });

        for (const [version, typescript] of Object.entries({ 5: typescript5, 6: typescript6 })) {
            it(`works and is checked when TypeScript is ${version}`, async () => {
                await add(typescript, nodeTypes);
                await expectInterrupt(typeScript);
                await expectTypeError();
            });
        }

        it("works when TypeScript 5 makes ECMAScript modules, or has the settings of older templates", async () => {
            await add(typescript5);
            await expectInterrupt(typeScriptModule);
            const compilerOptions = { strict: true, target: "es2016", module: "commonjs", moduleResolution: "node" };
            stack.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["index.ts"] }));
            await expectInterrupt(typeScript);
        });
    });

    describe("by pnpm, with its strict node_modules", () => {
        before(async () => {
            await emptyProject();
            await inProject("pnpm", "add", "--prefer-offline", tarball, sdk, typescript5, nodeTypes);
        });
        after(() => stack.remove());

        it("works when the program is TypeScript", () => expectInterrupt(typeScript));

        it("names the missing dependency when only a library depends on it", async () => {
            const library = stack.path("library");
            mkdirSync(library);
            const dependencies = { "pulumi-alicloud-logstash": `file:${tarball}` };
            const fields = { name: "library", version: "1.0.0", main: "index.js", dependencies };
            const peerDependencies = { "@pulumi/pulumi": "*" };
            writeFileSync(join(library, "package.json"), JSON.stringify({ ...fields, peerDependencies }));
            writeFileSync(join(library, "index.js"), 'module.exports = require("pulumi-alicloud-logstash");');
            await run("npm", ["pack"], { cwd: library });
            await inProject("pnpm", "add", "--prefer-offline", join(library, "library-1.0.0.tgz"));
            await inProject("pnpm", "remove", "pulumi-alicloud-logstash");
            write(commonJs, commonJs.interrupt("ls-cn-library0001").replace("pulumi-alicloud-logstash", "library"));
            assert.match(expectFailure(await stack.up()).text, /'pulumi-alicloud-logstash\/handler'/);
        });
    });

    describe("by yarn", () => {
        before(async () => {
            await emptyProject();
            await inProject("yarn", "add", tarball, sdk, typescript5, nodeTypes);
        });
        after(() => stack.remove());

        it("works when yarn makes node_modules", () => expectInterrupt(typeScript));

        it("is not found when yarn links nothing, because Pulumi does not find its own SDK there", async () => {
            useYarn("pnp");
            await inProject("yarn", "install");
            assert.match(expectFailure(await stack.up()).text, /the Pulumi SDK has not been installed/);
        });
    });

    // Each leaves a file of its own in node_modules. A language host that does not know the option takes npm.
    for (const [packagemanager, trace] of Object.entries({ pnpm: ".modules.yaml", yarn: ".yarn-state.yml" })) {
        it(`works when \`pulumi install\` has \`packagemanager: ${packagemanager}\``, async () => {
            await emptyProject({ packagemanager });
            const dependencies = { "@pulumi/pulumi": sdkVersion, "pulumi-alicloud-logstash": `file:${tarball}` };
            manifest({ main: "index.js", dependencies });
            const env = {
                ...(await engineWith(dirname(process.execPath))),
                PULUMI_HOME: stack.path("home", ".pulumi"),
            };
            await run("pulumi", ["install", "--non-interactive"], { cwd: stack.path("program"), env });
            const modules = stack.path("program", "node_modules");
            assert.ok([".package-lock.json", trace].some((name) => existsSync(join(modules, name))));
            await expectInterrupt(commonJs);
            stack.remove();
        });
    }

    it("is installed in an example when that is copied out of the clone, as its README says", async () => {
        await emptyProject();
        rmSync(stack.path("program"), { recursive: true });
        cpSync(join(repository, "examples", "quickstart"), stack.path("program"), { recursive: true });
        stack.configure({});
        const readme = readFileSync(stack.path("program", "README.md"), "utf8");
        const [, command = ""] = /in a copy outside the clone: (npm install) path\S+$/m.exec(readme) ?? [];
        await inProject("sh", "-ec", `${command} --prefer-offline ${tarball}`);
        expectSuccess(await stack.pulumi("stack", "init", "dev"));
        emulator.addInstance({ instanceId: "ls-cn-4591f1y6abcd" });
        assert.match(expectSuccess(await stack.up()).text, /status *: "suspended"/);
        stack.remove();
    });
});

function versionOf(name: string): string {
    return (require(`${name}/package.json`) as { readonly version: string }).version;
}
