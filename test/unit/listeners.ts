/** Counts the listeners that a signal has; those that are there before are not known. */
export function listenersOf(signal: AbortSignal): () => number {
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    let listeners = 0;
    signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners += 1;
        add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners -= 1;
        remove(...args);
    };
    return () => listeners;
}
