import type { Visit } from "./visit";

/** What a visit has to be in for a check. */
interface SituationRule {
    /** What it takes otherwise. */
    readonly needs: string;
    /** Whether the check sends more than looks. */
    readonly disrupts: boolean;
    readonly holds: (visit: Visit) => boolean;
}

/** The situations of a visit; no instance passes through all. */
export const situations = {
    any: { needs: "", disrupts: false, holds: () => true },
    seenChanging: {
        needs: "a running change",
        disrupts: false,
        holds: ({ status }) => status === "activating",
    },
    changing: {
        needs: "a running change",
        disrupts: true,
        holds: ({ status, interrupted }) => status === "activating" && !interrupted,
    },
    interrupting: {
        needs: "an interrupt of this run that takes its time",
        disrupts: true,
        holds: (visit) => isInterrupted(visit) && visit.status === "activating",
    },
    interrupted: {
        needs: "a change that this run has interrupted",
        disrupts: true,
        holds: isInterrupted,
    },
    interruptedAndDenied: {
        needs: "--denied-profile, and a change that this run has interrupted",
        disrupts: true,
        holds: (visit) => isInterrupted(visit) && visit.options.denied !== undefined,
    },
    suspended: {
        needs: "a suspended instance",
        disrupts: true,
        holds: isSuspended,
    },
    suspendedLater: {
        needs: "a suspended instance, and a resume that this run has sent too early",
        disrupts: true,
        holds: (visit) => isSuspended(visit) && visit.refusedEarly,
    },
    resumed: {
        needs: "a change that this run has resumed",
        disrupts: true,
        holds: ({ resumedBy }) => resumedBy !== undefined,
    },
    resuming: {
        needs: "a resume of this run that takes its time",
        disrupts: true,
        holds: ({ status, resumedBy }) => resumedBy !== undefined && !isElsewhere(status),
    },
    runsAgain: {
        needs: "a change that runs again, resumed by this run",
        disrupts: true,
        holds: ({ status, resumedBy }) => resumedBy !== undefined && status === "activating",
    },
    idle: { needs: "an idle instance", disrupts: true, holds: ({ status }) => status === "active" },
    frozen: { needs: "a frozen instance", disrupts: true, holds: ({ status }) => status === "inactive" },
} as const satisfies Readonly<Record<string, SituationRule>>;

/** The name of a situation. */
export type Situation = keyof typeof situations;

/** What keeps a check from being made, if anything does. */
export function obstacleTo(situation: Situation, visit: Visit): string | undefined {
    const { needs, disrupts, holds }: SituationRule = situations[situation];
    if (disrupts && !visit.options.disruptive) {
        return "needs --disruptive";
    }
    return holds(visit) ? undefined : `needs ${needs}`;
}

function isInterrupted({ status, interrupted, resumedBy }: Visit): boolean {
    return interrupted && resumedBy === undefined && status !== undefined && status !== "active";
}

/** Whatever an interrupted instance is called: nobody has published it. */
function isSuspended(visit: Visit): boolean {
    const { status, resumedBy } = visit;
    return resumedBy === undefined && (status === "suspended" || (isInterrupted(visit) && !isElsewhere(status)));
}

function isElsewhere(status: string | undefined): boolean {
    return status === undefined || ["activating", "active", "inactive", "invalid"].includes(status);
}
