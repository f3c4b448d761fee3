import type { Run } from "../../support/stack";

/** What differs from run to run, and what stands in its place. */
const changing: readonly (readonly [RegExp, string])[] = [
    [/ \((\d+m)?\d+(\.\d+)?s\)/g, ""],
    [/^(Duration:) .*$/gm, "$1 1s"],
    [/\b[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\b/g, "REQUEST-ID"],
    [/\b127\.0\.0\.1:\d{2,}\b/g, "127.0.0.1:PORT"],
    [/\b(\d+) in \d+\.\d s\b/g, "$1 in 1.0 s"],
];

/**
 * What is left on a terminal when the CLI has ended, without what differs from run to run: the last row of each resource,
 * then what was said about each, in the order of their names.
 */
export function screenOf({ text }: Run): string {
    const same = changing.reduce((screen, [pattern, instead]) => screen.replace(pattern, instead), text);
    const [head = "", ...tail] = same.trimEnd().split(/(?=^(?:Diagnostics|Outputs|Resources):$)/m);
    const [title, ...rows] = head.split("\n").map((line) => line.trimEnd());
    const last = new Map(rows.filter((row) => row.includes("pulumi")).map((row) => [resourceOf(row), row]));
    return `${[title, [...last.values()].join("\n"), ...tail.map(sorted)].join("\n\n")}\n`;
}

/** The type and the name of the resource that a row is about. */
function resourceOf(row: string): string {
    return /\bpulumi\S*:\S+ \S+/.exec(row)?.[0] ?? row;
}

/** The CLI tells of resources in no order. */
function sorted(part: string): string {
    const text = part.replace(/ +$/gm, "").trimEnd();
    const [title, ...lines] = text.split("\n");
    return title === "Diagnostics:" ? `${title}\n${lines.join("\n").split("\n\n").toSorted().join("\n\n")}` : text;
}
