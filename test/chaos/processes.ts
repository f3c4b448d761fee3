import { readdirSync, readFileSync } from "node:fs";

/** A living process. */
export interface Process {
    readonly pid: number;
    readonly command: string;
}

/** The living processes whose environment names a folder that only one stack has: all that its CLIs have started. */
export function processesOf(folder: string): Process[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => pid !== process.pid && fileOf(pid, "environ").includes(`${folder}/`))
        .map((pid) => ({ pid, command: fileOf(pid, "cmdline").replaceAll("\0", " ").trim() }));
}

/** The process that runs the provider, without the shell that waits for it. */
export function providersOf(folder: string): Process[] {
    return processesOf(folder).filter(({ command }) => command.includes("cmd/dynamic-provider"));
}

/** Sends a signal to a process, or to a group if the number is negative; false if it was gone already. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
    try {
        return process.kill(pid, signal);
    } catch {
        return false;
    }
}

// Of a zombie these files are empty, of a process that is gone they are not there.
function fileOf(pid: number, name: "environ" | "cmdline"): string {
    try {
        return readFileSync(`/proc/${pid}/${name}`, "utf8");
    } catch {
        return "";
    }
}
