import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { engineEnv, findEngine } from "../../../scripts/engine";
import { run, shellEnv } from "../../support/commands";
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
    interrupt: (instanceId) =>
        [
            'const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");',
            `const pause = new LogstashTaskInterrupt("pause", ${args(instanceId)});`,
            "module.exports = { status: pause.status, node: process.versions.node };",
        ].join("\n"),
};

const ecmaScript: Program = {
    file: "index.js",
    isModule: true,
    interrupt: (instanceId) =>
        [
            'import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";',
            `const pause = new LogstashTaskInterrupt("pause", ${args(instanceId)});`,
            "export const status = pause.status;",
            "export const node = process.versions.node;",
        ].join("\n"),
};

const typeScript: Program = {
    file: "index.ts",
    interrupt: (instanceId, whenIdle) =>
        [
            'import * as pulumi from "@pulumi/pulumi";',
            'import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";',
            'import type { LogstashTaskInterruptArgs } from "pulumi-alicloud-logstash";',
            "",
            // Not known to the compiler that Pulumi brings along, so a pass shows that it is not in use.
            `const settings = ${args(instanceId, whenIdle)} satisfies LogstashTaskInterruptArgs;`,
            'const pause = new LogstashTaskInterrupt("pause", settings);',
            "export const status: pulumi.Output<string> = pause.status;",
            "export const node: string = process.versions.node;",
        ].join("\n"),
};

const oldTypeScript: Program = { ...ecmaScript, file: "index.ts", isModule: false };

const typeScriptModule: Program = { ...typeScript, isModule: true };

describe("installed in an empty project, the package", function () {
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
    async function emptyProject(): Promise<void> {
        stack = await Stack.create({ emulator, program: "" });
        rmSync(stack.path("program"), { recursive: true });
        mkdirSync(stack.path("program"));
        stack.configure({});
        manifest({});
    }
    const inProject = (command: string, ...words: readonly string[]) =>
        run(command, words, { cwd: stack.path("program") });
    /** Changes package.json, and leaves what a package manager has written into it. */
    function manifest(fields: Readonly<Record<string, unknown>>): void {
        const path = stack.path("program", "package.json");
        const written = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as object) : {};
        stack.write("package.json", JSON.stringify({ ...written, name: project, private: true, ...fields }));
    }
    function projectFile(options: Readonly<Record<string, unknown>> = {}): void {
        stack.write("Pulumi.yaml", JSON.stringify({ name: project, runtime: { name: "nodejs", options } }));
    }
    function write(program: Program, text: string): void {
        manifest({ main: program.file, type: program.isModule ? "module" : "commonjs" });
        stack.write(program.file, text);
    }
    /** Runs the program, which interrupts an instance of its own, and proves by the ledger that it did so once. */
    async function expectInterrupt(program: Program, version = process.versions.node): Promise<void> {
        instances += 1;
        const instanceId = `ls-cn-install${instances}`;
        emulator.addInstance({ instanceId });
        write(program, program.interrupt(instanceId));
        expectSuccess(await stack.up());
        assert.equal(emulator.ledger.effects.filter((effect) => effect.instanceId === instanceId).length, 1);
        const { text } = expectSuccess(await stack.pulumi("stack", "output", "--json"));
        assert.deepEqual(JSON.parse(text), { node: version, status: "suspended" });
    }
    /** The compiler that Pulumi uses knows our types. */
    async function expectTypeError(): Promise<void> {
        write(typeScript, typeScript.interrupt("ls-cn-typeerror01", "ignore"));
        const { text } = expectFailure(await stack.preview());
        assert.match(text, /TS2322: Type '"ignore"' is not assignable to type/);
    }

    describe("by npm,", () => {
        let nodes: string;
        before(async () => {
            await emptyProject();
            projectFile();
            await add(tarball, sdk);
            nodes = mkdtempSync(join(tmpdir(), "logstash-nodes-"));
        });
        after(() => {
            rmSync(nodes, { recursive: true, force: true });
            stack.remove();
        });
        const add = (...packages: readonly string[]) => inProject("npm", "install", "--prefer-offline", ...packages);

        it("works in plain JavaScript, and a second run sends nothing", async () => {
            await expectInterrupt(commonJs);
            const sent = emulator.ledger.requests.length;
            expectSuccess(await stack.up("--expect-no-changes"));
            assert.equal(emulator.ledger.requests.length, sent);
        });

        it("works in ECMAScript modules", () => expectInterrupt(ecmaScript));

        it("works with the TypeScript 3.8 that Pulumi brings along", () => expectInterrupt(oldTypeScript));

        describe("on another Node.js:", () => {
            before(async () => {
                await add(sdk);
                // Their script puts the binary for this platform into place.
                writeFileSync(join(nodes, "package.json"), JSON.stringify({ allowScripts: { node: true } }));
                const aliases = Object.entries(otherNodes).map(([name, version]) => `${name}@npm:node@${version}`);
                await run("npm", ["install", "--prefer-offline", ...aliases], { cwd: nodes });
            });
            afterEach(() => useNode(dirname(process.execPath)));

            for (const [name, version] of Object.entries(otherNodes)) {
                it(`works on Node.js ${version}`, async () => {
                    await useNode(join(nodes, "node_modules", name, "bin"));
                    await expectInterrupt(commonJs, version);
                });
            }
        });

        it("works in TypeScript 5, and is checked by it", async () => {
            await add(typescript5, nodeTypes);
            await expectInterrupt(typeScript);
            await expectTypeError();
        });

        it("works in TypeScript 5 with the settings of older templates", async () => {
            const compilerOptions = { strict: true, target: "es2016", module: "commonjs", moduleResolution: "node" };
            stack.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["index.ts"] }));
            try {
                await expectInterrupt(typeScript);
            } finally {
                rmSync(stack.path("program", "tsconfig.json"));
            }
        });

        it("works in TypeScript 6, and is checked by it", async () => {
            await add(typescript6);
            await expectInterrupt(typeScript);
            await expectTypeError();
        });

        it("works in ECMAScript modules in TypeScript 5", async () => {
            await add(typescript5);
            await expectInterrupt(typeScriptModule);
        });

        it("works with the oldest SDK that it accepts", async () => {
            const { peerDependencies } = require("pulumi-alicloud-logstash/package.json") as {
                readonly peerDependencies: Readonly<Record<string, string>>;
            };
            await add(`@pulumi/pulumi@${peerDependencies["@pulumi/pulumi"]?.replace("^", "")}`);
            await expectInterrupt(commonJs);
        });
    });

    describe("by pnpm, with its strict node_modules,", () => {
        before(async () => {
            await emptyProject();
            projectFile();
            stack.write("pnpm-workspace.yaml", pnpmWorkspace);
            await inProject("pnpm", "add", "--prefer-offline", tarball, sdk, typescript5, nodeTypes);
        });
        after(() => stack.remove());

        it("works in TypeScript", () => expectInterrupt(typeScript));

        it("says so where only a library depends on it", async () => {
            const library = stack.path("library");
            mkdirSync(library);
            writeFileSync(
                join(library, "package.json"),
                JSON.stringify({
                    name: "library",
                    version: "1.0.0",
                    main: "index.js",
                    dependencies: { "pulumi-alicloud-logstash": `file:${tarball}` },
                    peerDependencies: { "@pulumi/pulumi": "*" },
                }),
            );
            writeFileSync(join(library, "index.js"), 'module.exports = require("pulumi-alicloud-logstash");');
            await run("npm", ["pack"], { cwd: library });
            await inProject("pnpm", "add", "--prefer-offline", join(library, "library-1.0.0.tgz"));
            await inProject("pnpm", "remove", "pulumi-alicloud-logstash");
            write(commonJs, commonJs.interrupt("ls-cn-library0001").replace("pulumi-alicloud-logstash", "library"));
            const { text } = expectFailure(await stack.up());
            assert.match(
                text,
                /Not a direct dependency\? Error: Cannot find module 'pulumi-alicloud-logstash\/handler'/,
            );
        });
    });

    describe("by yarn, with its node-modules linker,", () => {
        before(async () => {
            await emptyProject();
            projectFile();
            useYarn("node-modules");
            await inProject("yarn", "add", tarball, sdk, typescript5, nodeTypes);
        });
        after(() => stack.remove());

        it("works in TypeScript", () => expectInterrupt(typeScript));

        it("is not found where nothing is linked, for Pulumi does not find its own SDK there", async () => {
            useYarn("pnp");
            await inProject("yarn", "install");
            const { text } = expectFailure(await stack.up());
            assert.match(text, /It looks like the Pulumi SDK has not been installed/);
        });
    });

    describe("by `pulumi install`,", () => {
        beforeEach(emptyProject);
        afterEach(() => stack.remove());

        // Each leaves a file of its own in node_modules.
        for (const [packagemanager, trace] of Object.entries({
            pnpm: ".modules.yaml",
            yarn: ".yarn-state.yml",
        })) {
            it(`works with \`packagemanager: ${packagemanager}\`, also where the language host takes npm`, async () => {
                projectFile({ packagemanager });
                useYarn("node-modules");
                stack.write("pnpm-workspace.yaml", pnpmWorkspace);
                const dependencies = { "@pulumi/pulumi": sdkVersion, "pulumi-alicloud-logstash": `file:${tarball}` };
                manifest({ main: "index.js", dependencies });
                const env = {
                    ...(await engineWith(dirname(process.execPath))),
                    PULUMI_HOME: stack.path("home", ".pulumi"),
                };
                await run("pulumi", ["install", "--non-interactive"], { cwd: stack.path("program"), env });
                // A language host that knows the option leaves the trace; the one that can be built from Go modules is
                // older and takes npm, which has to work as well.
                assert.ok(
                    [".package-lock.json", trace].some((name) =>
                        existsSync(stack.path("program", "node_modules", name)),
                    ),
                );
                await expectInterrupt(commonJs);
            });
        }
    });

    async function useNode(folder: string): Promise<void> {
        stack.environment({ PATH: (await engineWith(folder)).PATH ?? "" });
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
});

function versionOf(name: string): string {
    return (require(`${name}/package.json`) as { readonly version: string }).version;
}
