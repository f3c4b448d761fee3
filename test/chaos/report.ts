import { lastLines } from "../evidence";
import type { FaultResult } from "./faultRound";
import type { Ending } from "./faults";
import type { KillResult } from "./killStack";
import type { Violation } from "./site";
import type { SituationResult } from "./situationRound";

const endings: readonly Ending[] = ["suspended", "pending", "failed", "not started"];

/** Fault × outcome of the first `pulumi up` × count. */
export function faultTable(results: readonly FaultResult[]): string {
    const groups = Object.entries(
        Object.groupBy(results, ({ fault: { label, point, operation } }) => JSON.stringify([label, point, operation])),
    ).sort(([a], [b]) => (a < b ? -1 : 1));
    const rows = groups.map(([key, group = []]) => {
        return [...(JSON.parse(key) as string[]), ...countsOf(group)];
    });
    const heads = ["fault", "point", "operation", ...endings, "done once after the last up"];
    return table([heads, ...rows, ["total", "", "", ...countsOf(results)]]);
}

/** Situation × what struck × outcome of the first `pulumi up` × count. */
export function situationTable(results: readonly SituationResult[]): string {
    const groups = Object.entries(
        Object.groupBy(results, ({ situation, label }) => JSON.stringify([situation, label])),
    ).sort(([a], [b]) => (a < b ? -1 : 1));
    const rows = groups.map(([key, group = []]) => [
        ...(JSON.parse(key) as string[]),
        ...countsOf(group),
        latest(group),
    ]);
    // Here every operation is carried out: what the ledger does not know was never sent.
    const outcomes = endings.map((ending) => (ending === "not started" ? "never sent" : ending));
    const heads = ["situation", "struck by", ...outcomes, "done once after the last up", "latest end, by its time"];
    return table([heads, ...rows, ["total", "", ...countsOf(results), latest(results)]]);
}

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

function countsOf(results: readonly Pick<FaultResult, "ending" | "doneOnce">[]): string[] {
    const counts = endings.map((wanted) => results.filter(({ ending }) => ending === wanted).length);
    return [...counts, results.filter(({ doneOnce }) => doneOnce).length].map(shown);
}

function latest(results: readonly SituationResult[]): string {
    const ms = Math.max(...results.map(({ lateMs }) => lateMs));
    return Number.isFinite(ms) ? `${ms > 0 ? "+" : ""}${(ms / 1_000).toFixed(1)} s` : "";
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
