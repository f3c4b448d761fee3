import { descriptorOf, meaningOf, type Operation } from "../operations/operations";
import { classify, type Look } from "./classify";
import type { Route } from "./client";
import { lookAdvice, refusalAdvice } from "./errorMessage";
import type { Reply } from "./response";
import type { Request } from "./run";
import {
    type Asked,
    acted,
    type Conclusion,
    isUnderWay,
    type Knowledge,
    mayBeDone,
    type Next,
    type NextAfterReply,
    ownStatuses,
    unanswered,
} from "./state";

/** How long an acceptance that suffices waits for a first look that succeeds. */
export const firstLookMs = 60_000;

/** What follows from a reply to the request. `at` is our clock. */
export function afterReply(
    asked: Asked,
    before: Knowledge,
    reply: Reply,
    route: Route,
    at: string,
): { readonly known: Knowledge; readonly next: NextAfterReply } {
    const { operation, wait } = asked;
    const { whenInterrupting, looksWithoutWaiting } = descriptorOf(operation);
    const meaning = classify(reply);
    const known = { ...before, sent: before.sent || (reply.kind !== "unsent" && reply.kind !== "unconnected") };
    switch (meaning.kind) {
        case "accepted": {
            const { requestId } = meaning;
            const acceptance = { at, ...(requestId === undefined ? {} : { requestId }) };
            return { known: { ...known, acceptance }, next: whenTaken(operation, wait, { ...known, acceptance }) };
        }
        case "interrupting":
            return whenInterrupting === "join"
                ? {
                      known: { ...known, interrupting: true },
                      next: whenTaken(operation, wait, { ...known, interrupting: true }),
                  }
                : { known, next: again };
        case "inDoubt":
            return { known: { ...known, inDoubt: true }, next: again };
        case "notDone":
            return { known, next: again };
        case "unconnectable":
            // A host that was there a moment ago comes back; one that never was has a wrong name. A proxy stays as it is set.
            return {
                known,
                next:
                    route.stood && !meaning.isFinal
                        ? again
                        : ending(known, unanswered(known), refusalAdvice(operation, reply, route)),
            };
        case "wrongPhase":
            return { known, next: wait || looksWithoutWaiting ? { kind: "look", after: "refusal" } : again };
        case "refused": {
            const what = known.inDoubt ? "refused, after a try that may have been done" : "refused";
            return { known, next: ending(known, what, refusalAdvice(operation, reply, route)) };
        }
    }
}

/** What a look came back with. */
interface Looked {
    readonly look: Look;
    readonly reply: Reply;
    readonly route: Route;
    /** For how long looks have been made without seeing the instance. */
    readonly lookingMs: number;
}

/** What follows from a look. */
export function afterLook(
    asked: Asked,
    known: Knowledge,
    after: "acceptance" | "refusal",
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
        case "refused": {
            const what = `${after === "refusal" ? "refused in this phase" : "accepted"}, but nobody may look`;
            return suffices ? doneUnseen : ending(known, what, lookAdvice(asked.operation, reply, route));
        }
    }
}

/** What is known of a request after a poll has seen a status. */
export function afterStatusSeen(
    operation: Operation,
    known: Knowledge,
    after: "acceptance" | "refusal",
    status: string,
): Knowledge {
    const isAccepted = known.acceptance !== undefined;
    const isOver = isAccepted && meaningOf(operation, "acceptance", status) === "nothingToDo";
    return {
        ...known,
        seen: known.seen || after === "acceptance",
        over: known.over || isOver,
        polls: { any: true, running: known.polls.running || status === "active" || status === "activating" },
    };
}

/** What follows when the time is up. */
export function outOfTime(
    asked: Asked & Pick<Request, "timeoutSeconds" | "timeoutName">,
    known: Knowledge,
    status: string | undefined,
): Conclusion {
    const { acceptanceSuffices, nothingArgument } = descriptorOf(asked.operation);
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
    const unclear = status !== undefined && meaningOf(asked.operation, "refusal", status) === "unclear";
    const skip = unclear ? `; if ${status} is where it should be, set \`${nothingArgument}: "skip"\`` : "";
    if (known.inDoubt) {
        const what = `it is not known whether it was done, no usable answer came ${within}${seen}`;
        return ending(known, what, finish + skip);
    }
    const what = known.interrupting ? "another interrupt is being processed, and was not seen through" : "not accepted";
    return ending(known, `${what} ${within}${seen}`, `run \`pulumi up\` later, or raise \`${timeoutName}\`${skip}`);
}

/** What follows when the time is up and no connection to the endpoint has ever stood: what stands between is named. */
export function neverAnswered(known: Knowledge, { endpoint, ways, override, proxy }: Route): Conclusion {
    const way = proxy === undefined ? "" : ` through the proxy ${proxy}`;
    const check = [
        ...(proxy === undefined ? [] : ["the proxy's variable, or NO_PROXY for this host"]),
        override ?? `that this machine reaches the public endpoint, else set ${ways.endpoint}`,
    ];
    return ending(
        known,
        `${unanswered(known)}: no connection to ${endpoint}${way} was ever made`,
        `check ${check.join("; ")}`,
    );
}

/** What follows when the deployment is stopped. */
export function stopped(operation: Operation, known: Knowledge): Conclusion {
    const { verb } = descriptorOf(operation);
    const finish = `\`pulumi up\` finishes this request with the same token, and does not ${verb} twice`;
    return mayBeDone(known)
        ? ending(known, "the deployment was stopped before it ended", finish)
        : ending(known, `${unanswered(known)}: the deployment was stopped`, "run `pulumi up` again");
}

/** How to make a request of its own. */
function newRequestAdvice({ operation, interruption }: Asked): string {
    return interruption === undefined
        ? `to ${descriptorOf(operation).anew} instead, change \`triggers\``
        : "to resume now, resume in the console, or give `triggers` in place of `interruption` for one run";
}

/** What certainly was not done leaves no trace; whatever may have been done is recorded, so that it is never lost. */
function ending(known: Knowledge, what: string, advice: string): Conclusion {
    return { kind: mayBeDone(known) ? "pending" : "failed", what, advice };
}

type Seen = Extract<Look, { kind: "seen" }>;

function afterStatus(asked: Asked, known: Knowledge, after: "acceptance" | "refusal", look: Seen): Next {
    const { status } = look;
    const { goal, verb, participle } = descriptorOf(asked.operation);
    const isOurs = acted(asked.operation, known, status);
    const accepted = known.acceptance !== undefined;
    if (isOurs && !accepted && (goal as readonly string[]).includes(status)) {
        const note = `${participle}, concluded from the status ${status} after a request whose outcome is unknown`;
        return doneAt(look, true, note);
    }
    switch (meaningOf(asked.operation, after, status)) {
        case "settled":
            return doneAt(look, isOurs, isOurs ? undefined : alreadyThere(known, participle, status));
        case "onItsWay":
            return after === "refusal" ? again : { kind: "wait" };
        case "unclear":
            return asked.whenNothing === "skip" ? skippedUndocumented(asked, known, look) : again;
        case "nothingToDo":
            return afterIdle(asked, known, look);
        case "broken": {
            const doubt = known.inDoubt && !accepted ? `; an earlier try to ${verb} it may have been done` : "";
            const advice =
                "bring the instance back to work first; an inactive one is frozen, often for an overdue payment";
            return ending(known, `the instance is ${status} and cannot take it${doubt}`, advice);
        }
    }
}

/** Nobody documents the status, and the program takes it for nothing to act on. */
function skippedUndocumented({ operation }: Asked, known: Knowledge, look: Seen): Conclusion {
    const { nothingArgument, participle } = descriptorOf(operation);
    const note =
        `the instance is ${look.status}, a status that is not documented; \`${nothingArgument}: "skip"\` takes it for idle: ` +
        `nothing was ${participle}`;
    return { ...doneAt(look, acted(operation, known, look.status), note), isWarning: true };
}

/** There is nothing to act on, or no longer. */
function afterIdle(asked: Asked, known: Knowledge, look: Seen): Conclusion {
    const { operation, whenNothing } = asked;
    const { verb, nothingArgument, skipHint, beforeIt, overBeforeDone } = descriptorOf(operation);
    const accepted = known.acceptance !== undefined;
    const inDoubt = known.inDoubt && !accepted;
    const seen = `the instance is ${look.status}`;
    if (whenNothing === "skip") {
        const hint = skipHint === "" || asked.interruption !== undefined ? "" : `; ${skipHint}`;
        const note = inDoubt
            ? `nothing left to ${verb}: ${seen}; a request of an earlier try may have been done`
            : accepted
              ? `accepted, but ${overBeforeDone}: ${seen}`
              : `nothing to ${verb}: ${seen}${hint}`;
        return doneAt(look, acted(operation, known, look.status), note);
    }
    const newer = newRequestAdvice(asked);
    const skip = `set \`${nothingArgument}: "skip"\` if that is fine`;
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

function alreadyThere({ interrupting }: Knowledge, participle: string, status: string): string {
    return interrupting
        ? `${status} by another interrupt, which was being processed already`
        : `already ${status}: nothing was ${participle}`;
}

function whenTaken(operation: Operation, wait: boolean, known: Knowledge): NextAfterReply {
    return wait
        ? { kind: "look", after: "acceptance" }
        : { kind: "done", status: ownStatuses.accepted, acted: acted(operation, known) };
}

const again: Next = { kind: "again" };
const doneUnseen: Conclusion = { kind: "done", status: ownStatuses.accepted, acted: true };
