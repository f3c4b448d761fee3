/** What the status of an instance means for a request: the classes of a waiter. */
export type StatusMeaning =
    /** It has reached what was requested. */
    | "success"
    /** It is on the way: poll again. */
    | "transitional"
    /** There is nothing to act on, or no longer. */
    | "noop"
    /** It cannot get there by itself. */
    | "failure"
    /** The status is not documented: poll again, unless the program takes it for a no-op. */
    | "unexpected";

/** Documented for `DescribeLogstash`, and `suspended`, which the page of `InterruptLogstashTask` names. */
export type DocumentedStatus = "active" | "activating" | "suspended" | "inactive" | "invalid";

/** What each status means. `other` is for statuses that are not documented. */
export type StatusMeanings = Readonly<Record<DocumentedStatus | "other", StatusMeaning>>;

/** Whether polls follow an accepted request, or one that was rejected because of the instance's status. */
export type PollCause = "acceptance" | "rejection";

/** A call that takes a client token. */
export interface OperationDescriptor {
    /** The resource that declares it: the last part of its type. */
    readonly resource: string;
    /** Behind the path of the instance. */
    readonly path: string;
    readonly verb: string;
    /** `"an interrupt"` or `"a resume"`, for messages. */
    readonly noun: string;
    /** The output that tells whether a request was applied. */
    readonly resultProperty: string;
    /** The output that tells when the service accepted it. */
    readonly acceptedAtProperty: string;
    /** The output that names a suspension. */
    readonly suspensionProperty: string;
    /** The argument that says whether to poll after an acceptance. */
    readonly waitArgument: string;
    /** The argument that says what to do if there is nothing to act on. */
    readonly noopArgument: string;
    /** The arguments that say what to request. At most one of them is given. */
    readonly subjects: readonly string[];
    /** Whether one of them must be given. */
    readonly requiresSubject: boolean;
    /** Whether polls follow a rejection because of the instance's status even if the program does not wait. */
    readonly pollsAfterRejection: boolean;
    readonly statuses: Readonly<Record<PollCause, StatusMeanings>>;
    /** The statuses that show that a request was applied whose outcome is unknown. */
    readonly targetStatuses: readonly DocumentedStatus[];
    /** Whether an acceptance is enough if no poll succeeds. */
    readonly acceptanceSuffices: boolean;
    /** Whether an interrupt that is being processed already is what this call requests. */
    readonly joinsInterrupt: boolean;
}

/** The operations, by their names in the API. The names are part of the token, so the tokens of two operations never collide. */
export const operations = {
    InterruptLogstashTask: {
        resource: "LogstashTaskInterrupt",
        path: "actions/interrupt",
        verb: "interrupt",
        noun: "an interrupt",
        resultProperty: "interrupted",
        acceptedAtProperty: "interruptedAt",
        suspensionProperty: "interruption",
        waitArgument: "waitForSuspended",
        noopArgument: "whenIdle",
        subjects: ["triggers", "clientToken"],
        requiresSubject: false,
        pollsAfterRejection: false,
        statuses: {
            acceptance: {
                activating: "transitional",
                suspended: "success",
                active: "noop",
                inactive: "failure",
                invalid: "failure",
                other: "success",
            },
            rejection: {
                activating: "transitional",
                suspended: "success",
                active: "noop",
                inactive: "failure",
                invalid: "failure",
                other: "unexpected",
            },
        },
        targetStatuses: ["suspended"],
        acceptanceSuffices: false,
        joinsInterrupt: true,
    },
    ResumeLogstashTask: {
        resource: "LogstashTaskResume",
        path: "actions/resume",
        verb: "resume",
        noun: "a resume",
        resultProperty: "resumed",
        acceptedAtProperty: "resumedAt",
        suspensionProperty: "resumedInterruption",
        waitArgument: "waitForResumed",
        noopArgument: "whenNotSuspended",
        subjects: ["interruption", "triggers", "clientToken"],
        requiresSubject: true,
        pollsAfterRejection: true,
        statuses: {
            // The resumed change may run for hours, so leaving `suspended` is enough.
            acceptance: {
                activating: "success",
                suspended: "transitional",
                active: "success",
                inactive: "success",
                invalid: "success",
                other: "success",
            },
            rejection: {
                activating: "noop",
                suspended: "transitional",
                active: "noop",
                inactive: "failure",
                invalid: "failure",
                // It may be the service's word for suspended.
                other: "transitional",
            },
        },
        targetStatuses: ["activating", "active"],
        acceptanceSuffices: true,
        joinsInterrupt: false,
    },
} as const satisfies Readonly<Record<string, OperationDescriptor>>;

export type Operation = keyof typeof operations;

export function descriptorOf(operation: Operation): OperationDescriptor {
    return operations[operation];
}

export function meaningOf(operation: Operation, cause: PollCause, status: string): StatusMeaning {
    const meanings = descriptorOf(operation).statuses[cause];
    return status !== "other" && Object.hasOwn(meanings, status)
        ? meanings[status as DocumentedStatus]
        : meanings.other;
}
