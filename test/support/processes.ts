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
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
        .filter((pid) => `${ofProcess(pid, "cwd", readlinkSync)}${ofProcess(pid, "environ")}`.includes(folder))
        .map((pid) => ({ pid: Number(pid), command: ofProcess(pid, "cmdline").replaceAll("\0", " ").trim() }));
}

/** Those of them that run the provider, dynamic or as a plugin, without the shell that waits for it. */
export function providersOf(folder: string): Process[] {
    return processesOf(folder).filter(({ command }) =>
        /cmd\/dynamic-provider|\/pulumi-resource-alicloud-logstash /.test(command),
    );
}

/** Kills the CLI that runs in a folder, and resolves when its provider has ended too; fails when its time is over. */
export async function killCli(cli: { kill(signal: NodeJS.Signals): unknown }, folder: string): Promise<void> {
    assert.notDeepEqual(providersOf(folder), [], "the CLI has no provider process");
    const killed = performance.now();
    cli.kill("SIGKILL");
    while (providersOf(folder).length > 0) {
        assert.ok(performance.now() - killed < providerLimitMs, `the provider lives after ${providerLimitMs} ms`);
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

/** What /proc has of a process; of a zombie some is empty, of a process that is gone all is. */
function ofProcess(pid: string, name: string, read: (path: string, encoding: "utf8") => string = readFileSync): string {
    try {
        return read(`/proc/${pid}/${name}`, "utf8");
    } catch {
        return "";
    }
}
