import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { readTotals, sumOf, type Totals, totalsVariable } from "./totals";

/** A command that is run to its end, whatever became of the others. */
export interface Part {
    readonly name: string;
    /** Whether it counts tests; a check fails or does not. */
    readonly kind: "check" | "tests";
    readonly command: readonly [string, ...string[]];
}

const mocha = (...args: readonly string[]): Part["command"] => ["mocha", ...args];
/** Two files at a time, one for each core of a small machine. */
const parallel = ["--parallel", "--jobs", "2"] as const;

/**
 * What makes stacks cheaper where every test is run; a run of one file by hand goes without. What a command line requires comes
 * before what Mocha's settings do, so it brings along what reads TypeScript.
 */
const cheaper = ["./test/run/register.cjs", "./test/engine/quick/environment.ts"].flatMap((file) => [
    "--require",
    file,
]);

/** What is not run beside others: two seconds are promised in it, or the memory of a process is measured. */
const alone = "test/engine/lostEngine.test.ts";
const load = "test/protocol/process/load.test.ts";
/** What takes long. */
const realEngine = "test/model/realEngine.test.ts";

const quick: readonly Part[] = [
    { name: "lint", kind: "check", command: ["npm", "run", "lint"] },
    { name: "build", kind: "check", command: ["npm", "run", "build"] },
    { name: "types", kind: "check", command: ["npm", "run", "typecheck"] },
    { name: "engine", kind: "check", command: ["npm", "run", "engine"] },
    {
        name: "quick",
        kind: "tests",
        // What takes long comes first, or one of the two would have nothing left to do at the end.
        command: mocha(
            ...cheaper,
            ...parallel,
            ...["engine", "package", "protocol", "run", "{breaks,contract,emulator,model,scripts,unit}"].map(
                (folder) => `test/${folder}/**/*.test.ts`,
            ),
            ...[alone, load, realEngine].flatMap((file) => ["--ignore", file]),
        ),
    },
    { name: "alone", kind: "tests", command: mocha(...cheaper, alone) },
];

/** The lists of parts by name. */
export const lists = {
    /** What must pass before every commit. */
    quick,
    /** That, and what takes long, installs packages, or needs root and Debian's packages. */
    all: [
        ...quick,
        { name: "load", kind: "tests", command: mocha(load) },
        { name: "model", kind: "tests", command: mocha(realEngine) },
        {
            name: "installs",
            kind: "tests",
            command: mocha(
                ...parallel,
                ...["installs", "examples", "screens"].map((folder) => `test/${folder}/**/*.test.ts`),
            ),
        },
        {
            name: "versions",
            kind: "tests",
            command: ["node", "--require", "./test/run/register.cjs", "test/versions/main.ts"],
        },
        { name: "system", kind: "tests", command: ["sh", "test/system/run.sh"] },
        { name: "chaos", kind: "tests", command: mocha("test/chaos/**/*.test.ts") },
    ],
} satisfies Record<string, readonly Part[]>;

/** Where commands run, and where their totals are left. */
export interface Surroundings {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly folder: string;
    say(line: string): void;
}

/** Runs parts one after the other, each to its end, and sums up. A part that fails without a failed test counts as one. */
export async function runParts(parts: readonly Part[], surroundings: Surroundings): Promise<Totals> {
    const lines: string[] = [];
    const all: Totals[] = [];
    for (const part of parts) {
        surroundings.say(`\n== ${part.name}: ${part.command.join(" ")}`);
        const started = performance.now();
        const totals = await runPart(part, surroundings);
        const seconds = ((performance.now() - started) / 1_000).toFixed(0);
        all.push(totals);
        lines.push(`${part.name.padEnd(10)} ${wordsFor(part, totals)}, ${seconds} s`);
    }
    surroundings.say(["", ...lines].join("\n"));
    return sumOf(all);
}

async function runPart({ name, kind, command }: Part, { cwd, env, folder }: Surroundings): Promise<Totals> {
    const [program, ...args] = command;
    const file = join(folder, `${name}.totals`);
    const child = spawn(program, args, { cwd, env: { ...env, [totalsVariable]: file }, stdio: "inherit" });
    // It rejects where the command cannot be started.
    const code = await once(child, "close").then(([ended]) => ended as number | null, String);
    const totals = kind === "tests" ? readTotals(file) : { passed: 0, failed: 0 };
    const counted = totals ?? { passed: 0, failed: 0 };
    const isExplained = totals !== undefined && (code === 0 || totals.failed > 0);
    return isExplained ? counted : { ...counted, failed: counted.failed + 1 };
}

function wordsFor({ kind }: Part, { passed, failed }: Totals): string {
    switch (kind) {
        case "check":
            return failed === 0 ? "ok" : "failed";
        case "tests":
            return failed === 0 ? `${passed} tests` : `${passed} tests, and ${failed} that failed`;
    }
}
