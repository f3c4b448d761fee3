import { isDeepStrictEqual } from "node:util";
import type { Step } from "./engine";
import type { ObservedStep } from "./fixture";
import { contract, type Role } from "./program";
import type { Properties } from "./provider";

/** What the contract expects of a step. */
export type Expected =
    | { readonly kind: "rejected"; readonly operation: "rejected" }
    /** Nothing is sent: no change, changed arguments alone, or (`none`) nothing to resume. */
    | { readonly kind: "record" | "none"; readonly operation: Step["operation"] }
    | ExpectedRequest;

export interface ExpectedRequest {
    /** A request of its own, or the pending one again. */
    readonly kind: "request" | "finish";
    readonly operation: Step["operation"];
    /** Two requests are the same if this is. */
    readonly key: string;
    /** Whether an earlier run saw it accepted, and a poll saw afterwards that the change is over. */
    readonly wasAccepted: boolean;
    readonly wasOver: boolean;
    /** Whether an earlier request is superseded that may have been applied and is not known to be over. */
    readonly supersedes: boolean;
}

/** The arguments that `check` completed. */
export function argumentsIn({ inputs: { resourceUrn, __provider, ...args } }: Step): Properties {
    return args;
}

const isNew = { wasAccepted: false, wasOver: false };

/**
 * Decides which request a declaration asks for. Reads the recorded outputs, which were checked when they were written.
 * `recordedKey` is the key of the recorded request.
 */
export function expectedOf(step: ObservedStep, isReplaced: boolean, recordedKey: string | undefined): Expected {
    const { role, urn, before, inputs } = step;
    const { operation, result } = contract[role];
    const args = argumentsIn(step);
    const { clientToken, triggers = [], interruption, region, instanceId } = args;
    if (isContradictory(role, args)) {
        return { kind: "rejected", operation: "rejected" };
    }
    const keyAfter = (previous: string | undefined) => {
        const subject = interruption === undefined ? [triggers, previous] : [interruption];
        return clientToken === undefined
            ? JSON.stringify([operation, urn, region, instanceId, ...subject])
            : `the token ${clientToken} in ${region}`;
    };
    const recorded = before?.outputs;
    if (!recorded || isReplaced || recorded.instanceId !== instanceId || recorded.region !== region) {
        const made = recorded ? "replace" : "create";
        return interruption === ""
            ? { kind: "none", operation: made }
            : { kind: "request", operation: made, key: keyAfter(undefined), ...isNew, supersedes: false };
    }
    const isPending = recorded.status === "pending";
    const wasAccepted = recorded[`${result}At`] !== undefined;
    const wasOver = wasAccepted && recorded[result] === false;
    const isNewToken = clientToken !== undefined && clientToken !== recorded.clientToken;
    const hasNewTriggers = isGiven(triggers) && !isDeepStrictEqual(triggers, recorded.triggers ?? []);
    const isNewInterruption =
        isGiven(interruption) &&
        interruption !== recorded.interruption &&
        interruption !== recorded.resumedInterruption;
    if (isNewToken || hasNewTriggers || isNewInterruption) {
        const supersedes = isPending && !wasOver;
        return { kind: "request", operation: "update", key: keyAfter(recordedKey), ...isNew, supersedes };
    }
    if (isPending && recordedKey !== undefined) {
        return { kind: "finish", operation: "update", key: recordedKey, wasAccepted, wasOver, supersedes: false };
    }
    // The engine compares the inputs itself.
    const isChanged =
        !isDeepStrictEqual(inputs, before.inputs) && !isDeepStrictEqual(settled(role, args), settled(role, recorded));
    const isUnfinished = before.initErrors.length > 0;
    return {
        kind: interruption === "" ? "none" : "record",
        operation: isChanged || isUnfinished ? "update" : "same",
    };
}

/** The arguments that can change without a request, each as given or by default. */
function settled(role: Role, properties: Properties): readonly unknown[] {
    const { waitArgument } = contract[role];
    const interruption = role === "resume" ? properties.interruption : undefined;
    const { triggers = [], timeoutSeconds, [waitArgument]: wait = true } = properties;
    return [triggers, timeoutSeconds, wait, interruption, onNoopIn(role, properties)];
}

/** What to do if there is nothing to act on: by default a resume by `interruption` skips. */
export function onNoopIn(role: Role, properties: Properties): unknown {
    const isByInterruption = role === "resume" && properties.interruption !== undefined;
    return properties[contract[role].noopArgument] ?? (isByInterruption ? "skip" : "fail");
}

function isContradictory(
    role: Role,
    { clientToken, triggers, interruption, instanceId, ...args }: Properties,
): boolean {
    const { waitArgument, noopArgument } = contract[role];
    const given = [clientToken !== undefined, isGiven(triggers), interruption !== undefined].filter(Boolean).length;
    switch (role) {
        case "interrupt":
            return given > 1 || (args[waitArgument] === false && args[noopArgument] === "skip");
        case "resume":
            return given !== 1 || (isGiven(interruption) && !String(interruption).startsWith(`${instanceId}/`));
    }
}

function isGiven(value: unknown): boolean {
    return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}
