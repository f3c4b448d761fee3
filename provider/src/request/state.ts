import { descriptorOf, meaningOf, type Operation } from "../operations/operations";

/** What was asked for, as far as conclusions depend on it. */
export interface WaitOptions {
    readonly operation: Operation;
    /** Whether to look at the instance until it has got there. */
    readonly wait: boolean;
    /** The suspension that a resume ends, if that is what says what to request. */
    readonly interruption?: string | undefined;
    /** What it means that there is nothing to act on. */
    readonly onNoop: "fail" | "skip";
}

/** The service's yes to our token. */
export interface Acceptance {
    readonly requestId?: string;
    /** By our clock, RFC 3339. */
    readonly at: string;
}

/** What is known of a request on its way. */
export interface RequestState {
    readonly acceptance?: Acceptance;
    /** An interrupt is being processed that is not known to be ours. */
    readonly alreadyInterrupting: boolean;
    /** A try of ours may have been done without our knowing. */
    readonly outcomeUnknown: boolean;
    /** An earlier request of this resource, which this one supersedes, may have been done. */
    readonly supersedes: boolean;
    /** A call of this run was given to a connection. */
    readonly sent: boolean;
    /** A poll has seen the instance since the acceptance, in this run or an earlier one. */
    readonly seen: boolean;
    /** A poll has seen since the acceptance that the change is over: whatever suspends the instance now is not ours. */
    readonly over: boolean;
    /** What polls of this run have seen. */
    readonly polls: Polls;
}

/** What the polls of a run have seen of the instance, as far as records depend on it. */
export interface Polls {
    /** The instance, in any status. */
    readonly any: boolean;
    /** `active` or `activating`: an earlier suspension is over. */
    readonly running: boolean;
}

/** What comes next for a request. */
export type Next =
    /** Something failed that passes. */
    | { readonly kind: "again" }
    /** Nothing failed, but it has not happened yet. */
    | { readonly kind: "wait" }
    | Conclusion;

/** What comes next after a reply: the same, unless a look has to tell. */
export type NextAfterReply = Next | { readonly kind: "look"; readonly after: "acceptance" | "rejection" };

/** That a request has ended. */
export type Conclusion =
    | ({ readonly kind: "done" } & Ending)
    /** `pending` is recorded and finished by the next run, `failed` leaves nothing to finish. */
    | { readonly kind: "failed" | "pending"; readonly what: string; readonly advice: string };

/** How a request ended that has not failed. */
export interface Ending {
    readonly status: string;
    /** Whether a request of this resource suspended or resumed the instance. */
    readonly acted: boolean;
    /** The service's ID of the answer that decided, if it was not the acceptance. */
    readonly requestId?: string;
    /** What the person who deploys should know about it. */
    readonly note?: string;
    /** Whether that is a warning. */
    readonly isWarning?: boolean;
}

/** The words of ours that stand for a status in a record: a service that uses one itself gets it marked. */
export const ownStatuses = {
    /** The request is not known to have ended: the next run finishes it. */
    pending: "pending",
    /** It was accepted and nobody looked. */
    accepted: "accepted",
    /** There is nothing to resume, so nothing was sent. */
    none: "none",
} as const;

/** Whether the service is at work on what was asked for. */
export function isUnderWay({ acceptance, alreadyInterrupting }: RequestState): boolean {
    return acceptance !== undefined || alreadyInterrupting;
}

/** Whether this very request was done, or may have been: then it is recorded, whatever becomes of the run. */
export function mayBeDone({ acceptance, outcomeUnknown }: RequestState): boolean {
    return acceptance !== undefined || outcomeUnknown;
}

/**
 * Whether a request of this resource suspended or resumed the instance: `interrupted`, `resumed`. An accepted one did, until
 * a poll has seen that the change is over. Of one whose outcome is unknown, the status of the last poll tells, if any.
 */
export function acted(
    operation: Operation,
    { acceptance, over, outcomeUnknown, supersedes, alreadyInterrupting }: Omit<RequestState, "polls">,
    status?: string,
): boolean {
    if (acceptance !== undefined) {
        return !over;
    }
    const isTarget =
        status !== undefined && (descriptorOf(operation).targetStatuses as readonly string[]).includes(status);
    // An interrupt is being processed, and one of ours may be the one.
    const isProcessed =
        alreadyInterrupting && (status === undefined || meaningOf(operation, "acceptance", status) === "success");
    return (isTarget && (outcomeUnknown || supersedes)) || (isProcessed && outcomeUnknown);
}

/** How to say that the run ended without an answer to the request. */
export function unanswered(known: RequestState): string {
    if (known.acceptance !== undefined) {
        return "accepted, but nobody can look";
    }
    if (!known.outcomeUnknown) {
        return known.sent ? "not accepted" : "not sent";
    }
    return known.sent
        ? "it is not known whether it was done"
        : "this run sent nothing, and it is still not known how the request ended";
}
