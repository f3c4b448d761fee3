/**
 * Holds what is taken for granted about the service against an emulator, or against the service itself.
 *
 *     npm run contract
 *     npm run contract -- --instance ls-… --region …
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { setTimeout } from "node:timers/promises";
import { run } from "./command";

/** A terminal that is closed has answered nothing. */
async function ask(question: string): Promise<string> {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
        const closed = once(lines, "close").then(() => "");
        return await Promise.race([lines.question(question), closed]);
    } finally {
        lines.close();
    }
}

run(process.argv.slice(2), {
    env: process.env,
    terminal: {
        isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
        say: (text) => console.log(text),
        ask,
    },
    sleep: (ms) => setTimeout(ms),
    now: Date.now,
    newId: () => randomBytes(8).toString("hex"),
}).then(
    (code) => {
        process.exitCode = code;
    },
    (error: unknown) => {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = 2;
    },
);
