import { lastLines } from "../../support/evidence";
import type { KillResult } from "./killStack";
import type { Violation } from "./site";

/** What was killed × when × what was torn × what it took to go on × count. */
export function killTable(results: readonly KillResult[]): string {
    const groups = Object.entries(
        Object.groupBy(results, ({ victim, mode, phase, torn, repair }) =>
            JSON.stringify([victim, mode, phase, torn ?? "", repair]),
        ),
    ).sort(([a], [b]) => (a < b ? -1 : 1));
    const rows = groups.map(([key, group = []]) => {
        return [...(JSON.parse(key) as string[]), slowest(group), shown(group.length)];
    });
    const heads = ["killed", "during", "moment", "torn", "then run", "provider ended within", "count"];
    return table([heads, ...rows, ["total", "", "", "", "", slowest(results), shown(results.length)]]);
}

export function violationText({ where, what, evidence }: Violation): string {
    const lines = evidence === "" ? [] : lastLines(evidence);
    return [`VIOLATION in ${where}: ${what}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

function slowest(results: readonly KillResult[]): string {
    const times = results.flatMap(({ providerEndedMs }) => (providerEndedMs === undefined ? [] : [providerEndedMs]));
    return times.length === 0 ? "" : `${Math.round(Math.max(...times))} ms`;
}

function shown(count: number): string {
    return count === 0 ? "" : String(count);
}

function table(rows: readonly (readonly string[])[]): string {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    return rows
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
