import type { SignatureKind } from "../identities/signature";
import { descriptorOf, type Operation } from "./operations";

/** How a request ended: `open` while it hangs or is being processed, `dropped` after a connection reset. */
export type Outcome =
    | { readonly kind: "open" }
    | { readonly kind: "responded"; readonly status: number }
    | { readonly kind: "rejected"; readonly status: number; readonly code: string }
    | { readonly kind: "dropped" };

/** One request, accepted or rejected. It never contains a secret. */
export interface RequestEntry {
    /** 1 for the first request. */
    readonly sequence: number;
    /** When it arrived, by the emulator's clock, RFC 3339. */
    readonly time: string;
    readonly operation: Operation;
    readonly instanceId: string;
    /** The header `x-acs-region-id`. */
    readonly region: string | undefined;
    readonly clientToken: string | undefined;
    /** The access key ID that the request names, valid or not. */
    readonly accessKeyId: string | undefined;
    readonly signature: SignatureKind | undefined;
    readonly requestId: string;
    readonly outcome: Outcome;
    /** The kind of the fault that was applied. */
    readonly fault: string | undefined;
    /** True if the response was the one remembered for the client token. */
    readonly replay: boolean;
    /** The sequence number of the effect of this request. */
    readonly effect: number | undefined;
}

/** One change of an instance by a request. */
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

/** The requests by which clients get temporary credentials. */
export type CredentialOperation =
    | "AssumeRole"
    | "AssumeRoleWithOIDC"
    | "GetMetadataToken"
    | "GetMetadataRoleName"
    | "GetMetadataCredentials"
    | "GetCredentialsUri";

/** One request for temporary credentials, granted or not. It never contains a secret. */
export interface CredentialEntry {
    /** 1 for the first such request. */
    readonly sequence: number;
    /** When it arrived, by the emulator's clock, RFC 3339. */
    readonly time: string;
    readonly operation: CredentialOperation;
    /** The access key ID that the request names, valid or not. */
    readonly accessKeyId: string | undefined;
    /** The requested role: its ARN, or its name for metadata and credentials URIs. */
    readonly role: string | undefined;
    readonly sessionName: string | undefined;
    readonly durationSeconds: string | undefined;
    /** The session policy as it was sent. */
    readonly policy: string | undefined;
    /** How the request authenticates, valid or not. */
    readonly proof: "signature" | "OIDC token" | "metadata token" | undefined;
    readonly requestId: string;
    readonly outcome: Outcome;
    /** The access key ID of the issued credentials. */
    readonly issued: string | undefined;
}

/** What becomes known of a request while it is processed. */
type Progress = Pick<RequestEntry, "outcome" | "fault" | "replay" | "effect">;

/** The ledger as tests read it. */
export interface ReadonlyLedger {
    /** All requests in the order of arrival. */
    readonly requests: readonly RequestEntry[];
    /** All effects in order. */
    readonly effects: readonly EffectEntry[];
    /** All requests for temporary credentials in the order of arrival. */
    readonly credentials: readonly CredentialEntry[];
    /** The requests for an operation, of one instance or of all; throws for an unknown operation. */
    requestsTo(operation: Operation, instanceId?: string): RequestEntry[];
    /** The effects on an instance, in any region. */
    effectsOn(instanceId: string): EffectEntry[];
    /** The requests for temporary credentials by one operation. */
    credentialsBy(operation: CredentialOperation): CredentialEntry[];
}

/** The record of all requests and all their effects. */
export class Ledger implements ReadonlyLedger {
    readonly requests: RequestEntry[] = [];
    readonly effects: EffectEntry[] = [];
    readonly credentials: CredentialEntry[] = [];

    requestsTo(operation: Operation, instanceId?: string): RequestEntry[] {
        // A misspelled operation would otherwise look like one without requests.
        descriptorOf(operation);
        return this.requests.filter(
            (entry) => entry.operation === operation && (instanceId === undefined || entry.instanceId === instanceId),
        );
    }

    effectsOn(instanceId: string): EffectEntry[] {
        return this.effects.filter((entry) => entry.instanceId === instanceId);
    }

    credentialsBy(operation: CredentialOperation): CredentialEntry[] {
        return this.credentials.filter((entry) => entry.operation === operation);
    }

    /** Adds a request that has just arrived. */
    addRequest(arrival: Omit<RequestEntry, "sequence" | keyof Progress>): RequestEntry {
        const progress: Progress = { outcome: { kind: "open" }, fault: undefined, replay: false, effect: undefined };
        const entry = { sequence: this.requests.length + 1, ...arrival, ...progress };
        this.requests.push(entry);
        return entry;
    }

    /** Updates the entry of a request. */
    update(entry: RequestEntry, changes: Partial<Progress>): void {
        Object.assign(entry, changes);
    }

    /** Adds an effect and returns its number. */
    addEffect(effect: Omit<EffectEntry, "sequence">): number {
        return this.effects.push({ sequence: this.effects.length + 1, ...effect });
    }

    /** Adds a request for temporary credentials, with its outcome; an omitted field was not part of the request. */
    addCredentialRequest(
        request: Pick<CredentialEntry, "time" | "operation" | "requestId" | "outcome"> & Partial<CredentialEntry>,
    ): void {
        this.credentials.push({
            accessKeyId: undefined,
            role: undefined,
            sessionName: undefined,
            durationSeconds: undefined,
            policy: undefined,
            proof: undefined,
            issued: undefined,
            ...request,
            sequence: this.credentials.length + 1,
        });
    }
}
