import { canonicalJson, type Json, stringField } from "../json";
import { descriptorOf } from "../operations/operations";
import { ownStatuses } from "../request/state";
import { argumentsOf, argumentValues, type Declaration, type OnChange, type Properties } from "./arguments";
import { deriveToken } from "./token";

/** What a resource's record says of its last request. */
export interface Recorded {
    /** Its arguments by name, each as given or by default. */
    readonly values: Properties;
    /** The token that was sent last, explicit or derived; absent if none was. */
    readonly clientToken?: string;
    /** How the request ended; `pending` while its outcome is unknown or unconfirmed. */
    readonly status: string;
    /** Whether the service accepted the request. */
    readonly isAccepted: boolean;
    /** Whether the request suspended or resumed the instance, as far as polls have shown. */
    readonly applied: boolean;
    /** The interruption that was resumed last. */
    readonly resumedInterruption?: string;
}

/** A request of its own, with its own token. */
export interface NewRequest {
    readonly kind: "request";
    readonly clientToken: string;
    /** Whether the recorded request is pending. */
    readonly supersedes: boolean;
    /** Whether that request may have been applied, and no poll has seen that the change is over. */
    readonly supersedesApplied: boolean;
}

/** What moving from the recorded resource to the declared one takes. */
export type Update =
    /** Another resource altogether. */
    | { readonly kind: "replace"; readonly because: readonly string[] }
    /** The argument `because` has changed. */
    | (NewRequest & { readonly because: string })
    /** The recorded request has to be finished, with its token. */
    | { readonly kind: "finish"; readonly clientToken: string; readonly isAccepted: boolean }
    /** Nothing is sent, and the result stays; `changed` tells whether any argument differs. */
    | { readonly kind: "record"; readonly changed: boolean }
    /** Nothing is sent: this program has nothing to resume. */
    | { readonly kind: "none"; readonly changed: boolean };

/** What the first declaration of a resource requests. */
export function firstUpdate(declared: Declaration): NewRequest | Extract<Update, { kind: "none" }> {
    return declared.interruption === ""
        ? { kind: "none", changed: true }
        : {
              kind: "request",
              clientToken: tokenFor(declared, undefined),
              supersedes: false,
              supersedesApplied: false,
          };
}

/** Decides an update: for `diff`, which shows it, and for `update`, which makes it. */
export function updateBetween(olds: Properties, declared: Declaration): Update {
    const recorded = readRecord(olds, declared);
    const changed = Object.entries(argumentsOf(declared.operation)).filter(([name]) =>
        differs(name, recorded, declared),
    );
    const changedThat = (onChange: OnChange) =>
        changed.filter(([, rule]) => rule.onChange === onChange).map(([name]) => name);
    const replacing = changedThat("replace");
    if (replacing.length > 0) {
        return { kind: "replace", because: replacing };
    }
    const { isAccepted, clientToken } = recorded;
    const isPending = recorded.status === ownStatuses.pending;
    const because = changedThat("request").find((name) => asksForRequest(name, recorded, declared));
    if (because !== undefined) {
        return {
            kind: "request",
            because,
            clientToken: tokenFor(declared, clientToken),
            supersedes: isPending,
            supersedesApplied: isPending && (recorded.applied || !isAccepted),
        };
    }
    if (isPending && clientToken !== undefined) {
        return { kind: "finish", clientToken, isAccepted };
    }
    return { kind: declared.interruption === "" ? "none" : "record", changed: changed.length > 0 };
}

function readRecord(olds: Properties, { operation }: Declaration): Recorded {
    const clientToken = stringField(olds, "clientToken");
    const resumedInterruption = stringField(olds, "resumedInterruption");
    const { resultProperty, acceptedAtProperty } = descriptorOf(operation);
    return {
        values: argumentValues(operation, olds),
        ...(clientToken === undefined ? {} : { clientToken }),
        status: stringField(olds, "status") ?? "",
        isAccepted: typeof olds[acceptedAtProperty] === "string",
        applied: olds[resultProperty] === true,
        ...(resumedInterruption === undefined ? {} : { resumedInterruption }),
    };
}

/** Whether an argument has another value than the recorded one, each as given or by default. */
function differs(name: string, recorded: Recorded, declared: Declaration): boolean {
    if (name === "clientToken") {
        // The recorded token is the one that was sent, which the program may not have given.
        return declared.clientToken !== undefined && declared.clientToken !== recorded.clientToken;
    }
    const jsonIn = ({ values }: { readonly values: Properties }) => canonicalJson((values[name] ?? null) as Json);
    return jsonIn(recorded) !== jsonIn(declared);
}

/** Whether a changed argument asks for a request: removing one does not, and an interruption is resumed once. */
function asksForRequest(name: string, { resumedInterruption }: Recorded, declared: Declaration): boolean {
    const { triggers, interruption, values } = declared;
    switch (name) {
        case "triggers":
            return triggers.length > 0;
        case "interruption":
            return interruption !== undefined && interruption !== "" && interruption !== resumedInterruption;
        default:
            return values[name] !== undefined;
    }
}

function tokenFor(declared: Declaration, previousToken: string | undefined): string {
    const { clientToken, interruption, triggers } = declared;
    if (clientToken !== undefined) {
        return clientToken;
    }
    return interruption === undefined
        ? deriveToken({ ...declared, subject: triggers, previousToken })
        : deriveToken({ ...declared, subject: interruption });
}

/** What the engine gets to know of an update before it is made. */
export interface DiffResult {
    /** Absent if the engine is to compare the inputs itself and to name what changed. */
    readonly changes?: boolean;
    readonly replaces?: string[];
}

export function diffResultOf(update: Update): DiffResult {
    switch (update.kind) {
        case "replace":
            return { replaces: [...update.because] };
        case "finish":
            return { changes: true };
        case "request":
            // The engine keeps the inputs from before a pending update, and the program may have returned to them: then
            // the engine would find no change.
            return update.supersedes ? { changes: true } : {};
        case "record":
        case "none":
            return update.changed ? {} : { changes: false };
    }
}
