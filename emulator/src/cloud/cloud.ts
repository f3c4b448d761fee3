import type { Clock } from "../clock";
import { Rejected, rejected } from "../rejection";
import type { Behavior } from "./behavior";
import { createInstance, type Instance, type InstanceOptions, Instances, type InstanceView, viewOf } from "./instance";
import type { Ledger } from "./ledger";
import { descriptorOf, type Operation } from "./operations";
import { type InstanceStatus, nextState, type State, startChange, stateFor, statusOf } from "./state";
import { TokenStore } from "./tokens";

/** A request whose signature and permission were verified. */
export interface Call {
    readonly operation: Operation;
    readonly instanceId: string;
    /** The region, as `Cloud.regionFor` finds it. */
    readonly region: string;
    /** The account that owns the client token. */
    readonly accountId: string;
    readonly clientToken: string | undefined;
    /** All other parameters, in one unambiguous string. */
    readonly parameters: string;
    readonly requestId: string;
}

/** What the cloud did with a call that it did not reject. */
export interface CallResult {
    /** The body of the response. */
    readonly body: object;
    /** The sequence number of the call's effect. */
    readonly effect: number | undefined;
    /** Whether the response is the one remembered for the client token. */
    readonly replay: boolean;
}

/** What `new Cloud` takes. */
export interface CloudOptions {
    readonly clock: Clock;
    readonly ledger: Ledger;
    /** The region of instances and calls that name none. */
    readonly region: string;
    /** Milliseconds for which the response to a client token is remembered. */
    readonly tokenLifetimeMs: number;
    readonly behavior: Behavior;
}

/** What a client token can replay. */
type Replayable = CallResult | Rejected;

interface TokenUse {
    readonly store: TokenStore<Replayable>;
    readonly clientToken: string;
    /** What must be equal in a repeated call. */
    readonly parameters: string;
}

/** The state behind the API: instances, client tokens, and what each call does to them. */
export class Cloud {
    readonly #instances = new Instances();
    readonly #tokens = new Map<string, TokenStore<Replayable>>();
    readonly #clock: Clock;
    readonly #ledger: Ledger;
    readonly #region: string;
    readonly #tokenLifetimeMs: number;
    readonly #behavior: Behavior;

    /** Creates a cloud without instances. */
    constructor({ clock, ledger, region, tokenLifetimeMs, behavior }: CloudOptions) {
        this.#clock = clock;
        this.#ledger = ledger;
        this.#region = region;
        this.#tokenLifetimeMs = tokenLifetimeMs;
        this.#behavior = behavior;
    }

    /** Adds an instance, or replaces the one with the same ID in its region. */
    addInstance(options: InstanceOptions): void {
        this.#instances.add(createInstance(options, this.#region, this.#clock.now()));
    }

    /** All instances as they are now. */
    instances(): InstanceView[] {
        const now = this.#clock.now();
        return this.#instances.all(now).map((instance) => viewOf(instance, now));
    }

    /** The instance as it is now; throws if it does not exist. */
    instance(instanceId: string, region?: string): InstanceView {
        return viewOf(this.#existing(instanceId, region), this.#clock.now());
    }

    /** The status of the instance that a call names, if it exists. */
    statusFor({ instanceId, region }: Pick<Call, "instanceId" | "region">): InstanceStatus | undefined {
        const instance = this.#instances.find(instanceId, region, this.#clock.now());
        return instance === undefined ? undefined : statusOf(instance.state);
    }

    /** The region of a call: the one that its header names, else that of the only instance with the ID, else the default. */
    regionFor(instanceId: string, header: string | undefined): string {
        if (header !== undefined && this.#behavior.regionFrom === "header") {
            return header;
        }
        const [only, ...others] = this.#instances.regionsOf(instanceId);
        return only !== undefined && others.length === 0 ? only : this.#region;
    }

    /** Starts a change of an active or suspended instance. */
    startChange(instanceId: string, region?: string): void {
        const instance = this.#existing(instanceId, region);
        if (instance.state.kind !== "active" && instance.state.kind !== "suspended") {
            const status = statusOf(instance.state);
            throw new Error(`Instance "${instanceId}" is ${status}; a change starts from active or suspended.`);
        }
        instance.state = startChange(instance.transitions, this.#clock.now());
    }

    /** Puts the instance into a status, whatever its status was. */
    setStatus(instanceId: string, status: InstanceStatus, region?: string): void {
        const instance = this.#existing(instanceId, region);
        instance.state = stateFor(status, instance.transitions, this.#clock.now());
    }

    /** Makes the next transition now, without waiting for its time, and returns the new status. */
    step(instanceId: string, region?: string): InstanceStatus {
        const instance = this.#existing(instanceId, region);
        instance.state = nextState(instance.state, instance.transitions, this.#clock.now());
        return statusOf(instance.state);
    }

    /** Forgets the responses to a client token, of every account and region; throws if there are none. */
    forgetClientToken(clientToken: string): void {
        const now = this.#clock.now();
        const forgotten = [...this.#tokens.values()].map((store) => store.forget(clientToken, now));
        if (!forgotten.includes(true)) {
            throw new Error(`The emulator remembers no response to the client token "${clientToken}".`);
        }
    }

    /** Holds the client token of a call that is performed later, if it is free, and returns what releases it. */
    hold(call: Call): (() => void) | undefined {
        const token = this.#tokenOf(call);
        return token?.store.tryHold(token.clientToken, token.parameters, this.#clock.now());
    }

    /** Performs a call; throws `Rejected`. */
    perform(call: Call): CallResult {
        const token = this.#tokenOf(call);
        if (token === undefined) {
            return this.#apply(call);
        }
        if (this.#behavior.checkedFirst === "status") {
            // Only for the order of the checks: `#apply` checks again.
            this.#check(call);
        }
        return this.#applyOnce(call, token);
    }

    #applyOnce(call: Call, { store, clientToken, parameters }: TokenUse): CallResult {
        if (!/^[\x20-\x7e]{1,64}$/.test(clientToken)) {
            throw rejected(400, "InvalidParameter", "The parameter clientToken must be 1 to 64 ASCII characters.");
        }
        const now = this.#clock.now();
        const remembered = store.recall(clientToken, parameters, now);
        if (remembered instanceof Rejected) {
            throw remembered;
        }
        if (remembered !== undefined) {
            const own = this.#behavior.replayedRequestId === "own" ? { RequestId: call.requestId } : {};
            return { body: { ...remembered.body, ...own }, effect: undefined, replay: true };
        }
        try {
            const result = this.#apply(call);
            store.remember(clientToken, parameters, result, now);
            return result;
        } catch (error) {
            if (error instanceof Rejected && this.#behavior.remembered === "all") {
                store.remember(clientToken, parameters, error, now);
            }
            throw error;
        }
    }

    #apply(call: Call): CallResult {
        const { instance, next } = this.#check(call);
        const { operation, instanceId, region, clientToken, requestId } = call;
        const now = this.#clock.now();
        const isChanged = next !== instance.state;
        instance.state = next;
        const body = { RequestId: requestId, Result: descriptorOf(operation).result(instance, now, this.#behavior) };
        if (!isChanged) {
            return { body, effect: undefined, replay: false };
        }
        const time = new Date(now).toISOString();
        const effect = this.#ledger.addEffect({ time, operation, instanceId, region, clientToken, requestId });
        return { body, effect, replay: false };
    }

    /** The instance of a call, and the state that the call puts it into; throws `Rejected`. */
    #check({ operation, instanceId, region }: Call): { readonly instance: Instance; readonly next: State } {
        const now = this.#clock.now();
        const instance = this.#instances.find(instanceId, region, now);
        if (instance === undefined) {
            const message = `The instanceId ${instanceId} is not found. ${this.#describeInstances(now)}`;
            throw rejected(404, "InstanceNotFound", message);
        }
        return { instance, next: descriptorOf(operation).apply(instance.state, instance.transitions, now) };
    }

    // The service lists none. It saves the author of a test a search for the wrong ID or region.
    #describeInstances(now: number): string {
        const all = this.#instances.all(now).map(({ instanceId, region }) => `${instanceId} in ${region}`);
        const more = all.length > 5 ? ` and ${all.length - 5} more` : "";
        return `The emulator has ${all.length === 0 ? "no instance" : all.slice(0, 5).join(", ")}${more}.`;
    }

    #existing(instanceId: string, region: string | undefined): Instance {
        const regions = this.#instances.regionsOf(instanceId);
        if (region === undefined && regions.length > 1) {
            throw new Error(`Instance "${instanceId}" is in ${regions.join(" and ")}; name the region.`);
        }
        const inRegion = region ?? this.regionFor(instanceId, undefined);
        const instance = this.#instances.find(instanceId, inRegion, this.#clock.now());
        if (instance === undefined) {
            const where = region === undefined ? "" : ` in ${region}`;
            throw new Error(`The emulator has no instance "${instanceId}"${where}.`);
        }
        return instance;
    }

    // An empty token counts as none. Tokens belong to the account, so its other access keys get the same response.
    #tokenOf({ operation, instanceId, region, accountId, clientToken, parameters }: Call): TokenUse | undefined {
        if (!clientToken || !descriptorOf(operation).takesClientToken) {
            return undefined;
        }
        const owner = JSON.stringify([accountId, region]);
        const store = this.#tokens.get(owner) ?? new TokenStore(this.#tokenLifetimeMs);
        this.#tokens.set(owner, store);
        return { store, clientToken, parameters: JSON.stringify([operation, instanceId, parameters]) };
    }
}
