import { readdirSync, readFileSync } from "node:fs";
import { commandOf, procFile, runsProvider, statFieldsOf } from "../test/processes";
import { sumOf } from "./statistics";

export const roles = ["CLI", "language host", "program", "provider", "other"] as const;
/** What a process of the CLI's tree is for. */
export type Role = (typeof roles)[number];

/** What a process and all it started have used. */
export interface Usage {
    /** The most memory at one time, in MiB. Pages that processes share are counted in each. */
    readonly memory: number;
    /** The most memory of each role by itself. */
    readonly memoryOf: ByRole;
    /** Processor time of each role, user and system, in milliseconds; what came after the last look is not in it. */
    readonly cpuOf: ByRole;
}

export type ByRole = Readonly<Partial<Record<Role, number>>>;

const sampleMs = 100;

/** Watches a process and all it starts until it has ended. */
export function watchTree(root: number): { used(): Usage } {
    let memory = 0;
    const memoryOf: Partial<Record<Role, number>> = {};
    const known = new Map<number, { readonly role: Role; readonly cpuMs: number }>();
    const timer = setInterval(() => {
        const now: Partial<Record<Role, number>> = {};
        for (const pid of treeOf(root)) {
            // A fork is its parent until it runs its own program, so what looks like nothing in particular is read again.
            const earlier = known.get(pid);
            const role = earlier === undefined || earlier.role === "other" ? roleOf(pid, root) : earlier.role;
            known.set(pid, { role, cpuMs: Math.max(earlier?.cpuMs ?? 0, cpuMsOf(pid)) });
            now[role] = (now[role] ?? 0) + rssOf(pid);
        }
        memory = Math.max(memory, sumOf(Object.values(now)));
        for (const [role, mib] of Object.entries(now)) {
            memoryOf[role as Role] = Math.max(memoryOf[role as Role] ?? 0, mib);
        }
    }, sampleMs);
    return {
        used() {
            clearInterval(timer);
            const cpuOf: Partial<Record<Role, number>> = {};
            for (const { role, cpuMs } of known.values()) {
                cpuOf[role] = (cpuOf[role] ?? 0) + cpuMs;
            }
            return { memory, memoryOf, cpuOf };
        },
    };
}

/** The processor time a process has used, user and system, in milliseconds; 0 if it has ended. */
export function cpuMsOf(pid: number): number {
    const fields = statFieldsOf(pid);
    // Linux counts in hundredths of a second wherever Node runs.
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

/** The resident memory of a process in MiB; 0 if it has ended. */
export function rssOf(pid: number): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(procFile(pid, "status"))?.[1] ?? 0) / 1024;
}

function treeOf(root: number): number[] {
    const found = [root];
    for (let pid = found[0], next = 1; pid !== undefined; pid = found[next++]) {
        found.push(...childrenOf(pid));
    }
    return found;
}

// Each thread has its own children, and Go starts processes from any of its threads.
function childrenOf(pid: number): number[] {
    let threads: string[] = [];
    try {
        threads = readdirSync(`/proc/${pid}/task`);
    } catch {}
    return threads.flatMap((thread) => childrenOfThread(pid, thread));
}

function roleOf(pid: number, root: number): Role {
    const command = commandOf(pid);
    if (pid === root) {
        return "CLI";
    }
    if (runsProvider(command)) {
        return "provider";
    }
    if (command.includes("cmd/run")) {
        return "program";
    }
    return command.includes("pulumi-language-nodejs") ? "language host" : "other";
}

function childrenOfThread(pid: number, thread: string): number[] {
    try {
        return readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    } catch {
        return [];
    }
}
