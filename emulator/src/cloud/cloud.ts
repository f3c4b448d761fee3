import type { Clock } from "../clock";
import { type Rejected, reject } from "../rejection";
import type { Behavior } from "./behavior";
import { createInstance, type Instance, type InstanceOptions, Instances, type InstanceView, viewOf } from "./instance";
import type { Ledger } from "./ledger";
import { descriptorOf, type Operation, type Reaction, reactionOf } from "./operations";
import { type InstanceStatus, nextState, startChange, stateFor, statusOf } from "./state";
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

/** What the cloud did with a call. */
export type CallResult =
    | { readonly kind: "applied"; readonly body: object; readonly effect: number }
    | { readonly kind: "replayed"; readonly body: object }
    | { readonly kind: "read"; readonly body: object }
    | Rejected;

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

/** The results that a client token can replay. */
type Replayable = Extract<CallResult, { kind: "applied" | "rejected" }>;

interface TokenUse {
    readonly store: TokenStore<Replayable>;
    readonly clientToken: string;
    /** What must be equal in a repeated call. */
    readonly parameters: string;
}

/** Whether the instance allows a call, and what it would do. */
type Check =
    | Rejected
    | { readonly kind: "allowed"; readonly instance: Instance; readonly reaction: Exclude<Reaction, Rejected> };

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

    /** The region of a call: that of its header, else that of the only instance with the ID, else the default. */
    regionFor(instanceId: string, header: string | undefined): string {
        const [only, ...others] = this.#instances.regionsOf(instanceId);
        const named = this.#behavior.regionFrom === "header" ? header : undefined;
        return named ?? (others.length === 0 ? only : undefined) ?? this.#region;
    }

    /** Starts a change of an active or suspended instance. */
    startChange(instanceId: string, region?: string): void {
        const instance = this.#existing(instanceId, region);
        switch (instance.state.kind) {
            case "active":
            case "suspended":
                instance.state = startChange(instance.transitions, this.#clock.now());
                return;
            case "changing":
            case "interrupting":
            case "resuming":
            case "blocked": {
                const status = statusOf(instance.state);
                throw new Error(`Instance "${instanceId}" is ${status}; a change starts from active or suspended.`);
            }
        }
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

    /** Holds the client token of a call that is applied later; the result releases it. */
    hold(call: Call): () => void {
        const token = this.#tokenOf(call);
        if (token === undefined) {
            return () => undefined;
        }
        const { store, clientToken, parameters } = token;
        if (store.lookup(clientToken, parameters, this.#clock.now()).kind !== "free") {
            return () => undefined;
        }
        store.hold(clientToken, parameters);
        return () => store.release(clientToken);
    }

    /** Processes a call. */
    perform(call: Call): CallResult {
        const token = this.#tokenOf(call);
        if (token === undefined) {
            return this.#apply(call);
        }
        switch (this.#behavior.checkedFirst) {
            case "token":
                return this.#applyOnce(call, token);
            case "status": {
                const check = this.#check(call);
                return check.kind === "rejected" ? check : this.#applyOnce(call, token);
            }
        }
    }

    #applyOnce(call: Call, { store, clientToken, parameters }: TokenUse): CallResult {
        if (!/^[\x20-\x7e]{1,64}$/.test(clientToken)) {
            return reject(400, "InvalidParameter", "The parameter clientToken must be 1 to 64 ASCII characters.");
        }
        const now = this.#clock.now();
        const state = store.lookup(clientToken, parameters, now);
        switch (state.kind) {
            case "remembered":
                return this.#replay(state.response, call);
            case "running": {
                const message = "The previous request is still being processed.";
                return reject(409, "TokenPreviousRequestProcessError", message);
            }
            case "mismatch":
                return reject(400, "IdempotentParameterMismatch", "The clientToken was used with other parameters.");
            case "free": {
                const result = this.#apply(call);
                if (result.kind === "applied" || (result.kind === "rejected" && this.#behavior.remembered === "all")) {
                    store.remember(clientToken, parameters, result, now);
                }
                return result;
            }
        }
    }

    #replay(result: Replayable, { requestId }: Call): CallResult {
        switch (result.kind) {
            case "rejected":
                return result;
            case "applied": {
                const own = this.#behavior.replayedRequestId === "own" ? { RequestId: requestId } : {};
                return { kind: "replayed", body: { ...result.body, ...own } };
            }
        }
    }

    #apply(call: Call): CallResult {
        const check = this.#check(call);
        if (check.kind === "rejected") {
            return check;
        }
        const { operation, instanceId, region, clientToken, requestId } = call;
        const { instance, reaction } = check;
        const now = this.#clock.now();
        const { result } = descriptorOf(operation);
        const body = () => ({ RequestId: requestId, Result: result(instance, now, this.#behavior) });
        switch (reaction.kind) {
            case "unchanged":
                return { kind: "read", body: body() };
            case "changed": {
                instance.state = reaction.state;
                const time = new Date(now).toISOString();
                const effect = this.#ledger.addEffect({ time, operation, instanceId, region, clientToken, requestId });
                return { kind: "applied", body: body(), effect };
            }
        }
    }

    #check({ operation, instanceId, region }: Call): Check {
        const now = this.#clock.now();
        const instance = this.#instances.find(instanceId, region, now);
        if (instance === undefined) {
            const message = `The instanceId ${instanceId} is not found. ${this.#describeInstances(now)}`;
            return reject(404, "InstanceNotFound", message);
        }
        const reaction = reactionOf(descriptorOf(operation), instance.state, instance.transitions, now);
        return reaction.kind === "rejected" ? reaction : { kind: "allowed", instance, reaction };
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
        const instance = this.#instances.find(instanceId, this.regionFor(instanceId, region), this.#clock.now());
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
