import { readFileSync, rmSync } from "node:fs";
import type { Copy } from "./copy";

/** Tests that are run together. */
export interface Suite {
    readonly name: string;
    /** As Mocha takes them. */
    readonly files: readonly string[];
    /** After it, a suite has noticed. */
    readonly limitMs: number;
    /** Whether it runs the built package; the others run the sources. */
    readonly usesBuild: boolean;
    /** Whether it runs only what nothing before it has noticed. */
    readonly isLastResort: boolean;
}

const minuteMs = 60_000;

/** From the quickest on. */
export const suites: readonly Suite[] = [
    { name: "unit", files: ["test/unit/**/*.test.ts"], limitMs: 3 * minuteMs, usesBuild: false, isLastResort: false },
    {
        name: "model",
        files: ["test/model/model.test.ts"],
        limitMs: 3 * minuteMs,
        usesBuild: false,
        isLastResort: false,
    },
    {
        name: "protocol",
        // A load of 10,000 creates tells nothing about them.
        files: ["test/protocol/**/*.test.ts", "--ignore", "test/protocol/**/load.test.ts"],
        limitMs: 8 * minuteMs,
        usesBuild: true,
        isLastResort: true,
    },
    {
        name: "engine",
        files: ["test/engine/**/*.test.ts"],
        limitMs: 15 * minuteMs,
        usesBuild: true,
        isLastResort: true,
    },
];

/** The tests of a suite that fail. */
export async function failuresOf({ files, limitMs, usesBuild }: Suite, copy: Copy): Promise<readonly string[]> {
    if (usesBuild) {
        await build(copy);
    }
    const report = copy.path("report.json");
    rmSync(report, { force: true });
    const { code, text } = await copy.run(
        [
            ...(["mocha", "--parallel", "--jobs", "2", "--reporter", "json"] as const),
            ...["--reporter-option", `output=${report}`, ...files],
        ],
        limitMs,
    );
    if (code === undefined) {
        return ["(it does not end)"];
    }
    if (code === 0) {
        return [];
    }
    const { failures } = reportIn(report, text);
    return failures.map(({ fullTitle }) => fullTitle);
}

async function build(copy: Copy): Promise<void> {
    const { code, text } = await copy.run(["npm", "run", "build", "-w", "provider"], 2 * minuteMs);
    if (code !== 0) {
        throw new Error(`the copy does not compile:\n${text}`);
    }
}

function reportIn(file: string, text: string): { readonly failures: readonly { readonly fullTitle: string }[] } {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof reportIn>;
    } catch {
        throw new Error(`the tests ended without a report:\n${text}`);
    }
}
