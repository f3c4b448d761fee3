import fc from "fast-check";
import type { Exploration, Explored } from "./explore";

/** What was explored, in a line. */
export function summaryOf({ seed }: Exploration, { details, statistics }: Explored, seconds: number): string {
    const { numRuns } = details;
    return (
        `${numRuns} runs, ${statistics.commands} commands in ${seconds.toFixed(1)} s: ` +
        `${Math.round((60 * numRuns) / seconds)} runs a minute (seed ${seed})`
    );
}

/** What was explored, and the sequence that breaks the promise, if one does. */
export function reportOf(exploration: Exploration, explored: Explored, seconds: number): string {
    const { seed, maxCommands } = exploration;
    const { details, statistics } = explored;
    const lines = [statistics.table(), "", summaryOf(exploration, explored, seconds)];
    if (details.failed) {
        const replay = /replayPath=\\?"([^"\\]*)\\?"/.exec(fc.stringify(details.counterexample))?.[1] ?? "";
        const path = `--seed ${seed} --commands ${maxCommands} --path ${details.counterexamplePath}`;
        lines.push(
            `\nto repeat: npm run model -- ${path} --replay-path ${replay}`,
            `${details.errorInstance instanceof Error ? details.errorInstance.stack : details.errorInstance}`,
            `after: ${details.counterexample?.map((part) => fc.stringify(part)).join("\n")}`,
        );
    }
    return lines.join("\n");
}
