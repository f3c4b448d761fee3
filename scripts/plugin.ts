/**
 * Builds the archives that `pulumi plugin install` takes: the plugin in one file, with all that it loads. Needs GNU tar.
 *
 *     npm run plugin    writes release/pulumi-resource-alicloud-logstash-v….tar.gz and release/SHA256SUMS
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
    copyFileSync,
    cpSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type Plugin } from "esbuild";

const repository = join(__dirname, "..");
const provider = join(repository, "provider");
const executable = "pulumi-resource-alicloud-logstash";

/** What Pulumi calls them in the name of an archive. Node.js is what differs between them, so the archives do not. */
const platforms = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64"];

/** Modules that have to find libraries among installed packages, and what the bundle has instead. */
const replacements: Readonly<Record<string, string>> = {
    "dist/engine/pulumiLibraries.js": `
        exports.grpcOfPulumi = () => require("@grpc/grpc-js");
        const modules = {
            any_pb: () => require("google-protobuf/google/protobuf/any_pb"),
            empty_pb: () => require("google-protobuf/google/protobuf/empty_pb"),
            struct_pb: () => require("google-protobuf/google/protobuf/struct_pb"),
        };
        exports.protobufOfPulumi = (name) => modules[name]();`,
    // No library prints anything in the bundle, so there is nothing to silence.
    "dist/cloud/debugOutput.js": "exports.silenceSecrets = () => {};",
    "node_modules/debug/src/index.js": "module.exports = () => Object.assign(() => {}, { enabled: false });",
};

/** Writes an archive for each platform and the checksums into the folder, and returns the names of the files. */
export async function buildArchives(folder: string): Promise<readonly string[]> {
    const { version } = JSON.parse(readFileSync(join(provider, "package.json"), "utf8")) as {
        readonly version: string;
    };
    const content = mkdtempSync(join(tmpdir(), "logstash-plugin-"));
    try {
        await fill(content, version);
        const archive = gzipSync(tarOf(content), { level: 9 });
        const names = platforms.map((platform) => `${executable}-v${version}-${platform}.tar.gz`);
        const checksum = createHash("sha256").update(archive).digest("hex");
        mkdirSync(folder, { recursive: true });
        for (const name of names) {
            writeFileSync(join(folder, name), archive);
        }
        writeFileSync(join(folder, "SHA256SUMS"), names.map((name) => `${checksum}  ${name}\n`).join(""));
        return [...names, "SHA256SUMS"];
    } finally {
        rmSync(content, { recursive: true });
    }
}

/** Lays the files out as the package on npm does, whose modules find the schema and the version by their own place. */
async function fill(folder: string, version: string): Promise<void> {
    const metafile = await bundle(join(folder, "dist", "plugin", "main.js"));
    writeFileSync(join(folder, "THIRD-PARTY.txt"), licensesOf(metafile));
    const manifest = { name: executable, version, license: "Apache-2.0", type: "commonjs" };
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 4)}\n`);
    cpSync(join(provider, "bin"), join(folder, "bin"), { recursive: true });
    copyFileSync(join(provider, "schema.json"), join(folder, "schema.json"));
    copyFileSync(join(repository, "LICENSE"), join(folder, "LICENSE"));
    const launcher = readFileSync(join(__dirname, "plugin", "launcher.sh"));
    writeFileSync(join(folder, executable), launcher, { mode: 0o755 });
    copyFileSync(join(__dirname, "plugin", "launcher.cmd"), join(folder, `${executable}.cmd`));
}

async function bundle(outfile: string): Promise<Metafile> {
    const replaced = new Set<string>();
    const replace: Plugin = {
        name: "replace",
        setup({ onLoad }) {
            onLoad({ filter: /\.js$/ }, ({ path }) => {
                const name = Object.keys(replacements).find((end) => path.endsWith(`/${end}`));
                if (name === undefined) {
                    return undefined;
                }
                replaced.add(name);
                return { contents: replacements[name] ?? "", resolveDir: provider };
            });
        },
    };
    const { metafile, warnings } = await build({
        entryPoints: [join(provider, "dist", "plugin", "main.js")],
        outfile,
        absWorkingDir: repository,
        bundle: true,
        platform: "node",
        target: "node22.12",
        minifyWhitespace: true,
        minifySyntax: true,
        legalComments: "none",
        // gRPC loads it only to serve statistics of its channels.
        external: ["@grpc/proto-loader"],
        metafile: true,
        plugins: [replace],
        logLevel: "silent",
    });
    const missed = Object.keys(replacements).filter((name) => !replaced.has(name));
    if (warnings.length > 0 || missed.length > 0) {
        throw new Error(
            [...missed.map((name) => `${name} is not loaded`), ...warnings.map(({ text }) => text)].join("\n"),
        );
    }
    return metafile;
}

/** The license of each package in the bundle, with its text. */
function licensesOf({ inputs }: Metafile): string {
    const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
    const texts = [...new Set(folders)].map((folder) => {
        const path = join(repository, folder);
        const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Record<string, unknown>;
        const { name, version, license } = manifest;
        if (typeof license !== "string") {
            throw new Error(`${path} does not say its license`);
        }
        const files = readdirSync(path).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
        const text = files.map((file) => readFileSync(join(path, file), "utf8").trim()).join("\n\n");
        return `${name} ${version}, ${license}\n\n${text}`.trim();
    });
    return `${texts.sort().join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** The same bytes for the same content. */
function tarOf(folder: string): Buffer {
    const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"];
    return execFileSync("tar", [...same, "-C", folder, "-c", ...readdirSync(folder).sort()], { maxBuffer: 2 ** 26 });
}

if (require.main === module) {
    const folder = join(repository, "release");
    buildArchives(folder).then(
        (names) => console.log(names.map((name) => join(basename(folder), name)).join("\n")),
        (error: Error) => {
            console.error(error.message);
            process.exitCode = 1;
        },
    );
}
