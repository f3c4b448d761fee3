import { stringField } from "../json";
import { descriptorOf, type Operation } from "../operations/operations";
import type { Request, Result } from "../request/run";
import { ownStatuses, type Polls } from "../request/state";
import { argumentsOf, type Properties } from "./arguments";
import { interruptionOf } from "./token";

/** The names of the outputs that tell how a request ended; the others mirror arguments. */
export function resultNames(operation: Operation): readonly string[] {
    const { resultProperty, acceptedAtProperty, suspensionProperty } = descriptorOf(operation);
    return ["clientToken", "requestId", "status", resultProperty, acceptedAtProperty, suspensionProperty];
}

export function outputNames(operation: Operation): readonly string[] {
    return [...new Set([...Object.keys(argumentsOf(operation)), ...resultNames(operation)])];
}

/** How a request ended, as far as outputs depend on it. */
export interface Ended {
    readonly kind: "done" | "pending";
    readonly result: Result;
    readonly polls: Polls;
    /** The interruption that the request resumes; absent if triggers or a token say what to request. */
    readonly resumes?: string | undefined;
}

/** The results of a request. `olds` are the recorded outputs, absent on a create. */
export function outputsFor(
    operation: Operation,
    instanceId: string,
    ended: Ended,
    olds: Properties | undefined,
): Properties {
    const { acceptedAt, applied: isApplied, ...result } = ended.result;
    const { resultProperty, acceptedAtProperty } = descriptorOf(operation);
    const isKept = acceptedAt !== undefined && (isApplied || ended.kind === "pending");
    return {
        ...result,
        [resultProperty]: isApplied,
        ...(isKept ? { [acceptedAtProperty]: acceptedAt } : {}),
        ...(operation === "InterruptLogstashTask"
            ? named("interruption", interruptionAfter(instanceId, ended, olds))
            : resumedInterruptionAfter(ended, olds)),
    };
}

/** The suspension that a resume may still have to end; absent if the request was accepted and nothing was polled. */
function interruptionAfter(instanceId: string, { kind, result, polls }: Ended, olds: Properties | undefined) {
    if (kind === "done" && result.applied) {
        return polls.any ? interruptionOf(instanceId, result.clientToken) : undefined;
    }
    if (polls.running || olds === undefined) {
        return "";
    }
    return typeof olds.interruption === "string" ? olds.interruption : undefined;
}

/** The suspension that was resumed last. A pending request has not resumed yet: the record keeps its argument. */
function resumedInterruptionAfter({ kind, resumes = "" }: Ended, olds: Properties | undefined): Properties {
    const before = named("resumedInterruption", olds && stringField(olds, "resumedInterruption"));
    if (resumes === "") {
        return before;
    }
    return kind === "done" ? { resumedInterruption: resumes } : { ...before, interruption: resumes };
}

function named(name: string, value: string | undefined): Properties {
    return value === undefined ? {} : { [name]: value };
}

/** The results of a resume that has nothing to resume; what was resumed before stays recorded. */
export function outputsOfNone(olds: Properties = {}): Properties {
    const kept = ["clientToken", "requestId", "resumedInterruption"].filter((name) => olds[name] !== undefined);
    return {
        ...Object.fromEntries(kept.map((name) => [name, olds[name]])),
        status: ownStatuses.none,
        resumed: false,
    };
}

/** The results in recorded outputs. */
export function resultIn(operation: Operation, outputs: Properties): Properties {
    return Object.fromEntries(
        resultNames(operation)
            .filter((name) => outputs[name] !== undefined)
            .map((name) => [name, outputs[name]]),
    );
}

/** What an earlier run has recorded about a pending request; without an acceptance its outcome is unknown. */
export function earlierIn(operation: Operation, outputs: Properties): NonNullable<Request["earlier"]> {
    const { resultProperty, acceptedAtProperty } = descriptorOf(operation);
    const at = stringField(outputs, acceptedAtProperty);
    if (at === undefined) {
        return {};
    }
    const requestId = stringField(outputs, "requestId");
    return {
        acceptance: { at, ...(requestId === undefined ? {} : { requestId }) },
        over: outputs[resultProperty] !== true,
    };
}

/** The interruption that a pending request resumes, which the record keeps as the argument. */
export function pendingInterruptionIn(operation: Operation, outputs: Properties): string | undefined {
    return operation === "ResumeLogstashTask" ? stringField(outputs, "interruption") : undefined;
}
