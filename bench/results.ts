import type { Findings, Sample, StateSize, Step } from "./engine";
import { steps } from "./engine";
import type { CallCost } from "./grpc";
import type { LoadCost } from "./load";
import type { Peak, Role } from "./processTree";
import type { Profile } from "./profile";
import type { Contender } from "./programs";
import { medianOf, type Spread, spreadOf } from "./statistics";

/** A step at a size, ours against the no-op. */
export interface Row {
    readonly size: number;
    readonly step: Step;
    readonly seconds: Readonly<Record<Contender, Spread>>;
    /** Of the medians. */
    readonly ratio: number;
    /** Of the pairs, each for itself. */
    readonly pairRatios: Spread;
    /** The most memory of the CLI and all it starts, in MiB, and the medians of its parts. */
    readonly memory: Readonly<Record<Contender, Spread>>;
    readonly roles: Readonly<Record<Contender, Peak["roles"]>>;
}

/** The state at a size, in bytes for each resource, the stack's own part divided among them. */
export interface StateRow {
    readonly size: number;
    readonly indented: Readonly<Record<Contender, number>>;
    readonly compact: Readonly<Record<Contender, number>>;
    readonly record: Readonly<Record<Contender, number>>;
    /** Of the states without white space. */
    readonly ratio: number;
    /** Of the states as the CLI prints them. */
    readonly indentedRatio: number;
}

/** First `up`s with the limits that users get. */
export interface Limited {
    readonly rows: readonly Row[];
    readonly traffic: Findings["traffic"];
}

/** All that a report tells. */
export interface Results {
    readonly madeAt: string;
    readonly quick: boolean;
    readonly minutes: number;
    readonly machine: Readonly<Record<string, string | number>>;
    readonly versions: Readonly<Record<string, string>>;
    readonly config: Readonly<Record<string, string>>;
    readonly programs: Readonly<Record<Contender, string>>;
    readonly rows: readonly Row[];
    readonly states: readonly StateRow[];
    readonly traffic: Findings["traffic"];
    readonly limited: Limited;
    readonly profile: Profile;
    readonly calls: readonly CallCost[];
    readonly providerMiB: Readonly<Record<Contender, number>>;
    readonly loads: readonly LoadCost[];
    readonly samples: readonly Sample[];
}

export function rowsOf(samples: readonly Sample[]): Row[] {
    const sizes = [...new Set(samples.map(({ size }) => size))].sort((a, b) => a - b);
    return sizes.flatMap((size) =>
        steps.flatMap((step) => {
            const of = (contender: Contender) =>
                samples.filter((s) => s.size === size && s.step === step && s.contender === contender);
            const [ours, noop] = [of("ours"), of("no-op")];
            return ours.length === 0 ? [] : [rowOf(size, step, ours, noop)];
        }),
    );
}

function rowOf(size: number, step: Step, ours: readonly Sample[], noop: readonly Sample[]): Row {
    const both = <T>(make: (samples: readonly Sample[]) => T) => ({ ours: make(ours), "no-op": make(noop) });
    const seconds = both((samples) => spreadOf(samples.map(({ ms }) => ms / 1000)));
    const pairRatios = ours.map(({ ms, pair }) => ms / (noop.find((other) => other.pair === pair)?.ms ?? Number.NaN));
    return {
        size,
        step,
        seconds,
        ratio: seconds.ours.median / seconds["no-op"].median,
        pairRatios: spreadOf(pairRatios),
        memory: both((samples) => spreadOf(samples.map(({ peak }) => peak.total))),
        roles: both((samples) => medianRoles(samples.map(({ peak }) => peak))),
    };
}

function medianRoles(peaks: readonly Peak[]): Peak["roles"] {
    const roles: readonly Role[] = ["CLI", "language host", "program", "provider", "other"];
    return Object.fromEntries(
        roles
            .map((role) => [role, medianOf(peaks.map(({ roles }) => roles[role] ?? 0))] as const)
            .filter(([, mib]) => mib > 0),
    );
}

export function stateRowsOf(states: readonly StateSize[]): StateRow[] {
    const sizes = [...new Set(states.map(({ size }) => size))].sort((a, b) => a - b);
    return sizes.map((size) => {
        const both = (bytes: (state: StateSize) => number) => {
            const of = (contender: Contender) =>
                medianOf(states.filter((s) => s.size === size && s.contender === contender).map(bytes));
            return { ours: of("ours"), "no-op": of("no-op") };
        };
        const indented = both((state) => state.indented / size);
        const compact = both((state) => state.compact / size);
        return {
            size,
            indented,
            compact,
            record: both(({ record }) => record),
            ratio: compact.ours / compact["no-op"],
            indentedRatio: indented.ours / indented["no-op"],
        };
    });
}
