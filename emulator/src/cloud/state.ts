/** A documented status, `suspended`, or any other text that a test needs. */
export type InstanceStatus = "active" | "activating" | "suspended" | "inactive" | "invalid" | (string & {});

/** When an instance changes its state, and to which status; times in milliseconds. */
export interface Transitions {
    /** Time from an accepted interrupt to `interruptedStatus`. */
    readonly interruptMs: number;
    /** The status of an instance whose change was interrupted. */
    readonly interruptedStatus: InstanceStatus;
    /** Time from an accepted resume to `activating`. */
    readonly resumeStartsMs: number;
    /** Time after which a resumed change ends by itself. */
    readonly resumeMs: number;
    /** Time after which a change ends by itself. */
    readonly changeMs: number;
}

/**
 * The state of an instance, finer than its status: `activating` is two states. Times in milliseconds since 1970.
 * No timers run: `until` is when the state ends by itself, and every read calls `stateAt` first.
 */
export type State = { readonly since: number; readonly until: number } & (
    | { readonly kind: "active" }
    | { readonly kind: "changing" }
    | { readonly kind: "interrupting"; readonly changeUntil: number }
    | { readonly kind: "suspended"; readonly status: InstanceStatus }
    | { readonly kind: "resuming"; readonly status: InstanceStatus }
    /** A status that allows no operation, such as `inactive`. */
    | { readonly kind: "blocked"; readonly status: InstanceStatus }
);

const never = Number.POSITIVE_INFINITY;
const nominalChangeMs = 600_000;

/** The state that an instance with this status is put into. */
export function stateFor(status: InstanceStatus, transitions: Transitions, now: number): State {
    switch (status) {
        case "active":
            return { kind: "active", since: now, until: never };
        case "activating":
            return startChange(transitions, now);
        case "suspended":
        case transitions.interruptedStatus:
            return { kind: "suspended", since: now, until: never, status };
        default:
            return { kind: "blocked", since: now, until: never, status };
    }
}

/** The status that `DescribeLogstash` reports. */
export function statusOf(state: State): InstanceStatus {
    switch (state.kind) {
        case "active":
            return "active";
        case "changing":
        case "interrupting":
            return "activating";
        case "suspended":
        case "resuming":
        case "blocked":
            return state.status;
    }
}

/** Percent of the running change, if one is running. */
export function progressOf(state: State, now: number): number | undefined {
    switch (state.kind) {
        case "changing":
        case "interrupting": {
            const end = state.kind === "changing" ? state.until : state.changeUntil;
            const expectedMs = Number.isFinite(end) ? end - state.since : nominalChangeMs;
            return Math.min(99.9, Math.round(((now - state.since) / expectedMs) * 1000) / 10);
        }
        case "active":
        case "suspended":
        case "resuming":
        case "blocked":
            return undefined;
    }
}

/** Starts a change. */
export function startChange({ changeMs }: Transitions, now: number): State {
    return { kind: "changing", since: now, until: now + changeMs };
}

/** The state at the time `now`, after all transitions that were due until then. */
export function stateAt(state: State, transitions: Transitions, now: number): State {
    const { until } = state;
    return until <= now ? stateAt(nextState(state, transitions, until), transitions, now) : state;
}

/** The state after the next transition; the same state if time alone changes nothing. */
export function nextState(state: State, { interruptedStatus, resumeMs }: Transitions, now: number): State {
    switch (state.kind) {
        case "changing":
            return { kind: "active", since: now, until: never };
        case "interrupting":
            return { kind: "suspended", since: now, until: never, status: interruptedStatus };
        case "resuming":
            return { kind: "changing", since: now, until: now + resumeMs };
        case "active":
        case "suspended":
        case "blocked":
            return state;
    }
}
