import fc, { type Arbitrary } from "fast-check";
import type { FaultRule } from "pulumi-alicloud-logstash-emulator";
import type { Tear } from "./repair";

/** The front end of a stack's resources. */
export type Form = "dynamic" | "plugin";

/** A kill of a `pulumi up`. */
export interface Kill {
    /** What gets SIGKILL, or how often Ctrl-C is pressed. */
    readonly target: "the CLI" | "the provider" | "both" | "Ctrl-C once" | "Ctrl-C twice";
    /** It comes `delayMs` after the start of the CLI, the load of the provider, or the n-th such ledger entry. */
    readonly after: "start" | "load" | "request" | "effect" | "poll";
    readonly count: number;
    readonly delayMs: number;
}

/** One interrupt of each instance. The first kill is in its `pulumi up`, each later one in the next. */
export interface Deployment {
    /** `finish` is the `pulumi up` after one whose outcomes are unknown. */
    readonly mode: "create" | "update" | "finish";
    readonly kills: readonly Kill[];
    /** The faults of interrupt requests, for each instance. */
    readonly faults: readonly (readonly Pick<FaultRule, "calls" | "fault">[])[];
    /** Done to the checkpoint after the last kill. */
    readonly tear: Tear | undefined;
}

/** What one stack goes through. */
export interface Plan {
    readonly name: string;
    readonly form: Form;
    /** How long each instance needs to suspend. */
    readonly interruptMs: readonly number[];
    readonly deployments: readonly Deployment[];
}

const instanceCount = 5;
/** A plugin ends at the first Ctrl-C. */
const targets = {
    dynamic: ["the CLI", "the provider", "both", "Ctrl-C twice"],
    plugin: ["the CLI", "the provider", "both", "Ctrl-C once"],
} as const;
const maxDelayMs = { start: 4_000, load: 300, request: 400, effect: 400, poll: 400 } as const;

/** The plan of the n-th stack: for the same seed always the same. */
export function planOf(seed: number, n: number): Plan {
    const form = n % 2 === 0 ? "dynamic" : "plugin";
    const modes = [fc.constant("create"), fc.constant("update"), fc.constantFrom("update", "finish")] as const;
    const deployments = modes.map((mode, index) => {
        // Not the first of the first stacks: its kill may come before the state has ever been overwritten.
        const isTorn = index === (n + 1) % modes.length;
        const file = n % 2 === 0 ? "state" : "attributes";
        const tear = fc.record({ file: fc.constant(file), share: fc.double({ min: 0, max: 0.95, noNaN: true }) });
        const first = anyKill(form, ["start", "load", "request", "effect", "poll"]);
        // Nobody knows which calls are left to the `pulumi up` after a kill.
        const kills = index === n % modes.length ? [first, anyKill(form, ["start", "load"])] : [first];
        return fc.record({
            mode,
            kills: fc.tuple(...kills),
            faults: fc.constantFrom("before", "after").chain(anyFaults),
            tear: isTorn ? tear : fc.constant(undefined),
        });
    });
    const plan = fc.tuple(forEachInstance(between(300, 1_500)), ...deployments);
    const [sample] = fc.sample(fc.noBias(plan), { seed: seed + n, numRuns: 1 });
    const [interruptMs, ...planned] = sample ?? [[]];
    return { name: `stack ${n + 1} (${form})`, form, interruptMs, deployments: planned };
}

function anyKill(form: Form, moments: readonly Kill["after"][]): Arbitrary<Kill> {
    return fc.constantFrom(...moments).chain((after) =>
        fc.record({
            target: fc.constantFrom(...targets[form]),
            after: fc.constant(after),
            count: after === "load" ? fc.constant(1) : between(1, instanceCount),
            delayMs: between(0, maxDelayMs[after]),
        }),
    );
}

/** All effects of a deployment are late or all responses are, so that a kill comes between them. Some responses are lost. */
function anyFaults(point: "before" | "after"): Arbitrary<Deployment["faults"]> {
    const kinds = fc.constantFrom("none", "none", "reset", "service-unavailable", "truncated-json");
    return forEachInstance(
        fc.tuple(kinds, between(200, 1_200)).map(([kind, delayMs]) => {
            const slow = { fault: { kind: "slow", delayMs, point } } as const;
            return kind === "none" ? [slow] : [{ calls: 1, fault: { kind, point } }, slow];
        }),
    );
}

function forEachInstance<T>(arbitrary: Arbitrary<T>): Arbitrary<T[]> {
    return fc.array(arbitrary, { minLength: instanceCount, maxLength: instanceCount });
}

function between(min: number, max: number): Arbitrary<number> {
    return fc.integer({ min, max });
}
