import { setMaxListeners } from "node:events";
import { fstatSync } from "node:fs";

type WatchedProcess = Pick<NodeJS.Process, "stdin" | "exit">;

/**
 * A signal that fires when this provider process has lost the engine that started it. The engine holds the other end of
 * the process's standard input, and that pipe is all that ends with the engine, even after a `kill -9`. The process, which
 * would otherwise live on, exits. Pulumi's dynamic-provider host loads this module with the first call for a resource, so a
 * host that never gets a call lives on.
 */
export function lostEngine(process: WatchedProcess, input = 0): AbortSignal {
    const controller = new AbortController();
    // Every running operation listens, and there may be a thousand.
    setMaxListeners(0, controller.signal);
    if (isPipe(input)) {
        process.stdin.resume().once("close", () => {
            controller.abort(new Error("the deployment was stopped"));
            // Operations of other dynamic providers in this process get a moment to end.
            setTimeout(() => process.exit(1), 300);
        });
        // Watching must not keep a process alive; the provider's server does.
        process.stdin.unref?.();
    }
    return controller.signal;
}

/** A terminal or /dev/null does not end with the engine. */
function isPipe(descriptor: number): boolean {
    try {
        const stat = fstatSync(descriptor);
        return stat.isFIFO() || stat.isSocket();
    } catch {
        return false;
    }
}
