import { strict as assert } from "node:assert";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { findEngine } from "../../../scripts/engine";
import { languageHosts } from "../../../scripts/languageHosts";
import { buildArchives } from "../../../scripts/plugin";
import { buildSdks } from "../../../scripts/sdks";
import { blocksIn } from "../../support/blocks";
import { writeCliProfiles } from "../../support/cliProfiles";
import { repository, run, shellEnv } from "../../support/commands";
import { newcomersEnv, replaced } from "../../support/newcomer";

const page = readFileSync(join(repository, "docs", "languages.md"), "utf8");
/** The instances of the examples, and the region of the second one. */
const [orders, billing, billingRegion] = ["ls-cn-4591f1y6abcd", "ls-cn-0pp1n8xqr3ef", "ap-southeast-1"] as const;
const javaScript = ['whenIdle: "skip"', "waitForSuspended: false"] as const;
const examples = {
    YAML: { name: "yaml", program: "Pulumi.yaml", unpolled: ["whenIdle: skip", "waitForSuspended: false"] },
    Python: { name: "python", program: "__main__.py", unpolled: ['when_idle="skip"', "wait_for_suspended=False"] },
    Go: {
        name: "go",
        program: "main.go",
        unpolled: ['WhenIdle:   pulumi.String("skip")', "WaitForSuspended: pulumi.Bool(false)"],
    },
    TypeScript: { name: "typescript-sdk", program: "index.ts", unpolled: javaScript },
    JavaScript: { name: "javascript-plugin", program: "index.js", unpolled: javaScript },
} as const;

describe("the plugin in other languages", function () {
    this.timeout(1_800_000);
    let folder: string;
    let release: string;
    let emulator: Emulator;
    let env: NodeJS.ProcessEnv;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "logstash-languages-"));
        release = join(folder, "release");
        await buildArchives(release);
        await buildSdks(release);
        env = await newcomersEnv(folder);
        // What compilers and language hosts need.
        const goPaths = await run("go", ["env", "GOPATH", "GOCACHE"], { cwd: folder, env: shellEnv() });
        const [GOPATH, GOCACHE] = goPaths.split("\n");
        const PATH = [await languageHosts(await findEngine()), env.PATH].join(delimiter);
        env = { ...env, GOPATH, GOCACHE, PATH };
        const { accessKeyId: access_key_id, accessKeySecret: access_key_secret } = testAccount;
        writeCliProfiles(join(folder, "home"), { name: "billing", mode: "AK", access_key_id, access_key_secret });
    });

    beforeEach(async () => {
        emulator = await startEmulator({
            instances: [
                { instanceId: orders, status: "activating", interruptMs: 0 },
                { instanceId: billing, region: billingRegion, status: "activating", interruptMs: 0 },
            ],
        });
        env = { ...env, ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url };
    });
    afterEach(() => emulator.stop());

    const effectsOn = (instanceId: string) =>
        emulator.ledger.effectsOn(instanceId).map(({ operation }) => operation.replace("LogstashTask", ""));

    /** A copy of an example beside the files of a release. */
    function project(example: string): string {
        const copy = mkdtempSync(join(folder, `${example}-`));
        cpSync(join(repository, "examples", example), copy, { recursive: true });
        for (const file of readdirSync(release)) {
            copyFileSync(join(release, file), join(copy, file));
        }
        return copy;
    }
    /** As in the shell of somebody who has activated the environment of Python once. */
    const shell = (lines: string, cwd: string) =>
        run("sh", ["-e", "-c", `if [ -d venv ]; then . venv/bin/activate; fi\n${lines}`], { cwd, env });

    for (const [language, { name, program, unpolled }] of Object.entries(examples)) {
        it(`deploys the example in ${language} when its reader follows the documentation`, async () => {
            const cwd = project(name);
            await shell(commandsIn("Install"), cwd);
            const { accessKeyId, accessKeySecret } = testAccount;
            const secrets = { "LTAI…": accessKeyId, "secretKey …": `secretKey ${accessKeySecret}` };
            await shell(replaced(commandsIn("Configure").replace("init dev", `init ${basename(cwd)}`), secrets), cwd);
            await shell("pulumi config set release v1", cwd);
            const output = await shell(commandsIn(language), cwd);
            assert.match(output, /status *: "suspended"/);
            assert.deepEqual(effectsOn(orders), ["Interrupt", "Resume"]);
            assert.deepEqual(effectsOn(billing), ["Interrupt"]);
            const regions = emulator.ledger.requests.map(({ instanceId, region }) => `${instanceId} ${region}`);
            assert.deepEqual([...new Set(regions)].sort(), [`${billing} ${billingRegion}`, `${orders} cn-hangzhou`]);

            const sent = emulator.ledger.requests.length;
            await shell("pulumi up --skip-preview --expect-no-changes", cwd);
            assert.equal(emulator.ledger.requests.length, sent);

            emulator.startChange(billing, billingRegion);
            await shell("pulumi config set release v2\npulumi up --skip-preview", cwd);
            assert.deepEqual(effectsOn(orders), ["Interrupt", "Resume", "Interrupt", "Resume"]);
            assert.deepEqual(effectsOn(billing), ["Interrupt", "Interrupt"]);

            const before = emulator.ledger.requests.length;
            await shell("pulumi destroy --skip-preview", cwd);
            assert.equal(emulator.ledger.requests.length, before);

            // Without a poll there is no `interruption`, and no language may turn that into "".
            const file = join(cwd, program);
            const [polled, notPolled] = unpolled;
            writeFileSync(file, replaced(readFileSync(file, "utf8"), { [polled]: notPolled }));
            emulator.startChange(billing, billingRegion);
            emulator.setStatus(orders, "activating");
            await assert.rejects(
                shell("pulumi config set release v4\npulumi up --skip-preview", cwd),
                /interruption[\s\S]*triggers[\s\S]*clientToken/,
            );
            assert.equal(effectsOn(orders).at(-1), "Interrupt");
        });
    }

    it("compiles the schema's examples when they use the SDKs, and the documentation shows those of the resume", async () => {
        const cwd = project("go");
        const texts = join(repository, "scripts", "schema", "examples");
        for (const file of readdirSync(texts).filter((name) => /\.(ts|py)$/.test(name))) {
            copyFileSync(join(texts, file), join(cwd, file));
        }
        cpSync(join(repository, "examples", "typescript-sdk", "package.json"), join(cwd, "package.json"));
        await shell([commandsIn("Go"), commandsIn("TypeScript")].join("").replaceAll("pulumi up\n", ""), cwd);
        for (const name of ["interrupt", "resume"]) {
            copyFileSync(join(texts, `${name}.go`), join(cwd, "main.go"));
            await shell(`go vet -mod=mod .\npython3 -m py_compile ${name}.py`, cwd);
        }
        const compilerOptions = { strict: true, noEmit: true, target: "es2022", module: "nodenext", types: ["node"] };
        writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
        await run("tsc", ["-p", cwd], { cwd });
        for (const [language, end] of Object.entries({ yaml: "yaml", python: "py", go: "go", typescript: "ts" })) {
            const text = readFileSync(join(texts, `resume.${end}`), "utf8");
            assert.ok(
                blocksIn(page, language).includes(text),
                `docs/languages.md shows another program in ${language}`,
            );
        }
    });
});

/** The only block of commands below a heading of the page. */
function commandsIn(title: string): string {
    const section = page.split(/^##+ /m).find((text) => text.startsWith(`${title}\n`)) ?? "";
    const [commands, ...others] = blocksIn(section, "sh");
    assert.ok(commands !== undefined && others.length === 0, `one block of commands in "${title}"`);
    return commands;
}
