import { classify, type Look } from "./classify";
import { lookAdvice, refusalAdvice } from "./errorMessage";
import { descriptorOf, type Operation, phaseOf } from "./operations";
import type { Reply } from "./reply";
import type { Route } from "./service";

/** What was asked for, as far as conclusions depend on it. */
export interface Asked {
    readonly operation: Operation;
    /** Whether to look at the instance until it has got there. */
    readonly wait: boolean;
    /** What it means that there is nothing to act on. */
    readonly whenIdle: "fail" | "skip";
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
    /** A look has seen the instance since the acceptance, in this run or an earlier one. */
    readonly seen: boolean;
}

/** What comes next for a request. */
export type Next =
    /** Something failed that passes. */
    | { readonly kind: "again" }
    /** Nothing failed, but it has not happened yet. */
    | { readonly kind: "wait" }
    | { readonly kind: "look"; readonly after: "acceptance" | "refusal" }
    /** It has ended; `acted` tells whether by a request of ours. */
    | ({ readonly kind: "done" } & Ending)
    /** It has ended: `pending` is recorded and finished by the next run, `failed` leaves nothing to finish. */
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

/** How long an acceptance that suffices waits for a first look that succeeds. */
export const firstLookMs = 60_000;

/** What follows from a reply to the request. `at` is our clock. */
export function afterReply(
    asked: Asked,
    known: Knowledge,
    reply: Reply,
    route: Route,
    at: string,
): { readonly known: Knowledge; readonly next: Next } {
    const { operation, wait } = asked;
    const { whenInterrupting, looksWithoutWaiting } = descriptorOf(operation);
    const meaning = classify(reply);
    switch (meaning.kind) {
        case "accepted": {
            const { requestId } = meaning;
            const acceptance = { at, ...(requestId === undefined ? {} : { requestId }) };
            return { known: { ...known, acceptance }, next: whenTaken(wait, true) };
        }
        case "interrupting":
            return whenInterrupting === "join"
                ? { known: { ...known, interrupting: true }, next: whenTaken(wait, false) }
                : { known, next: again };
        case "inDoubt":
            return { known: { ...known, inDoubt: true }, next: again };
        case "notDone":
            return { known, next: again };
        case "unconnectable":
            // A host that was there a moment ago comes back; one that never was has a wrong name.
            return {
                known,
                next: route.stood ? again : ending(known, notSent(known), refusalAdvice(operation, reply, route)),
            };
        case "wrongPhase":
            return { known, next: wait || looksWithoutWaiting ? { kind: "look", after: "refusal" } : again };
        case "refused": {
            const what = known.inDoubt ? "refused, after a try that may have been done" : "refused";
            return { known, next: ending(known, what, refusalAdvice(operation, reply, route)) };
        }
    }
}

/** What follows from a look. `lookingMs` is for how long looks have been made without seeing the instance. */
export function afterLook(
    asked: Asked,
    known: Knowledge,
    after: "acceptance" | "refusal",
    look: Look,
    reply: Reply,
    lookingMs: number,
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
            return suffices ? doneUnseen : ending(known, what, lookAdvice(asked.operation, reply));
        }
    }
}

/** What follows when the time is up. */
export function outOfTime(
    asked: Asked & { readonly timeoutSeconds: number },
    known: Knowledge,
    status: string | undefined,
): Next {
    const { verb, acceptanceSuffices, phases } = descriptorOf(asked.operation);
    if (acceptanceSuffices && known.acceptance !== undefined && !known.seen) {
        return doneUnseen;
    }
    const within = `within ${asked.timeoutSeconds} s (\`timeoutSeconds\`)`;
    const seen = status === undefined ? "" : `: the instance is ${status}`;
    const finish = `\`pulumi up\` finishes this request with the same token; to ${verb} ${
        phases.acceptance.statuses.suspended === "onItsWay" ? "again" : "a newer change"
    } instead, change \`triggers\``;
    if (isTaken(known)) {
        return ending(known, `accepted, but not seen through ${within}${seen}`, finish);
    }
    return known.inDoubt
        ? ending(known, `it is not known whether it was done, no usable answer came ${within}`, finish)
        : ending(known, `not accepted ${within}${seen}`, "run `pulumi up` later, or raise `timeoutSeconds`");
}

/** What follows when the time is up and no connection to the endpoint has ever stood: what stands between is named. */
export function neverAnswered(known: Knowledge, { endpoint, override, proxy }: Route): Next {
    const way = proxy === undefined ? "" : ` through the proxy ${proxy}`;
    const check = [
        ...(proxy === undefined ? [] : ["the proxy's variable, or NO_PROXY for this host"]),
        override ?? "that this machine reaches the public endpoint, else set `alicloud:endpoints[0].elasticsearch`",
    ];
    return ending(
        known,
        `${notSent(known)}: no connection to ${endpoint}${way} was ever made`,
        `check ${check.join("; ")}`,
    );
}

/** What certainly was not done leaves no trace; whatever may have been done is recorded, so that it is never lost. */
export function ending(known: Knowledge, what: string, advice: string): Next {
    return { kind: known.inDoubt || isTaken(known) ? "pending" : "failed", what, advice };
}

/** In this run nothing was sent, which is all there is to say only if no earlier run has. */
export function notSent(known: Knowledge): string {
    return known.inDoubt || isTaken(known)
        ? "this run sent nothing, and it is still not known how the request ended"
        : "not sent";
}

/** Whether the service is at work on what was asked for. */
export function isTaken({ acceptance, interrupting }: Knowledge): boolean {
    return acceptance !== undefined || interrupting;
}

type Seen = Extract<Look, { kind: "seen" }>;

function afterStatus(asked: Asked, known: Knowledge, after: "acceptance" | "refusal", look: Seen): Next {
    const { status } = look;
    const { goal, verb, participle } = descriptorOf(asked.operation);
    const acted = known.acceptance !== undefined;
    if (!acted && known.inDoubt && goal.includes(status)) {
        return doneAt(look, true, `${participle}, concluded from the status ${status} after a request in doubt`);
    }
    switch (phaseOf(asked.operation, after, status)) {
        case "settled":
            return doneAt(look, acted, acted ? undefined : alreadyThere(known, participle, status));
        case "onItsWay":
            return after === "refusal" ? again : { kind: "wait" };
        case "idle":
            return afterIdle(asked, known, look);
        case "broken": {
            const doubt = known.inDoubt && !acted ? `; an earlier try to ${verb} it may have been done` : "";
            const advice =
                "bring the instance back to work first; an inactive one is frozen, often for an overdue payment";
            return ending(known, `the instance is ${status} and cannot take it${doubt}`, advice);
        }
    }
}

/** There is nothing to act on, or no longer. */
function afterIdle({ operation, whenIdle }: Asked, known: Knowledge, look: Seen): Next {
    const { verb, idleArgument, skipHint } = descriptorOf(operation);
    const acted = known.acceptance !== undefined;
    const inDoubt = known.inDoubt && !acted;
    const seen = `the instance is ${look.status}`;
    if (whenIdle === "skip") {
        const hint = skipHint === "" ? "" : `; ${skipHint}`;
        const note = inDoubt
            ? `nothing left to ${verb}: ${seen}; a request of an earlier try may have been done`
            : acted
              ? `accepted, but the change has ended by itself: ${seen}`
              : `nothing to ${verb}: ${seen}${hint}`;
        return doneAt(look, acted, note);
    }
    const newer = `to ${verb} a newer change, change \`triggers\``;
    const skip = `set \`${idleArgument}: "skip"\` if that is fine`;
    if (inDoubt) {
        const what = `it may have been done, and nothing is left to ${verb}: ${seen}`;
        return { kind: "pending", what, advice: `${newer}; ${skip}` };
    }
    if (isTaken(known)) {
        const taken = acted ? "accepted" : "another interrupt was being processed";
        const what = `${taken}, but the change has ended by itself: ${seen}`;
        return { kind: "failed", what, advice: `${newer}; ${skip}` };
    }
    return { kind: "failed", what: `nothing to ${verb}: ${seen}`, advice: skip };
}

function doneAt({ status, requestId }: Seen, acted: boolean, note: string | undefined): Next {
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

function whenTaken(wait: boolean, acted: boolean): Next {
    return wait ? { kind: "look", after: "acceptance" } : { kind: "done", status: ownStatuses.accepted, acted };
}

const again: Next = { kind: "again" };
const doneUnseen: Next = { kind: "done", status: ownStatuses.accepted, acted: true };
