import type { OnChange } from "./argumentRules";
import { argumentsOf, type Declaration, type Properties, readArguments } from "./arguments";
import { canonicalJson, type Json } from "./json";
import { ownStatuses } from "./knowledge";
import { deriveToken } from "./token";

/** What a resource's record says of its last request. */
export interface Recorded {
    /** What it was declared with. */
    readonly declaration: Declaration;
    /** The token that was sent last, explicit or derived; absent if none was. */
    readonly clientToken?: string;
    /** How the request ended; `pending` while its outcome is unknown. */
    readonly status: string;
}

/** What moving from the recorded resource to the declared one takes. */
export type Update =
    /** Another resource altogether. */
    | { readonly kind: "replace"; readonly because: readonly string[] }
    /** A request of its own, with its own token; `supersedes` tells whether another one is pending. */
    | {
          readonly kind: "request";
          readonly because: string;
          readonly clientToken: string;
          readonly supersedes: boolean;
      }
    /** The recorded request has to be finished, with its token. */
    | { readonly kind: "finish"; readonly clientToken: string }
    /** Nothing is sent; `changed` tells whether the declaration differs at all. */
    | { readonly kind: "record"; readonly changed: boolean };

/** The token of a resource's first request. */
export function firstToken(declared: Declaration): string {
    return declared.clientToken ?? deriveToken(declared);
}

/** Reads from the recorded outputs what an update is decided by. */
export function readRecord(urn: string, { operation }: Declaration, olds: Properties): Recorded {
    const { clientToken, status } = olds;
    // A token that was declared while the resource was switched off was never sent.
    const wasSent = typeof clientToken === "string" && status !== ownStatuses.disabled;
    return {
        declaration: readArguments(operation, urn, olds),
        ...(wasSent ? { clientToken } : {}),
        status: String(status),
    };
}

/** Whether the last request of a resource is not known to have ended. */
function isPending({ status }: Recorded): boolean {
    return status === ownStatuses.pending;
}

/** Decides what an update is; the same for the preview, which shows it, and for the update, which does it. */
export function updateBetween(recorded: Recorded, declared: Declaration): Update {
    const rules = Object.entries(argumentsOf(declared.operation));
    const changed = rules.filter(([name]) => differs(name, recorded.declaration, declared));
    const changesThatTake = (onChange: OnChange) =>
        changed.filter(([, rule]) => rule.onChange === onChange).map(([name]) => name);
    const replacing = changesThatTake("replace");
    if (replacing.length > 0) {
        return { kind: "replace", because: replacing };
    }
    // What is switched off sends nothing, and leaves a pending request as it is.
    if (declared.enabled === false) {
        return { kind: "record", changed: changed.length > 0 };
    }
    const switchedOn = recorded.declaration.enabled === false;
    const asking = switchedOn ? "enabled" : changesThatTake("request").find((name) => isGiven(declared, name));
    if (asking !== undefined) {
        const clientToken = declared.clientToken ?? deriveToken({ ...declared, previousToken: recorded.clientToken });
        return { kind: "request", because: asking, clientToken, supersedes: isPending(recorded) };
    }
    return isPending(recorded) && recorded.clientToken !== undefined
        ? { kind: "finish", clientToken: recorded.clientToken }
        : { kind: "record", changed: changed.length > 0 };
}

/** Whether an argument has another value than the recorded one, each as given or by default. */
function differs(name: string, recorded: Declaration, declared: Declaration): boolean {
    switch (name) {
        case "clientToken":
            // The record has the token that was sent, which the program need not have given.
            return declared.clientToken !== undefined && declared.clientToken !== recorded.clientToken;
        default:
            return canonicalJson(valueIn(recorded, name)) !== canonicalJson(valueIn(declared, name));
    }
}

/** Removing an argument asks for nothing, removing all triggers neither. */
function isGiven(declared: Declaration, name: string): boolean {
    return name === "triggers" ? declared.triggers.length > 0 : declared.values[name] !== undefined;
}

function valueIn({ values }: Declaration, name: string): Json {
    return (values[name] ?? null) as Json;
}
