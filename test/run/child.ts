import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { totalsVariable } from "./totals";

const repository = join(__dirname, "..", "..");

/** A program under test: a run of Mocha of its own on a file of fixtures. */
export interface ChildRun {
    readonly pid: number;
    readonly ended: Promise<{ readonly code: number | null; readonly text: string }>;
}

/** Starts Mocha with the settings of this repository, as the head of a process group, as a shell would. */
export function startMocha(fixture: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildRun {
    const { [totalsVariable]: _, MOCHA_WORKER_ID: __, ...inherited } = process.env;
    const mocha = require.resolve("mocha/bin/mocha.js");
    const child = spawn(process.execPath, [mocha, ...args, join("test", "run", "fixtures", fixture)], {
        cwd: repository,
        env: { ...inherited, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
        });
    }
    const ended = once(child, "exit").then(([code]) => ({ code: code as number | null, text }));
    return { pid: Number(child.pid), ended };
}
