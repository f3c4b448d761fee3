import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { cliModule, engineEnv, findEngine, PINNED, writeGoMod } from "../../scripts/engine";
import { writeCliProfiles } from "../cliProfiles";
import { pluginHeader } from "../engine/pluginPrograms";
import { expectFailure, expectSuccess, Stack } from "../engine/stack";
import { repository, run, shellEnv } from "../package/commands";
import { packed } from "../package/packed";
import { endOf, providerOf } from "../processes";

const operation = "InterruptLogstashTask";
const { peerDependencies } = require("pulumi-alicloud-logstash/package.json") as {
    readonly peerDependencies: Readonly<Record<string, string>>;
};
/** The oldest that the package accepts, from which the plugin takes gRPC and its messages. */
const oldestSdk = `@pulumi/pulumi@${peerDependencies["@pulumi/pulumi"]?.replace("^", "")}`;
/** The instances of the example. */
const [orders, billing] = ["ls-cn-4591f1y6abcd", "ls-cn-0pp1n8xqr3ef"] as const;

describe("the plugin of the packed package", function () {
    this.timeout(900_000);
    let folder: string;
    let sdks: string;
    let tarball: string;
    let schemaFile: string;
    let emulator: Emulator;
    let stack: Stack;

    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "logstash-languages-"));
        const subject = await packed();
        tarball = subject.tarball;
        sdks = join(folder, "sdks");
        // Pulumi's own generators, built from the modules of the CLI; Go keeps what it has built.
        const generator = join(folder, "generate");
        cpSync(join(__dirname, "generate"), generator, { recursive: true });
        await writeGoMod(generator, cliModule);
        schemaFile = join(subject.folder, "schema.json");
        await go(generator, "run", "-mod=mod", ".", schemaFile, sdks);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("gives Python an SDK that compiles", async () => {
        const files = readdirSync(join(sdks, "python"), { recursive: true, encoding: "utf8" });
        assert.ok(files.includes(join("pulumi_alicloud_logstash", "logstash_task_interrupt.py")), files.join("\n"));
        await run("python3", ["-m", "compileall", "-q", "."], { cwd: join(sdks, "python") });
    });

    it("gives Node an SDK that compiles", async () => {
        const folder = join(sdks, "nodejs");
        symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
        await run("tsc", ["-p", folder, "--noEmit"], { cwd: folder });
    });

    describe("in a project of its own", () => {
        beforeEach(async () => {
            emulator = await startEmulator({
                instances: [
                    { instanceId: orders, status: "activating" },
                    { instanceId: billing, region: "ap-southeast-1", status: "activating" },
                ],
            });
        });
        afterEach(async () => {
            stack.remove();
            await emulator.stop();
        });

        /** A project outside the repository, with what npm installs and nothing else. */
        async function install(program: string, copyOf?: string): Promise<void> {
            stack = await Stack.create({
                emulator,
                plugin: true,
                program,
                ...(copyOf === undefined ? {} : { copyOf }),
            });
            rmSync(stack.path("program", "node_modules"), { recursive: true });
            if (copyOf === undefined) {
                stack.projectFile("node_modules/.bin");
            }
            const packages = ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball, oldestSdk];
            await run("npm", packages, { cwd: stack.path("program") });
        }
        const effectsOn = (instanceId: string) => emulator.ledger.effectsOn(instanceId).length;

        it("runs beside a JavaScript program, serves its schema, and ends with a CLI that is killed", async () => {
            await install(`${pluginHeader} new Interrupt("pause", { instanceId: "${orders}", triggers: ["v1"] });`);
            expectSuccess(await stack.up());
            expectSuccess(await stack.up("--expect-no-changes"));
            assert.equal(effectsOn(orders), 1);

            const executable = "./node_modules/.bin/pulumi-resource-alicloud-logstash";
            const served = expectSuccess(await stack.pulumi("package", "get-schema", executable));
            const file = stack.path("program", "node_modules", "pulumi-alicloud-logstash", "schema.json");
            assert.deepEqual(JSON.parse(served.text), JSON.parse(readFileSync(file, "utf8")));

            emulator.startChange(orders);
            emulator.faults.add({ operation, fault: { kind: "hang", point: "after" } });
            stack.program(`${pluginHeader} new Interrupt("pause", { instanceId: "${orders}", triggers: ["v2"] });`);
            const { child, ended } = stack.start("up", "--yes", "--skip-preview");
            while (effectsOn(orders) < 2) {
                await setTimeout(10);
            }
            const plugin = providerOf(Number(child.pid));
            child.kill("SIGKILL");
            await ended;
            await endOf(plugin);
            stack.endAll();
            emulator.faults.clear();
            assert.match(expectFailure(await stack.up()).text, /pulumi cancel/);
            expectSuccess(await stack.pulumi("cancel", "--yes"));
            expectSuccess(await stack.up());
            assert.equal((await stack.resource()).outputs.status, "suspended");
            assert.equal(effectsOn(orders), 2);
            expectSuccess(await stack.destroy());
        });

        it("runs beside the example in Go, whose SDK is generated from the schema", async () => {
            await install("", join(repository, "examples", "go"));
            const program = stack.path("program");
            cpSync(join(sdks, "go"), join(program, "sdks", "alicloud-logstash"), { recursive: true });
            // What `pulumi package add` leaves to the host of Go: a module of its own, of the name that the schema gives it.
            const { language } = JSON.parse(readFileSync(schemaFile, "utf8")) as {
                readonly language: { readonly go: { readonly modulePath: string } };
            };
            writeFileSync(
                join(program, "sdks", "alicloud-logstash", "go.mod"),
                `module ${language.go.modulePath}\n\ngo 1.25.0\n\nrequire github.com/pulumi/pulumi/sdk/v3 v${PINNED}\n`,
            );
            await go(program, "build", "-mod=readonly", "-o", "logstash-go", ".");
            const folders = [join(__dirname, "languageHost"), dirname(process.execPath), process.env.PATH];
            const { PATH = "" } = engineEnv(await findEngine(), { ...shellEnv(), PATH: folders.join(delimiter) });
            stack.environment({ PATH, ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url });
            const { accessKeyId, accessKeySecret } = testAccount;
            const key = { access_key_id: accessKeyId, access_key_secret: accessKeySecret };
            writeCliProfiles(stack.path("home"), { name: "billing", mode: "AK", ...key });
            expectSuccess(await stack.pulumi("config", "set", "release", "v1"));

            assert.match(expectSuccess(await stack.up()).text, /status *: "suspended"/);
            expectSuccess(await stack.up("--expect-no-changes"));
            assert.deepEqual([effectsOn(orders), effectsOn(billing)], [1, 1]);
            const regions = emulator.ledger.requests.map(({ instanceId, region }) => `${instanceId} ${region}`);
            assert.deepEqual([...new Set(regions)].sort(), [`${billing} ap-southeast-1`, `${orders} cn-hangzhou`]);
            expectSuccess(await stack.pulumi("config", "set", "release", "v2"));
            emulator.startChange(orders);
            emulator.startChange(billing, "ap-southeast-1");
            expectSuccess(await stack.up());
            assert.deepEqual([effectsOn(orders), effectsOn(billing)], [2, 2]);
        });
    });
});

/** Runs Go on modules that are pinned, with the flags that the CLI is built with, so that they share what is built. */
function go(cwd: string, ...words: readonly string[]): Promise<string> {
    const env = { ...shellEnv(), CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-trimpath -buildvcs=false" };
    return run("go", words, { cwd, env });
}
