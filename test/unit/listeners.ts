import { getEventListeners } from "node:events";

/** Counts the listeners that a signal has for its end, without those that are there before. */
export function listenersOf(signal: AbortSignal): () => number {
    const count = () => getEventListeners(signal, "abort").length;
    const before = count();
    return () => count() - before;
}
