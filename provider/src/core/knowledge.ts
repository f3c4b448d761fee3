import type { Operation } from "./operations";

/** What was asked for, as far as conclusions depend on it. */
export interface Asked {
    readonly operation: Operation;
    /** Whether to look at the instance until it has got there. */
    readonly wait: boolean;
    /** What it means that there is nothing to act on. */
    readonly whenNothing: "fail" | "skip";
}

/** The service's yes to our token. */
export interface Acceptance {
    readonly requestId?: string;
    /** By our clock, RFC 3339. */
    readonly at: string;
}

/** What is known of a request on its way. */
export interface Knowledge {
    readonly acceptance?: Acceptance;
    /** An interrupt is being processed that is not known to be ours. */
    readonly interrupting: boolean;
    /** A try of ours may have been done without our knowing. */
    readonly inDoubt: boolean;
    /** An earlier request of this resource, which this one supersedes, may have been done. */
    readonly supersedes: boolean;
    /** A call of this run was given to a connection. */
    readonly sent: boolean;
    /** A look has seen the instance since the acceptance, in this run or an earlier one. */
    readonly seen: boolean;
}

/** What comes next for a request. */
export type Next =
    /** Something failed that passes. */
    | { readonly kind: "again" }
    /** Nothing failed, but it has not happened yet. */
    | { readonly kind: "wait" }
    | Conclusion;

/** What comes next after a reply: the same, unless a look has to tell. */
export type NextAfterReply = Next | { readonly kind: "look"; readonly after: "acceptance" | "refusal" };

/** That a request has ended. */
export type Conclusion =
    /** `acted` tells whether by a request of ours. */
    | ({ readonly kind: "done" } & Ending)
    /** `pending` is recorded and finished by the next run, `failed` leaves nothing to finish. */
    | { readonly kind: "failed" | "pending"; readonly what: string; readonly advice: string };

/** How a request ended that has not failed. */
export interface Ending {
    readonly status: string;
    /** Whether a request of ours was done. */
    readonly acted: boolean;
    /** The service's ID of the answer that decided, if it was not the acceptance. */
    readonly requestId?: string;
    /** What the person who deploys should know about it. */
    readonly note?: string;
}

/** The words of ours that stand for a status in a record: a service that uses one itself gets it marked. */
export const ownStatuses = {
    /** The request is not known to have ended: the next run finishes it. */
    pending: "pending",
    /** It was accepted and nobody looked. */
    accepted: "accepted",
    /** Nothing was ever sent, by `enabled: false`. */
    disabled: "disabled",
} as const;

/** Whether the service is at work on what was asked for. */
export function isUnderWay({ acceptance, interrupting }: Knowledge): boolean {
    return acceptance !== undefined || interrupting;
}

/** Whether this very request was done, or may have been: then it is recorded, whatever becomes of the run. */
export function mayBeDone({ acceptance, inDoubt }: Knowledge): boolean {
    return acceptance !== undefined || inDoubt;
}

/** How to say that the run ended without an answer to the request. */
export function unanswered(known: Knowledge): string {
    if (known.acceptance !== undefined) {
        return "accepted, but nobody can look";
    }
    if (!known.inDoubt) {
        return known.sent ? "not accepted" : "not sent";
    }
    return known.sent
        ? "it is not known whether it was done"
        : "this run sent nothing, and it is still not known how the request ended";
}
