import type { Change, Survivors } from "./survivors";

interface Position {
    readonly line: number;
    readonly column: number;
}

type Status =
    | "Killed"
    | "Timeout"
    | "Survived"
    | "NoCoverage"
    | "Ignored"
    | "CompileError"
    | "RuntimeError"
    | "Pending";

interface Mutant {
    readonly mutatorName: string;
    readonly replacement: string;
    readonly status: Status;
    readonly statusReason?: string;
    readonly static?: boolean;
    readonly location: { readonly start: Position; readonly end: Position };
}

/** What Stryker finds, as far as it is reported here: the schema of mutation-testing-elements. */
export interface Found {
    readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

/** The goals, in percent. */
const goals = { all: 90, eachFile: 85, equivalent: 3 };

/** What begins the reason in a comment that disables an equivalent mutant. */
const equivalent = "equivalent";

interface Row {
    readonly name: string;
    readonly counted: number;
    readonly killed: number;
    readonly timedOut: number;
    readonly survived: number;
    readonly unreached: number;
}

interface Unnoticed {
    readonly place: string;
    readonly original: string;
    readonly replacement: string;
    readonly reason: string | undefined;
}

/** What came of a run. */
export interface Summary {
    readonly rows: readonly Row[];
    readonly all: Row;
    readonly statics: number;
    /** How many were left out, by reason. */
    readonly leftOut: ReadonlyMap<string, number>;
    readonly equivalents: number;
    readonly unnoticed: readonly Unnoticed[];
    /** Explained in survivors.ts, and not there, or not any more. */
    readonly gone: readonly { readonly file: string; readonly line: string }[];
    /** What is wrong with it, in sentences. */
    readonly misses: readonly string[];
}

/** Counts what was found, and holds it against the goals and what is known of the survivors. */
export function summaryOf({ files }: Found, known: readonly Survivors[]): Summary {
    const byFile = Object.entries(files).map(([path, { source, mutants }]) => {
        return { name: path, lines: source.split("\n"), mutants };
    });
    const rows = byFile.map(({ name, mutants }) => rowOf(name, mutants)).filter(({ counted }) => counted > 0);
    const mutants = byFile.flatMap((file) => file.mutants);
    const all = rowOf("all", mutants);
    const used = new Set<Change>();
    const unnoticed = byFile.flatMap(({ name, lines, mutants: ofFile }) =>
        ofFile.filter(isUnnoticed).map((mutant) => {
            const line = lines[mutant.location.start.line - 1] ?? "";
            const isOf = ([of, replacement]: Change) => of === line.trim() && replacement === mutant.replacement;
            const explained = known.find(({ file, changes }) => file === name && changes.some(isOf));
            for (const change of explained?.changes.filter(isOf) ?? []) {
                used.add(change);
            }
            const original = textAt(lines, mutant);
            const place = `${name}:${mutant.location.start.line}`;
            return { place, original, replacement: mutant.replacement, reason: explained?.reason };
        }),
    );
    const reasons = mutants.filter(({ status }) => status === "Ignored").map((mutant) => mutant.statusReason ?? "");
    const leftOut = new Map<string, number>();
    for (const reason of reasons) {
        const key = reason.startsWith(equivalent) ? equivalent : reason;
        leftOut.set(key, (leftOut.get(key) ?? 0) + 1);
    }
    const equivalents = leftOut.get(equivalent) ?? 0;
    const names = new Set(byFile.map(({ name }) => name));
    const gone = known
        .filter(({ file }) => names.has(file))
        .flatMap(({ file, changes }) => changes.map((change) => ({ file, line: change[0], change })))
        .filter(({ change }) => !used.has(change));
    const misses = [
        ...(score(all) < goals.all ? [`${percent(all)} of all are noticed, and ${goals.all} % is the goal`] : []),
        ...rows
            .filter((row) => score(row) < goals.eachFile)
            .map((row) => `${percent(row)} of ${row.name} are noticed, and ${goals.eachFile} % is the goal`),
        ...(equivalents > ((all.counted + equivalents) * goals.equivalent) / 100
            ? [`${equivalents} are marked as equivalent, more than ${goals.equivalent} %`]
            : []),
        ...unnoticed.filter(({ reason }) => reason === undefined).map(({ place }) => `${place} is not explained`),
        ...gone.map(({ file, line }) => `survivors.ts explains what is noticed, in ${file}: ${line}`),
    ];
    const statics = mutants.filter((mutant) => mutant.static === true && mutant.status !== "Ignored").length;
    return { rows, all, statics, leftOut, equivalents, unnoticed, gone, misses };
}

function rowOf(name: string, mutants: readonly Mutant[]): Row {
    const count = (status: Status) => mutants.filter((mutant) => mutant.status === status).length;
    const [killed, timedOut, survived, unreached] = [
        count("Killed") + count("RuntimeError"),
        count("Timeout"),
        count("Survived"),
        count("NoCoverage"),
    ];
    return { name, counted: killed + timedOut + survived + unreached, killed, timedOut, survived, unreached };
}

function isUnnoticed({ status }: Mutant): boolean {
    return status === "Survived" || status === "NoCoverage";
}

function score({ counted, killed, timedOut }: Row): number {
    return counted === 0 ? 100 : (100 * (killed + timedOut)) / counted;
}

function percent(row: Row): string {
    return `${score(row).toFixed(1)} %`;
}

function textAt(lines: readonly string[], { location: { start, end } }: Mutant): string {
    const part = lines.slice(start.line - 1, end.line);
    const last = part.length - 1;
    return part
        .map((line, n) => line.slice(n === 0 ? start.column - 1 : 0, n === last ? end.column - 1 : undefined))
        .join("\n");
}

/** The report. */
export function markdownOf(summary: Summary, minutes: number): string {
    const { rows, all, leftOut, statics, equivalents, unnoticed, misses } = summary;
    const texts = [...leftOut].filter(([reason]) => reason !== equivalent);
    return [
        "# Mutation testing",
        "",
        `${percent(all)} of ${all.counted} changes of \`provider/src\` are noticed by the tests that run in process, of ` +
            `${statics} that are made while a module loads too. The last run took ${Math.ceil(minutes)} min; it takes over ` +
            "what earlier ones found where neither the source nor its tests have changed. From nothing it is half an hour on two cores.",
        "",
        misses.length === 0 ? "Every goal is met." : misses.map((miss) => `- MISSED ${miss}`).join("\n"),
        "",
        "Not counted:",
        "",
        ...texts.map(([reason, count]) => `- ${count} of ${reason}`),
        `- ${equivalents} that are equivalent, each marked with the reason in its place`,
        "",
        "| file | changes | noticed | by a timeout | not noticed | not reached | score |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ...[...rows, all].map(
            (row) =>
                `| ${row.name.replace("provider/src/", "")} | ${row.counted} | ${row.killed} | ${row.timedOut} | ` +
                `${row.survived} | ${row.unreached} | ${percent(row)} |`,
        ),
        "",
        "## Not noticed",
        "",
        "| place | is | becomes | reason |",
        "| --- | --- | --- | --- |",
        ...unnoticed.map(
            ({ place, original, replacement, reason }) =>
                `| ${place.replace("provider/src/", "")} | ${code(original)} | ${code(replacement)} | ${reason ?? ""} |`,
        ),
        "",
    ].join("\n");
}

/** Source in a cell of a table, on one line. */
function code(source: string): string {
    const line = source.replace(/\s+/g, " ").trim();
    const short = line.length > 60 ? `${line.slice(0, 59)}…` : line;
    return short === "" ? "" : `\`\` ${short.replaceAll("|", "\\|")} \`\``;
}
