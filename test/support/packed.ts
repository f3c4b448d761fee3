import { cpSync, existsSync, mkdtempSync, realpathSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repository, run } from "./commands";

/** A package as `npm publish` would send it. */
export interface Packed {
    /** Absolute path of the tarball. */
    readonly tarball: string;
    /** What is in it, sorted. */
    readonly files: readonly string[];
    /** The folder it was packed from. */
    readonly folder: string;
}

type Workspace = "provider" | "emulator";

const packings = new Map<Workspace, Promise<Packed>>();

/** Packs once for all tests of a process, from a copy of the sources: no old `dist` gets in and nothing here changes. */
export function packed(workspace: Workspace = "provider"): Promise<Packed> {
    const packing = packings.get(workspace) ?? pack(workspace);
    packings.set(workspace, packing);
    return packing;
}

async function pack(workspace: Workspace): Promise<Packed> {
    const copy = realpathSync(mkdtempSync(join(tmpdir(), "logstash-packed-")));
    for (const name of [workspace, "tsconfig.json", "README.md", "LICENSE", "docs"]) {
        cpSync(join(repository, name), join(copy, name), {
            recursive: true,
            filter: (path) => !["dist", "node_modules"].includes(basename(path)),
        });
    }
    for (const modules of ["node_modules", join(workspace, "node_modules")]) {
        if (existsSync(join(repository, modules))) {
            symlinkSync(join(repository, modules), join(copy, modules));
        }
    }
    const folder = join(copy, workspace);
    const report = await run("npm", ["pack", "--json", "--pack-destination", copy], { cwd: folder });
    // The scripts that npm runs print before the report.
    const [result] = JSON.parse(report.slice(report.search(/^\[$/m))) as readonly [
        { readonly filename: string; readonly files: readonly { readonly path: string }[] },
    ];
    return { tarball: join(copy, result.filename), files: result.files.map(({ path }) => path).sort(), folder };
}
