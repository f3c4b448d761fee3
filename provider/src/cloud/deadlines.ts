/** What a promise resolves to, or nothing once the time is over or the signal has fired. */
export async function unlessLate<T>(
    promise: Promise<T>,
    left: () => number,
    signal: AbortSignal,
): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    let end = () => {};
    const over = new Promise<undefined>((resolve) => {
        end = () => resolve(undefined);
        timer = setTimeout(end, signal.aborted ? 0 : Math.max(0, left()));
        signal.addEventListener("abort", end);
    });
    try {
        return await Promise.race([promise, over]);
    } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
    }
}

/** What a promise resolves to, unless the signal comes first; what becomes of the promise then is nobody's concern. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    let abort = () => {};
    const aborted = new Promise<never>((_, reject) => {
        abort = () => reject(Object.assign(new Error("given up"), { name: "AbortError" }));
        signal.addEventListener("abort", abort);
    });
    try {
        return await Promise.race([promise, aborted]);
    } finally {
        signal.removeEventListener("abort", abort);
    }
}
