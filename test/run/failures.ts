import type { Runner } from "mocha";
import { beginTest, evidence } from "../evidence";

/** Adds the evidence to each failure of a test or a hook, while the emulator and the stack are still there. */
export function explainFailures(runner: Runner): void {
    runner.on("suite", beginTest);
    runner.on("test", beginTest);
    runner.on("fail", (_, error: Error | undefined) => {
        const text = evidence();
        if (error?.stack !== undefined && text !== "") {
            // The stack is what every reporter shows to the end, also where a difference takes the place of the message.
            error.stack += `\n\n${text}`;
        }
    });
}
