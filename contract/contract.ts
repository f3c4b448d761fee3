/**
 * Checks what is assumed about the service: `npm run contract`, on the emulator, and with `--instance`, on the service itself.
 * docs/contract.md describes the options.
 */
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
    type EmulatorOptions,
    type FaultRule,
    type InstanceOptions,
    SteppedClock,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import { accessOf } from "./access";
import { assumptions, situations } from "./assumptions";
import { Visit } from "./visit";

/** What a run depends on besides its arguments; `ask` is absent without a terminal. */
export interface Shell {
    readonly env: NodeJS.ProcessEnv;
    say(text: string): void;
    readonly ask?: ((question: string) => Promise<string>) | undefined;
    readonly sleep: (ms: number) => Promise<void>;
}

/** What a check saw, or why there was none. */
type Finding = { readonly seen: string; readonly differs: boolean } | { readonly why: string };
type Findings = Readonly<Record<string, Finding>>;

/** Runs the command. The exit code is 1 if anything differs. */
export async function run(args: string[], shell: Shell): Promise<number> {
    const { values } = parseArgs({
        args,
        options: {
            instance: { type: "string" },
            region: { type: "string" },
            profile: { type: "string" },
            disruptive: { type: "boolean", default: false },
            "denied-profile": { type: "string" },
            "token-age": { type: "string", default: "0" },
            list: { type: "boolean", default: false },
        },
    });
    const { instance: instanceId, disruptive, "denied-profile": profile, "token-age": tokenAge } = values;
    if (values.list) {
        shell.say(Object.keys(assumptions).map(explanation).join("\n"));
        return 0;
    }
    if (instanceId === undefined) {
        return conclude(await onEmulator());
    }
    if (!/^ls-[A-Za-z0-9-]{1,120}$/.test(instanceId) || !/^\d{1,4}$/.test(tokenAge)) {
        throw new Error("--instance must be the ID of a Logstash instance, and --token-age a number of minutes.");
    }
    const access = await accessOf(shell.env, values);
    const denied = profile === undefined ? undefined : await accessOf(shell.env, { region: access.region, profile });
    const [id, tokenAgeMs] = [randomBytes(8).toString("hex"), Number(tokenAge) * 60_000];
    const visit = new Visit({ instanceId, access, denied, disruptive, id, tokenAgeMs, sleep: shell.sleep });
    const { code } = await visit.describe();
    shell.say(`instance   ${instanceId}, in ${access.region}\nendpoint   ${access.endpoint}`);
    shell.say(`signed as  ${access.identity}\nstatus     ${visit.status ?? `none (${code})`}\n`);
    if (disruptive) {
        await consent(visit, shell);
    }
    return conclude(await check(visit).finally(() => shell.say(`The last poll saw ${visit.status ?? "no status"}.\n`)));

    function conclude(findings: Findings): number {
        shell.say(report(findings));
        return differing(findings).length === 0 ? 0 : 1;
    }
}

/** Only the instance's ID typed on a terminal lets a disruptive run continue. */
async function consent({ status, options: { instanceId } }: Visit, { say, ask }: Shell): Promise<void> {
    say(`This run interrupts the change of this instance, and resumes a suspended one, no matter who suspended it. A resume runs
the change again and RESTARTS EVERY NODE. A run that is stopped half-way leaves the instance suspended.\n`);
    if (status === undefined || ask === undefined) {
        throw new Error("Refused: --disruptive needs a terminal and an instance with a status. Nothing was changed.");
    }
    if ((await ask("Type the ID of the instance to continue: ")).trim() !== instanceId) {
        throw new Error("Refused: that is not the ID of this instance. Nothing was changed.");
    }
}

async function check(visit: Visit): Promise<Findings> {
    const findings: Record<string, Finding> = {};
    for (const [id, { when, call, expected }] of Object.entries(assumptions)) {
        const [needs, holds] = situations[when];
        const isReadOnly = when === "any" || when === "seenChanging";
        if (typeof call !== "function" || !holds(visit)) {
            findings[id] = { why: `needs ${typeof call === "function" ? needs : call.needs}` };
        } else if (!isReadOnly && !visit.options.disruptive) {
            findings[id] = { why: "needs --disruptive" };
        } else {
            const result = await call(visit);
            const seen = typeof result === "object" ? result.code : result;
            findings[id] =
                seen === undefined
                    ? { why: `the instance is ${visit.status} by now` }
                    : { seen, differs: !expected.split(" | ").includes(seen) };
        }
    }
    return findings;
}

/** What an emulator does otherwise than by default. */
export interface Difference extends Pick<EmulatorOptions, "behavior" | "tokenLifetimeMs"> {
    readonly instance?: Omit<InstanceOptions, "instanceId">;
    readonly faults?: readonly FaultRule[];
}

/** Checks everything on an emulator, with one instance in each status and a clock that is stepped. */
export async function onEmulator({ instance, faults = [], ...difference }: Difference = {}): Promise<Findings> {
    const statuses = ["activating", "suspended", "active", "inactive"];
    const Statement = [{ Effect: "Allow", Action: "elasticsearch:DescribeLogstash", Resource: "*" }] as const;
    const user = { accessKeyId: "contract-user", accessKeySecret: "contract-secret", accountId: "contract" };
    const reader = { ...user, accessKeyId: "contract-reader", policy: { Version: "1", Statement } };
    const interruptMs = Number.POSITIVE_INFINITY;
    const instances = statuses.map((status) => ({ interruptMs, status, ...instance, instanceId: `ls-cn-${status}` }));
    const accounts = [user, reader];
    const emulator = await startEmulator({ ...difference, accounts, clock: new SteppedClock(), instances });
    faults.forEach((rule) => void emulator.faults.add(rule));
    const accessFor = ({ accessKeyId, accessKeySecret }: typeof user) => {
        const key = { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret };
        return accessOf({ ...key, ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH: emulator.url }, { region: "cn-hangzhou" });
    };
    const [access, denied] = [await accessFor(user), await accessFor(reader)];
    const merged: Record<string, Finding> = {};
    for (const { instanceId } of instances) {
        const sleep = async () => void emulator.step(instanceId);
        const visit = new Visit({ instanceId, access, denied, disruptive: true, id: instanceId, tokenAgeMs: 0, sleep });
        await visit.describe();
        for (const [id, finding] of Object.entries(await check(visit))) {
            const earlier = merged[id];
            const isNews = earlier === undefined || "why" in earlier || ("seen" in finding && finding.differs);
            merged[id] = isNews ? finding : earlier;
        }
    }
    await emulator.stop();
    return merged;
}

export function differing(findings: Findings): readonly string[] {
    return Object.entries(findings).flatMap(([id, finding]) => ("seen" in finding && finding.differs ? [id] : []));
}

function report(findings: Findings): string {
    const lines = Object.entries(findings).map(([id, finding]) => {
        const seen =
            "why" in finding ? `not checked: ${finding.why}` : `${finding.seen}${finding.differs ? "  ← differs" : ""}`;
        return `${id.padEnd(23)}  ${(assumptions[id]?.expected ?? "").padEnd(37)}  ${seen}`;
    });
    const others = differing(findings);
    const checked = Object.values(findings).filter((finding) => "seen" in finding).length;
    const total = `${checked - others.length} as assumed, ${others.length} differ, ${lines.length - checked} not checked`;
    return [...lines, "", total, ...others.map(explanation)].join("\n");
}

function explanation(id: string): string {
    const assumption = assumptions[id];
    return `\n${id}: ${assumption?.claim}: ${assumption?.expected}\n  source: ${assumption?.source}`;
}

if (require.main === module) {
    const ask = async (question: string) => {
        const terminal = createInterface({ input: process.stdin, output: process.stdout });
        return terminal.question(question).finally(() => terminal.close());
    };
    const shell = { env: process.env, say: console.log, sleep: (ms: number) => setTimeout(ms) };
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
    run(process.argv.slice(2), isTerminal ? { ...shell, ask } : shell)
        .catch((error: unknown) => {
            console.error(error instanceof Error ? error.message : String(error));
            return 2;
        })
        .then((code) => {
            process.exitCode = code;
        });
}
