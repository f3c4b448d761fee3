/**
 * Loaded before the tests, and by the programs that use their stacks: all temporary files are in one folder, which goes with the
 * process. A failed test shows the emulator's ledger and the last output of the CLI.
 */
import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Context, RootHookObject } from "mocha";
import { beginTest, evidence } from "./support/evidence";
import { processesOf, send } from "./support/processes";

const modules = (folder: string) => join(__dirname, "..", folder, "node_modules");

// The workers of a parallel run inherit these variables from the process that started them.
if (process.env.MOCHA_WORKER_ID === undefined) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "logstash-run-")));
    // A server that refuses to run as root must reach a folder in it.
    chmodSync(folder, 0o711);
    process.on("exit", () => {
        for (const { pid } of processesOf(folder)) {
            send(pid, "SIGKILL");
        }
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
    process.env.TMPDIR = folder;
    process.env.NODE_COMPILE_CACHE = join(modules(""), ".cache", "node");
    // What `npm run test:all` installs is found after everything else.
    process.env.PATH = [process.env.PATH, join(modules("tools"), ".bin")].join(delimiter);
}

export const mochaHooks: RootHookObject = {
    beforeEach: beginTest,
    afterEach(this: Context) {
        const error = this.currentTest?.err;
        const text = error === undefined ? "" : evidence();
        if (error?.stack !== undefined && text !== "") {
            // Every reporter prints the stack whole, even when it replaces the message by a diff.
            error.stack += `\n\n${text}`;
        }
    },
};
