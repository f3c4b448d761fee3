/** A signal that fires after a time or together with another signal, and `clear`, which ends the timer. */
export function timeLimit(
    ms: number,
    signal: AbortSignal,
): { readonly signal: AbortSignal; readonly clear: () => void } {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), Math.max(0, ms));
    if (ms <= 0) {
        limit.abort();
    }
    return { signal: AbortSignal.any([signal, limit.signal]), clear: () => clearTimeout(timer) };
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
