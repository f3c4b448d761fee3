import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { lostEngine } from "../engine/lostEngine";
import { sanitize } from "../sanitize";
import { startPlugin } from "./server";

// Other operations go on, as in Pulumi's own server: what they have sent must be recorded.
process.on("uncaughtException", complain);
process.on("unhandledRejection", complain);

const stop = new AbortController();
startPlugin(process, stop.signal).then(
    ({ port }) => {
        // The engine waits for this line. `process.stdout` takes longer to load than to write.
        writeSync(1, `${port}\n`);
        const lost = lostEngine(process);
        lost.addEventListener("abort", () => stop.abort(lost.reason));
        // The engine kills the process in the end, so Node.js has no other time to save what it compiled.
        flushCompileCache();
    },
    (error: unknown) => {
        complain(error);
        process.exit(1);
    },
);

function complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`an unexpected error, please report it: ${sanitize(text)}\n`);
}
