import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** A living process. */
export interface Process {
    readonly pid: number;
    readonly command: string;
}

/** What a user is promised: how long a provider process outlives its engine. */
export const providerLimitMs = 2_000;

/** The processes that work in a folder or whose environment names it, as that of their home or their temporary files. */
export function processesOf(folder: string): Process[] {
    return numbers()
        .filter((pid) => pid !== process.pid && (folderOf(pid) + procFile(pid, "environ")).includes(folder))
        .map((pid) => ({ pid, command: commandOf(pid) }));
}

/** Those of them that run the provider, dynamic or as a plugin. */
export function providersOf(folder: string): Process[] {
    return processesOf(folder).filter(({ command }) => runsProvider(command));
}

/** The provider's process that a running CLI has started. */
export function providerOf(cli: number): number {
    const provider = descendantsOf(cli).find((pid) => runsProvider(commandOf(pid)));
    assert.ok(provider !== undefined, `the CLI ${cli} has no provider process`);
    return provider;
}

/** The processes that a process has started, and those that they have, and so on. */
export function descendantsOf(ancestor: number): number[] {
    const parents = new Map(numbers().map((pid) => [pid, statOf(pid)?.parent]));
    const descends = (pid: number | undefined): boolean =>
        pid !== undefined && (pid === ancestor || descends(parents.get(pid)));
    return [...parents.keys()].filter((pid) => pid !== ancestor && descends(pid));
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
    const state = statOf(pid)?.state;
    return state !== undefined && state !== "Z";
}

/** Resolves when a provider process has ended; fails when its time is over. */
export async function endOf(pid: number): Promise<void> {
    const started = performance.now();
    while (isAlive(pid)) {
        assert.ok(performance.now() - started < providerLimitMs, `process ${pid} lives after ${providerLimitMs} ms`);
        await setTimeout(10);
    }
}

/** Sends a signal to a process, or to a group if the number is negative; false if it was gone already. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
    try {
        return process.kill(pid, signal);
    } catch {
        return false;
    }
}

/** A file of a process in /proc; of a zombie some are empty, of a process that is gone all are. */
export function procFile(pid: number, name: "cmdline" | "environ" | "stat" | "status"): string {
    try {
        return readFileSync(`/proc/${pid}/${name}`, "utf8");
    } catch {
        return "";
    }
}

function folderOf(pid: number): string {
    try {
        return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
        return "";
    }
}

/** The command line of a process, with spaces between the words. */
export function commandOf(pid: number): string {
    return procFile(pid, "cmdline").replaceAll("\0", " ").trim();
}

/** The fields of /proc/…/stat that come after the program's name, which stands in parentheses and may hold anything. */
export function statFieldsOf(pid: number): string[] {
    return procFile(pid, "stat")
        .replace(/^.*\) /s, "")
        .split(" ");
}

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
    const [state, parent] = statFieldsOf(pid);
    return state === undefined || parent === undefined ? undefined : { state, parent: Number(parent) };
}

/** Whether a command line is that of a provider's process, without the shell that waits for it. */
export function runsProvider(command: string): boolean {
    return command.includes("cmd/dynamic-provider") || command.includes("/pulumi-resource-alicloud-logstash ");
}

function numbers(): number[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number);
}
