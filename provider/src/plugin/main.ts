import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { lostEngine } from "../engine/lostEngine";
import { startPlugin } from "./server";
import { unexpectedError } from "./service";

// Other operations continue, as in Pulumi's own server: what they have sent must be recorded.
process.on("uncaughtException", report);
process.on("unhandledRejection", report);

const stop = new AbortController();
startPlugin(process, stop.signal)
    .then(({ port }) => {
        // The engine waits for this line. Loading `process.stdout` would take longer than writing to it.
        writeSync(1, `${port}\n`);
        const lost = lostEngine(process);
        lost.addEventListener("abort", () => stop.abort(lost.reason));
        // The engine kills this process in the end, so Node.js would never save what it compiled.
        flushCompileCache();
    })
    .catch((error: unknown) => {
        // Without a server, or without an engine that reads the port, the process has nothing to do.
        report(error);
        process.exit(1);
    });

function report(error: unknown): void {
    process.stderr.write(`${unexpectedError(error)}\n`);
}
