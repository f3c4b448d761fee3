import { setMaxListeners } from "node:events";
import { fstatSync } from "node:fs";

/** What is needed of a process. */
type Watched = Pick<NodeJS.Process, "stdin" | "exit">;

/**
 * A signal that fires when this provider process has lost the engine that started it. The engine holds the other end of
 * the process's standard input; that pipe ends with it, also after a `kill -9`, and nothing else tells. The process, which
 * would live on, then ends too. Pulumi's dynamic-provider host loads this with its first call for a resource: without a call
 * it lives on, and nothing here can end it.
 */
export function lostEngine(process: Watched, input = 0): AbortSignal {
    const controller = new AbortController();
    // Every operation on its way listens, and a thousand of them are no leak.
    setMaxListeners(0, controller.signal);
    if (isPipe(input)) {
        process.stdin.resume().once("close", () => {
            controller.abort(new Error("the deployment was stopped"));
            // Other dynamic providers share this process: a moment for them to end what they do.
            setTimeout(() => process.exit(1), 300);
        });
        // Whoever loads this elsewhere must not be kept alive by it; the provider's server keeps its process.
        unrefIfPossible(process.stdin);
    }
    return controller.signal;
}

function unrefIfPossible(stream: { unref?: () => unknown }): void {
    stream.unref?.();
}

// A terminal or /dev/null says nothing about an engine.
function isPipe(descriptor: number): boolean {
    try {
        const stat = fstatSync(descriptor);
        return stat.isFIFO() || stat.isSocket();
    } catch {
        return false;
    }
}
