import type { Arguments } from "./arguments";
import { canonicalJson } from "./json";
import type { Operation } from "./operation";
import { deriveToken } from "./token";

/** What a resource's record says of its last request. */
export interface Recorded extends Arguments {
    /** The token that was sent, explicit or derived. */
    readonly clientToken: string;
    /** How the request ended; `pending` while its outcome is unknown. */
    readonly status: string;
}

/** The status of a record whose request is not known to have ended. */
export const pending = "pending";

/** What moving from the recorded resource to the declared one takes. */
export type Change =
    /** Another resource altogether. */
    | { readonly kind: "replace"; readonly because: ReadonlyArray<"instanceId" | "region"> }
    /** A request of its own, with its own token; it supersedes a pending one. */
    | { readonly kind: "request"; readonly because: "triggers" | "clientToken"; readonly clientToken: string }
    /** The recorded request has to be finished, with its token. */
    | { readonly kind: "finish"; readonly clientToken: string }
    /** Nothing is sent. */
    | { readonly kind: "record" };

/** The token of a resource's first request. */
export function firstToken(operation: Operation, declared: Arguments): string {
    return declared.clientToken ?? deriveToken({ operation, ...declared, urn: declared.resourceUrn });
}

/** Decides what an update is; the same for the preview, which shows it, and for the update, which does it. */
export function changeBetween(operation: Operation, recorded: Recorded, declared: Arguments): Change {
    const because = (["instanceId", "region"] as const).filter((name) => recorded[name] !== declared[name]);
    if (because.length > 0) {
        return { kind: "replace", because };
    }
    if (declared.clientToken !== undefined && declared.clientToken !== recorded.clientToken) {
        return { kind: "request", because: "clientToken", clientToken: declared.clientToken };
    }
    // Removing all triggers asks for nothing; adding or changing them does.
    if (declared.triggers.length > 0 && canonicalJson(declared.triggers) !== canonicalJson(recorded.triggers)) {
        const clientToken = deriveToken({
            operation,
            ...declared,
            urn: declared.resourceUrn,
            previousToken: recorded.clientToken,
        });
        return { kind: "request", because: "triggers", clientToken };
    }
    return recorded.status === pending ? { kind: "finish", clientToken: recorded.clientToken } : { kind: "record" };
}
