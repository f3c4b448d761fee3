/** Decides what one request does next, without I/O: `run.ts` acts on the result. */
import { descriptorOf, meaningOf, type Operation, type PollCause } from "../operations/operations";
import { classifyResponse, type PollResult } from "./classify";
import * as messages from "./messages";
import { type ServiceResponse, wasSent } from "./response";
import type { Route } from "./service";
import { isApplied, mayBeApplied, ownStatuses, type RequestState, type WaitOptions } from "./state";

/** How long a request that is accepted and does not need a poll waits for the first poll that succeeds. */
const firstPollMs = 60_000;

export type Next =
    /** An attempt or a poll failed: retry. */
    | { readonly kind: "retry" }
    /** The instance is on the way: poll again later. */
    | { readonly kind: "poll later" }
    | Ending;

const retry: Next = { kind: "retry" };

export type Ending =
    | ({ readonly kind: "done" } & Success)
    /** `pending` is recorded and finished by the next run, `failed` records nothing. */
    | ({ readonly kind: "pending" | "failed" } & messages.Failure);

export interface Success {
    readonly status: string;
    /** Whether a request of this resource suspended or resumed the instance. */
    readonly applied: boolean;
    /** The service's ID of the response that decided, if it was not the acceptance. */
    readonly requestId?: string;
    /** A line that stays on the resource. */
    readonly note?: string;
    readonly isWarning?: boolean;
}

/** What follows from the response to an attempt. `at` is the time by the clock of this machine. */
export function afterResponse(
    options: WaitOptions,
    before: RequestState,
    response: ServiceResponse,
    route: Route,
    at: string,
): { readonly state: RequestState; readonly next: Next | { readonly kind: "poll now"; readonly cause: PollCause } } {
    const { operation, wait } = options;
    const { joinsInterrupt, pollsAfterRejection } = descriptorOf(operation);
    const meaning = classifyResponse(response);
    const state = { ...before, sent: before.sent || wasSent(response) };
    switch (meaning.kind) {
        case "accepted": {
            const { requestId } = meaning;
            const accepted = { ...state, acceptance: { at, ...(requestId === undefined ? {} : { requestId }) } };
            return { state: accepted, next: whileProcessing(options, accepted) };
        }
        case "alreadyInterrupting": {
            if (!joinsInterrupt) {
                return { state, next: retry };
            }
            const joined = { ...state, alreadyInterrupting: true };
            return { state: joined, next: whileProcessing(options, joined) };
        }
        case "outcomeUnknown":
            return { state: { ...state, outcomeUnknown: true }, next: retry };
        case "retryable":
            return { state, next: retry };
        case "unconnectable": {
            // A host that was reachable may come back. One that never was is probably misnamed.
            const passes = route.everConnected && !meaning.isFinal;
            const fix = messages.rejectionFix(operation, response, route);
            return { state, next: passes ? retry : failure(state, { what: messages.outcomeSoFar(state), fix }) };
        }
        case "invalidState":
            return { state, next: wait || pollsAfterRejection ? pollNow("rejection") : retry };
        case "rejected": {
            const fix = messages.rejectionFix(operation, response, route);
            return { state, next: failure(state, messages.rejected(state, fix)) };
        }
    }
}

/** A poll, and how long polls have been made without one that succeeded. */
export interface Poll {
    readonly result: PollResult;
    readonly response: ServiceResponse;
    readonly route: Route;
    readonly pollingMs: number;
}

/** What follows from a poll. `state` includes what the poll saw. */
export function afterPoll(
    options: WaitOptions,
    state: RequestState,
    cause: PollCause,
    { result, response, route, pollingMs }: Poll,
): Next {
    const { operation } = options;
    const acceptanceIsEnough =
        descriptorOf(operation).acceptanceSuffices && cause === "acceptance" && !state.polledSinceAcceptance;
    switch (result.kind) {
        case "seen":
            return afterStatus(options, state, cause, result);
        case "failed":
            return acceptanceIsEnough && pollingMs >= firstPollMs ? acceptedUnpolled(operation, state) : retry;
        case "denied":
        case "rejected": {
            const fix = messages.pollingFix(operation, response, route);
            return acceptanceIsEnough
                ? acceptedUnpolled(operation, state)
                : failure(state, messages.pollingRejected(cause, response, fix));
        }
    }
}

type Seen = Extract<PollResult, { kind: "seen" }>;

function afterStatus(options: WaitOptions, state: RequestState, cause: PollCause, seen: Seen): Next {
    const { operation, onNoop } = options;
    const { status } = seen;
    const applied = isApplied(operation, state, status);
    const targets: readonly string[] = descriptorOf(operation).targetStatuses;
    // The outcome was unknown until this poll.
    if (applied && state.acceptance === undefined && targets.includes(status)) {
        return done(seen, true, messages.concluded(operation, status));
    }
    const meaning = meaningOf(operation, cause, status);
    switch (meaning) {
        case "success":
            return done(seen, applied, applied ? undefined : messages.alreadyThere(operation, state, status));
        case "transitional":
            // After a rejection the request itself is retried, not only the poll.
            return cause === "acceptance" ? { kind: "poll later" } : retry;
        case "unexpected":
            return onNoop === "skip"
                ? { ...done(seen, applied, messages.skippedUndocumented(operation, status)), isWarning: true }
                : retry;
        case "noop":
            return onNoop === "skip"
                ? done(seen, applied, messages.skipped(options, state, status))
                : failure(state, messages.nothingToActOn(options, state, status));
        case "failure":
            return failure(state, messages.cannotTakeRequest(status, state));
    }
}

/** What follows when the budget ends. `status` is what the last poll saw. */
export function afterTimeout(
    options: WaitOptions & messages.TimeBudget,
    state: RequestState,
    status: string | undefined,
): Ending {
    const { operation } = options;
    const isAccepted = state.acceptance !== undefined;
    if (descriptorOf(operation).acceptanceSuffices && isAccepted && !state.polledSinceAcceptance) {
        return acceptedUnpolled(operation, state);
    }
    const isUnexpected = status !== undefined && meaningOf(operation, "rejection", status) === "unexpected";
    return failure(state, messages.timedOut(options, state, status, isUnexpected));
}

/** What follows when the budget of an endpoint ends to which no connection was ever established. */
export function afterNeverConnected(state: RequestState, route: Route): Ending {
    return failure(state, messages.neverConnected(state, route));
}

/** What follows when the deployment is stopped. */
export function afterAbort(operation: Operation, state: RequestState): Ending {
    return failure(state, messages.stopped(operation, state));
}

/** A request that was certainly not applied leaves no record. One that may have been applied is recorded, so it is never lost. */
function failure(state: RequestState, why: messages.Failure): Ending {
    return { kind: mayBeApplied(state) ? "pending" : "failed", ...why };
}

function done({ status, requestId }: Seen, applied: boolean, note: string | undefined) {
    // A status of the service must not be mistaken for one of this package's own in a record.
    const isOwnWord = Object.values<string>(ownStatuses).includes(status);
    return {
        kind: "done",
        status: isOwnWord ? `${status} (of the instance)` : status,
        applied,
        ...(requestId === undefined ? {} : { requestId }),
        ...(note === undefined ? {} : { note }),
    } as const;
}

/** What follows when the service is processing the request, or an interrupt that it joins. */
function whileProcessing({ operation, wait }: WaitOptions, state: RequestState) {
    return wait ? pollNow("acceptance") : acceptedUnpolled(operation, state);
}

function acceptedUnpolled(operation: Operation, state: RequestState): Ending {
    return { kind: "done", status: ownStatuses.accepted, applied: isApplied(operation, state) };
}

function pollNow(cause: PollCause) {
    return { kind: "poll now", cause } as const;
}
