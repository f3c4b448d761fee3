import type { Account } from "pulumi-alicloud-logstash-emulator";
import { type Between, betweens, type Mode } from "./deployments";
import { type FaultCase, sequenceCase, singleCases } from "./faults";
import { type Form, planForm } from "./form";
import type { Random } from "./random";
import { type Credentials, planAccount, planCredentials } from "./secrets";

/** One stack with many resources, each with its faults. */
export interface FaultRound {
    readonly name: string;
    readonly form: Form;
    readonly mode: Mode;
    readonly between: Between;
    readonly account: Account;
    readonly credentials: Credentials;
    readonly cases: readonly (FaultCase & { readonly interruptMs: number })[];
}

const largestRound = 75;
const leastSequences = 0.15;

/** Deals the cases to rounds: all single ones if `count` allows, and sequences for the rest. */
export function planFaultRounds(count: number, random: Random): FaultRound[] {
    const account = planAccount(random.fork("account"));
    const singles = random.shuffled(
        (["create", "update"] as const).flatMap((mode) =>
            (["first", mode === "create" ? "all" : "repeated"] as const).flatMap((extent) =>
                singleCases(extent, account, random).map((fault) => ({ mode, fault })),
            ),
        ),
    );
    const sequences = Math.max(count - singles.length, Math.round(count * leastSequences));
    const cases = [
        ...singles.slice(0, count - sequences),
        ...Array.from({ length: sequences }, (_, n) => ({
            mode: n % 2 === 0 ? ("create" as const) : ("update" as const),
            fault: sequenceCase(account, random),
        })),
    ];
    const rounds = (["create", "update"] as const).flatMap((mode) => {
        const faults = cases.filter((planned) => planned.mode === mode).map(({ fault }) => fault);
        // Those that are refused at once share rounds, so that the others can do without `--continue-on-error`.
        const sorted = [...faults.filter((fault) => fault.refusedAtOnce), ...faults.filter((f) => !f.refusedAtOnce)];
        const roundCount = Math.ceil(sorted.length / largestRound);
        const size = Math.ceil(sorted.length / roundCount);
        return Array.from({ length: roundCount }, (_, n) => ({ mode, faults: sorted.slice(n * size, (n + 1) * size) }));
    });
    const offset = random.integer(0, betweens.length - 1);
    return rounds.map(({ mode, faults }, n): FaultRound => {
        return {
            name: `faults ${n + 1}`,
            form: planForm(n),
            mode,
            between: betweens[(n + offset) % betweens.length] ?? "nothing",
            account,
            credentials: planCredentials(n),
            cases: faults.map((fault) => ({ ...fault, interruptMs: random.pick([0, 0, 0, 400, 800]) })),
        };
    });
}
