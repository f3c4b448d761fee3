import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { engineEnv, findEngine } from "../../../scripts/engine";
import { run, shellEnv } from "../../support/commands";
import { Fixture } from "../../support/fixture";
import { packed } from "../../support/packed";
import { pluginHeader } from "../../support/pluginPrograms";
import { expectSuccess, project, type Stack } from "../../support/stack";

/** Beside the Node.js that runs the tests: the oldest and the newest line that Pulumi and this package support. */
const otherNodes = { node22: "22.23.3", node26: "26.10.0" } as const;
const { peerDependencies } = require("pulumi-alicloud-logstash/package.json") as {
    readonly peerDependencies: Readonly<Record<string, string>>;
};
/** The oldest that the package accepts, from which the plugin takes gRPC and its messages. */
const oldestSdk = `@pulumi/pulumi@${peerDependencies["@pulumi/pulumi"]?.replace("^", "")}`;
const [sdk, nodeTypes, typescript5] = ["@pulumi/pulumi", "@types/node", "typescript"].map((name) => {
    const { version } = require(`${name}/package.json`) as { readonly version: string };
    return `${name}@${version}`;
});
const typescript6 = "typescript@6.0.3";
const instanceId = "ls-cn-install1";
const args = `{ instanceId: "${instanceId}", triggers: ["v1"] }`;

const commonJs = `const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
    const pause = new LogstashTaskInterrupt("pause", ${args});
    module.exports = { status: pause.status, node: process.versions.node };`;
const ecmaScript = `import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";
    const pause = new LogstashTaskInterrupt("pause", ${args});
    export const status = pause.status;
    export const node = process.versions.node;`;
// The compiler that Pulumi brings along does not know \`satisfies\`, so a pass shows that it is not in use.
const typeScript = `import * as pulumi from "@pulumi/pulumi";
    import { LogstashTaskInterrupt } from "pulumi-alicloud-logstash";
    import type { LogstashTaskInterruptArgs } from "pulumi-alicloud-logstash";
    const settings = ${args} satisfies LogstashTaskInterruptArgs;
    const pause = new LogstashTaskInterrupt("pause", settings);
    export const status: pulumi.Output<string> = pause.status;
    export const node: string = process.versions.node;`;
const olderTemplate = { strict: true, target: "es2016", module: "commonjs", moduleResolution: "node" };

const npm = "npm install --prefer-offline";

interface Project {
    readonly title: string;
    readonly add: string;
    readonly packages: readonly (string | undefined)[];
    /** @default "index.js" */
    readonly main?: string;
    readonly type?: "module";
    readonly program: string;
    /** Of tsconfig.json. @default there is none */
    readonly compilerOptions?: object;
}

const javaScript = { add: npm, packages: [sdk], program: ecmaScript };
const compiled = { add: npm, packages: [typescript5], main: "index.ts", program: typeScript };
/** Those of a package manager are one project after another in the same folder. */
const projects: readonly Project[] = [
    { ...javaScript, title: "the program is an ECMAScript module", type: "module" },
    { ...javaScript, title: "TypeScript is the 3.8 that Pulumi brings along", main: "index.ts" },
    { ...compiled, title: `the compiler is ${typescript6}`, packages: [typescript6, nodeTypes] },
    { ...compiled, title: `the compiler is ${typescript5}` },
    { ...compiled, title: "TypeScript 5 makes ECMAScript modules", type: "module" },
    { ...compiled, title: "TypeScript 5 has the settings of older templates", compilerOptions: olderTemplate },
    ...["pnpm add --prefer-offline", "yarn add"].map((add) => {
        return { ...compiled, title: `it is installed by ${add}`, add, packages: [sdk, typescript5, nodeTypes] };
    }),
];

describe("the package in an empty project", function () {
    this.timeout(180_000);
    let tarball: string;
    let fixture: Fixture;
    let opened: string | undefined;

    before(async () => {
        ({ tarball } = await packed());
    });
    after(() => fixture.close());

    /** Adds packages to a project that a package manager has made from nothing. */
    async function install(add: string, packages: readonly (string | undefined)[], fields: object): Promise<Stack> {
        const isNew = opened !== add;
        if (isNew) {
            await fixture?.close();
            opened = add;
            fixture = await Fixture.open({ instances: [instanceId], plugin: true });
            const { stack } = fixture;
            rmSync(stack.path("program", "node_modules"), { recursive: true });
            stack.projectFile("node_modules/.bin");
            stack.write("package.json", JSON.stringify({ name: "shop", private: true }));
            // pnpm 11 fails while nobody has decided about the script of a package that Pulumi depends on.
            stack.write("pnpm-workspace.yaml", "allowBuilds:\n    protobufjs: false\n");
            // Without a file of its own yarn takes the folder for a part of whatever project is above it.
            stack.write("yarn.lock", "");
            const settings = { nodeLinker: "node-modules", enableImmutableInstalls: false, enableTelemetry: false };
            stack.write(".yarnrc.yml", JSON.stringify(settings));
        }
        const { stack } = fixture;
        const cwd = stack.path("program");
        await run("sh", ["-ec", [add, ...(isNew ? [tarball] : []), ...packages].join(" ")], { cwd });
        const manifest = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")) as object;
        stack.write("package.json", JSON.stringify({ ...manifest, type: "commonjs", ...fields }));
        return stack;
    }
    /** Runs the program, which interrupts once. */
    async function expectInterrupt(node: string = process.versions.node): Promise<void> {
        fixture.emulator.setStatus(instanceId, "activating");
        const before = fixture.effects(instanceId);
        expectSuccess(await fixture.stack.up());
        assert.equal(fixture.effects(instanceId), before + 1);
        const { text } = expectSuccess(await fixture.stack.pulumi("stack", "output", "--json"));
        assert.deepEqual(JSON.parse(text), { node, status: "suspended" });
    }

    for (const [n, { title, program, compilerOptions, add, packages, ...fields }] of projects.entries()) {
        it(`interrupts once when ${title}`, async () => {
            const main = fields.main ?? "index.js";
            const stack = await install(add, packages, { main, ...fields });
            stack.write(main, program.replace("v1", `v${n}`));
            // The one that a fixture writes says that there is no TypeScript.
            stack.write("Pulumi.yaml", JSON.stringify({ name: project, runtime: "nodejs" }));
            if (compilerOptions !== undefined) {
                stack.write("tsconfig.json", JSON.stringify({ compilerOptions, files: [main] }));
            }
            await expectInterrupt();
        });
    }

    it("interrupts once by the plugin, which serves its schema, when it is installed with the oldest SDK", async () => {
        const stack = await install(`${npm} --no-audit`, [oldestSdk], { main: "index.js" });
        stack.program(`${pluginHeader}
            exports.node = process.versions.node;
            exports.status = new Interrupt("pause", ${args}).status;`);
        await expectInterrupt();
        expectSuccess(await stack.up("--expect-no-changes"));
        const executable = "./node_modules/.bin/pulumi-resource-alicloud-logstash";
        const served = expectSuccess(await stack.pulumi("package", "get-schema", executable));
        const schema = stack.path("program", "node_modules", "pulumi-alicloud-logstash", "schema.json");
        assert.deepEqual(JSON.parse(served.text), JSON.parse(readFileSync(schema, "utf8")));
    });

    it(`interrupts once when Node.js is ${Object.values(otherNodes).join(" or ")}`, async () => {
        const stack = await install(`${npm} --no-audit`, [sdk], { main: "index.js" });
        const nodes = mkdtempSync(join(tmpdir(), "logstash-nodes-"));
        // Their script puts the binary for this platform into place.
        writeFileSync(join(nodes, "package.json"), JSON.stringify({ allowScripts: { node: true } }));
        const aliases = Object.entries(otherNodes).map(([name, version]) => `${name}@npm:node@${version}`);
        await run("npm", ["install", "--prefer-offline", ...aliases], { cwd: nodes });
        for (const [name, version] of Object.entries(otherNodes)) {
            const PATH = [join(nodes, "node_modules", name, "bin"), process.env.PATH].join(delimiter);
            stack.environment({ PATH: engineEnv(await findEngine(), { ...shellEnv(), PATH }).PATH ?? "" });
            stack.program(commonJs.replace("v1", version));
            await expectInterrupt(version);
        }
    });
});
