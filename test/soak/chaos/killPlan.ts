import type { Account, Fault } from "pulumi-alicloud-logstash-emulator";
import type { Tear } from "./checkpoint";
import type { Random } from "./random";
import { type Credentials, planAccount, planCredentials } from "./secrets";

/** Which front end a stack's resources have. */
export type Form = "dynamic" | "plugin";

/** What is killed with `kill -9`, or how often Ctrl-C is pressed. */
export type Victim = "the CLI" | "the provider" | "both" | "Ctrl-C once" | "Ctrl-C twice";

/** When: a delay after the start of the CLI, after its provider was loaded, or after the n-th such ledger entry. */
export interface Moment {
    readonly after: "start" | "load" | "interrupt" | "effect" | "look";
    readonly count: number;
    readonly delayMs: number;
}

export interface Kill {
    readonly victim: Victim;
    readonly moment: Moment;
    /** Between one Ctrl-C and the next. */
    readonly gapMs: number;
}

/** One interrupt of each instance, and its kills: the first in its `pulumi up`, each later one in the repair. */
export interface KillRound {
    /** `finish` is the `pulumi up` after one that has left all outcomes unknown. */
    readonly mode: "create" | "update" | "finish";
    readonly kills: readonly Kill[];
    /** By instance; each answer to an interrupt is made slow, and some are lost. */
    readonly faults: readonly { readonly calls: number | "all"; readonly fault: Fault }[][];
    /** Done to the checkpoint after the last kill. */
    readonly tear?: Tear;
}

/** One stack and what it goes through. */
export interface KillStack {
    readonly name: string;
    readonly form: Form;
    readonly account: Account;
    readonly credentials: Credentials;
    readonly interruptMs: readonly number[];
    readonly rounds: readonly KillRound[];
}

const instanceCount = 5;
/** A plugin ends at the first Ctrl-C, and leaves nothing for a second. */
const victims: Readonly<Record<Form, readonly Victim[]>> = {
    dynamic: ["the CLI", "the provider", "both", "Ctrl-C twice"],
    plugin: ["the CLI", "the provider", "both", "Ctrl-C once"],
};

/** The n-th stack of the kill plan, the same for the same seed whichever was run before it. */
export function planKillStack(n: number, seeded: Random): KillStack {
    const random = seeded.fork(`kill stack ${n}`);
    const modes = ["create", "update", random.pick(["update", "finish"] as const)] as const;
    const form = n % 2 === 0 ? "dynamic" : "plugin";
    // Each victim comes up as often as every other, and in every mode.
    let taken = n * (modes.length + 1);
    const kill = (laterKill: boolean): Kill => {
        const victim = victims[form][(taken++ + n) % victims[form].length] ?? "both";
        return { victim, moment: planMoment(laterKill, random), gapMs: random.integer(50, 700) };
    };
    const twice = n % modes.length;
    // Not the first round of the first stacks: its state may never have been written over when the kill comes.
    const torn = (n + 1) % modes.length;
    const tear: Tear = { file: n % 2 === 0 ? "state" : "attributes", share: random.next() * 0.95 };
    return {
        name: `kills ${n + 1} (${form})`,
        form,
        account: planAccount(random),
        credentials: planCredentials(n),
        interruptMs: Array.from({ length: instanceCount }, () => random.integer(300, 1_500)),
        rounds: modes.map((mode, index) => ({
            mode,
            kills: index === twice ? [kill(false), kill(true)] : [kill(false)],
            faults: planFaults(random),
            ...(index === torn ? { tear } : {}),
        })),
    };
}

function planMoment(laterKill: boolean, random: Random): Moment {
    // After a kill nobody knows which calls the next run still has to make.
    const after = random.pick(
        laterKill ? (["start", "load"] as const) : (["start", "load", "interrupt", "effect", "look", "look"] as const),
    );
    switch (after) {
        case "start":
            return { after, count: 0, delayMs: random.integer(100, laterKill ? 2_500 : 4_000) };
        case "load":
            return { after, count: 1, delayMs: random.integer(0, random.pick([20, 600])) };
        default:
            return { after, count: random.integer(1, instanceCount), delayMs: random.integer(0, 400) };
    }
}

/** All effects of a round are late or all answers are, so that a kill meets one or the other. */
function planFaults(random: Random): KillRound["faults"] {
    const point = random.pick(["before", "after"] as const);
    return Array.from({ length: instanceCount }, () => {
        const slow: Fault = { kind: "slow", delayMs: random.integer(200, 1_200), point };
        const lost: Fault = random.pick([
            { kind: "reset", point },
            { kind: "service-unavailable", point },
            { kind: "truncated-json", point },
        ]);
        return [...(random.chance(0.3) ? [{ calls: 1, fault: lost }] : []), { calls: "all" as const, fault: slow }];
    });
}
