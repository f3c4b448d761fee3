import type { Clock } from "../clock";
import type { Refusal } from "../http/answers";
import type { Ledger, Operation } from "./ledger";
import { TokenStore } from "./tokens";

const nominalChangeMs = 600_000;

/** A documented status, `suspended`, or whatever a test wants to see handled. */
export type InstanceStatus = "active" | "activating" | "suspended" | "inactive" | "invalid" | (string & {});

/** A Logstash instance to be added to the cloud. */
export interface InstanceOptions {
    readonly instanceId: string;
    /** @default "cn-hangzhou" */
    readonly region?: string;
    /** @default "activating" */
    readonly status?: InstanceStatus;
    /** @default the instance ID */
    readonly description?: string;
    /** Time from an accepted interrupt to `suspended`. @default 0: suspended at the first look after it */
    readonly interruptMs?: number;
    /** Time after which a change ends by itself. @default Infinity */
    readonly changeMs?: number;
    /** Time after which a resumed change ends by itself. @default changeMs */
    readonly resumeMs?: number;
}

/** An instance as it is now. */
export interface InstanceView {
    readonly instanceId: string;
    readonly region: string;
    readonly status: InstanceStatus;
    readonly description: string;
    /** Percent of the running change, if one is running. */
    readonly progress: number | undefined;
}

/** One call that has passed the gateway. */
export interface Call {
    readonly operation: Operation;
    readonly instanceId: string;
    /** The region the client asked for, if it said so. */
    readonly region: string | undefined;
    /** The account that owns the client token. */
    readonly accountId: string;
    readonly clientToken: string | undefined;
    /** All other parameters, in one unambiguous string. */
    readonly parameters: string;
    readonly requestId: string;
}

/** What the cloud did with a call. */
export type CloudAnswer =
    | { readonly kind: "done"; readonly body: object; readonly effect: number }
    | { readonly kind: "replay"; readonly body: object }
    | { readonly kind: "read"; readonly body: object }
    | { readonly kind: "refused"; readonly refusal: Refusal };

// Time passes between two looks, never by itself: a phase says when it ends.
type Phase =
    | { readonly kind: "resting"; readonly since: number; readonly status: InstanceStatus }
    | { readonly kind: "changing"; readonly since: number; readonly endsAt: number }
    | { readonly kind: "interrupting"; readonly since: number; readonly endsAt: number; readonly suspendsAt: number };

interface Instance {
    readonly details: Required<Omit<InstanceOptions, "status">>;
    readonly createdAt: number;
    phase: Phase;
}

/** The state behind the API: instances, client tokens, and what each call does to them. */
export class Cloud {
    readonly #instances = new Map<string, Instance>();
    readonly #tokens: TokenStore<object>;
    readonly #clock: Clock;
    readonly #ledger: Ledger;

    /** An empty cloud that remembers the answers to client tokens for `tokenLifetimeMs`. */
    constructor(clock: Clock, ledger: Ledger, tokenLifetimeMs: number) {
        this.#clock = clock;
        this.#ledger = ledger;
        this.#tokens = new TokenStore(tokenLifetimeMs);
    }

    /** Adds an instance, or replaces the one with the same ID. */
    addInstance({ status = "activating", ...options }: InstanceOptions): void {
        const changeMs = options.changeMs ?? Number.POSITIVE_INFINITY;
        const details = {
            region: "cn-hangzhou",
            description: options.instanceId,
            interruptMs: 0,
            resumeMs: changeMs,
            ...options,
            changeMs,
        };
        const now = this.#clock.now();
        this.#instances.set(options.instanceId, { details, createdAt: now, phase: phaseOf(status, now, changeMs) });
    }

    /** All instances as they are now. */
    instances(): InstanceView[] {
        return [...this.#instances.keys()].map((id) => this.instance(id));
    }

    /** The instance as it is now; throws if there is none. */
    instance(instanceId: string): InstanceView {
        const { details, phase } = this.#existing(instanceId);
        return {
            instanceId,
            region: details.region,
            status: statusOf(phase),
            description: details.description,
            progress: progressOf(phase, this.#clock.now()),
        };
    }

    /** The region of an instance, if there is one with this ID. */
    regionOf(instanceId: string): string | undefined {
        return this.#instances.get(instanceId)?.details.region;
    }

    /** Begins a change of an active or suspended instance. */
    startChange(instanceId: string): void {
        const instance = this.#existing(instanceId);
        const status = statusOf(instance.phase);
        if (status !== "active" && status !== "suspended") {
            throw new Error(`Instance "${instanceId}" is ${status}; a change starts from active or suspended.`);
        }
        this.setStatus(instanceId, "activating");
    }

    /** Puts the instance into a status, whatever it was before. */
    setStatus(instanceId: string, status: InstanceStatus): void {
        const instance = this.#existing(instanceId);
        instance.phase = phaseOf(status, this.#clock.now(), instance.details.changeMs);
    }

    /** Makes the transition that time would bring next, and returns the status after it. */
    step(instanceId: string): InstanceStatus {
        const instance = this.#existing(instanceId);
        instance.phase = next(instance.phase, this.#clock.now());
        return statusOf(instance.phase);
    }

    /** Holds the client token of a call whose effect is still to come; the result lets go of it. */
    hold(call: Call): () => void {
        const key = tokenKey(call);
        if (key === undefined || this.#tokens.look(key, parametersOf(call), this.#clock.now()).kind !== "free") {
            return () => undefined;
        }
        this.#tokens.hold(key, parametersOf(call));
        return () => this.#tokens.release(key);
    }

    /** Does what the call asks for, if it may be done. */
    perform(call: Call): CloudAnswer {
        return call.operation === "DescribeLogstash" ? this.#describe(call) : this.#once(call);
    }

    #once(call: Call): CloudAnswer {
        const key = tokenKey(call);
        if (key === undefined) {
            return this.#change(call);
        }
        if (!/^[\x20-\x7e]{1,64}$/.test(call.clientToken ?? "")) {
            return refuse(400, "InvalidParameter", "The parameter clientToken must be 1 to 64 ASCII characters.");
        }
        const now = this.#clock.now();
        const state = this.#tokens.look(key, parametersOf(call), now);
        switch (state.kind) {
            case "remembered":
                return { kind: "replay", body: state.answer };
            case "running":
                return refuse(
                    409,
                    "TokenPreviousRequestProcessError",
                    "The previous request is still being processed.",
                );
            case "mismatch":
                return refuse(400, "IdempotentParameterMismatch", "The clientToken was used with other parameters.");
            case "free": {
                const answer = this.#change(call);
                if (answer.kind === "done") {
                    this.#tokens.remember(key, parametersOf(call), answer.body, now);
                }
                return answer;
            }
        }
    }

    #change(call: Call): CloudAnswer {
        const instance = this.#find(call);
        if (instance === undefined) {
            return notFound(call);
        }
        const now = this.#clock.now();
        const { phase, details } = instance;
        if (call.operation === "InterruptLogstashTask") {
            switch (phase.kind) {
                case "interrupting":
                    return refuse(
                        400,
                        "AlreadyReceivedInterruptSignal",
                        "The interrupt signal is being processed, please be patient.",
                    );
                case "resting":
                    return unsupported(phase.status);
                case "changing":
                    instance.phase = { ...phase, kind: "interrupting", suspendsAt: now + details.interruptMs };
            }
        } else {
            if (statusOf(phase) !== "suspended") {
                return unsupported(statusOf(phase));
            }
            instance.phase = phaseOf("activating", now, details.resumeMs);
        }
        const { operation, instanceId, clientToken, requestId } = call;
        const time = new Date(now).toISOString();
        const effect = this.#ledger.happened({ time, operation, instanceId, clientToken, requestId });
        return { kind: "done", body: { Result: true, RequestId: requestId }, effect };
    }

    #describe(call: Call): CloudAnswer {
        const instance = this.#find(call);
        if (instance === undefined) {
            return notFound(call);
        }
        const { phase, details, createdAt } = instance;
        const progress = progressOf(phase, this.#clock.now());
        const result = {
            instanceId: details.instanceId,
            description: details.description,
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
                    : [
                          {
                              type: "updating",
                              progress,
                              status: "RUNNING",
                              interruptible: phase.kind === "changing",
                              subTasks: [],
                          },
                      ],
        };
        return { kind: "read", body: { RequestId: call.requestId, Result: result } };
    }

    #find(call: Call): Instance | undefined {
        const instance = this.#settled(call.instanceId);
        return call.region === undefined || call.region === instance?.details.region ? instance : undefined;
    }

    #existing(instanceId: string): Instance {
        const instance = this.#settled(instanceId);
        if (instance === undefined) {
            throw new Error(`The emulated cloud has no instance "${instanceId}".`);
        }
        return instance;
    }

    #settled(instanceId: string): Instance | undefined {
        const instance = this.#instances.get(instanceId);
        if (instance !== undefined) {
            instance.phase = settle(instance.phase, this.#clock.now());
        }
        return instance;
    }
}

function phaseOf(status: InstanceStatus, since: number, changeMs: number): Phase {
    return status === "activating"
        ? { kind: "changing", since, endsAt: since + changeMs }
        : { kind: "resting", since, status };
}

function settle(phase: Phase, now: number): Phase {
    switch (phase.kind) {
        case "resting":
            return phase;
        case "changing":
            return phase.endsAt <= now ? next(phase, phase.endsAt) : phase;
        case "interrupting":
            return phase.suspendsAt <= now ? next(phase, phase.suspendsAt) : phase;
    }
}

function next(phase: Phase, since: number): Phase {
    switch (phase.kind) {
        case "resting":
            return phase;
        case "changing":
            return { kind: "resting", since, status: "active" };
        case "interrupting":
            return { kind: "resting", since, status: "suspended" };
    }
}

function statusOf(phase: Phase): InstanceStatus {
    return phase.kind === "resting" ? phase.status : "activating";
}

function progressOf(phase: Phase, now: number): number | undefined {
    if (phase.kind === "resting") {
        return undefined;
    }
    const expectedMs = Number.isFinite(phase.endsAt) ? phase.endsAt - phase.since : nominalChangeMs;
    return Math.min(99.9, Math.round(((now - phase.since) / expectedMs) * 1000) / 10);
}

// An empty token is none. Tokens belong to the account, so another of its access keys gets the same answer.
function tokenKey({ operation, accountId, clientToken }: Call): string | undefined {
    return clientToken && operation !== "DescribeLogstash" ? JSON.stringify([accountId, clientToken]) : undefined;
}

function parametersOf({ operation, instanceId, parameters }: Call): string {
    return JSON.stringify([operation, instanceId, parameters]);
}

function refuse(status: number, code: string, message: string): CloudAnswer {
    return { kind: "refused", refusal: { status, code, message } };
}

function notFound({ instanceId }: Call): CloudAnswer {
    return refuse(404, "InstanceNotFound", `The instanceId ${instanceId} is not found.`);
}

function unsupported(status: InstanceStatus): CloudAnswer {
    return refuse(400, "InstanceStatusNotSupportCurrentAction", `The instance status ${status} does not support it.`);
}
