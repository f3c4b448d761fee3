import { canonicalJson, type Json, stringField } from "../json";
import { descriptorOf } from "../operations/operations";
import { ownStatuses } from "../request/state";
import type { OnChange } from "./argumentRules";
import { argumentsOf, type Declaration, type Properties, readArguments } from "./arguments";
import { deriveToken } from "./token";

/** What a resource's record says of its last request. */
export interface Recorded {
    /** What it was declared with. */
    readonly declaration: Declaration;
    /** The token that was sent last, explicit or derived; absent if none was. */
    readonly clientToken?: string;
    /** How the request ended; `pending` while its outcome is unknown or unconfirmed. */
    readonly status: string;
    /** Whether the service accepted the request. */
    readonly isAccepted: boolean;
    /** Whether the request suspended or resumed the instance, as far as polls have shown. */
    readonly acted: boolean;
    /** The interruption that was resumed last. */
    readonly resumedInterruption?: string;
}

/** What moving from the recorded resource to the declared one takes. */
export type Update =
    /** Another resource altogether. */
    | { readonly kind: "replace"; readonly because: readonly string[] }
    /** A request of its own, with its own token. */
    | {
          readonly kind: "request";
          readonly because: string;
          readonly clientToken: string;
          /** Another request is pending. */
          readonly supersedes: boolean;
          /** That one may have been applied, and no poll has seen that it is over. */
          readonly supersedesApplied: boolean;
      }
    /** The recorded request has to be finished, with its token. */
    | { readonly kind: "finish"; readonly clientToken: string; readonly isAccepted: boolean }
    /** Nothing is sent, and the result stays; `changed` tells whether the declaration differs at all. */
    | { readonly kind: "record"; readonly changed: boolean }
    /** Nothing is sent: this program has nothing to resume. */
    | { readonly kind: "none"; readonly changed: boolean };

/** What the first declaration of a resource requests. */
export function firstRequest(declared: Declaration): Extract<Update, { kind: "request" | "none" }> {
    if (declared.interruption === "") {
        return { kind: "none", changed: true };
    }
    return {
        kind: "request",
        because: "",
        clientToken: tokenFor(declared, undefined),
        supersedes: false,
        supersedesApplied: false,
    };
}

function tokenFor(declared: Declaration, previousToken: string | undefined): string {
    const { clientToken, interruption, triggers } = declared;
    return (
        clientToken ??
        (interruption === undefined
            ? deriveToken({ ...declared, subject: triggers, previousToken })
            : deriveToken({ ...declared, subject: interruption }))
    );
}

/** Reads from the recorded outputs what an update is decided by. */
export function readRecord(urn: string, { operation }: Declaration, olds: Properties): Recorded {
    const clientToken = stringField(olds, "clientToken");
    const resumedInterruption = stringField(olds, "resumedInterruption");
    const { resultProperty } = descriptorOf(operation);
    return {
        declaration: readArguments(operation, urn, olds),
        ...(clientToken === undefined ? {} : { clientToken }),
        status: String(olds.status),
        isAccepted: typeof olds[`${resultProperty}At`] === "string",
        acted: olds[resultProperty] === true,
        ...(resumedInterruption === undefined ? {} : { resumedInterruption }),
    };
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
    const { isAccepted, clientToken } = recorded;
    const isPending = recorded.status === ownStatuses.pending;
    const because = changesThatTake("request").find((name) => requests(name, recorded, declared));
    if (because !== undefined) {
        return {
            kind: "request",
            because,
            clientToken: tokenFor(declared, clientToken),
            supersedes: isPending,
            supersedesApplied: isPending && (recorded.acted || !isAccepted),
        };
    }
    if (isPending && clientToken !== undefined) {
        return { kind: "finish", clientToken, isAccepted };
    }
    return { kind: declared.interruption === "" ? "none" : "record", changed: changed.length > 0 };
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

/** Whether a changed argument asks for a request: removing one does not, and an interruption is resumed once. */
function requests(name: string, { resumedInterruption }: Recorded, declared: Declaration): boolean {
    switch (name) {
        case "triggers":
            return declared.triggers.length > 0;
        case "interruption":
            return (
                declared.interruption !== undefined &&
                declared.interruption !== "" &&
                declared.interruption !== resumedInterruption
            );
        default:
            return declared.values[name] !== undefined;
    }
}

function valueIn({ values }: Declaration, name: string): Json {
    return (values[name] ?? null) as Json;
}
