/** The time that something may take. */
export interface TimeLimit {
    /** Fires when the time is over, or together with the other signal. */
    readonly signal: AbortSignal;
    /** Throws the signal's reason if the time is over, even if a busy process has not run the timer yet. */
    throwIfOver(): void;
    /** Ends the timer. */
    clear(): void;
}

/** Starts a limit of so many milliseconds, which another signal can end earlier. */
export function timeLimit(ms: number, other: AbortSignal): TimeLimit {
    const end = performance.now() + ms;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), Math.max(0, ms));
    const signal = AbortSignal.any([other, timeout.signal]);
    return {
        signal,
        throwIfOver() {
            if (performance.now() >= end) {
                timeout.abort();
            }
            signal.throwIfAborted();
        },
        clear: () => clearTimeout(timer),
    };
}

/** The result of a promise, or a rejection with the signal's reason if the signal fires first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", abort);
    if (signal.aborted) {
        abort();
    }
    try {
        return await Promise.race([aborted.promise, promise]);
    } finally {
        signal.removeEventListener("abort", abort);
    }
}
