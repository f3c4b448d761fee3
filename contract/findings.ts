import { type Assumption, type Checked, placeOf } from "./assumption";
import { type CheckedId, checked, unchecked } from "./assumptions";
import { obstacleTo } from "./situations";
import type { Visit } from "./visit";

/** What became of a check. */
export type Finding =
    | { readonly kind: "asAssumed" | "differs"; readonly seen: string }
    | { readonly kind: "notChecked"; readonly why: string };

/** What became of every assumption that can be checked. */
export type Findings = Readonly<Record<CheckedId, Finding>>;

const ids = Object.keys(checked) as readonly CheckedId[];

/** Checks on one instance what can be checked there, one after the other. */
export async function findingsOf(visit: Visit): Promise<Findings> {
    const findings: Partial<Record<CheckedId, Finding>> = {};
    for (const id of ids) {
        findings[id] = await findingOf(checked[id], visit);
    }
    return findings as Findings;
}

async function findingOf({ when, expected, check }: Checked, visit: Visit): Promise<Finding> {
    const obstacle = obstacleTo(when, visit);
    if (obstacle !== undefined) {
        return { kind: "notChecked", why: obstacle };
    }
    const seen = await check(visit);
    if (seen === undefined) {
        return { kind: "notChecked", why: `the instance is ${visit.status ?? "not seen"} by now` };
    }
    return { kind: expected.includes(seen) ? "asAssumed" : "differs", seen };
}

/** What several visits have found together: for each assumption what differs, else the first that was checked. */
export function together([first, ...others]: readonly [Findings, ...Findings[]]): Findings {
    const findings = ids.map((id) => {
        const all = [first, ...others].map((each) => each[id]);
        const finding =
            all.find(({ kind }) => kind === "differs") ?? all.find(({ kind }) => kind === "asAssumed") ?? first[id];
        return [id, finding];
    });
    return Object.fromEntries(findings) as Findings;
}

/** The IDs of what differs. */
export function differing(findings: Findings): readonly CheckedId[] {
    return ids.filter((id) => findings[id].kind === "differs");
}

/** The findings as a person reads them: a table, and below it what rests on what differs. */
export function report(findings: Findings): string {
    const rows = [
        ["assumption", "expected", "seen"],
        ...ids.map((id) => [id, expectedText(checked[id]), seenText(findings[id])]),
        ...Object.entries(unchecked).map(([id, { needs }]) => [id, "", `not checked: needs ${needs}`]),
    ];
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const lines = rows.map((row) =>
        row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
    );
    const count = (kind: Finding["kind"]) => ids.filter((id) => findings[id].kind === kind).length;
    const left = count("notChecked") + Object.keys(unchecked).length;
    const sum = `${count("asAssumed")} as assumed, ${count("differs")} otherwise, ${left} not checked`;
    return [...lines, "", sum, ...differing(findings).map((id) => explanation(id, checked[id]))].join("\n");
}

/** All that is taken for granted. */
export function list(): string {
    return Object.entries({ ...checked, ...unchecked })
        .map(([id, assumption]) => explanation(id, assumption))
        .join("\n");
}

function expectedText({ expected }: Checked): string {
    return expected.join(" | ");
}

function seenText(finding: Finding): string {
    switch (finding.kind) {
        case "asAssumed":
            return finding.seen;
        case "differs":
            return `${finding.seen}  ← otherwise`;
        case "notChecked":
            return `not checked: ${finding.why}`;
    }
}

function explanation(id: string, { claim, source, restsOn }: Assumption): string {
    const places = restsOn.map((line) => `    ${placeOf(line)}`);
    return [`\n${id}: ${claim}`, `  source: ${source}`, "  rests on it:", ...places].join("\n");
}
