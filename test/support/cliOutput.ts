import type { Run } from "./stack";

/** What the CLI says that an `up` has done to a resource. */
export type Change = "created" | "updated" | "replaced" | "deleted";

/** What the CLI says that an `up` would do to it. */
export type PlannedChange = "create" | "update" | "replace" | "delete";

/** What an `up` has done to one of our resources; `undefined` where it has left it alone. */
export function changeOf({ text }: Run, name: string): Change | undefined {
    // "created replacement" and "deleted original" are steps on the way to "replaced".
    const done = new RegExp(`:LogstashTask\\w+ ${name} (created|updated|replaced|deleted) \\(\\d`, "g");
    return [...text.matchAll(done)].map(([, word]) => word as Change).at(-1);
}

/** What a preview without `--diff` says will be done to one of our resources. */
export function plannedChangeOf({ text }: Run, name: string): PlannedChange | undefined {
    const planned = new RegExp(
        `:LogstashTask\\w+ ${name} (create|update|replace|delete)\\b(?! replacement| original)`,
        "g",
    );
    return [...text.matchAll(planned)].map(([, word]) => word as PlannedChange).at(-1);
}

/** What the CLI says beside one of our resources before anything is done to it: lines that do not last. */
export function announcementsOf({ text }: Run, name: string): string[] {
    const rows = text.matchAll(new RegExp(`:LogstashTask\\w+ ${name} {2}(\\S.*)$`, "gm"));
    return [...new Set([...rows].map(([, announcement = ""]) => announcement.trim()))];
}

/** What stands below the name of one of our resources among the diagnostics, in lines. */
export function diagnosticsOf({ text }: Run, name: string): string[] {
    const diagnostics = text.slice(text.indexOf("\nDiagnostics:\n"));
    const [, below = ""] = new RegExp(`:LogstashTask\\w+ \\(${name}\\):\\n([\\s\\S]*?)\\n\\n`).exec(diagnostics) ?? [];
    return below
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
}
