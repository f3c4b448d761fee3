import fc, { type Arbitrary } from "fast-check";
import type { Fault } from "pulumi-alicloud-logstash-emulator";
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
    /** Between one Ctrl-C and the next. */
    readonly gapMs: number;
}

/** One interrupt of each instance. The first kill is in its `pulumi up`, each later one in the next. */
export interface Deployment {
    /** `finish` is the `pulumi up` after one whose outcomes are unknown. */
    readonly mode: "create" | "update" | "finish";
    readonly kills: readonly Kill[];
    /** One element for each instance. */
    readonly faults: readonly InstanceFaults[];
    /** Done to the checkpoint after the last kill. */
    readonly tear: Tear | undefined;
}

/** The faults of interrupt requests of one instance. */
export interface InstanceFaults {
    readonly first: Fault | undefined;
    readonly all: Fault;
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
    const plan = fc.record({
        name: fc.constant(`stack ${n + 1} (${form})`),
        form: fc.constant<Form>(form),
        interruptMs: forEachInstance(between(300, 1_500)),
        deployments: fc.tuple(...modes.map((mode, index) => anyDeployment(mode, form, n, index))),
    });
    return fc.sample(fc.noBias(plan), { seed: seed + n, numRuns: 1 })[0] as Plan;
}

function anyDeployment(
    mode: Arbitrary<Deployment["mode"]>,
    form: Form,
    n: number,
    index: number,
): Arbitrary<Deployment> {
    const isTwice = index === n % 3;
    // Not the first deployment of the first stacks: its kill may come before the state has ever been overwritten.
    const isTorn = index === (n + 1) % 3;
    const share = fc.double({ min: 0, max: 0.95, noNaN: true });
    return fc.record({
        mode,
        // Nobody knows which calls are left to the `pulumi up` after a kill.
        kills: isTwice
            ? fc.tuple(anyKill(form, ["start", "load", "request", "effect", "poll"]), anyKill(form, ["start", "load"]))
            : fc.tuple(anyKill(form, ["start", "load", "request", "effect", "poll"])),
        faults: fc.constantFrom("before", "after").chain(anyFaults),
        tear: isTorn
            ? fc.record({ file: fc.constant(n % 2 === 0 ? "state" : "attributes"), share })
            : fc.constant(undefined),
    });
}

function anyKill(form: Form, moments: readonly Kill["after"][]): Arbitrary<Kill> {
    return fc.constantFrom(...moments).chain((after) =>
        fc.record({
            target: fc.constantFrom(...targets[form]),
            after: fc.constant(after),
            count: after === "load" ? fc.constant(1) : between(1, instanceCount),
            delayMs: between(0, maxDelayMs[after]),
            gapMs: between(50, 700),
        }),
    );
}

/** All effects of a deployment are late or all responses are, so that a kill comes between them. Some responses are lost. */
function anyFaults(point: "before" | "after"): Arbitrary<readonly InstanceFaults[]> {
    const lost = (["reset", "service-unavailable", "truncated-json"] as const).map((kind) => ({ kind, point }));
    return forEachInstance(
        fc.record({
            first: fc.constantFrom<Fault | undefined>(undefined, undefined, undefined, undefined, ...lost),
            all: between(200, 1_200).map((delayMs): Fault => ({ kind: "slow", delayMs, point })),
        }),
    );
}

function forEachInstance<T>(arbitrary: Arbitrary<T>): Arbitrary<T[]> {
    return fc.array(arbitrary, { minLength: instanceCount, maxLength: instanceCount });
}

function between(min: number, max: number): Arbitrary<number> {
    return fc.integer({ min, max });
}
