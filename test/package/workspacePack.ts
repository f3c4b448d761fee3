import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repository, run } from "./commands";
import type { Packed } from "./packed";

/** Packs a workspace as `npm publish` would, from a copy, so that no old `dist` gets in and nothing here changes. */
export async function packWorkspace(workspace: string): Promise<Packed> {
    const copy = realpathSync(mkdtempSync(join(tmpdir(), "logstash-packed-")));
    process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
    for (const name of [workspace, "tsconfig.json", "LICENSE"]) {
        cpSync(join(repository, name), join(copy, name), {
            recursive: true,
            filter: (path) => !["dist", "node_modules"].includes(basename(path)),
        });
    }
    symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
    const folder = join(copy, workspace);
    const report = await run("npm", ["pack", "--json", "--pack-destination", copy], { cwd: folder });
    // The scripts that npm runs print before the report.
    const [result] = JSON.parse(report.slice(report.search(/^\[$/m))) as readonly [
        { readonly filename: string; readonly files: readonly { readonly path: string }[] },
    ];
    return { tarball: join(copy, result.filename), files: result.files.map(({ path }) => path).sort(), folder };
}
