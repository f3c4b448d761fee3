import { type Rejected, rejected } from "../rejection";
import type { Instance } from "./instance";
import { progressOf, type State, statusOf, type Transitions } from "./state";

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
    /** The state into which a request puts an instance; the same state if it only reads. Throws `Rejected`. */
    apply(state: State, transitions: Transitions, now: number): State;
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
        apply: interrupt,
        result: (_instance, _now, { acceptedResult }) => acceptedResult,
    },
    ResumeLogstashTask: {
        method: "POST",
        path: "/openapi/logstashes/:instanceId/actions/resume",
        ramAction: "elasticsearch:ResumeLogstashTask",
        takesClientToken: true,
        apply: resume,
        result: (_instance, _now, { acceptedResult }) => acceptedResult,
    },
    DescribeLogstash: {
        method: "GET",
        path: "/openapi/logstashes/:instanceId",
        ramAction: "elasticsearch:DescribeLogstash",
        takesClientToken: false,
        apply: (state) => state,
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

function interrupt(state: State, { interruptMs }: Transitions, now: number): State {
    switch (state.kind) {
        case "changing":
            return { ...state, kind: "interrupting", changeUntil: state.until, until: now + interruptMs };
        case "interrupting": {
            const message = "The interrupt signal is being processed, please be patient.";
            throw rejected(400, "AlreadyReceivedInterruptSignal", message);
        }
        case "resuming":
            throw conflict();
        case "active":
        case "suspended":
        case "blocked":
            throw unsupported(state);
    }
}

function resume(state: State, { resumeStartsMs }: Transitions, now: number): State {
    switch (state.kind) {
        case "suspended":
            return { ...state, kind: "resuming", since: now, until: now + resumeStartsMs };
        case "resuming":
            throw conflict();
        case "active":
        case "changing":
        case "interrupting":
        case "blocked":
            throw unsupported(state);
    }
}

function unsupported(state: State): Rejected {
    const message = `The instance status ${statusOf(state)} does not support it.`;
    return rejected(400, "InstanceStatusNotSupportCurrentAction", message);
}

function conflict(): Rejected {
    return rejected(400, "ConcurrencyUpdateInstanceConflict", "The instance is being changed by another request.");
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
