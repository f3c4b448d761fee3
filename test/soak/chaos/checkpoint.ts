import { copyFileSync, existsSync, rmSync, statSync, truncateSync } from "node:fs";
import { project, type Run } from "../../support/stack";
import type { Site } from "./site";

/** The file that holds the state, or the one beside it with the attributes of that file. */
export type CheckpointFile = "state" | "attributes";

/** How a checkpoint is torn: a kill tears the attributes, which are written in place; a power failure either. */
export interface Tear {
    readonly file: CheckpointFile;
    /** What is left of it, at least 0 and less than 1. */
    readonly share: number;
}

/** Tears a checkpoint; false where the state has never been written over, so that no write could have been cut off. */
export function tear(site: Site, { file, share }: Tear): boolean {
    const files = filesOf(site);
    if (!existsSync(files.backup)) {
        return false;
    }
    truncateSync(files[file], Math.floor(statSync(files[file]).size * share));
    return true;
}

interface Remedy {
    readonly name: string;
    /** What the CLI then says. */
    readonly sign: RegExp;
    readonly apply: (site: Site) => unknown;
}

/** What the README says to do about an error after a crash, in this order. */
const remedies: readonly Remedy[] = [
    {
        name: "remove .attrs",
        sign: /failed to load checkpoint/,
        apply: (site) => rmSync(filesOf(site).attributes, { force: true }),
    },
    {
        name: "copy .bak",
        sign: /failed to load checkpoint/,
        apply: (site) => copyFileSync(filesOf(site).backup, filesOf(site).state),
    },
    { name: "cancel", sign: /pulumi cancel/, apply: (site) => site.run("cancel", "--yes") },
];

/** Runs a command of the CLI until none of the remedies is left to try; tells which were needed. */
export async function runWithRemedies(
    site: Site,
    command: () => Promise<Run>,
): Promise<{ readonly run: Run; readonly applied: readonly string[] }> {
    const left = [...remedies];
    const applied: string[] = [];
    for (;;) {
        const sent = site.emulator.ledger.requests.length;
        const run = await command();
        const found = run.code === 0 ? -1 : left.findIndex(({ sign }) => sign.test(run.text));
        const [remedy] = found < 0 ? [] : left.splice(found, 1);
        if (remedy === undefined) {
            return { run, applied };
        }
        const calls = site.emulator.ledger.requests.length - sent;
        if (calls > 0) {
            site.violate(`${calls} calls while the stack is locked or its state cannot be read`, run.text);
        }
        await remedy.apply(site);
        applied.push(remedy.name);
    }
}

function filesOf(site: Site): Readonly<Record<CheckpointFile | "backup", string>> {
    const state = site.stack.path("state", ".pulumi", "stacks", project, "dev.json");
    return { state, attributes: `${state}.attrs`, backup: `${state}.bak` };
}
