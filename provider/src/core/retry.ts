import { DelegateBackoff, handleWhenResult, type IRetryBackoffContext, retry } from "cockatiel";

/** One try: it ended, or it is worth another after a pause of the kind it names. */
export type Try<T> =
    | { readonly kind: "ended"; readonly value: T }
    /** Something failed: wait longer after each failure in a row, at random, so that many runners spread out. */
    | { readonly kind: "failed" }
    /** Nothing failed, but it has not happened yet: look again, less often the longer it takes. */
    | { readonly kind: "waiting" };

/** The time an operation has, all tries and pauses included. */
export interface Budget {
    readonly totalMs: number;
    elapsedMs(): number;
    remainingMs(): number;
    /** Ends it earlier, so long after its start, or no earlier than it was made. */
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

/** What tries depend on. */
export interface RetryOptions {
    readonly budget: Budget;
    /** At least 0, less than 1. */
    readonly random: () => number;
    /** Ends the tries at once. */
    readonly signal: AbortSignal;
    /** Is told of each pause. */
    readonly onPause?: (pauseMs: number) => void;
}

/**
 * Tries until a try ends or the budget has run out, and returns `undefined` then. The last try is made a second before the
 * end, or a tenth of a short budget, so that the operation itself stays within it.
 */
export async function tryUntil<T>(
    attempt: () => Promise<Try<T>>,
    { budget, random, signal, onPause }: RetryOptions,
): Promise<T | undefined> {
    const reserveMs = Math.min(1_000, budget.totalMs / 10);
    let last: Try<T>["kind"] | undefined;
    let inARow = 0;
    const pauseAfter = ({ result }: IRetryBackoffContext<unknown>): number => {
        const kind = (result as { readonly value: Try<T> }).value.kind;
        inARow = kind === last ? inARow + 1 : 0;
        last = kind;
        const wanted = kind === "failed" ? backoffMs(inARow, random()) : pollMs(inARow);
        const pauseMs = Math.min(wanted, Math.max(0, budget.remainingMs() - reserveMs));
        onPause?.(pauseMs);
        return pauseMs;
    };
    const policy = retry(
        handleWhenResult((result) => result !== undefined && (result as Try<T>).kind !== "ended"),
        { maxAttempts: Number.POSITIVE_INFINITY, backoff: new DelegateBackoff(pauseAfter) },
    );
    const tries = policy.execute(async () => {
        signal.throwIfAborted();
        const result = await attempt();
        return result.kind === "ended" || budget.remainingMs() > reserveMs ? result : undefined;
    });
    const ended = await unlessAborted(tries, signal);
    return ended?.kind === "ended" ? ended.value : undefined;
}

/** Full jitter: anything between 0 and a limit that doubles with each failure in a row, up to 20 s. */
export function backoffMs(failuresBefore: number, random: number): number {
    return random * Math.min(20_000, 500 * 2 ** failuresBefore);
}

/** 1 s, then half as much again each time, up to 15 s. */
export function pollMs(looksBefore: number): number {
    return Math.min(15_000, 1_000 * 1.5 ** looksBefore);
}

/** cockatiel sleeps through an abort: its pauses are not awaited then. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    let stop = () => {};
    const aborted = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason);
        signal.addEventListener("abort", stop);
    });
    try {
        return await Promise.race([promise, aborted]);
    } finally {
        signal.removeEventListener("abort", stop);
    }
}
