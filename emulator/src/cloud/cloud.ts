import type { Clock } from "../clock";
import type { Rejection } from "../http/answers";
import type { Behavior } from "./behavior";
import { createInstance, type Instance, type InstanceOptions, Instances, type InstanceView, viewOf } from "./instance";
import type { Ledger } from "./ledger";
import { descriptorOf, type Operation, type Reaction, reactionOf } from "./operations";
import { type InstanceStatus, next, phaseOf, startChange, statusOf } from "./phase";
import { TokenStore } from "./tokens";

/** One call that has passed the gateway. */
export interface Call {
    readonly operation: Operation;
    readonly instanceId: string;
    /** The region it is for, as `Cloud.regionFor` finds it. */
    readonly region: string;
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
    | { readonly kind: "rejected"; readonly rejection: Rejection };

/** What a cloud is made of. */
export interface CloudOptions {
    readonly clock: Clock;
    readonly ledger: Ledger;
    /** The region of instances and of calls that name none. */
    readonly region: string;
    /** Milliseconds for which the answer to a client token is remembered. */
    readonly tokenLifetimeMs: number;
    readonly behavior: Behavior;
}

/** What can be remembered for a client token. */
type Memorable = Extract<CloudAnswer, { kind: "done" | "rejected" }>;

interface TokenUse {
    readonly store: TokenStore<Memorable>;
    readonly clientToken: string;
    /** What must be the same in a repeated call. */
    readonly parameters: string;
}

type Rejected = Extract<CloudAnswer, { kind: "rejected" }>;

/** What a call would do to an instance, and has not done yet. */
type Prospect =
    | Rejected
    | { readonly kind: "possible"; readonly instance: Instance; readonly reaction: Exclude<Reaction, Rejected> };

/** The state behind the API: instances, client tokens, and what each call does to them. */
export class Cloud {
    readonly #instances = new Instances();
    readonly #tokens = new Map<string, TokenStore<Memorable>>();
    readonly #clock: Clock;
    readonly #ledger: Ledger;
    readonly #region: string;
    readonly #tokenLifetimeMs: number;
    readonly #behavior: Behavior;

    /** A cloud without instances. */
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

    /** The instance as it is now; throws if there is none. */
    instance(instanceId: string, region?: string): InstanceView {
        return viewOf(this.#existing(instanceId, region), this.#clock.now());
    }

    /** The status of the instance that a call names, if there is one. */
    statusFor({ instanceId, region }: Pick<Call, "instanceId" | "region">): InstanceStatus | undefined {
        const instance = this.#instances.find(instanceId, region, this.#clock.now());
        return instance === undefined ? undefined : statusOf(instance.phase);
    }

    /** The region a call is for: the one it names, else that of the only instance with the ID, else the default. */
    regionFor(instanceId: string, header: string | undefined): string {
        const [only, ...others] = this.#instances.regionsOf(instanceId);
        const named = this.#behavior.regionFrom === "header" ? header : undefined;
        return named ?? (others.length === 0 ? only : undefined) ?? this.#region;
    }

    /** Begins a change of an active or suspended instance. */
    startChange(instanceId: string, region?: string): void {
        const instance = this.#existing(instanceId, region);
        switch (instance.phase.kind) {
            case "active":
            case "suspended":
                instance.phase = startChange(instance.course, this.#clock.now());
                return;
            case "changing":
            case "interrupting":
            case "resuming":
            case "blocked": {
                const status = statusOf(instance.phase);
                throw new Error(`Instance "${instanceId}" is ${status}; a change starts from active or suspended.`);
            }
        }
    }

    /** Puts the instance into a status, whatever it was before. */
    setStatus(instanceId: string, status: InstanceStatus, region?: string): void {
        const instance = this.#existing(instanceId, region);
        instance.phase = phaseOf(status, instance.course, this.#clock.now());
    }

    /** Makes the transition that time would bring next, and returns the status after it. */
    step(instanceId: string, region?: string): InstanceStatus {
        const instance = this.#existing(instanceId, region);
        instance.phase = next(instance.phase, instance.course, this.#clock.now());
        return statusOf(instance.phase);
    }

    /** Forgets the answers to a client token, of every account and region; throws if there are none. */
    forgetClientToken(clientToken: string): void {
        const now = this.#clock.now();
        const forgotten = [...this.#tokens.values()].map((store) => store.forget(clientToken, now));
        if (!forgotten.includes(true)) {
            throw new Error(`The emulated cloud remembers no answer to the client token "${clientToken}".`);
        }
    }

    /** Holds the client token of a call whose effect is still to come; the result lets go of it. */
    hold(call: Call): () => void {
        const token = this.#tokenOf(call);
        if (token === undefined) {
            return () => undefined;
        }
        const { store, clientToken, parameters } = token;
        if (store.look(clientToken, parameters, this.#clock.now()).kind !== "free") {
            return () => undefined;
        }
        store.hold(clientToken, parameters);
        return () => store.release(clientToken);
    }

    /** Does what the call asks for, if it may be done. */
    perform(call: Call): CloudAnswer {
        const token = this.#tokenOf(call);
        if (token === undefined) {
            return this.#carryOut(call);
        }
        switch (this.#behavior.checkedFirst) {
            case "token":
                return this.#once(call, token);
            case "status": {
                const prospect = this.#prospectOf(call);
                return prospect.kind === "rejected" ? prospect : this.#once(call, token);
            }
        }
    }

    #once(call: Call, { store, clientToken, parameters }: TokenUse): CloudAnswer {
        if (!/^[\x20-\x7e]{1,64}$/.test(clientToken)) {
            return reject(400, "InvalidParameter", "The parameter clientToken must be 1 to 64 ASCII characters.");
        }
        const now = this.#clock.now();
        const state = store.look(clientToken, parameters, now);
        switch (state.kind) {
            case "remembered":
                return this.#replay(state.answer, call);
            case "running":
                return reject(
                    409,
                    "TokenPreviousRequestProcessError",
                    "The previous request is still being processed.",
                );
            case "mismatch":
                return reject(400, "IdempotentParameterMismatch", "The clientToken was used with other parameters.");
            case "free": {
                const answer = this.#carryOut(call);
                if (answer.kind === "done" || (answer.kind === "rejected" && this.#behavior.remembered === "all")) {
                    store.remember(clientToken, parameters, answer, now);
                }
                return answer;
            }
        }
    }

    #replay(answer: Memorable, { requestId }: Call): CloudAnswer {
        switch (answer.kind) {
            case "rejected":
                return answer;
            case "done": {
                const own = this.#behavior.replayedRequestId === "own" ? { RequestId: requestId } : {};
                return { kind: "replay", body: { ...answer.body, ...own } };
            }
        }
    }

    #carryOut(call: Call): CloudAnswer {
        const { operation, instanceId, region, clientToken, requestId } = call;
        const now = this.#clock.now();
        const prospect = this.#prospectOf(call);
        if (prospect.kind === "rejected") {
            return prospect;
        }
        const { instance, reaction } = prospect;
        const descriptor = descriptorOf(operation);
        const body = () => ({ RequestId: requestId, Result: descriptor.result(instance, now, this.#behavior) });
        switch (reaction.kind) {
            case "unchanged":
                return { kind: "read", body: body() };
            case "changed": {
                instance.phase = reaction.phase;
                const time = new Date(now).toISOString();
                const effect = this.#ledger.happened({ time, operation, instanceId, region, clientToken, requestId });
                return { kind: "done", body: body(), effect };
            }
        }
    }

    #prospectOf({ operation, instanceId, region }: Call): Prospect {
        const now = this.#clock.now();
        const instance = this.#instances.find(instanceId, region, now);
        if (instance === undefined) {
            return reject(
                404,
                "InstanceNotFound",
                `The instanceId ${instanceId} is not found. ${this.#instancesNow(now)}`,
            );
        }
        const reaction = reactionOf(descriptorOf(operation), instance.phase, instance.course, now);
        return reaction.kind === "rejected" ? reaction : { kind: "possible", instance, reaction };
    }

    /** The instances, for a person whose program names another one: the service itself lists none. */
    #instancesNow(now: number): string {
        const all = this.#instances.all(now).map(({ instanceId, region }) => `${instanceId} in ${region}`);
        const more = all.length > 5 ? ` and ${all.length - 5} more` : "";
        return `The emulator has ${all.length === 0 ? "no instance" : all.slice(0, 5).join(", ")}${more}.`;
    }

    #existing(instanceId: string, region: string | undefined): Instance {
        const regions = this.#instances.regionsOf(instanceId);
        if (region === undefined && regions.length > 1) {
            throw new Error(`Instance "${instanceId}" is in ${regions.join(" and ")}; say which region is meant.`);
        }
        const instance = this.#instances.find(instanceId, this.regionFor(instanceId, region), this.#clock.now());
        if (instance === undefined) {
            const where = region === undefined ? "" : ` in ${region}`;
            throw new Error(`The emulated cloud has no instance "${instanceId}"${where}.`);
        }
        return instance;
    }

    // An empty token is none. Tokens belong to the account, so another of its access keys gets the same answer.
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

function reject(status: number, code: string, message: string): Rejected {
    return { kind: "rejected", rejection: { status, code, message } };
}
