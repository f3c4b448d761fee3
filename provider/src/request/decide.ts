import { descriptorOf, meaningOf, type Operation } from "../operations/operations";
import { classifyResponse, type PollResult } from "./classify";
import type { Route } from "./client";
import { lookAdvice, refusalAdvice } from "./errorMessage";
import type { ServiceResponse } from "./response";
import type { Request } from "./run";
import {
    acted,
    type Conclusion,
    isUnderWay,
    mayBeDone,
    type Next,
    type NextAfterReply,
    ownStatuses,
    type RequestState,
    unanswered,
    type WaitOptions,
} from "./state";

/** How long an acceptance that suffices waits for a first look that succeeds. */
export const firstLookMs = 60_000;

/** What follows from a reply to the request. `at` is our clock. */
export function afterReply(
    asked: WaitOptions,
    before: RequestState,
    reply: ServiceResponse,
    route: Route,
    at: string,
): { readonly known: RequestState; readonly next: NextAfterReply } {
    const { operation, wait } = asked;
    const { whenInterrupting, pollsWithoutWaiting } = descriptorOf(operation);
    const meaning = classifyResponse(reply);
    const known = { ...before, sent: before.sent || (reply.kind !== "notSent" && reply.kind !== "notConnected") };
    switch (meaning.kind) {
        case "accepted": {
            const { requestId } = meaning;
            const acceptance = { at, ...(requestId === undefined ? {} : { requestId }) };
            return { known: { ...known, acceptance }, next: whenTaken(operation, wait, { ...known, acceptance }) };
        }
        case "alreadyInterrupting":
            return whenInterrupting === "join"
                ? {
                      known: { ...known, alreadyInterrupting: true },
                      next: whenTaken(operation, wait, { ...known, alreadyInterrupting: true }),
                  }
                : { known, next: again };
        case "outcomeUnknown":
            return { known: { ...known, outcomeUnknown: true }, next: again };
        case "retryable":
            return { known, next: again };
        case "unconnectable":
            // A host that was there a moment ago comes back; one that never was has a wrong name. A proxy stays as it is set.
            return {
                known,
                next:
                    route.everConnected && !meaning.isFinal
                        ? again
                        : ending(known, unanswered(known), refusalAdvice(operation, reply, route)),
            };
        case "invalidState":
            return { known, next: wait || pollsWithoutWaiting ? { kind: "look", after: "rejection" } : again };
        case "rejected": {
            const what = known.outcomeUnknown ? "refused, after a try that may have been done" : "rejected";
            return { known, next: ending(known, what, refusalAdvice(operation, reply, route)) };
        }
    }
}

/** What a look came back with. */
interface Looked {
    readonly look: PollResult;
    readonly reply: ServiceResponse;
    readonly route: Route;
    /** For how long looks have been made without seeing the instance. */
    readonly lookingMs: number;
}

/** What follows from a look. */
export function afterLook(
    asked: WaitOptions,
    known: RequestState,
    after: "acceptance" | "rejection",
    { look, reply, route, lookingMs }: Looked,
): Next {
    const { acceptanceSuffices } = descriptorOf(asked.operation);
    const suffices = acceptanceSuffices && after === "acceptance" && !known.seen;
    switch (look.kind) {
        case "seen":
            return afterStatus(asked, known, after, look);
        case "unseen":
            return suffices && lookingMs >= firstLookMs ? doneUnseen : again;
        case "denied":
        case "rejected": {
            const what = `${after === "rejection" ? "refused in this phase" : "accepted"}, but nobody may look`;
            return suffices ? doneUnseen : ending(known, what, lookAdvice(asked.operation, reply, route));
        }
    }
}

/** What is known of a request after a poll has seen a status. */
export function afterStatusSeen(
    operation: Operation,
    known: RequestState,
    after: "acceptance" | "rejection",
    status: string,
): RequestState {
    const isAccepted = known.acceptance !== undefined;
    const isOver = isAccepted && meaningOf(operation, "acceptance", status) === "noop";
    return {
        ...known,
        seen: known.seen || after === "acceptance",
        over: known.over || isOver,
        polls: { any: true, running: known.polls.running || status === "active" || status === "activating" },
    };
}

/** What follows when the time is up. */
export function outOfTime(
    asked: WaitOptions & Pick<Request, "timeoutSeconds" | "timeoutName">,
    known: RequestState,
    status: string | undefined,
): Conclusion {
    const { acceptanceSuffices, noopArgument } = descriptorOf(asked.operation);
    if (acceptanceSuffices && known.acceptance !== undefined && !known.seen) {
        return doneUnseen;
    }
    const { timeoutSeconds, timeoutName = "timeoutSeconds" } = asked;
    const within = `within ${timeoutSeconds} s (\`${timeoutName}\`)`;
    const seen = status === undefined ? "" : `: the instance is ${status}`;
    if (known.acceptance !== undefined) {
        const lookOn =
            "`pulumi up` looks again and sends nothing. Was this resource destroyed or replaced before? The service then " +
            `repeats its answer to the earlier request, and does nothing: ${newRequestAdvice(asked)}`;
        return ending(known, `accepted, but not seen through ${within}${seen}`, lookOn);
    }
    const finish = `\`pulumi up\` finishes this request with the same token; ${newRequestAdvice(asked)}`;
    const unclear = status !== undefined && meaningOf(asked.operation, "rejection", status) === "unexpected";
    const skip = unclear ? `; if ${status} is where it should be, set \`${noopArgument}: "skip"\`` : "";
    if (known.outcomeUnknown) {
        const what = `it is not known whether it was done, no usable answer came ${within}${seen}`;
        return ending(known, what, finish + skip);
    }
    const what = known.alreadyInterrupting
        ? "another interrupt is being processed, and was not seen through"
        : "not accepted";
    return ending(known, `${what} ${within}${seen}`, `run \`pulumi up\` later, or raise \`${timeoutName}\`${skip}`);
}

/** What follows when the time is up and no connection to the endpoint has ever stood: what stands between is named. */
export function neverAnswered(known: RequestState, { endpoint, hints, override, proxy }: Route): Conclusion {
    const way = proxy === undefined ? "" : ` through the proxy ${proxy}`;
    const check = [
        ...(proxy === undefined ? [] : ["the proxy's variable, or NO_PROXY for this host"]),
        override ?? `that this machine reaches the public endpoint, else set ${hints.endpoint}`,
    ];
    return ending(
        known,
        `${unanswered(known)}: no connection to ${endpoint}${way} was ever made`,
        `check ${check.join("; ")}`,
    );
}

/** What follows when the deployment is stopped. */
export function stopped(operation: Operation, known: RequestState): Conclusion {
    const { verb } = descriptorOf(operation);
    const finish = `\`pulumi up\` finishes this request with the same token, and does not ${verb} twice`;
    return mayBeDone(known)
        ? ending(known, "the deployment was stopped before it ended", finish)
        : ending(known, `${unanswered(known)}: the deployment was stopped`, "run `pulumi up` again");
}

/** How to make a request of its own. */
function newRequestAdvice({ operation, interruption }: WaitOptions): string {
    return interruption === undefined
        ? `to ${descriptorOf(operation).anew} instead, change \`triggers\``
        : "to resume now, resume in the console, or give `triggers` in place of `interruption` for one run";
}

/** What certainly was not done leaves no trace; whatever may have been done is recorded, so that it is never lost. */
function ending(known: RequestState, what: string, advice: string): Conclusion {
    return { kind: mayBeDone(known) ? "pending" : "failed", what, advice };
}

type Seen = Extract<PollResult, { kind: "seen" }>;

function afterStatus(asked: WaitOptions, known: RequestState, after: "acceptance" | "rejection", look: Seen): Next {
    const { status } = look;
    const { targetStatuses, verb, resultProperty } = descriptorOf(asked.operation);
    const isOurs = acted(asked.operation, known, status);
    const accepted = known.acceptance !== undefined;
    if (isOurs && !accepted && (targetStatuses as readonly string[]).includes(status)) {
        const note = `${resultProperty}, concluded from the status ${status} after a request whose outcome is unknown`;
        return doneAt(look, true, note);
    }
    switch (meaningOf(asked.operation, after, status)) {
        case "success":
            return doneAt(look, isOurs, isOurs ? undefined : alreadyThere(known, resultProperty, status));
        case "transitional":
            return after === "rejection" ? again : { kind: "wait" };
        case "unexpected":
            return asked.onNoop === "skip" ? skippedUndocumented(asked, known, look) : again;
        case "noop":
            return afterIdle(asked, known, look);
        case "failure": {
            const doubt = known.outcomeUnknown && !accepted ? `; an earlier try to ${verb} it may have been done` : "";
            const advice =
                "bring the instance back to work first; an inactive one is frozen, often for an overdue payment";
            return ending(known, `the instance is ${status} and cannot take it${doubt}`, advice);
        }
    }
}

/** Nobody documents the status, and the program takes it for nothing to act on. */
function skippedUndocumented({ operation }: WaitOptions, known: RequestState, look: Seen): Conclusion {
    const { noopArgument, resultProperty } = descriptorOf(operation);
    const note =
        `the instance is ${look.status}, a status that is not documented; \`${noopArgument}: "skip"\` takes it for idle: ` +
        `nothing was ${resultProperty}`;
    return { ...doneAt(look, acted(operation, known, look.status), note), isWarning: true };
}

/** There is nothing to act on, or no longer. */
function afterIdle(asked: WaitOptions, known: RequestState, look: Seen): Conclusion {
    const { operation, onNoop } = asked;
    const { verb, noopArgument, skipHint, beforeIt, overBeforeDone } = descriptorOf(operation);
    const accepted = known.acceptance !== undefined;
    const inDoubt = known.outcomeUnknown && !accepted;
    const seen = `the instance is ${look.status}`;
    if (onNoop === "skip") {
        const hint = skipHint === "" || asked.interruption !== undefined ? "" : `; ${skipHint}`;
        const note = inDoubt
            ? `nothing left to ${verb}: ${seen}; a request of an earlier try may have been done`
            : accepted
              ? `accepted, but ${overBeforeDone}: ${seen}`
              : `nothing to ${verb}: ${seen}${hint}`;
        return doneAt(look, acted(operation, known, look.status), note);
    }
    const newer = newRequestAdvice(asked);
    const skip = `set \`${noopArgument}: "skip"\` if that is fine`;
    if (inDoubt) {
        const what = `it may have been done, and nothing is left to ${verb}: ${seen}`;
        return ending(known, what, `${newer}; ${skip}`);
    }
    if (isUnderWay(known)) {
        const taken = accepted ? "accepted" : "another interrupt was being processed";
        return ending(known, `${taken}, but ${overBeforeDone}: ${seen}`, `${newer}; ${skip}`);
    }
    return ending(known, `nothing to ${verb}: ${seen}`, `${beforeIt}, or ${skip}`);
}

function doneAt(
    { status, requestId }: Seen,
    acted: boolean,
    note: string | undefined,
): Extract<Conclusion, { kind: "done" }> {
    const isOurWord = Object.values<string>(ownStatuses).includes(status);
    return {
        kind: "done",
        status: isOurWord ? `${status} (of the instance)` : status,
        acted,
        ...(requestId === undefined ? {} : { requestId }),
        ...(note === undefined ? {} : { note }),
    };
}

function alreadyThere({ alreadyInterrupting }: RequestState, participle: string, status: string): string {
    return alreadyInterrupting
        ? `${status} by another interrupt, which was being processed already`
        : `already ${status}: nothing was ${participle}`;
}

function whenTaken(operation: Operation, wait: boolean, known: RequestState): NextAfterReply {
    return wait
        ? { kind: "look", after: "acceptance" }
        : { kind: "done", status: ownStatuses.accepted, acted: acted(operation, known) };
}

const again: Next = { kind: "again" };
const doneUnseen: Conclusion = { kind: "done", status: ownStatuses.accepted, acted: true };
