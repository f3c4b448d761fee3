import type { Rejection } from "../http/answers";
import type { Behavior } from "./behavior";
import type { Instance } from "./instance";
import { type Course, interrupt, type Phase, type PhaseKind, progressOf, resume, statusOf } from "./phase";

/** What an instance does when it is called. */
export type Reaction =
    /** It answers, and goes on. */
    | { readonly kind: "unchanged" }
    /** It begins another phase: the call's effect. */
    | { readonly kind: "changed"; readonly phase: Phase }
    | { readonly kind: "rejected"; readonly rejection: Rejection };

/** What an instance does in each phase. */
export type Reactions = {
    readonly [Kind in PhaseKind]: (phase: Phase<Kind>, course: Course, now: number) => Reaction;
};

/** All that the emulator knows about an operation of the API. */
export interface OperationDescriptor {
    readonly method: "GET" | "POST";
    readonly path: `/openapi/logstashes/:instanceId${string}`;
    readonly ramAction: `elasticsearch:${string}`;
    /** Whether the parameter `clientToken` makes a repeated call the same call. */
    readonly takesClientToken: boolean;
    readonly reactions: Reactions;
    /** The `Result` of an answer that is no rejection. */
    result(instance: Instance, now: number, behavior: Behavior): unknown;
}

/** The operations of the emulated API. */
export const operations = {
    InterruptLogstashTask: {
        method: "POST",
        path: "/openapi/logstashes/:instanceId/actions/interrupt",
        ramAction: "elasticsearch:InterruptLogstashTask",
        takesClientToken: true,
        reactions: {
            active: rejectStatus,
            changing: (...call) => changeTo(interrupt(...call)),
            interrupting: rejectSecondInterrupt,
            suspended: rejectStatus,
            resuming: rejectConflict,
            blocked: rejectStatus,
        },
        result: accepted,
    },
    ResumeLogstashTask: {
        method: "POST",
        path: "/openapi/logstashes/:instanceId/actions/resume",
        ramAction: "elasticsearch:ResumeLogstashTask",
        takesClientToken: true,
        reactions: {
            active: rejectStatus,
            changing: rejectStatus,
            interrupting: rejectStatus,
            suspended: (...call) => changeTo(resume(...call)),
            resuming: rejectConflict,
            blocked: rejectStatus,
        },
        result: accepted,
    },
    DescribeLogstash: {
        method: "GET",
        path: "/openapi/logstashes/:instanceId",
        ramAction: "elasticsearch:DescribeLogstash",
        takesClientToken: false,
        reactions: {
            active: stay,
            changing: stay,
            interrupting: stay,
            suspended: stay,
            resuming: stay,
            blocked: stay,
        },
        result: describe,
    },
} satisfies Readonly<Record<string, OperationDescriptor>>;

/** The name of an operation. */
export type Operation = keyof typeof operations;

/** The names of all operations. */
export const operationNames = Object.keys(operations) as readonly Operation[];

/** What the emulator knows about an operation; throws for a name that is none. */
export function descriptorOf(operation: Operation): OperationDescriptor {
    if (!Object.hasOwn(operations, operation)) {
        throw new Error(`The emulator has no operation "${operation}"; it has ${operationNames.join(", ")}.`);
    }
    return operations[operation];
}

/** What an instance in this phase does when it is called. */
export function reactionOf<Kind extends PhaseKind>(
    { reactions }: OperationDescriptor,
    phase: Phase<Kind>,
    course: Course,
    now: number,
): Reaction {
    return reactions[phase.kind](phase, course, now);
}

function stay(): Reaction {
    return { kind: "unchanged" };
}

function changeTo(phase: Phase): Reaction {
    return { kind: "changed", phase };
}

function rejectStatus(phase: Phase): Reaction {
    const message = `The instance status ${statusOf(phase)} does not support it.`;
    return reject("InstanceStatusNotSupportCurrentAction", message);
}

function rejectSecondInterrupt(): Reaction {
    return reject("AlreadyReceivedInterruptSignal", "The interrupt signal is being processed, please be patient.");
}

function rejectConflict(): Reaction {
    return reject("ConcurrencyUpdateInstanceConflict", "The instance is being changed by another request.");
}

function reject(code: string, message: string): Reaction {
    return { kind: "rejected", rejection: { status: 400, code, message } };
}

function accepted(_instance: Instance, _now: number, { acceptedResult }: Behavior): unknown {
    return acceptedResult;
}

function describe({ instanceId, description, phase, createdAt }: Instance, now: number, behavior: Behavior): object {
    const progress = behavior.progress === "shown" ? progressOf(phase, now) : undefined;
    const interruptible = phase.kind === "changing";
    return {
        instanceId,
        description,
        status: statusOf(phase),
        version: "7.4.0_with_X-Pack",
        nodeAmount: 2,
        nodeSpec: { spec: "elasticsearch.sn1ne.large", disk: 20, diskType: "cloud_efficiency" },
        paymentType: "postpaid",
        createdAt: new Date(createdAt).toISOString(),
        updatedAt: new Date(phase.since).toISOString(),
        clusterTasks:
            progress === undefined
                ? []
                : [{ type: "updating", progress, status: "RUNNING", interruptible, subTasks: [] }],
    };
}
