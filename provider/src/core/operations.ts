import { type ArgumentTable, failOrSkip, flag } from "./argumentRules";

/** What the status of an instance means for a request; the four classes of a waiter. */
export type Phase =
    /** It has ended: this is what is recorded. */
    | "settled"
    /** Look again. */
    | "onItsWay"
    /** There is nothing to act on, or no longer. */
    | "idle"
    /** The instance cannot get there by itself. */
    | "broken"
    /** Nobody documents it: look again, unless the program takes it for nothing to act on. */
    | "unclear";

/** What each status means; `other` is for strings that nobody documents. */
export interface Phases {
    readonly statuses: Readonly<Record<DocumentedStatus, Phase>>;
    readonly other: Phase;
}

/** Documented for DescribeLogstash, and `suspended`, which the page of InterruptLogstashTask names. */
type DocumentedStatus = "active" | "activating" | "suspended" | "inactive" | "invalid";

/** A call that takes a client token: all that tells it apart from the others. */
export interface OperationDescriptor {
    /** The resource that declares it; the last part of its type. */
    readonly resource: string;
    /** Behind the path of the instance. */
    readonly path: string;
    readonly verb: string;
    /** The name of the output that tells whether it was done; with `At` behind it, when. */
    readonly participle: string;
    /** The arguments that no other resource has. */
    readonly arguments: ArgumentTable;
    /** Which of them says whether to look at the instance after an acceptance. */
    readonly waitArgument: string;
    /** Which of them says what it means that there is nothing to act on. */
    readonly idleArgument: string;
    /** Whether it looks at an instance that refuses the request in its phase, though it shall not wait. */
    readonly looksWithoutWaiting: boolean;
    readonly phases: Readonly<Record<"acceptance" | "refusal", Phases>>;
    /** Seen after a request in doubt, they tell that it was done. */
    readonly goal: readonly string[];
    /** Whether the acceptance alone will do where the instance cannot be looked at. */
    readonly acceptanceSuffices: boolean;
    /** What it means that an interrupt is being processed already: what this call asks for, or something to wait for. */
    readonly whenInterrupting: "join" | "again";
    /** What nothing to act on looks like, as a question to the person who skipped it. */
    readonly skipHint: string;
}

/** The operations, by their names in the API, which are part of a token's derivation: the tokens of two never meet. */
export const operations = {
    InterruptLogstashTask: {
        resource: "LogstashTaskInterrupt",
        path: "actions/interrupt",
        verb: "interrupt",
        participle: "interrupted",
        arguments: { waitForSuspended: flag(true), whenIdle: failOrSkip() },
        waitArgument: "waitForSuspended",
        idleArgument: "whenIdle",
        looksWithoutWaiting: false,
        phases: {
            acceptance: {
                statuses: {
                    activating: "onItsWay",
                    suspended: "settled",
                    active: "idle",
                    inactive: "broken",
                    invalid: "broken",
                },
                other: "settled",
            },
            refusal: {
                statuses: {
                    activating: "onItsWay",
                    suspended: "settled",
                    active: "idle",
                    inactive: "broken",
                    invalid: "broken",
                },
                other: "unclear",
            },
        },
        goal: ["suspended"],
        acceptanceSuffices: false,
        whenInterrupting: "join",
        skipHint: "",
    },
    ResumeLogstashTask: {
        resource: "LogstashTaskResume",
        path: "actions/resume",
        verb: "resume",
        participle: "resumed",
        arguments: {
            waitForResumed: flag(true),
            whenNotSuspended: failOrSkip(),
            enabled: flag(true),
        },
        waitArgument: "waitForResumed",
        idleArgument: "whenNotSuspended",
        looksWithoutWaiting: true,
        phases: {
            // It has ended once the instance has left `suspended`: the resumed change itself may run for hours.
            acceptance: {
                statuses: {
                    activating: "settled",
                    suspended: "onItsWay",
                    active: "settled",
                    inactive: "settled",
                    invalid: "settled",
                },
                other: "settled",
            },
            refusal: {
                statuses: {
                    activating: "idle",
                    suspended: "onItsWay",
                    active: "idle",
                    inactive: "broken",
                    invalid: "broken",
                },
                other: "unclear",
            },
        },
        goal: ["activating", "active"],
        acceptanceSuffices: true,
        whenInterrupting: "again",
        skipHint: "was it ordered behind its interrupt?",
    },
} as const satisfies Readonly<Record<string, OperationDescriptor>>;

/** The name of an operation in the API. */
export type Operation = keyof typeof operations;

/** The descriptor of an operation, as code sees it that treats all alike. */
export function descriptorOf(operation: Operation): OperationDescriptor {
    return operations[operation];
}

/** What a status means for an operation, after the service has accepted the request or refused it in this phase. */
export function phaseOf(operation: Operation, after: "acceptance" | "refusal", status: string): Phase {
    const { statuses, other } = descriptorOf(operation).phases[after];
    return Object.hasOwn(statuses, status) ? statuses[status as DocumentedStatus] : other;
}
