import { copyFileSync, existsSync, rmSync, statSync, truncateSync } from "node:fs";
import { project, type Run } from "../../support/stack";
import type { Fixture } from "./fixture";

/** How a checkpoint is torn: a kill tears the attributes, which are written in place; a power failure either file. */
export interface Tear {
    /** The file with the state, or the file beside it with its attributes. */
    readonly file: "state" | "attributes";
    /** What is left of it, at least 0 and less than 1. */
    readonly share: number;
}

/** Tears a checkpoint. Returns false if the state was never overwritten, so that no write could have been cut off. */
export function tearCheckpoint(fixture: Fixture, { file, share }: Tear): boolean {
    const files = filesOf(fixture);
    if (!existsSync(files.backup)) {
        return false;
    }
    truncateSync(files[file], Math.floor(statSync(files[file]).size * share));
    return true;
}

/** What docs/runners.md says to do after a crash, in this order, by what the CLI prints. */
const repairs = [
    {
        name: "remove .attrs",
        needed: /failed to load checkpoint/,
        apply: (fixture: Fixture) => rmSync(filesOf(fixture).attributes, { force: true }),
    },
    {
        name: "copy .bak",
        needed: /failed to load checkpoint/,
        apply: (fixture: Fixture) => copyFileSync(filesOf(fixture).backup, filesOf(fixture).state),
    },
    { name: "cancel", needed: /pulumi cancel/, apply: (fixture: Fixture) => fixture.run("cancel", "--yes") },
];

/** Runs a command until it needs none of the repairs that are left. Returns those that it needed. */
export async function runWithRepairs(
    fixture: Fixture,
    command: () => Promise<Run>,
): Promise<{ readonly run: Run; readonly applied: readonly string[] }> {
    const { requests } = fixture.emulator.ledger;
    const left = [...repairs];
    const applied: string[] = [];
    for (;;) {
        const before = requests.length;
        const run = await command();
        const index = run.code === 0 ? -1 : left.findIndex(({ needed }) => needed.test(run.text));
        const [repair] = index < 0 ? [] : left.splice(index, 1);
        if (repair === undefined) {
            return { run, applied };
        }
        if (requests.length > before) {
            fixture.violate("calls while the stack is locked or its state cannot be read", run.text);
        }
        await repair.apply(fixture);
        applied.push(repair.name);
    }
}

function filesOf(fixture: Fixture) {
    const state = fixture.stack.path("state", ".pulumi", "stacks", project, "dev.json");
    return { state, attributes: `${state}.attrs`, backup: `${state}.bak` };
}
