import { descriptorOf, meaningOf, type Operation } from "../operations/operations";

/** What the program requested, as far as decisions depend on it. */
export interface WaitOptions {
    readonly operation: Operation;
    /** Whether to poll after an acceptance. */
    readonly wait: boolean;
    /** What to do if there is nothing to act on. */
    readonly onNoop: "fail" | "skip";
    /** The suspension that a resume ends, if `interruption` says what to request. */
    readonly interruption?: string | undefined;
}

/** That the service accepted the client token. */
export interface Acceptance {
    readonly requestId?: string;
    /** By the clock of this machine, RFC 3339. */
    readonly at: string;
}

/** What is known of a request. */
export interface RequestState {
    readonly acceptance?: Acceptance;
    /** An interrupt is being processed, and nothing shows that it is this request. */
    readonly alreadyInterrupting: boolean;
    /** An attempt may have been applied. */
    readonly outcomeUnknown: boolean;
    /** The earlier request that this one supersedes may have been applied, and no poll has seen that it is over. */
    readonly supersedes: boolean;
    /** This run handed an attempt to a connection. */
    readonly sent: boolean;
    /** A poll has succeeded since the acceptance, in this run or an earlier one. */
    readonly polledSinceAcceptance: boolean;
    /** A poll has seen since the acceptance that the change is over. A later suspension is not by this request. */
    readonly over: boolean;
    /** What polls of this run have seen. */
    readonly polls: Polls;
}

/** What the polls of a run have seen, as far as records depend on it. */
export interface Polls {
    /** At least one poll has succeeded. */
    readonly any: boolean;
    /** `active` or `activating`: an earlier suspension is over. */
    readonly running: boolean;
}

/** The state before a run. `earlier` is what an earlier run recorded of the same request. */
export function initialState(
    earlier: { readonly acceptance?: Acceptance; readonly over?: boolean } | undefined,
    supersedes: boolean,
): RequestState {
    const acceptance = earlier?.acceptance;
    return {
        ...(acceptance === undefined ? {} : { acceptance }),
        alreadyInterrupting: false,
        outcomeUnknown: earlier !== undefined && acceptance === undefined,
        supersedes,
        sent: false,
        // The record does not say whether a poll succeeded. Assume so: otherwise a resume could be reported as `accepted` too early.
        polledSinceAcceptance: acceptance !== undefined,
        over: earlier?.over === true,
        polls: { any: false, running: false },
    };
}

/** The state after a poll has seen a status. */
export function stateAfterPoll(operation: Operation, state: RequestState, status: string): RequestState {
    const isOver = state.acceptance !== undefined && meaningOf(operation, "acceptance", status) === "noop";
    return {
        ...state,
        polledSinceAcceptance: state.polledSinceAcceptance || isProcessing(state),
        over: state.over || isOver,
        polls: { any: true, running: state.polls.running || status === "active" || status === "activating" },
    };
}

/** The statuses of a record that are words of this package. A service that uses one of them gets it marked. */
export const ownStatuses = {
    /** The outcome is unknown or unconfirmed: the next run finishes the request. */
    pending: "pending",
    /** The request was accepted, and nothing was polled. */
    accepted: "accepted",
    /** There was nothing to resume, and nothing was sent. */
    none: "none",
} as const;

/** Whether the service is processing what was requested, by this request or by another. */
export function isProcessing({ acceptance, alreadyInterrupting }: RequestState): boolean {
    return acceptance !== undefined || alreadyInterrupting;
}

/** Whether this request may have been applied. Then it is recorded, however the run ends. */
export function mayBeApplied({ acceptance, outcomeUnknown }: RequestState): boolean {
    return acceptance !== undefined || outcomeUnknown;
}

/**
 * Whether a request of this resource suspended or resumed the instance: the outputs `interrupted` and `resumed`. An accepted
 * request did, until a poll has seen that the change is over. If the outcome is unknown, the status of the last poll decides.
 */
export function isApplied(
    operation: Operation,
    { acceptance, over, outcomeUnknown, supersedes, alreadyInterrupting }: RequestState,
    status?: string,
): boolean {
    if (acceptance !== undefined) {
        return !over;
    }
    const targets: ReadonlyArray<string | undefined> = descriptorOf(operation).targetStatuses;
    if (targets.includes(status)) {
        return outcomeUnknown || supersedes;
    }
    // An interrupt is being processed, and it may be an attempt of this request.
    return (
        outcomeUnknown &&
        alreadyInterrupting &&
        // Stryker disable next-line ConditionalExpression: an absent status would get the meaning of an undocumented one.
        (status === undefined || meaningOf(operation, "acceptance", status) === "success")
    );
}
