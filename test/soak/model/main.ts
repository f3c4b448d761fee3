/**
 * `npm run model`: random sequences of changes, faults and kills, with the real provider, the emulator, a model of the engine
 * and a clock of its own. Prints the shortest sequence that breaks the contract, with its seed, path and replay path.
 *
 *     npm run model -- [--seed N] [--runs N] [--commands N] [--path P --replay-path P]
 *
 * `commands.ts` has what can happen. `fixture.ts` runs it, by `engine.ts`, `provider.ts` and `time.ts`. `model.ts` checks every
 * run by what `expected.ts` and `tokens.ts` derive from the contract.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { explore } from "./explore";

const { values } = parseArgs({
    options: {
        seed: { type: "string", default: String(randomInt(2 ** 31)) },
        runs: { type: "string", default: "2000" },
        commands: { type: "string", default: "30" },
        path: { type: "string" },
        "replay-path": { type: "string" },
    },
});
const exploration = {
    seed: Number(values.seed),
    runs: Number(values.runs),
    maxCommands: Number(values.commands),
    path: values.path,
    replayPath: values["replay-path"],
};

if (![exploration.seed, exploration.runs, exploration.maxCommands].every(Number.isInteger)) {
    throw new Error("--seed, --runs and --commands are whole numbers");
}
console.log(`seed ${exploration.seed}`);
explore(exploration).then(console.log, (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
