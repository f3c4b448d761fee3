/**
 * Loaded before the tests, and by the programs that use their stacks: all temporary files are in one folder, which goes with the
 * process.
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { processesOf, send } from "./support/processes";

const modules = (folder: string) => join(__dirname, "..", folder, "node_modules");

// The workers of a parallel run inherit these variables from the process that started them.
if (process.env.MOCHA_WORKER_ID === undefined) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "logstash-run-")));
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
