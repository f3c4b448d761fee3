import { stringField } from "../json";
import { descriptorOf, type Operation } from "../operations/operations";
import type { Result } from "../request/run";
import { type Acceptance, ownStatuses, type Polls } from "../request/state";
import { argumentsOf, type Properties } from "./arguments";
import { interruptionOf } from "./interruption";

/** The outputs that tell how a request ended, of every resource; three more are named by the operation. */
export const sharedResults = ["clientToken", "requestId", "status"] as const;

/** The names of a resource's outputs beside those that only mirror arguments. */
export function resultNames(operation: Operation): readonly string[] {
    const { resultProperty, suspensionProperty } = descriptorOf(operation);
    return [...sharedResults, resultProperty, `${resultProperty}At`, suspensionProperty];
}

/** The names of all outputs of a resource: an output must be named where the resource is registered to get a value. */
export function outputNames(operation: Operation): readonly string[] {
    return [...new Set([...Object.keys(argumentsOf(operation)), ...resultNames(operation)])];
}

/** What the outputs of a run depend on. */
export interface Ended {
    readonly kind: "done" | "pending";
    readonly result: Result;
    readonly polls: Polls;
    /** The interruption that the request resumes, if it is one of a resume by interruption. */
    readonly resumes?: string | undefined;
}

/** The outputs that tell how a request ended. `olds` are the recorded outputs, absent on a create. */
export function outputsFor(
    operation: Operation,
    instanceId: string,
    ended: Ended,
    olds: Properties | undefined,
): Properties {
    const { acceptedAt, applied: isApplied, ...result } = ended.result;
    const { resultProperty } = descriptorOf(operation);
    const isKept = acceptedAt !== undefined && (isApplied || ended.kind === "pending");
    return {
        ...result,
        [resultProperty]: isApplied,
        ...(isKept ? { [`${resultProperty}At`]: acceptedAt } : {}),
        ...(operation === "InterruptLogstashTask"
            ? named("interruption", interruptionAfter(instanceId, ended, olds))
            : resumedInterruptionAfter(ended, olds)),
    };
}

/** The suspension that a resume may still have to end. Absent if the request was accepted and nothing was polled. */
function interruptionAfter(instanceId: string, { kind, result, polls }: Ended, olds: Properties | undefined) {
    if (kind === "done" && result.applied) {
        return polls.any ? interruptionOf(instanceId, result.clientToken) : undefined;
    }
    if (polls.running || olds === undefined) {
        return "";
    }
    return typeof olds.interruption === "string" ? olds.interruption : undefined;
}

/** The suspension that was resumed last. While its request is pending, it is the argument that the record keeps. */
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

/** The outputs of a resume that has nothing to resume; what was resumed before stays recorded. */
export function outputsOfNone(olds: Properties = {}): Properties {
    const kept = ["clientToken", "requestId", "resumedInterruption"].filter((name) => olds[name] !== undefined);
    return {
        ...Object.fromEntries(kept.map((name) => [name, olds[name]])),
        status: ownStatuses.none,
        resumed: false,
    };
}

/** The part of recorded outputs that tells how a request ended. */
export function resultIn(operation: Operation, outputs: Properties): Properties {
    return Object.fromEntries(
        resultNames(operation)
            .filter((name) => outputs[name] !== undefined)
            .map((name) => [name, outputs[name]]),
    );
}

/** What an earlier run has recorded about the acceptance of the request it did not finish. */
export function acceptanceIn(operation: Operation, outputs: Properties): Acceptance | undefined {
    const at = stringField(outputs, `${descriptorOf(operation).resultProperty}At`);
    const requestId = stringField(outputs, "requestId");
    return at === undefined ? undefined : { at, ...(requestId === undefined ? {} : { requestId }) };
}
