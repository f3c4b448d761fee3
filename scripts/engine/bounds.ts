/** Bounds of work that starts other programs: none outlives its limit or this process, and no half-made directory. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";

export interface RunOptions {
    readonly cwd?: string;
    readonly env: NodeJS.ProcessEnv;
    /** In milliseconds. */
    readonly limit: number;
}

/** What is still dying may write while it is removed. */
export const REMOVE = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

export class Bounds {
    /** Directories that go when the work ends early. */
    readonly partials = new Set<string>();
    readonly stopped = new AbortController();
    readonly #children = new Set<ChildProcess>();

    /** Leaves no child and no partial directory when a signal or process.exit ends the work. */
    async guard<T>(action: () => Promise<T>): Promise<T> {
        const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
        const cleanUp = () => {
            this.stopped.abort(new Error("interrupted"));
            this.#children.forEach(killGroup);
            for (const partial of this.partials) {
                rmSync(partial, REMOVE);
            }
        };
        const onSignal = (signal: NodeJS.Signals) => {
            cleanUp();
            // Others who listen (mocha) decide themselves what the signal means.
            if (process.listenerCount(signal) === 0) {
                process.kill(process.pid, signal);
            }
        };
        for (const signal of signals) {
            process.once(signal, onSignal);
        }
        process.once("exit", cleanUp);
        try {
            return await action();
        } finally {
            for (const signal of signals) {
                process.removeListener(signal, onSignal);
            }
            process.removeListener("exit", cleanUp);
        }
    }

    /** Resolves to what the command printed. A limit or an interrupt kills it with all its children. */
    run(command: string, args: readonly string[], { cwd, env, limit }: RunOptions): Promise<string> {
        this.stopped.signal.throwIfAborted();
        return new Promise((done, fail) => {
            const name = `${command} ${args[0]}`;
            const child = spawn(command, args, {
                cwd,
                env,
                detached: true, // a process group of its own, which can be killed as a whole
                stdio: ["ignore", "pipe", "pipe"],
            });
            this.#children.add(child);
            let printed = "";
            let complaint = "";
            child.stdout.setEncoding("utf8").on("data", (text) => (printed += text));
            child.stderr.setEncoding("utf8").on("data", (text) => (complaint = (complaint + text).slice(-2_000)));
            const settle = (error?: Error) => {
                clearTimeout(timer);
                this.#children.delete(child);
                error ? fail(error) : done(printed);
            };
            const timer = setTimeout(() => {
                killGroup(child);
                child.stdout.destroy();
                child.stderr.destroy();
                settle(new Error(`${name} did not end within ${limit / 1_000} s`));
            }, limit);
            child.once("error", (error) =>
                settle(codeOf(error) === "ENOENT" ? new Error(`no ${command} on PATH`) : error),
            );
            child.once("close", (code, signal) =>
                settle(
                    code === 0 ? undefined : new Error(`${name} ended with ${signal ?? code}: ${lastLines(complaint)}`),
                ),
            );
        });
    }
}

function lastLines(text: string): string {
    return text.trim().split("\n").slice(-3).join(" | ");
}

function killGroup(child: ChildProcess): void {
    try {
        if (child.pid !== undefined) {
            process.kill(-child.pid, "SIGKILL");
        }
    } catch {
        // It has ended already.
    }
}

export function codeOf(error: unknown): string {
    return error instanceof Error && "code" in error ? String(error.code) : "";
}
