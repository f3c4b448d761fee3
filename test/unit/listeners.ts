import { getEventListeners } from "node:events";

/** Counts the listeners for the abort of a signal that are added from now on. */
export function listenersOf(signal: AbortSignal): () => number {
    const count = () => getEventListeners(signal, "abort").length;
    const before = count();
    return () => count() - before;
}
