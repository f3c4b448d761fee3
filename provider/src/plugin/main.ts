import { lostEngine } from "../engine/lostEngine";
import { sanitize } from "../sanitize";
import { startPlugin } from "./server";

// Other operations go on, as in Pulumi's own server: what they have sent must be recorded.
process.on("uncaughtException", complain);
process.on("unhandledRejection", complain);

startPlugin(process, lostEngine(process)).then(
    // What the engine waits for.
    ({ port }) => process.stdout.write(`${port}\n`),
    (error: unknown) => {
        complain(error);
        process.exit(1);
    },
);

function complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`an unexpected error, please report it: ${sanitize(text)}\n`);
}
