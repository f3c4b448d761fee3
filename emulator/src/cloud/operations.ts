import { type Rejected, reject } from "../rejection";
import type { Instance } from "./instance";
import { interrupt, progressOf, resume, type State, type StateKind, statusOf, type Transitions } from "./state";

/** What a request does to an instance. */
export type Reaction =
    /** It only reads. */
    | { readonly kind: "unchanged" }
    /** It puts the instance into another state: the request's effect. */
    | { readonly kind: "changed"; readonly state: State }
    | Rejected;

/** What a request does in each state. */
export type Reactions = {
    readonly [Kind in StateKind]: (state: State<Kind>, transitions: Transitions, now: number) => Reaction;
};

/** What decides the `Result` of a response. */
export interface ResultOptions {
    /** The `Result` of an accepted interrupt or resume. */
    readonly acceptedResult: unknown;
    /** Whether `DescribeLogstash` reports the progress of the running change. */
    readonly progress: "shown" | "hidden";
}

/** All that the emulator knows about an operation of the API. */
export interface OperationDescriptor {
    readonly method: "GET" | "POST";
    readonly path: `/openapi/logstashes/:instanceId${string}`;
    readonly ramAction: `elasticsearch:${string}`;
    /** Whether the parameter `clientToken` makes a repeated request the same request. */
    readonly takesClientToken: boolean;
    readonly reactions: Reactions;
    /** The `Result` of a successful response. */
    result(instance: Instance, now: number, options: ResultOptions): unknown;
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
            changing: (...args) => ({ kind: "changed", state: interrupt(...args) }),
            interrupting: rejectSecondInterrupt,
            suspended: rejectStatus,
            resuming: rejectConflict,
            blocked: rejectStatus,
        },
        result: (_instance, _now, { acceptedResult }) => acceptedResult,
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
            suspended: (...args) => ({ kind: "changed", state: resume(...args) }),
            resuming: rejectConflict,
            blocked: rejectStatus,
        },
        result: (_instance, _now, { acceptedResult }) => acceptedResult,
    },
    DescribeLogstash: {
        method: "GET",
        path: "/openapi/logstashes/:instanceId",
        ramAction: "elasticsearch:DescribeLogstash",
        takesClientToken: false,
        reactions: {
            active: read,
            changing: read,
            interrupting: read,
            suspended: read,
            resuming: read,
            blocked: read,
        },
        result: describe,
    },
} satisfies Readonly<Record<string, OperationDescriptor>>;

/** The name of an operation. */
export type Operation = keyof typeof operations;

/** The names of all operations. */
export const operationNames = Object.keys(operations) as readonly Operation[];

/** The descriptor of an operation; throws for an unknown name. */
export function descriptorOf(operation: Operation): OperationDescriptor {
    if (!Object.hasOwn(operations, operation)) {
        throw new Error(`The emulator has no operation "${operation}"; it has ${operationNames.join(", ")}.`);
    }
    return operations[operation];
}

/** What a request for this operation does to an instance in this state. */
export function reactionOf<Kind extends StateKind>(
    { reactions }: OperationDescriptor,
    state: State<Kind>,
    transitions: Transitions,
    now: number,
): Reaction {
    return reactions[state.kind](state, transitions, now);
}

function read(): Reaction {
    return { kind: "unchanged" };
}

function rejectStatus(state: State): Rejected {
    const message = `The instance status ${statusOf(state)} does not support it.`;
    return reject(400, "InstanceStatusNotSupportCurrentAction", message);
}

function rejectSecondInterrupt(): Rejected {
    const message = "The interrupt signal is being processed, please be patient.";
    return reject(400, "AlreadyReceivedInterruptSignal", message);
}

function rejectConflict(): Rejected {
    return reject(400, "ConcurrencyUpdateInstanceConflict", "The instance is being changed by another request.");
}

function describe(instance: Instance, now: number, options: ResultOptions): object {
    const { instanceId, description, state, createdAt } = instance;
    const progress = options.progress === "shown" ? progressOf(state, now) : undefined;
    const interruptible = state.kind === "changing";
    return {
        instanceId,
        description,
        status: statusOf(state),
        version: "7.4.0_with_X-Pack",
        nodeAmount: 2,
        nodeSpec: { spec: "elasticsearch.sn1ne.large", disk: 20, diskType: "cloud_efficiency" },
        paymentType: "postpaid",
        createdAt: new Date(createdAt).toISOString(),
        updatedAt: new Date(state.since).toISOString(),
        clusterTasks:
            progress === undefined
                ? []
                : [{ type: "updating", progress, status: "RUNNING", interruptible, subTasks: [] }],
    };
}
