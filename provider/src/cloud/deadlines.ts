/** What a promise resolves to, or nothing once the time is over. */
export async function unlessLate<T>(promise: Promise<T>, left: () => number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<undefined>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, left()), undefined);
    });
    try {
        return await Promise.race([promise, over]);
    } finally {
        clearTimeout(timer);
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
