import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
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

    before(async () => {
        const provider = await packed();
        emulator = await packed("emulator");
        folder = realpathSync(mkdtempSync(join(tmpdir(), "logstash-emulator-user-")));
        writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", private: true, main: "index.ts" }));
        const others = ofTheRepository.map((it) => `${it}@${manifestOf(repository, it).version}`);
        const packages = [emulator.tarball, provider.tarball, ...others];
        await run("npm", ["install", "--prefer-offline", ...packages], { cwd: folder });
    });

    it("holds the compiled sources with their types, its page, README, LICENSE and package.json, and runs nothing when it is installed", () => {
        const compiled = readdirSync(join(source, "src"), { recursive: true, encoding: "utf8" })
            .filter((path) => path.endsWith(".ts"))
            .map((path) => join("dist", path.slice(0, -".ts".length)))
            .flatMap((path) => [`${path}.js`, `${path}.d.ts`]);
        assert.deepEqual(emulator.files, [...compiled, "LICENSE", "README.md", "package.json", "page.html"].sort());
        assert.doesNotMatch(Object.keys(manifestOf(folder, name).scripts).join(), /install|prepare/);
        assert.ok(!(name in manifestOf(folder, "pulumi-alicloud-logstash").dependencies));
    });

    it("has examples that compile when they use what is installed", async () => {
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
        await run("tsc", ["-p", examples], { cwd: folder });
    });

    it("serves a mocha test with the Automation API when a user follows the README", async () => {
        const [program = "", test = ""] = blocksIn(readme, "ts", "From a mocha test");
        writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
        writeFileSync(join(folder, "index.ts"), program);
        writeFileSync(join(folder, "release.test.ts"), test);
        const PATH = [join(folder, "node_modules", ".bin"), dirname(process.execPath), process.env.PATH].join(
            delimiter,
        );
        const env = engineEnv(await findEngine(), { ...shellEnv(), PATH, PULUMI_HOME: join(folder, "home") });
        const [command = "false"] = blocksIn(readme, "sh", "From a mocha test");
        assert.match(await run("sh", ["-c", command], { cwd: folder, env }), /2 passing/);
        const left = readdirSync(folder).filter((it) => it.startsWith("Pulumi."));
        assert.deepEqual(left, ["Pulumi.yaml"]);
    });

    it("has a command that starts, responds and ends when Node.js is the oldest that it accepts", async () => {
        const nodes = join(folder, "nodes");
        mkdirSync(nodes);
        // Their script puts the binary for this platform into place.
        writeFileSync(join(nodes, "package.json"), JSON.stringify({ allowScripts: { node: true } }));
        const oldest = `node@${manifestOf(folder, name).engines.node.replace(">=", "")}.0`;
        await run("npm", ["install", "--prefer-offline", oldest], { cwd: nodes });
        const env = {
            ...shellEnv(),
            PATH: [join(nodes, "node_modules", "node", "bin"), process.env.PATH].join(delimiter),
        };
        const command = join(folder, "node_modules", ".bin", name);
        const child = spawn(command, ["--port", "0", "--instance", "ls-cn-installed1@cn-beijing"], { env });
        let url: string | undefined;
        for await (const line of createInterface(child.stdout)) {
            url ??= /^The emulator listens on (http:\S+),/.exec(line)?.[1];
            if (line.startsWith("Requests")) {
                break;
            }
        }
        assert.match(await (await fetch(`${url}/_emulator/state`)).text(), /"ls-cn-installed1"/);
        assert.match(await (await fetch(`${url}/`)).text(), /<title>Logstash emulator<\/title>/);
        child.kill("SIGTERM");
        assert.deepEqual(await once(child, "exit"), [0, null]);
    });
});

function manifestOf(folder: string, dependency: string): Manifest {
    return JSON.parse(readFileSync(join(folder, "node_modules", dependency, "package.json"), "utf8")) as Manifest;
}
