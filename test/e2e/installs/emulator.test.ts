import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { engineEnv, findEngine } from "../../../scripts/engine";
import { blocksIn } from "../../support/blocks";
import { repository, run, shellEnv } from "../../support/commands";
import { type Packed, packed } from "../../support/packed";

const name = "pulumi-alicloud-logstash-emulator";
const source = join(repository, "emulator");
const readme = readFileSync(join(source, "README.md"), "utf8");
const ofTheRepository = ["@pulumi/pulumi", "@types/mocha", "@types/node", "mocha", "typescript"];

interface Manifest {
    readonly version: string;
    readonly engines: { readonly node: string };
    readonly dependencies: Readonly<Record<string, string>>;
    readonly scripts: Readonly<Record<string, string>>;
}

describe("the packed emulator", function () {
    this.timeout(180_000);
    let emulator: Packed;
    let folder: string;
    let children: ChildProcess[];
    const inProject = (command: string, ...words: readonly string[]) => run(command, words, { cwd: folder });

    before(async () => {
        const provider = await packed();
        emulator = await packed("emulator");
        folder = realpathSync(mkdtempSync(join(tmpdir(), "logstash-emulator-user-")));
        writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", private: true, main: "index.ts" }));
        const others = ofTheRepository.map((it) => `${it}@${manifestOf(repository, it).version}`);
        await inProject("npm", "install", "--prefer-offline", emulator.tarball, provider.tarball, ...others);
    });
    beforeEach(() => {
        children = [];
    });
    afterEach(() => {
        for (const child of children) {
            child.kill("SIGKILL");
        }
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("holds the compiled sources with their types, its page, README, LICENSE and package.json, and nothing else", () => {
        const compiled = readdirSync(join(source, "src"), { recursive: true, encoding: "utf8" })
            .filter((path) => path.endsWith(".ts"))
            .map((path) => join("dist", path.slice(0, -".ts".length)))
            .flatMap((path) => [`${path}.js`, `${path}.d.ts`]);
        assert.deepEqual(emulator.files, [...compiled, "LICENSE", "README.md", "package.json", "page.html"].sort());
    });

    it("runs nothing when it is installed, and is no dependency of the provider", () => {
        const whenInstalled = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];
        const { scripts } = manifestOf(folder, name);
        assert.deepEqual(
            Object.keys(scripts).filter((script) => whenInstalled.includes(script)),
            [],
        );
        assert.ok(!(name in manifestOf(folder, "pulumi-alicloud-logstash").dependencies));
    });

    it("passes publint, and has types that resolve in CommonJS, in ECMAScript modules and in bundlers", async () => {
        assert.match(
            await run("publint", ["run", emulator.tarball, "--strict"], { cwd: emulator.folder }),
            /All good!/,
        );
        await run("attw", [emulator.tarball, "--profile", "node16"], { cwd: emulator.folder });
    });

    it("has examples that compile against what is installed", async () => {
        const examples = join(folder, "examples");
        mkdirSync(examples);
        for (const [index, text] of blocksIn(readme, "ts").entries()) {
            writeFileSync(join(examples, `example${index}.mts`), text);
        }
        const compilerOptions = {
            ...{ strict: true, noEmit: true, target: "es2022", module: "nodenext", types: ["node", "mocha"] },
            ...{ noUncheckedIndexedAccess: true, noPropertyAccessFromIndexSignature: false, skipLibCheck: false },
        };
        writeFileSync(join(examples, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
        await inProject("tsc", "-p", examples);
    });

    it("serves a user's mocha test with the Automation API, as the README shows it", async () => {
        const [program, test] = blocksIn(readme, "ts", "From a mocha test");
        assert.ok(program !== undefined && test !== undefined);
        writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
        writeFileSync(join(folder, "index.ts"), program);
        writeFileSync(join(folder, "release.test.ts"), test);
        const home = join(folder, "home");
        mkdirSync(home);
        const PATH = [join(folder, "node_modules", ".bin"), dirname(process.execPath), process.env.PATH].join(
            delimiter,
        );
        const env = { ...engineEnv(await findEngine(), { ...shellEnv(), PATH }), PULUMI_HOME: home };
        const [command] = blocksIn(readme, "sh", "From a mocha test");
        const output = await run("sh", ["-c", command ?? "false"], { cwd: folder, env });
        assert.match(output, /2 passing/);
        assert.deepEqual(
            readdirSync(folder).filter((it) => it.startsWith("Pulumi.")),
            ["Pulumi.yaml"],
        );
    });

    it("has a command that starts, answers and ends", () => expectCommand(process.execPath));

    it("runs on the oldest Node.js that it accepts", async () => {
        const oldest = `${manifestOf(folder, name).engines.node.replace(">=", "")}.0`;
        const nodes = join(folder, "nodes");
        mkdirSync(nodes);
        // Their script puts the binary for this platform into place.
        writeFileSync(join(nodes, "package.json"), JSON.stringify({ allowScripts: { node: true } }));
        await run("npm", ["install", "--prefer-offline", `node@${oldest}`], { cwd: nodes });
        const node = join(nodes, "node_modules", "node", "bin", "node");
        assert.equal((await run(node, ["--version"], { cwd: nodes })).trim(), `v${oldest}`);
        await expectCommand(node);
    });

    /** Starts the installed command on a Node.js, as a shell would, and asks it once. */
    async function expectCommand(node: string): Promise<void> {
        const env = { ...shellEnv(), PATH: [dirname(node), process.env.PATH].join(delimiter) };
        const command = join(folder, "node_modules", ".bin", name);
        const child = spawn(command, ["--port", "0", "--instance", "ls-cn-installed1@cn-beijing"], { env });
        children.push(child);
        let url: string | undefined;
        for await (const line of createInterface(child.stdout)) {
            url ??= /^The emulator listens on (http:\S+),/.exec(line)?.[1];
            if (line.startsWith("Requests")) {
                break;
            }
        }
        const state = (await (await fetch(`${url}/_emulator/state`)).json()) as { instances: readonly object[] };
        const [instance] = state.instances as readonly { instanceId: string; region: string }[];
        assert.deepEqual([instance?.instanceId, instance?.region], ["ls-cn-installed1", "cn-beijing"]);
        assert.match(await (await fetch(`${url}/`)).text(), /<title>Logstash emulator<\/title>/);
        child.kill("SIGTERM");
        assert.deepEqual(await once(child, "exit"), [0, null]);
    }
});

function manifestOf(folder: string, dependency: string): Manifest {
    return JSON.parse(readFileSync(join(folder, "node_modules", dependency, "package.json"), "utf8")) as Manifest;
}
