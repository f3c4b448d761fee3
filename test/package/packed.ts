import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repository, run } from "./commands";

/** The package as `npm publish` would send it. */
export interface Packed {
    /** Absolute path of the tarball. */
    readonly tarball: string;
    /** What is in it, sorted. */
    readonly files: readonly string[];
    /** The folder it was packed from. */
    readonly folder: string;
}

let packing: Promise<Packed> | undefined;

/** Packs once for all tests, from a copy of the sources, so that no old `dist` gets in and nothing here changes. */
export function packed(): Promise<Packed> {
    packing ??= pack();
    return packing;
}

async function pack(): Promise<Packed> {
    const copy = realpathSync(mkdtempSync(join(tmpdir(), "logstash-packed-")));
    process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
    for (const name of ["provider", "tsconfig.json", "README.md", "LICENSE"]) {
        const source = join(repository, name);
        cpSync(source, join(copy, name), {
            recursive: true,
            filter: (path) => !["dist", "node_modules"].includes(basename(path)),
        });
    }
    for (const modules of ["node_modules", join("provider", "node_modules")]) {
        symlinkSync(join(repository, modules), join(copy, modules));
    }
    const folder = join(copy, "provider");
    const report = await run("npm", ["pack", "--json", "--pack-destination", copy], { cwd: folder });
    // The scripts that npm runs print before the report.
    const [result] = JSON.parse(report.slice(report.search(/^\[$/m))) as readonly [
        { readonly filename: string; readonly files: readonly { readonly path: string }[] },
    ];
    return { tarball: join(copy, result.filename), files: result.files.map(({ path }) => path).sort(), folder };
}
