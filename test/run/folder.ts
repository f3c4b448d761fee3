/**
 * Loaded by every program that makes stacks: its temporary files and those of all it starts go to one folder, which is
 * gone when it has ended, however it ended.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, realpathSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

let keeper: ChildProcess | undefined;

// A worker of Mocha's is part of the run that started it.
if (process.env.MOCHA_WORKER_ID === undefined) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "logstash-run-")));
    // Nobody else can list it, but a server that refuses to run as root has to get at a folder in it.
    chmodSync(folder, 0o711);
    const options = ["--require", require.resolve("./register.cjs"), require.resolve("./keeper.ts"), folder];
    // In a session of its own, Ctrl-C does not reach it. It works when its standard input ends, and that is with this process.
    keeper = spawn(process.execPath, options, { detached: true, stdio: ["pipe", "ignore", "inherit"] });
    keeper.unref();
    (keeper.stdin as Socket).unref();
    process.env.TMPDIR = folder;
}

/** Removes the folder, when Mocha has run all tests. */
export async function mochaGlobalTeardown(): Promise<void> {
    if (keeper !== undefined && keeper.exitCode === null) {
        // Nothing else may be left that keeps this process until then.
        keeper.ref();
        keeper.stdin?.end();
        await once(keeper, "exit");
    }
}
