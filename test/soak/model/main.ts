/**
 * `npm run model`: the life of resources as a small state machine, explored at random: the real provider against the
 * emulator, with the engine as it was seen to be and a time of its own. It prints its seed first, then what was executed,
 * and fails on a broken promise with the shortest sequence of commands that breaks it.
 *
 *     npm run model -- [--seed N] [--runs N] [--commands N] [--path P --replay-path P]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type Exploration, explore } from "./explore";
import { reportOf } from "./report";

async function main(): Promise<void> {
    const exploration = readArguments();
    console.log(`seed ${exploration.seed}`);
    const started = performance.now();
    const explored = await explore(exploration);
    const seconds = (performance.now() - started) / 1_000;
    console.log(reportOf(exploration, explored, seconds));
    process.exitCode = explored.details.failed ? 1 : 0;
}

function readArguments(): Exploration {
    const { values } = parseArgs({
        options: {
            seed: { type: "string", default: String(randomInt(2 ** 31)) },
            runs: { type: "string", default: "2000" },
            commands: { type: "string", default: "30" },
            path: { type: "string" },
            "replay-path": { type: "string" },
        },
    });
    const number = (name: "seed" | "runs" | "commands") => {
        if (!/^-?\d{1,10}$/.test(values[name])) {
            throw new Error(`--${name} is "${values[name]}"; it must be a whole number`);
        }
        return Number(values[name]);
    };
    return {
        seed: number("seed"),
        runs: number("runs"),
        maxCommands: number("commands"),
        path: values.path,
        replayPath: values["replay-path"],
    };
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
});
