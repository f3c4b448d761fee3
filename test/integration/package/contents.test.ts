import { strict as assert } from "node:assert";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksIn, textsOfPages } from "../../support/blocks";
import { repository, run } from "../../support/commands";
import { type Packed, packed } from "../../support/packed";
import { deadLinksOf } from "./links";

interface Manifest {
    readonly scripts: Readonly<Record<string, string>>;
    readonly exports: { readonly "./handler": { readonly default: string } };
    readonly bin: Readonly<Record<string, string>>;
    readonly pulumi?: unknown;
}

/** What works at run time is accepted, and what does not is rejected. */
const typesProgram = `
import * as pulumi from "@pulumi/pulumi";
import { LogstashTaskInterrupt, LogstashTaskResume } from "pulumi-alicloud-logstash";

declare const text: pulumi.Output<string | undefined>;
declare const seconds: pulumi.Output<number | undefined>;
declare const flag: pulumi.Output<boolean | undefined>;
declare const choice: pulumi.Output<"fail" | "skip" | undefined>;
declare const maybe: string | undefined;
declare const either: { instanceId: string; waitForSuspended: boolean | undefined; triggers: string[] | undefined };
const names: readonly string[] = ["v1"];
const parent = new pulumi.ComponentResource("a:b:C", "parent");
const shared = { region: text, clientToken: text, timeoutSeconds: seconds, profile: text };

new LogstashTaskInterrupt("a", { instanceId: "x", region: text, triggers: names });
new LogstashTaskInterrupt("b", { instanceId: "x", region: maybe, triggers: pulumi.output(names) });
new LogstashTaskInterrupt("c", { instanceId: pulumi.output("x"), ...shared, waitForSuspended: flag, whenIdle: choice });
new LogstashTaskResume("d", { instanceId: "x", ...shared, waitForResumed: flag, whenNotSuspended: choice });
new LogstashTaskInterrupt("e", either, { parent, dependsOn: [parent], protect: true, aliases: [{ name: "f" }] });
new LogstashTaskInterrupt("g", { instanceId: "x", triggers: ["v1", text, Promise.resolve({ at: new Date() })] as const });
new LogstashTaskInterrupt("h", { instanceId: "x", triggers: Promise.resolve(names), profile: Promise.resolve(maybe) });

// @ts-expect-error
new LogstashTaskInterrupt("i", { instanceId: "x" }, { provider: new pulumi.ProviderResource("alicloud", "p", {}) });
// @ts-expect-error
new LogstashTaskInterrupt("j", { instanceId: "x" }, { import: "ls-cn-a" });
// @ts-expect-error
new LogstashTaskResume("k", { instanceId: "x" }, { id: "ls-cn-a" });
// @ts-expect-error
new LogstashTaskInterrupt("l", { instanceId: text });
// @ts-expect-error
new LogstashTaskInterrupt("m", { instanceId: "x", triggers: "v1" });
`;

describe("the packed package", () => {
    let subject: Packed;
    let manifest: Manifest;

    before(async () => {
        subject = await packed();
        manifest = JSON.parse(readFileSync(join(subject.folder, "package.json"), "utf8")) as Manifest;
    });

    it("holds the compiled sources with their types, the plugin's executable and schema, the pages, LICENSE and package.json", () => {
        const sources = readdirSync(join(repository, "provider", "src"), { recursive: true, encoding: "utf8" });
        const compiled = sources
            .filter((name) => name.endsWith(".ts"))
            .map((name) => join("dist", name.slice(0, -".ts".length)))
            .flatMap((name) => [`${name}.js`, `${name}.d.ts`]);
        const pagesOfRegistry = ["_index.md", "installation-configuration.md"];
        const pages = readdirSync(join(repository, "docs"))
            .filter((name) => name.endsWith(".md") && !pagesOfRegistry.includes(name))
            .map((name) => join("docs", name));
        const others = ["LICENSE", "README.md", "package.json", "schema.json", ...Object.values(manifest.bin)];
        assert.deepEqual(subject.files, [...compiled, ...pages, ...others].sort());
    });

    it("has the README that npm shows, runs nothing when it is installed, and is no plugin to the CLI", () => {
        const [packedText, text] = [subject.folder, repository].map((folder) =>
            readFileSync(join(folder, "README.md")),
        );
        assert.deepEqual(packedText, text);
        const whenInstalled = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];
        const scripts = Object.keys(manifest.scripts).filter((name) => whenInstalled.includes(name));
        // Pulumi's own mark would make the CLI look for a plugin by itself.
        assert.deepEqual([scripts, manifest.pulumi], [[], undefined]);
    });

    it("has no page with a dead link, read in node_modules", async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-pages-"));
        await run("tar", ["-xzf", subject.tarball, "-C", folder], { cwd: folder });
        const pages = subject.files.filter((file) => file.endsWith(".md"));
        assert.ok(pages.length > 5);
        const dead = pages.flatMap((page) =>
            deadLinksOf(join(folder, "package", page)).map((target) => `${page}: ${target}`),
        );
        assert.deepEqual(dead, []);
    });

    it("has types that the examples of the documentation, and all that is allowed, compile against", async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-documentation-"));
        const modules = join(folder, "node_modules");
        mkdirSync(modules);
        symlinkSync(subject.folder, join(modules, "pulumi-alicloud-logstash"));
        for (const name of ["@pulumi", "@types"]) {
            symlinkSync(join(repository, "node_modules", name), join(modules, name));
        }
        const examples = [...publicComments(), ...textsOfPages()]
            .flatMap((text) => blocksIn(text, "ts"))
            .map((text, index) => ({ file: `example${index + 1}.ts`, text }));
        assert.ok(examples.length >= 4, `${examples.length} examples`);
        for (const { file, text } of [...examples, { file: "types.ts", text: typesProgram }]) {
            writeFileSync(join(folder, file), text);
        }
        const compilerOptions = {
            ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false },
            ...{ target: "es2022", module: "nodenext", moduleDetection: "force", types: ["node"] },
        };
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
        await run("tsc", ["-p", folder], { cwd: folder });
    });

    it("loads nothing but its own modules in the provider process, before a request is to be sent", async () => {
        const script = 'require("pulumi-alicloud-logstash/handler"); JSON.stringify(Object.keys(require.cache))';
        const paths = JSON.parse(await run(process.execPath, ["-p", script], { cwd: subject.folder })) as string[];
        assert.ok(paths.includes(join(subject.folder, manifest.exports["./handler"].default)), paths.join("\n"));
        assert.deepEqual(
            paths.filter((path) => !isOwn(path) || isPlugins(path)),
            [],
            paths.join("\n"),
        );
    });

    it("loads gRPC and its messages in the plugin's process, and nothing else before its port is open", async () => {
        const [executable = ""] = Object.values(manifest.bin);
        const script = `
            const fs = require("node:fs");
            const { writeSync } = fs;
            fs.writeSync = (_, port) => {
                writeSync(1, JSON.stringify({ port, paths: Object.keys(require.cache) }));
                process.exit();
            };
            require("./${executable}");`;
        const text = await run(process.execPath, ["-e", script], { cwd: subject.folder });
        const { port, paths } = JSON.parse(text) as { readonly port: string; readonly paths: readonly string[] };
        assert.match(port, /^\d+\n$/);
        assert.ok(paths.some(isPlugins), paths.join("\n"));
        const allowed = ["@grpc/grpc-js", "@js-sdsl/ordered-map", "@pulumi/pulumi", "google-protobuf"];
        const foreign = paths.filter((path) => !path.startsWith(subject.folder)).map(packageOf);
        assert.deepEqual([...new Set(foreign)].sort(), allowed, paths.join("\n"));
        // What makes the calls, and what decides about them, comes with the first resource.
        assert.deepEqual(
            paths.filter((path) =>
                /\/dist\/(cloud|credentials|network|request|resources)\/|\/lifecycle\/lifecycle\./.test(path),
            ),
            [],
        );
    });

    function isOwn(path: string): boolean {
        return path.startsWith(join(subject.folder, "dist"));
    }
    function isPlugins(path: string): boolean {
        return path.startsWith(join(subject.folder, "dist", "plugin"));
    }
});

function packageOf(path: string): string {
    return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
}

/** The texts of the comments in the sources that have a public symbol. */
function publicComments(): readonly string[] {
    const sources = join(repository, "provider", "src");
    return readdirSync(sources, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .flatMap((name) => readFileSync(join(sources, name), "utf8").match(/\/\*\*[\s\S]*?\*\//g) ?? [])
        .map((comment) => comment.replace(/^ *\* ?/gm, ""));
}
