import {
    type InstanceStatus,
    nextState,
    progressOf,
    type State,
    stateAt,
    stateFor,
    statusOf,
    type Transitions,
} from "./state";

/** A Logstash instance to add. */
export interface InstanceOptions {
    readonly instanceId: string;
    /** @default the emulator's region */
    readonly region?: string;
    /** @default "activating": a change is running */
    readonly status?: InstanceStatus;
    /** @default the instance ID */
    readonly description?: string;
    /** Milliseconds from an accepted interrupt to `suspended`. @default 0: the first poll reports `suspended` */
    readonly interruptMs?: number;
    /** The status of an interrupted instance. The service's own word is not published. @default "suspended" */
    readonly interruptedStatus?: InstanceStatus;
    /** Milliseconds from an accepted resume to `activating`. @default 0: the first poll reports `activating` */
    readonly resumeStartsMs?: number;
    /** Milliseconds after which a change ends by itself. @default Infinity */
    readonly changeMs?: number;
    /** Milliseconds after which a resumed change ends by itself. @default changeMs */
    readonly resumeMs?: number;
}

/** An instance at one moment. */
export interface InstanceView {
    readonly instanceId: string;
    readonly region: string;
    readonly status: InstanceStatus;
    readonly description: string;
    /** Percent of the running change, if one is running. */
    readonly progress: number | undefined;
    /** The status after `step`; undefined if a step changes nothing. */
    readonly nextStatus: InstanceStatus | undefined;
}

/** An instance as the cloud stores it. */
export interface Instance {
    readonly instanceId: string;
    readonly region: string;
    readonly description: string;
    readonly transitions: Transitions;
    /** Milliseconds since 1970. */
    readonly createdAt: number;
    state: State;
}

/** Creates an instance, with the documented defaults. */
export function createInstance(options: InstanceOptions, defaultRegion: string, now: number): Instance {
    const { instanceId, region = defaultRegion, description = instanceId, status = "activating" } = options;
    const { changeMs = Number.POSITIVE_INFINITY } = options;
    const transitions = {
        interruptMs: options.interruptMs ?? 0,
        interruptedStatus: options.interruptedStatus ?? "suspended",
        resumeStartsMs: options.resumeStartsMs ?? 0,
        resumeMs: options.resumeMs ?? changeMs,
        changeMs,
    };
    const state = stateFor(status, transitions, now);
    return { instanceId, region, description, transitions, createdAt: now, state };
}

/** The instances of all regions. Several regions may have the same ID. */
export class Instances {
    readonly #byId = new Map<string, Map<string, Instance>>();

    /** Adds an instance, or replaces the one with the same ID in its region. */
    add(instance: Instance): void {
        const sameId = this.#byId.get(instance.instanceId) ?? new Map<string, Instance>();
        sameId.set(instance.region, instance);
        this.#byId.set(instance.instanceId, sameId);
    }

    /** All instances, in their state at the time `now`. */
    all(now: number): Instance[] {
        return [...this.#byId.values()].flatMap((sameId) => [...sameId.values()].map((it) => updated(it, now)));
    }

    /** The regions that have an instance with this ID. */
    regionsOf(instanceId: string): string[] {
        return [...(this.#byId.get(instanceId)?.keys() ?? [])];
    }

    /** The instance with this ID in a region, in its state at the time `now`. */
    find(instanceId: string, region: string, now: number): Instance | undefined {
        const instance = this.#byId.get(instanceId)?.get(region);
        return instance === undefined ? undefined : updated(instance, now);
    }
}

/** The public view of an instance. */
export function viewOf({ instanceId, region, description, state, transitions }: Instance, now: number): InstanceView {
    const next = nextState(state, transitions, now);
    return {
        instanceId,
        region,
        status: statusOf(state),
        description,
        progress: progressOf(state, now),
        nextStatus: next === state ? undefined : statusOf(next),
    };
}

function updated(instance: Instance, now: number): Instance {
    instance.state = stateAt(instance.state, instance.transitions, now);
    return instance;
}
