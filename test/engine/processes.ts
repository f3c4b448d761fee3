import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";

/** The dynamic-provider process that a running CLI has started. */
export function providerOf(cli: number): number {
    const provider = descendantsOf(cli).find((pid) => commandOf(pid).includes("cmd/dynamic-provider"));
    assert.ok(provider !== undefined, `the CLI ${cli} has no provider process`);
    return provider;
}

/** Ends what a killed CLI leaves behind: the process of the program goes on looking for it, for ever. */
export function endAll(pids: readonly number[]): void {
    for (const pid of pids.filter(isAlive)) {
        process.kill(pid, "SIGKILL");
    }
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
    const state = statOf(pid)?.state;
    return state !== undefined && state !== "Z";
}

/** Resolves when a process has ended, with the time it took; fails after two seconds. */
export async function endOf(pid: number): Promise<number> {
    const started = performance.now();
    while (isAlive(pid)) {
        assert.ok(performance.now() - started < 2_000, `process ${pid} has not ended within 2 s`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return performance.now() - started;
}

/** The processes that a process has started, and those that they have, and so on. */
export function descendantsOf(ancestor: number): number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
        const parent = statOf(Number(name))?.parent;
        if (parent !== undefined) {
            parents.set(Number(name), parent);
        }
    }
    const descends = (pid: number | undefined): boolean =>
        pid !== undefined && (pid === ancestor || descends(parents.get(pid)));
    return [...parents.keys()].filter((pid) => pid !== ancestor && descends(pid));
}

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
    try {
        // The name of the program, in parentheses, may contain anything.
        const [state = "", parent] = readFileSync(`/proc/${pid}/stat`, "utf8")
            .replace(/^.*\) /s, "")
            .split(" ");
        return { state, parent: Number(parent) };
    } catch {
        return undefined;
    }
}

function commandOf(pid: number): string {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
        return "";
    }
}
