import type { Findings, Sample, StateSize, Step } from "./engine";
import { steps } from "./engine";
import type { CallCost, Hosted } from "./grpc";
import type { LoadCost } from "./load";
import { type ByRole, roles } from "./processTree";
import type { Profile } from "./profile";
import { type Contender, contenders } from "./programs";
import { medianOf, type Spread, spreadOf, sumOf } from "./statistics";

/** What stands against the no-op. */
export type Ours = Exclude<Contender, "no-op">;

/** A step at a size, both forms of ours against the no-op. */
export interface Row {
    readonly size: number;
    readonly step: Step;
    readonly seconds: Readonly<Record<Contender, Spread>>;
    /** Of the medians. */
    readonly ratio: Readonly<Record<Ours, number>>;
    /** Of the pairs, each for itself. */
    readonly pairRatios: Readonly<Record<Ours, Spread>>;
    /** The most memory of the CLI and all it starts, in MiB, and the medians of its parts. */
    readonly memory: Readonly<Record<Contender, Spread>>;
    readonly memoryOf: Readonly<Record<Contender, ByRole>>;
    /** Processor time of all of it, and the medians of its parts, in milliseconds. */
    readonly cpu: Readonly<Record<Contender, Spread>>;
    readonly cpuOf: Readonly<Record<Contender, ByRole>>;
    readonly emulatorCpu: Readonly<Record<Contender, number>>;
}

/** The state at a size, in bytes for each resource, the stack's own part divided among them. */
export interface StateRow {
    readonly size: number;
    readonly indented: Readonly<Record<Contender, number>>;
    readonly compact: Readonly<Record<Contender, number>>;
    readonly record: Readonly<Record<Contender, number>>;
    /** Of the states without white space. */
    readonly ratio: Readonly<Record<Ours, number>>;
    /** Of the states as the CLI prints them. */
    readonly indentedRatio: Readonly<Record<Ours, number>>;
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
    readonly providerMiB: Readonly<Record<Hosted, number>>;
    readonly loads: readonly LoadCost[];
    readonly samples: readonly Sample[];
}

export function rowsOf(samples: readonly Sample[]): Row[] {
    const sizes = [...new Set(samples.map(({ size }) => size))].sort((a, b) => a - b);
    return sizes.flatMap((size) =>
        steps.flatMap((step) => {
            const ofStep = samples.filter((sample) => sample.size === size && sample.step === step);
            return ofStep.length === 0 ? [] : [rowOf(size, step, ofStep)];
        }),
    );
}

function rowOf(size: number, step: Step, ofStep: readonly Sample[]): Row {
    const of = (contender: Contender) => ofStep.filter((sample) => sample.contender === contender);
    const all = <T>(make: (samples: readonly Sample[]) => T) => ofAll((contender) => make(of(contender)));
    const seconds = all((samples) => spreadOf(samples.map(({ ms }) => ms / 1000)));
    const inPair = (wanted: number) => of("no-op").find(({ pair }) => pair === wanted)?.ms ?? Number.NaN;
    return {
        size,
        step,
        seconds,
        ratio: ratiosOf(ofAll((contender) => seconds[contender].median)),
        pairRatios: ofOurs((contender) => spreadOf(of(contender).map(({ ms, pair }) => ms / inPair(pair)))),
        memory: all((samples) => spreadOf(samples.map(({ usage }) => usage.memory))),
        memoryOf: all((samples) => mediansOf(samples.map(({ usage }) => usage.memoryOf))),
        cpu: all((samples) => spreadOf(samples.map(({ usage }) => sumOf(Object.values(usage.cpuOf))))),
        cpuOf: all((samples) => mediansOf(samples.map(({ usage }) => usage.cpuOf))),
        emulatorCpu: all((samples) => medianOf(samples.map(({ emulatorMs }) => emulatorMs))),
    };
}

function ofAll<T>(make: (contender: Contender) => T): Record<Contender, T> {
    return Object.fromEntries(contenders.map((contender) => [contender, make(contender)])) as Record<Contender, T>;
}

function ofOurs<T>(make: (contender: Ours) => T): Record<Ours, T> {
    return { ours: make("ours"), plugin: make("plugin") };
}

/** Each against the no-op. */
function ratiosOf(values: Readonly<Record<Contender, number>>): Record<Ours, number> {
    return ofOurs((contender) => values[contender] / values["no-op"]);
}

/** The median of each role by itself. */
function mediansOf(usages: readonly ByRole[]): ByRole {
    return Object.fromEntries(
        roles
            .map((role) => [role, medianOf(usages.map((usage) => usage[role] ?? 0))] as const)
            .filter(([, value]) => value > 0),
    );
}

export function stateRowsOf(states: readonly StateSize[]): StateRow[] {
    const sizes = [...new Set(states.map(({ size }) => size))].sort((a, b) => a - b);
    return sizes.map((size) => {
        const all = (bytes: (state: StateSize) => number) =>
            ofAll((contender) =>
                medianOf(states.filter((s) => s.size === size && s.contender === contender).map(bytes)),
            );
        const indented = all((state) => state.indented / size);
        const compact = all((state) => state.compact / size);
        return {
            size,
            indented,
            compact,
            record: all(({ record }) => record),
            ratio: ratiosOf(compact),
            indentedRatio: ratiosOf(indented),
        };
    });
}
