import fc, { type Parameters, type RunDetails } from "fast-check";
import { Random } from "../chaos/random";
import { allCommands, newDeclaration, type Real, recover } from "./commands";
import { Expectations } from "./expectations";
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
}

export interface Explored {
    readonly statistics: Statistics;
    readonly details: RunDetails<[Iterable<unknown>]>;
}

/** Takes many stacks through sequences of commands; the first sequence that breaks the promise is made as short as it goes. */
export async function explore({ seed, runs, maxCommands, path, replayPath }: Exploration): Promise<Explored> {
    const statistics = new Statistics();
    const sequences = fc.commands([...allCommands], {
        maxCommands,
        size: "max",
        ...(replayPath === undefined ? {} : { replayPath }),
    });
    const parameters: Parameters<[Iterable<unknown>]> = {
        seed,
        numRuns: runs,
        ...(path === undefined ? {} : { path }),
    };
    const property = fc.asyncProperty(sequences, async (commands) => {
        await inWorld(statistics, async (real) => {
            const expectations = new Expectations({ pause: newDeclaration });
            await fc.asyncModelRun(() => ({ model: expectations, real }), commands);
            await recover(expectations, real);
        });
    });
    return { statistics, details: (await fc.check(property, parameters)) as RunDetails<[Iterable<unknown>]> };
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
