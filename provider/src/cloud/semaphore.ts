import { unlessAborted } from "./deadlines";

/** Takes a permit and resolves to the function that gives it back. */
export type Semaphore = (signal: AbortSignal) => Promise<() => void>;

/** A number of permits. Who finds none waits for one in order, or until the signal fires. */
export function semaphore(permits: number): Semaphore {
    let free = permits;
    const waiting = new Set<() => void>();
    const release = () => {
        const [next] = waiting;
        if (next === undefined) {
            free += 1;
        } else {
            waiting.delete(next);
            next();
        }
    };
    return async (signal) => {
        if (free > 0) {
            free -= 1;
            return release;
        }
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        try {
            await unlessAborted(promise, signal);
        } catch (error) {
            if (!waiting.delete(resolve)) {
                // The permit came in the same turn as the abort.
                release();
            }
            throw error;
        }
        return release;
    };
}
