import { setTimeout as delay } from "node:timers/promises";

/** The time that an operation has, retries and pauses included. */
export interface Budget {
    readonly totalMs: number;
    elapsedMs(): number;
    remainingMs(): number;
    /** Ends the budget at this elapsed time; `undefined` restores its full length. */
    endAt(elapsedMs: number | undefined): void;
}

/** Starts a budget on a clock that only moves forward. */
export function startBudget(totalMs: number, now: () => number): Budget {
    const started = now();
    const elapsedMs = () => now() - started;
    let endMs = totalMs;
    return {
        totalMs,
        elapsedMs,
        remainingMs: () => Math.max(0, Math.floor(endMs - elapsedMs())),
        endAt(earlierMs) {
            endMs = Math.min(totalMs, earlierMs ?? totalMs);
        },
    };
}

/** Why the next attempt is made after a pause. */
export type Pause =
    /** Something failed: wait longer after each failure in a row, at random, so that many runners spread out. */
    | "retry"
    /** Nothing failed, but it has not happened yet: poll less often the longer it takes. */
    | "poll";

/** What attempts depend on. */
export interface RetryOptions {
    readonly budget: Budget;
    /** At least 0, less than 1. */
    readonly random: () => number;
    /** Ends the attempts at once. */
    readonly signal: AbortSignal;
}

/**
 * Attempts until one returns a value, the budget has run out, or the signal is aborted. The last attempt starts a second before
 * the end, or a tenth of a shorter budget, so that its call can still finish.
 */
export async function attemptUntil<T>(
    attempt: () => Promise<{ readonly value: T } | { readonly pause: Pause }>,
    { budget, random, signal }: RetryOptions,
): Promise<T | "timed out" | "aborted"> {
    const reserveMs = Math.min(1_000, budget.totalMs / 10);
    let last: Pause | undefined;
    let repeats = 0;
    while (!signal.aborted) {
        const result = await attempt();
        if ("value" in result) {
            return result.value;
        }
        const leftMs = budget.remainingMs() - reserveMs;
        if (leftMs <= 0 && !signal.aborted) {
            return "timed out";
        }
        repeats = result.pause === last ? repeats + 1 : 0;
        last = result.pause;
        const pauseMs = last === "retry" ? backoffMs(repeats, random()) : pollMs(repeats);
        await pauseFor(Math.min(pauseMs, leftMs), signal);
    }
    return "aborted";
}

/** Resolves after a time, or as soon as the signal is aborted. */
async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
    try {
        await delay(ms, undefined, { signal });
    } catch (error) {
        if (!signal.aborted) {
            throw error;
        }
    }
}

/** Full jitter: anything between 0 and a limit that doubles with each failure in a row, up to 20 s. */
export function backoffMs(failuresBefore: number, random: number): number {
    return random * Math.min(20_000, 500 * 2 ** failuresBefore);
}

/** 1 s, then half as much again each time, up to 15 s. */
export function pollMs(pollsBefore: number): number {
    return Math.min(15_000, 1_000 * 1.5 ** pollsBefore);
}
