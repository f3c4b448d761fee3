import fc, { type Parameters } from "fast-check";
import { anyCommand, firstProgram, recover } from "./commands";
import { Fixture } from "./fixture";
import { Model } from "./model";
import type { Program } from "./program";

export interface Exploration {
    readonly seed: number;
    readonly runs: number;
    /** The longest sequence of commands. */
    readonly maxCommands: number;
    /** The place of a failure in an earlier exploration: both replay it. */
    readonly path?: string | undefined;
    readonly replayPath?: string | undefined;
    /** A failure is not shortened after so long. @default no limit */
    readonly limitMs?: number;
}

/**
 * Takes many stacks through random sequences of commands. Fails with the shortest sequence that breaks the contract, and
 * returns a summary otherwise.
 */
export async function explore({ seed, runs, maxCommands, path, replayPath, limitMs }: Exploration): Promise<string> {
    const started = performance.now();
    const counts = { requests: 0, effects: 0 };
    const sequences = fc.commands([anyCommand], {
        maxCommands,
        size: "max",
        ...(replayPath === undefined ? {} : { replayPath }),
    });
    const parameters: Parameters<[Program, Iterable<unknown>]> = {
        seed,
        numRuns: runs,
        ...(path === undefined ? {} : { path }),
        ...(limitMs === undefined ? {} : { interruptAfterTimeLimit: limitMs, markInterruptAsFailure: true }),
    };
    const property = fc.asyncProperty(firstProgram, sequences, async (program, commands) => {
        const { random } = Math;
        const fixture = await Fixture.create();
        try {
            // The provider's backoff is the same in every replay.
            Math.random = () => 0.5;
            const model = new Model(program);
            await fc.asyncModelRun(() => ({ model, real: fixture }), commands);
            await recover(model, fixture);
            counts.requests += fixture.requests.length;
            counts.effects += fixture.emulator.ledger.effects.length;
        } finally {
            Math.random = random;
            await fixture.close();
        }
    });
    await fc.assert(property, parameters);
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    return `${runs} runs, ${counts.requests} requests, ${counts.effects} effects in ${seconds} s (seed ${seed})`;
}
