import { descriptorOf, type Operation } from "./operations";

/** How a request ended: `open` while it hangs or is being worked on, `dropped` for a connection reset. */
export type Outcome =
    | { readonly kind: "open" }
    | { readonly kind: "responded"; readonly status: number }
    | { readonly kind: "rejected"; readonly status: number; readonly code: string }
    | { readonly kind: "dropped" };

/** One request, whether it was let in or not; no secret is ever part of it. */
export interface RequestEntry {
    /** 1 for the first request. */
    readonly sequence: number;
    /** When it came, by the emulator's clock, RFC 3339. */
    readonly time: string;
    readonly operation: Operation;
    readonly instanceId: string;
    /** The header `x-acs-region-id`. */
    readonly region: string | undefined;
    readonly clientToken: string | undefined;
    /** The access key the request claims, valid or not. */
    readonly accessKeyId: string | undefined;
    readonly signature: "ROA" | "ACS3" | undefined;
    readonly requestId: string;
    readonly outcome: Outcome;
    /** The kind of the fault that was applied. */
    readonly fault: string | undefined;
    /** True if the answer was one remembered for the client token. */
    readonly replay: boolean;
    /** The sequence number of the effect this request had. */
    readonly effect: number | undefined;
}

/** One change of an instance by a call. */
export interface EffectEntry {
    /** 1 for the first effect. */
    readonly sequence: number;
    readonly time: string;
    readonly operation: Operation;
    readonly instanceId: string;
    /** The region of the instance. */
    readonly region: string;
    readonly clientToken: string | undefined;
    readonly requestId: string;
}

/** The calls by which clients get temporary credentials. */
export type CredentialOperation =
    | "AssumeRole"
    | "AssumeRoleWithOIDC"
    | "GetMetadataToken"
    | "GetMetadataRoleName"
    | "GetMetadataCredentials"
    | "GetCredentialsUri";

/** One call for temporary credentials, granted or not; no secret is ever part of it. */
export interface CredentialEntry {
    /** 1 for the first such call. */
    readonly sequence: number;
    /** When it came, by the emulator's clock, RFC 3339. */
    readonly time: string;
    readonly operation: CredentialOperation;
    /** The access key the request claims, valid or not. */
    readonly accessKeyId: string | undefined;
    /** The role it asks for: its ARN or, where clients know no more, its name. */
    readonly role: string | undefined;
    readonly sessionName: string | undefined;
    readonly durationSeconds: string | undefined;
    /** The session policy as it was sent. */
    readonly policy: string | undefined;
    /** What the request brought to be trusted, valid or not. */
    readonly proof: "signature" | "OIDC token" | "metadata token" | undefined;
    readonly requestId: string;
    readonly outcome: Outcome;
    /** The access key ID of the credentials it got. */
    readonly issued: string | undefined;
}

/** What is known of a request when it comes in. */
export type Arrival = Omit<RequestEntry, "sequence" | "outcome" | "fault" | "replay" | "effect">;

/** What becomes known of a request while it is served. */
export type Progress = Partial<Pick<RequestEntry, "outcome" | "fault" | "replay" | "effect">>;

/** A call for temporary credentials; what is left out was not part of it. */
export type CredentialCall = Pick<CredentialEntry, "time" | "operation" | "requestId" | "outcome"> &
    Partial<CredentialEntry>;

/** The ledger as tests read it. */
export type ReadonlyLedger = Pick<
    Ledger,
    "requests" | "effects" | "credentials" | "requestsTo" | "effectsOn" | "credentialsBy"
>;

/** Everything that was asked of the cloud, and everything that was done. */
export class Ledger {
    readonly #requests: RequestEntry[] = [];
    readonly #effects: EffectEntry[] = [];
    readonly #credentials: CredentialEntry[] = [];

    /** All requests in the order they came. */
    get requests(): readonly RequestEntry[] {
        return this.#requests;
    }

    /** All effects in the order they happened. */
    get effects(): readonly EffectEntry[] {
        return this.#effects;
    }

    /** All calls for temporary credentials in the order they came. */
    get credentials(): readonly CredentialEntry[] {
        return this.#credentials;
    }

    /** The requests for an operation, of one instance or of all; throws for an operation that does not exist. */
    requestsTo(operation: Operation, instanceId?: string): RequestEntry[] {
        // A misspelt operation would otherwise look like one that nobody called.
        descriptorOf(operation);
        return this.#requests.filter(
            (entry) => entry.operation === operation && (instanceId === undefined || entry.instanceId === instanceId),
        );
    }

    /** The effects on an instance, in whatever region. */
    effectsOn(instanceId: string): EffectEntry[] {
        return this.#effects.filter((entry) => entry.instanceId === instanceId);
    }

    /** The calls for temporary credentials by one way to get them. */
    credentialsBy(operation: CredentialOperation): CredentialEntry[] {
        return this.#credentials.filter((entry) => entry.operation === operation);
    }

    /** Enters a request that has just come in. */
    arrived(arrival: Arrival): RequestEntry {
        const entry: RequestEntry = {
            sequence: this.#requests.length + 1,
            ...arrival,
            outcome: { kind: "open" },
            fault: undefined,
            replay: false,
            effect: undefined,
        };
        this.#requests.push(entry);
        return entry;
    }

    /** Adds to the entry of a request what has become known of it. */
    note(entry: RequestEntry, progress: Progress): void {
        Object.assign(entry, progress);
    }

    /** Enters an effect and returns its number. */
    happened(effect: Omit<EffectEntry, "sequence">): number {
        return this.#effects.push({ sequence: this.#effects.length + 1, ...effect });
    }

    /** Enters a call for temporary credentials, with its outcome. */
    asked(call: CredentialCall): void {
        this.#credentials.push({
            accessKeyId: undefined,
            role: undefined,
            sessionName: undefined,
            durationSeconds: undefined,
            policy: undefined,
            proof: undefined,
            issued: undefined,
            ...call,
            sequence: this.#credentials.length + 1,
        });
    }
}
