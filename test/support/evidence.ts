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

/** Takes a stack's log into the evidence. */
export function keepLog(log: StackLog): void {
    logs.add(log);
}

/** Drops the logs of stacks that earlier tests have removed. */
export function beginTest(): void {
    for (const log of [...logs].filter(({ isClosed }) => isClosed)) {
        logs.delete(log);
    }
}

/** The last output of the CLI and the emulator's ledger, of each stack in use and within bounds; empty without a stack. */
export function evidence(): string {
    return [...logs]
        .filter(({ commands }) => commands.length > 0)
        .map(({ ledger, secrets, commands }) => {
            // What a test reads out of the state explains less than what has made it.
            const last = commands.findLast(({ words }) => !words.startsWith("pulumi stack ")) ?? commands.at(-1);
            const lines = [
                ...commands
                    .slice(-mostCommands)
                    .map(({ words, code }) => `${words}: ${code === undefined ? "still runs" : code}`),
                ...lastLines(last?.text ?? ""),
                ...(ledger === undefined ? [] : lastLines(linesOf(ledger).join("\n"))),
            ];
            return secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), lines.join("\n"));
        })
        .join("\n\n");
}

/** All that a ledger knows, or all of one instance, in lines. */
export function linesOf(ledger: ReadonlyLedger, instanceId?: string): string[] {
    const ours = <T extends { readonly instanceId: string }>(entries: readonly T[]) =>
        entries.filter((entry) => instanceId === undefined || entry.instanceId === instanceId);
    return [
        ...ours(ledger.requests).map(({ sequence, time, operation, instanceId: id, clientToken, ...rest }) => {
            const { outcome, fault, effect, replay } = rest;
            const notes = JSON.stringify({ outcome, fault, effect, replay });
            return `request ${sequence} ${time} ${operation} ${id} ${clientToken?.slice(0, 8)} ${notes}`;
        }),
        ...ours(ledger.effects).map(
            ({ sequence, time, operation, instanceId: id, clientToken }) =>
                `effect ${sequence} ${time} ${operation} ${id} ${clientToken?.slice(0, 8)}`,
        ),
    ];
}

/** The end of a text, no longer than what a person reads. */
export function lastLines(text: string): string[] {
    const lines = text.trimEnd().split("\n");
    const left = lines.length - mostLines;
    const shown = lines.slice(-mostLines).map((line) => line.slice(0, longestLine));
    return left > 0 ? [`(${left} lines before)`, ...shown] : shown;
}
