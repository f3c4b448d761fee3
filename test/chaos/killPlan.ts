import type { Account, Fault } from "../../emulator";
import type { Random } from "./random";
import { type Credentials, planAccount, planCredentials } from "./secrets";

/** What is killed with `kill -9`, or how often Ctrl-C is pressed. */
export type Victim = "the CLI" | "the provider" | "both" | "Ctrl-C twice";

/** When: a delay after the start of the CLI, or after the n-th such entry in the ledger. */
export interface Moment {
    readonly after: "start" | "interrupt" | "effect" | "look";
    readonly count: number;
    readonly delayMs: number;
}

export interface Kill {
    readonly victim: Victim;
    readonly moment: Moment;
    /** Between one Ctrl-C and the next. */
    readonly gapMs: number;
}

/** One interrupt of each instance, and the kills it meets: the first in its `pulumi up`, each later one in the repair. */
export interface KillRound {
    /** `finish` is the `pulumi up` after one that has left all outcomes unknown. */
    readonly mode: "create" | "update" | "finish";
    readonly kills: readonly Kill[];
    /** By instance; each answer to an interrupt is made slow, and some are lost. */
    readonly faults: readonly { readonly calls: number | "all"; readonly fault: Fault }[][];
}

/** One stack and what it goes through. */
export interface KillStack {
    readonly name: string;
    readonly account: Account;
    readonly credentials: Credentials;
    readonly interruptMs: readonly number[];
    readonly rounds: readonly KillRound[];
}

const instanceCount = 5;
const victims: readonly Victim[] = ["the CLI", "the provider", "both", "Ctrl-C twice"];

/** The n-th stack of the kill plan, the same for the same seed whichever was run before it. */
export function planKillStack(n: number, seeded: Random): KillStack {
    const random = seeded.fork(`kill stack ${n}`);
    const modes = ["create", "update", random.pick(["update", "finish"] as const)] as const;
    // Each victim comes up as often as every other, and in every mode.
    const first = n * (modes.length + 1);
    let taken = first;
    const kill = (laterKill: boolean): Kill => {
        const victim = victims[(taken++ + n) % victims.length] ?? "both";
        return { victim, moment: planMoment(laterKill, random), gapMs: random.integer(50, 700) };
    };
    const twice = n % modes.length;
    return {
        name: `kills ${n + 1}`,
        account: planAccount(random),
        credentials: planCredentials(n),
        interruptMs: Array.from({ length: instanceCount }, () => random.integer(300, 1_500)),
        rounds: modes.map((mode, index) => ({
            mode,
            kills: index === twice ? [kill(false), kill(true)] : [kill(false)],
            faults: Array.from({ length: instanceCount }, () => planFaults(random)),
        })),
    };
}

function planMoment(laterKill: boolean, random: Random): Moment {
    // After a kill nobody knows which calls the next run still has to make.
    const after = laterKill ? "start" : random.pick(["start", "interrupt", "interrupt", "effect", "look"] as const);
    return after === "start"
        ? { after, count: 0, delayMs: random.integer(100, laterKill ? 2_500 : 4_000) }
        : { after, count: random.integer(1, instanceCount), delayMs: random.integer(0, 400) };
}

function planFaults(random: Random): KillRound["faults"][number] {
    const point = random.pick(["before", "after"] as const);
    const slow: Fault = { kind: "slow", delayMs: random.integer(300, 1_500), point };
    const lost: Fault = random.pick([
        { kind: "reset", point },
        { kind: "service-unavailable", point },
        { kind: "truncated-json", point },
    ]);
    return [...(random.chance(0.3) ? [{ calls: 1, fault: lost }] : []), { calls: "all", fault: slow }];
}
