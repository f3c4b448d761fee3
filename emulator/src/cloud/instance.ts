import { type Course, type InstanceStatus, type Phase, phaseOf, progressOf, settle, statusOf } from "./phase";

/** A Logstash instance to be added to the cloud. */
export interface InstanceOptions {
    readonly instanceId: string;
    /** @default the emulator's region */
    readonly region?: string;
    /** @default "activating": a change is running */
    readonly status?: InstanceStatus;
    /** @default the instance ID */
    readonly description?: string;
    /** Milliseconds from an accepted interrupt to `suspended`. @default 0: suspended at the first look after it */
    readonly interruptMs?: number;
    /** The status once an interrupt has taken hold: nobody has published the service's own. @default "suspended" */
    readonly interruptedStatus?: InstanceStatus;
    /** Milliseconds from an accepted resume to `activating`. @default 0: activating at the first look after it */
    readonly resumeStartsMs?: number;
    /** Milliseconds after which a change ends by itself. @default Infinity */
    readonly changeMs?: number;
    /** Milliseconds after which a resumed change ends by itself. @default changeMs */
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

/** An instance as the cloud keeps it. */
export interface Instance {
    readonly instanceId: string;
    readonly region: string;
    readonly description: string;
    readonly course: Course;
    /** Milliseconds since 1970. */
    readonly createdAt: number;
    phase: Phase;
}

/** A new instance; what its options leave out is as they document. */
export function createInstance(options: InstanceOptions, defaultRegion: string, now: number): Instance {
    const { instanceId, region = defaultRegion, description = instanceId, status = "activating" } = options;
    const { changeMs = Number.POSITIVE_INFINITY } = options;
    const course = {
        interruptMs: options.interruptMs ?? 0,
        interruptedStatus: options.interruptedStatus ?? "suspended",
        resumeStartsMs: options.resumeStartsMs ?? 0,
        resumeMs: options.resumeMs ?? changeMs,
        changeMs,
    };
    return { instanceId, region, description, course, createdAt: now, phase: phaseOf(status, course, now) };
}

/** The instances of all regions; an ID may be in several. */
export class Instances {
    readonly #byId = new Map<string, Map<string, Instance>>();

    /** Adds an instance, or replaces the one with the same ID in its region. */
    add(instance: Instance): void {
        const sameId = this.#byId.get(instance.instanceId) ?? new Map<string, Instance>();
        sameId.set(instance.region, instance);
        this.#byId.set(instance.instanceId, sameId);
    }

    /** All of them, in the phase that time has brought. */
    all(now: number): Instance[] {
        return [...this.#byId.values()].flatMap((sameId) => [...sameId.values()].map((it) => settled(it, now)));
    }

    /** The regions that have an instance with this ID. */
    regionsOf(instanceId: string): string[] {
        return [...(this.#byId.get(instanceId)?.keys() ?? [])];
    }

    /** The instance with this ID in a region, in the phase that time has brought. */
    find(instanceId: string, region: string, now: number): Instance | undefined {
        const instance = this.#byId.get(instanceId)?.get(region);
        return instance === undefined ? undefined : settled(instance, now);
    }
}

/** An instance as it is shown. */
export function viewOf({ instanceId, region, description, phase }: Instance, now: number): InstanceView {
    return { instanceId, region, status: statusOf(phase), description, progress: progressOf(phase, now) };
}

function settled(instance: Instance, now: number): Instance {
    instance.phase = settle(instance.phase, instance.course, now);
    return instance;
}
