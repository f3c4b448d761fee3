import { readdirSync, readFileSync } from "node:fs";
import { commandOf, procFile, runsProvider, statFieldsOf } from "../test/processes";

/** What a process of the CLI's tree is for. */
export type Role = "CLI" | "language host" | "program" | "provider" | "other";

/** The most memory that was in use at one time, in MiB. Pages that processes share are counted in each. */
export interface Peak {
    readonly total: number;
    /** The peak of each role by itself. */
    readonly roles: Readonly<Partial<Record<Role, number>>>;
}

const sampleMs = 100;

/** Watches a process and all it starts until it has ended. */
export function watchMemory(root: number): { peak(): Peak } {
    let total = 0;
    const roles: Partial<Record<Role, number>> = {};
    const known = new Map<number, Role>();
    const timer = setInterval(() => {
        const now: Partial<Record<Role, number>> = {};
        for (const pid of treeOf(root)) {
            // A fork is its parent until it runs its own program, so what looks like nothing in particular is read again.
            const role = known.get(pid) ?? roleOf(pid, root);
            if (role !== "other") {
                known.set(pid, role);
            }
            now[role] = (now[role] ?? 0) + rssOf(pid);
        }
        total = Math.max(
            total,
            Object.values(now).reduce((sum, mib) => sum + mib, 0),
        );
        for (const [role, mib] of Object.entries(now)) {
            roles[role as Role] = Math.max(roles[role as Role] ?? 0, mib);
        }
    }, sampleMs);
    return {
        peak() {
            clearInterval(timer);
            return { total, roles };
        },
    };
}

/** The processor time a process has used, user and system, in milliseconds. */
export function cpuMsOf(pid: number): number {
    const fields = statFieldsOf(pid);
    // Linux counts in hundredths of a second wherever Node runs.
    return (Number(fields[11]) + Number(fields[12])) * 10;
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
