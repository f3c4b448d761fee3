import type { Account, FaultRule } from "pulumi-alicloud-logstash-emulator";
import { maxConnections } from "../../provider/src/cloud/limits";
import { type Between, betweens, type Mode } from "./deployments";
import type { ForwardFate, TunnelFate } from "./forwardProxy";
import type { Random } from "./random";
import { type Credentials, planAccount, planCredentials } from "./secrets";

/** A step of the wall clock, so long after the provider was loaded. */
export interface ClockStep {
    readonly afterMs: number;
    /** Less than 0 is back. */
    readonly byMs: number;
}

/** What is wrong around the provider of one stack. */
export type Situation =
    /** An http endpoint behind a plain forward proxy; each case says what becomes of its requests. */
    | { readonly kind: "plain proxy" }
    /** An https endpoint behind a proxy with CONNECT; what becomes of one CONNECT after the other, then all pass. */
    | { readonly kind: "tunnel"; readonly fates: readonly TunnelFate[] }
    /** More answers that never come than there are connections. */
    | { readonly kind: "full queue" }
    | { readonly kind: "stepped clock"; readonly steps: readonly ClockStep[]; readonly requestsPerSecond: number };

/** What one resource meets. */
export interface SituationCase {
    /** The row of the table. */
    readonly label: string;
    readonly timeoutSeconds: number;
    /** How long the program waits before it declares this one. */
    readonly pauseMs?: number;
    readonly interruptMs: number;
    /** Faults of the service itself. */
    readonly rules: readonly Pick<FaultRule, "operation" | "calls" | "fault">[];
    /** What a plain proxy does with its interrupts and its looks, one after the other; then all pass. */
    readonly fates: { readonly POST: readonly ForwardFate[]; readonly GET: readonly ForwardFate[] };
}

/** One stack in a situation. */
export interface SituationRound {
    readonly name: string;
    readonly mode: Mode;
    readonly between: Between;
    readonly account: Account;
    readonly credentials: Credentials;
    readonly situation: Situation;
    readonly cases: readonly SituationCase[];
}

export const situationKinds = [
    "plain proxy",
    "tunnel",
    "full queue",
    "stepped clock",
] as const satisfies Situation["kind"][];
const caseCount = 24;

/** Plans so many stacks, the kinds in turn. */
export function planSituations(count: number, seeded: Random): SituationRound[] {
    const account = planAccount(seeded.fork("account"));
    return Array.from({ length: count }, (_, n) => {
        const random = seeded.fork(`situation ${n}`);
        return {
            name: `situations ${n + 1}`,
            mode: random.pick(["create", "update"] as const),
            between: random.pick(betweens),
            account,
            credentials: planCredentials(n + Math.floor(n / situationKinds.length)),
            ...planSituation(situationKinds[n % situationKinds.length] ?? "plain proxy", random),
        };
    });
}

type Planned = Pick<SituationRound, "situation" | "cases">;

function planSituation(kind: Situation["kind"], random: Random): Planned {
    switch (kind) {
        case "plain proxy":
            return { situation: { kind }, cases: planForwarding(random) };
        case "tunnel":
            return { situation: { kind, fates: planTunnels(random) }, cases: someCases(random, kind) };
        case "full queue":
            return { situation: { kind }, cases: planQueue(random) };
        case "stepped clock": {
            const situation = { kind, steps: planSteps(random), requestsPerSecond: random.integer(8, 20) };
            return { situation, cases: planClockCases(random) };
        }
    }
}

/** Each fate strikes some first interrupts, alone, repeated or followed by others, and some looks. */
function planForwarding(random: Random): SituationCase[] {
    const fates = ["hang before", "hang after", "reset before", "reset after", "407", "pass"] as const;
    return Array.from({ length: caseCount }, (_, n): SituationCase => {
        const first = fates[n % fates.length] ?? "pass";
        const extents: readonly ForwardFate[][] = [
            [first],
            Array.from({ length: random.integer(2, 4) }, () => first),
            [first, ...Array.from({ length: random.integer(1, 3) }, () => random.pick(fates))],
            // More often than it can be tried in its time.
            Array.from({ length: 100 }, () => first),
        ];
        const isLast = n >= caseCount - fates.length;
        return {
            ...planCase(random, first),
            fates: {
                POST: (isLast ? extents[3] : random.pick(extents)) ?? [],
                GET: random.chance(0.25) ? [random.pick(fates)] : [],
            },
        };
    });
}

function planTunnels(random: Random): TunnelFate[] {
    const fates = ["no answer", "407", "502", "reset", "200, then silence", "200, then reset"] as const;
    const rest = Array.from({ length: 3 * caseCount }, () => (random.chance(0.4) ? "pass" : random.pick(fates)));
    // Each at least once among the connections that are made at once.
    return [...random.shuffled([...fates, ...rest.slice(0, caseCount - fates.length)]), ...rest.slice(caseCount)];
}

/** Answers that never come take all connections for long; the requests after them have less time than that. */
function planQueue(random: Random): SituationCase[] {
    const hanging = Array.from({ length: maxConnections + 4 }, (): SituationCase => {
        const point = random.pick(["before", "after"] as const);
        const rules = [{ operation: "InterruptLogstashTask", fault: { kind: "hang", point } } as const];
        return { ...planCase(random, `hang ${point}`), timeoutSeconds: random.integer(8, 9), rules };
    });
    const waiting = Array.from({ length: caseCount - 4 }, (_, n): SituationCase => {
        const planned = { ...planCase(random, "behind them"), timeoutSeconds: random.integer(2, 4) };
        return n === 0 ? { ...planned, pauseMs: 1_500 } : planned;
    });
    return [...hanging, ...waiting];
}

/** Back and forth while the limiter and the looks are at work, and never as far as signatures are good for. */
function planSteps(random: Random): ClockStep[] {
    const sign = random.pick([-1, 1]);
    return Array.from({ length: random.integer(1, 4) }, (_, n) => {
        const byMs = sign * (n % 2 === 0 ? 1 : -1) * random.integer(20_000, 780_000);
        return { afterMs: random.integer(n * 1_000, n * 1_500 + 1_500), byMs };
    });
}

function planClockCases(random: Random): SituationCase[] {
    return Array.from({ length: caseCount }, (_, n): SituationCase => {
        const to = random.integer(1, 3);
        const throttled = { calls: { from: 1, to }, fault: { kind: "throttling", form: "user" } } as const;
        const point = random.pick(["before", "after"] as const);
        const slow = { fault: { kind: "slow", delayMs: random.integer(200, 1_200), point } } as const;
        const rule = [undefined, throttled, slow][n % 3];
        return {
            ...planCase(random, rule?.fault.kind ?? "no fault"),
            timeoutSeconds: 45,
            rules: rule === undefined ? [] : [{ operation: "InterruptLogstashTask", ...rule }],
        };
    });
}

function someCases(random: Random, label: string): SituationCase[] {
    return Array.from({ length: caseCount }, () => planCase(random, label));
}

function planCase(random: Random, label: string): SituationCase {
    return {
        label,
        // A call is given up after 10 s: the longest leaves time for another.
        timeoutSeconds: random.pick([4, 6, 13]),
        interruptMs: random.integer(0, 2_000),
        rules: [],
        fates: { POST: [], GET: [] },
    };
}
