/**
 * `npm run breaks`: deliberate mistakes, each applied to a copy of the repository, and which tests notice it. It fails where
 * none does: that test is missing. What starts processes runs only for what nothing before it has noticed.
 *
 *     npm run breaks -- [--only WORDS]… [--suites NAME,NAME]
 */
import { parseArgs } from "node:util";
import { type Break, breaks } from "./breaks";
import { Copy } from "./copy";
import { failuresOf, type Suite, suites } from "./suites";
import "../run/folder";

interface Noticed {
    readonly name: string;
    /** The failed tests by suite; a suite that was not run is absent. */
    readonly failures: ReadonlyMap<string, readonly string[]>;
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            only: { type: "string", multiple: true, default: [""] },
            suites: { type: "string", default: suites.map(({ name }) => name).join(",") },
        },
    });
    const used = values.suites.split(",").map(suiteNamed);
    const chosen = values.only.flatMap((words) => named(words));
    const copy = Copy.make();
    try {
        for (const each of chosen) {
            copy.break(each)();
        }
        await expectGreen(copy, used);
        const noticed: Noticed[] = [];
        for (const each of chosen) {
            noticed.push(await apply(each, copy, used));
        }
        console.log(`\n${table(noticed, used)}`);
        const unnoticed = noticed.filter(({ failures }) => count(failures) === 0);
        console.log(`\n${noticed.length} breaks, ${unnoticed.length} unnoticed`);
        process.exitCode = unnoticed.length === 0 ? 0 : 1;
    } finally {
        copy.remove();
    }
}

function named(words: string): readonly Break[] {
    const found = breaks.filter(({ name }) => name.includes(words));
    if (found.length === 0) {
        throw new Error(`no break has "${words}" in its name`);
    }
    return found;
}

function suiteNamed(name: string): Suite {
    const suite = suites.find((candidate) => candidate.name === name);
    if (suite === undefined) {
        throw new Error(`"${name}" is none of ${suites.map((each) => each.name).join(", ")}`);
    }
    return suite;
}

/** What fails without a break would pass for a test that notices. */
async function expectGreen(copy: Copy, used: readonly Suite[]): Promise<void> {
    for (const suite of used.filter(({ isLastResort }) => !isLastResort)) {
        const failures = await failuresOf(suite, copy);
        if (failures.length > 0) {
            throw new Error(`without a break these fail in ${suite.name}:\n${failures.join("\n")}`);
        }
    }
}

async function apply(which: Break, copy: Copy, used: readonly Suite[]): Promise<Noticed> {
    const mend = copy.break(which);
    try {
        const failures = new Map<string, readonly string[]>();
        for (const suite of used) {
            if (!suite.isLastResort || count(failures) === 0) {
                failures.set(suite.name, await failuresOf(suite, copy));
            }
        }
        console.log([`\n${which.name}`, ...[...failures.values()].flat().map((title) => `    ${title}`)].join("\n"));
        return { name: which.name, failures };
    } finally {
        mend();
    }
}

function count(failures: Noticed["failures"]): number {
    return [...failures.values()].flat().length;
}

/** In Markdown: how many tests of each suite have noticed, `–` where a suite was not run. */
function table(noticed: readonly Noticed[], used: readonly Suite[]): string {
    const names = used.map(({ name }) => name);
    const rows = noticed.map(({ name, failures }) =>
        [name, ...names.map((suite) => String(failures.get(suite)?.length ?? "–"))].join(" | "),
    );
    const rule = ["---", ...names.map(() => "---:")].join(" | ");
    return [`break | ${names.join(" | ")}`, rule, ...rows].map((row) => `| ${row} |`).join("\n");
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
});
