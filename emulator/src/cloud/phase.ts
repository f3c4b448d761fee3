/** A documented status, `suspended`, or whatever a test wants to see handled. */
export type InstanceStatus = "active" | "activating" | "suspended" | "inactive" | "invalid" | (string & {});

/** What decides how an instance goes from phase to phase; times in milliseconds. */
export interface Course {
    /** Time from an accepted interrupt to the end of the interrupted change's work. */
    readonly interruptMs: number;
    /** The status of an instance whose change was interrupted. */
    readonly interruptedStatus: InstanceStatus;
    /** Time from an accepted resume to the change's new start. */
    readonly resumeStartsMs: number;
    /** Time after which a resumed change ends by itself. */
    readonly resumeMs: number;
    /** Time after which a change ends by itself. */
    readonly changeMs: number;
}

// Time passes between two looks, never by itself: a phase says when it ends.
interface Phases {
    active: { readonly since: number };
    changing: { readonly since: number; readonly endsAt: number };
    interrupting: { readonly since: number; readonly endsAt: number; readonly suspendsAt: number };
    suspended: { readonly since: number; readonly status: InstanceStatus };
    resuming: { readonly since: number; readonly status: InstanceStatus; readonly startsAt: number };
    /** A status that allows nothing, such as `inactive`. */
    blocked: { readonly since: number; readonly status: InstanceStatus };
}

/** The name of what an instance is doing. */
export type PhaseKind = keyof Phases;

/** What an instance is doing; times in milliseconds since 1970. */
export type Phase<Kind extends PhaseKind = PhaseKind> = { [K in Kind]: Phases[K] & { readonly kind: K } }[Kind];

const nominalChangeMs = 600_000;

/** The phase in which an instance has this status. */
export function phaseOf(status: InstanceStatus, course: Course, now: number): Phase {
    switch (status) {
        case "active":
            return { kind: "active", since: now };
        case "activating":
            return startChange(course, now);
        case "suspended":
        case course.interruptedStatus:
            return { kind: "suspended", since: now, status };
        default:
            return { kind: "blocked", since: now, status };
    }
}

/** The status that `DescribeLogstash` reports. */
export function statusOf(phase: Phase): InstanceStatus {
    switch (phase.kind) {
        case "active":
            return "active";
        case "changing":
        case "interrupting":
            return "activating";
        case "suspended":
        case "resuming":
        case "blocked":
            return phase.status;
    }
}

/** Percent of the running change, if one is running. */
export function progressOf(phase: Phase, now: number): number | undefined {
    switch (phase.kind) {
        case "changing":
        case "interrupting": {
            const expectedMs = Number.isFinite(phase.endsAt) ? phase.endsAt - phase.since : nominalChangeMs;
            return Math.min(99.9, Math.round(((now - phase.since) / expectedMs) * 1000) / 10);
        }
        case "active":
        case "suspended":
        case "resuming":
        case "blocked":
            return undefined;
    }
}

/** A change that begins. */
export function startChange({ changeMs }: Course, now: number): Phase<"changing"> {
    return { kind: "changing", since: now, endsAt: now + changeMs };
}

/** A running change that has been told to stop. */
export function interrupt(phase: Phase<"changing">, { interruptMs }: Course, now: number): Phase<"interrupting"> {
    return { ...phase, kind: "interrupting", suspendsAt: now + interruptMs };
}

/** A suspended change that has been told to run again. */
export function resume({ status }: Phase<"suspended">, { resumeStartsMs }: Course, now: number): Phase<"resuming"> {
    return { kind: "resuming", since: now, status, startsAt: now + resumeStartsMs };
}

/** The phase after all transitions that time has brought by now. */
export function settle(phase: Phase, course: Course, now: number): Phase {
    const end = endOf(phase);
    return end <= now ? settle(next(phase, course, end), course, now) : phase;
}

/** The phase after the transition that time would bring next; without one, the same phase. */
export function next(phase: Phase, { interruptedStatus, resumeMs }: Course, now: number): Phase {
    switch (phase.kind) {
        case "changing":
            return { kind: "active", since: now };
        case "interrupting":
            return { kind: "suspended", since: now, status: interruptedStatus };
        case "resuming":
            return { kind: "changing", since: now, endsAt: now + resumeMs };
        case "active":
        case "suspended":
        case "blocked":
            return phase;
    }
}

function endOf(phase: Phase): number {
    switch (phase.kind) {
        case "changing":
            return phase.endsAt;
        case "interrupting":
            return phase.suspendsAt;
        case "resuming":
            return phase.startsAt;
        case "active":
        case "suspended":
        case "blocked":
            return Number.POSITIVE_INFINITY;
    }
}
