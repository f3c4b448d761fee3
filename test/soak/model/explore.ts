import fc, { type Parameters, type RunDetails } from "fast-check";
import { Random } from "../chaos/random";
import { allCommands, beginning, type Real, recover } from "./commands";
import { Expectations } from "./expectations";
import type { Program } from "./program";
import { Statistics } from "./statistics";
import { World } from "./world";

/** How to explore. */
export interface Exploration {
    readonly seed: number;
    readonly runs: number;
    /** The longest sequence of commands. */
    readonly maxCommands: number;
    /** Where a failure was found: both together replay it. */
    readonly path?: string | undefined;
    readonly replayPath?: string | undefined;
    /** After so long a failure is not made shorter any more. @default no limit */
    readonly limitMs?: number;
}

export interface Explored {
    readonly statistics: Statistics;
    readonly details: RunDetails<[Program, Iterable<unknown>]>;
}

/** Takes many stacks through sequences of commands; the first sequence that breaks the promise is made as short as it goes. */
export async function explore({ seed, runs, maxCommands, path, replayPath, limitMs }: Exploration): Promise<Explored> {
    const statistics = new Statistics();
    const sequences = fc.commands([...allCommands], {
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
    const property = fc.asyncProperty(beginning, sequences, async (program, commands) => {
        await inWorld(statistics, async (real) => {
            const expectations = new Expectations(program);
            await fc.asyncModelRun(() => ({ model: expectations, real }), commands);
            await recover(expectations, real);
        });
    });
    return { statistics, details: (await fc.check(property, parameters)) as RunDetails<[Program, Iterable<unknown>]> };
}

async function inWorld(statistics: Statistics, work: (real: Real) => Promise<void>): Promise<void> {
    const { random } = Math;
    const numbers = new Random(1);
    const world = await World.open();
    try {
        Math.random = () => numbers.next();
        await work({ world, statistics });
    } finally {
        Math.random = random;
        await world.close();
    }
}
