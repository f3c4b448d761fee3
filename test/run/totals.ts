import { readFileSync } from "node:fs";

/** What came of tests. */
export interface Totals {
    readonly passed: number;
    readonly failed: number;
}

/** The environment variable that names the file a part of a longer run leaves its totals in. */
export const totalsVariable = "TEST_TOTALS";

/** The totals that the test runners of a part have left; `undefined` if none came to its end. */
export function readTotals(file: string): Totals | undefined {
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
    return sumOf(
        text
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Totals),
    );
}

export function sumOf(all: readonly Totals[]): Totals {
    return {
        passed: all.reduce((sum, { passed }) => sum + passed, 0),
        failed: all.reduce((sum, { failed }) => sum + failed, 0),
    };
}
