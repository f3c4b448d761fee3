import { type ArgumentRule, type ArgumentTable, failOrSkip, flag } from "../lifecycle/argumentRules";
import { interruptionRule } from "../lifecycle/interruption";

/** What the status of an instance means for a request; the four classes of a waiter. */
export type StatusMeaning =
    /** It has ended: this is what is recorded. */
    | "success"
    /** Look again. */
    | "transitional"
    /** There is nothing to act on, or no longer. */
    | "noop"
    /** The instance cannot get there by itself. */
    | "failure"
    /** Nobody documents it: look again, unless the program takes it for nothing to act on. */
    | "unexpected";

/** What each status means; `other` is for strings that nobody documents. */
export interface StatusMeanings {
    readonly statuses: Readonly<Record<DocumentedStatus, StatusMeaning>>;
    readonly other: StatusMeaning;
}

/** Documented for DescribeLogstash, and `suspended`, which the page of InterruptLogstashTask names. */
export type DocumentedStatus = "active" | "activating" | "suspended" | "inactive" | "invalid";

/** A call that takes a client token: all that tells it apart from the others. */
export interface OperationDescriptor {
    /** The resource that declares it; the last part of its type. */
    readonly resource: string;
    /** Behind the path of the instance. */
    readonly path: string;
    readonly verb: string;
    /** The request, with its article. */
    readonly noun: string;
    /** The name of the output that tells whether it was done; with `At` behind it, when. */
    readonly resultProperty: string;
    /** The arguments that no other resource has. */
    readonly arguments: ArgumentTable;
    /** Which of them says whether to look at the instance after an acceptance. */
    readonly waitArgument: string;
    /** Which of them says what it means that there is nothing to act on. */
    readonly noopArgument: string;
    /** The arguments that say what to request, of which one at most is given; `requiresSubject` demands one. */
    readonly subjects: readonly string[];
    readonly requiresSubject: boolean;
    /** The output that names a suspension, beside the shared ones. */
    readonly suspensionOutput: "interruption" | "resumedInterruption";
    /** Whether it looks at an instance that refuses the request in its phase, though it shall not wait. */
    readonly pollsWithoutWaiting: boolean;
    readonly statusMeanings: Readonly<Record<"acceptance" | "rejection", StatusMeanings>>;
    /** Seen after a request in doubt, they tell that it was done; an instance that takes the request has none of them. */
    readonly targetStatuses: readonly DocumentedStatus[];
    /** Whether the acceptance alone will do where the instance cannot be looked at. */
    readonly acceptanceSuffices: boolean;
    /** What it means that an interrupt is being processed already: what this call asks for, or something to wait for. */
    readonly whenInterrupting: "join" | "again";
    /** How to ask for another one, behind "to": of a newer change, or of the same. */
    readonly anew: string;
    /** What has to be done before there is anything to act on, as advice. */
    readonly beforeIt: string;
    /** What it means that an accepted request has nothing to act on any more. */
    readonly overBeforeDone: string;
    /** What nothing to act on looks like, as a question to the person who skipped it. */
    readonly skipHint: string;
}

/** Ties the names in a descriptor to the arguments it declares. */
function operation<const D extends OperationDescriptor>(
    descriptor: D &
        Record<"waitArgument", ArgumentOf<D, boolean>> &
        Record<"noopArgument", ArgumentOf<D, "fail" | "skip">>,
): D {
    return descriptor;
}

/** The names of a descriptor's own arguments that have such values. */
type ArgumentOf<D extends OperationDescriptor, Value> = {
    [N in keyof D["arguments"]]: D["arguments"][N] extends ArgumentRule<infer T>
        ? [T, Value] extends [Value, T]
            ? N
            : never
        : never;
}[keyof D["arguments"]];

/** The operations, by their names in the API, which are part of a token's derivation: the tokens of two never meet. */
export const operations = {
    InterruptLogstashTask: operation({
        resource: "LogstashTaskInterrupt",
        path: "actions/interrupt",
        verb: "interrupt",
        noun: "an interrupt",
        resultProperty: "interrupted",
        arguments: { waitForSuspended: flag(true), whenIdle: failOrSkip() },
        waitArgument: "waitForSuspended",
        noopArgument: "whenIdle",
        subjects: ["triggers", "clientToken"],
        requiresSubject: false,
        suspensionOutput: "interruption",
        pollsWithoutWaiting: false,
        statusMeanings: {
            acceptance: {
                statuses: {
                    activating: "transitional",
                    suspended: "success",
                    active: "noop",
                    inactive: "failure",
                    invalid: "failure",
                },
                other: "success",
            },
            rejection: {
                statuses: {
                    activating: "transitional",
                    suspended: "success",
                    active: "noop",
                    inactive: "failure",
                    invalid: "failure",
                },
                other: "unexpected",
            },
        },
        targetStatuses: ["suspended"],
        acceptanceSuffices: false,
        whenInterrupting: "join",
        anew: "interrupt a newer change",
        beforeIt: "start the change first",
        overBeforeDone: "the change has ended by itself",
        skipHint: "",
    }),
    ResumeLogstashTask: operation({
        resource: "LogstashTaskResume",
        path: "actions/resume",
        verb: "resume",
        noun: "a resume",
        resultProperty: "resumed",
        arguments: {
            interruption: interruptionRule,
            waitForResumed: flag(true),
            // An interruption that is over was ended by somebody else: there is nothing left to do.
            whenNotSuspended: failOrSkip(({ interruption }) =>
                interruption === undefined || interruption === null ? "fail" : "skip",
            ),
        },
        waitArgument: "waitForResumed",
        noopArgument: "whenNotSuspended",
        subjects: ["interruption", "triggers", "clientToken"],
        requiresSubject: true,
        suspensionOutput: "resumedInterruption",
        pollsWithoutWaiting: true,
        statusMeanings: {
            // It has ended once the instance has left `suspended`: the resumed change itself may run for hours.
            acceptance: {
                statuses: {
                    activating: "success",
                    suspended: "transitional",
                    active: "success",
                    inactive: "success",
                    invalid: "success",
                },
                other: "success",
            },
            rejection: {
                statuses: {
                    activating: "noop",
                    suspended: "transitional",
                    active: "noop",
                    inactive: "failure",
                    invalid: "failure",
                },
                // It may be the service's word for suspended.
                other: "transitional",
            },
        },
        targetStatuses: ["activating", "active"],
        acceptanceSuffices: true,
        whenInterrupting: "again",
        anew: "resume again",
        beforeIt: "interrupt a change first",
        overBeforeDone: "there is nothing to resume any more",
        skipHint: "was it ordered behind its interrupt?",
    }),
} as const satisfies Readonly<Record<string, OperationDescriptor>>;

/** The name of an operation in the API. */
export type Operation = keyof typeof operations;

/** The descriptor of an operation, as code sees it that treats all alike. */
export function descriptorOf(operation: Operation): OperationDescriptor {
    return operations[operation];
}

/** What a status means for an operation, after the service has accepted the request or refused it in this phase. */
export function meaningOf(operation: Operation, after: "acceptance" | "rejection", status: string): StatusMeaning {
    const { statuses, other } = descriptorOf(operation).statusMeanings[after];
    return Object.hasOwn(statuses, status) ? statuses[status as DocumentedStatus] : other;
}
