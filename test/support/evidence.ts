import type { ReadonlyLedger } from "pulumi-alicloud-logstash-emulator";

/** What explains a failure that happens while a stack is in use. */
export interface StackLog {
    readonly ledger: ReadonlyLedger | undefined;
    /** What must not be shown. */
    readonly secrets: readonly string[];
    /** The runs of the CLI, the last one last. */
    readonly commands: Command[];
    /** Whether the stack has been removed. */
    isClosed: boolean;
}

/** One run of the CLI. */
export interface Command {
    readonly words: string;
    /** What it has printed up to now. */
    text: string;
    /** `undefined` while it runs. */
    code: number | null | undefined;
}

const mostCommands = 8;
const mostLines = 60;
const longestLine = 400;

const logs = new Set<StackLog>();
let shown = "";

/** Takes a stack's log into the evidence. */
export function keepLog(log: StackLog): void {
    logs.add(log);
}

/** Drops the logs of stacks that earlier tests have removed. */
export function beginTest(): void {
    for (const log of logs) {
        if (log.isClosed) {
            logs.delete(log);
        }
    }
}

/**
 * The last output of the CLI and the emulator's ledger, of each stack in use and within bounds; empty without a stack.
 * What has been shown once is not shown again as long as nothing is added to it.
 */
export function evidence(): string {
    const text = [...logs]
        .filter(({ commands }) => commands.length > 0)
        .map(({ ledger, secrets, commands }) => masked([...commandLines(commands), ...ledgerLines(ledger)], secrets))
        .join("\n");
    if (text !== "" && text === shown) {
        return "The ledger and the CLI's output are those of the failure before.";
    }
    shown = text;
    return text;
}

/** All that a ledger knows, or all of one instance, in lines. */
export function linesOf(ledger: ReadonlyLedger, instanceId?: string): string[] {
    const ours = <T extends { readonly instanceId: string }>(entries: readonly T[]) =>
        entries.filter((entry) => instanceId === undefined || entry.instanceId === instanceId);
    return [
        ...ours(ledger.requests).map((entry) => {
            const { sequence, time, operation, clientToken, outcome, fault, effect, replay } = entry;
            const token = clientToken?.slice(0, 8) ?? "no token";
            const notes = `fault ${fault ?? "none"}, effect ${effect ?? "none"}${replay ? ", replay" : ""}`;
            const what = `${operation} ${entry.instanceId} ${token}`;
            return `request ${sequence} ${time} ${what} ${JSON.stringify(outcome)} ${notes}`;
        }),
        ...ours(ledger.effects).map((entry) => {
            const { sequence, time, operation, clientToken } = entry;
            return `effect ${sequence} ${time} ${operation} ${entry.instanceId} ${clientToken?.slice(0, 8)}`;
        }),
    ];
}

/** The end of a text, no longer than what a person reads. */
export function lastLines(text: string): string[] {
    const lines = text.trimEnd().split("\n");
    const left = lines.length - mostLines;
    const shown = lines.slice(-mostLines).map((line) => line.slice(0, longestLine));
    return left > 0 ? [`(${left} lines before)`, ...shown] : shown;
}

function commandLines(commands: readonly Command[]): string[] {
    const ends = commands
        .slice(-mostCommands)
        .map(({ words, code }) => `${words}: ${code === undefined ? "still runs" : `ended with ${code}`}`);
    // What a test reads out of the state explains less than what has made it.
    const speaking = commands.filter(({ words }) => !words.startsWith("pulumi stack "));
    const last = speaking.at(-1) ?? commands.at(-1);
    return [
        "The CLI was run:",
        ...indented(ends),
        `The output of ${last?.words}:`,
        ...indented(lastLines(last?.text ?? "")),
    ];
}

function ledgerLines(ledger: ReadonlyLedger | undefined): string[] {
    if (ledger === undefined) {
        return [];
    }
    const lines = linesOf(ledger);
    return ["The emulator's ledger:", ...indented(lines.length === 0 ? ["empty"] : lastLines(lines.join("\n")))];
}

function indented(lines: readonly string[]): string[] {
    return lines.map((line) => `  ${line}`);
}

function masked(lines: readonly string[], secrets: readonly string[]): string {
    return secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), lines.join("\n"));
}
