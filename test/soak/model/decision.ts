import { isDeepStrictEqual } from "node:util";
import { contract, type Declaration, type Role } from "./program";
import type { Properties } from "./providerProcess";
import type { SeenStep } from "./world";

/** What a resource in the state requested last, and what is known of that. */
export interface Recorded {
    readonly instanceId: string;
    readonly region: string;
    /** What it was declared with; the interruption of a pending resume is the one that it resumes. */
    readonly args: Properties;
    /** What was requested; absent if nothing ever was. */
    readonly asked: string | undefined;
    readonly pending: boolean;
    readonly accepted: boolean;
    /** A poll has seen that the change is over, after the acceptance. */
    readonly over: boolean;
    /** The output `interruption` of an interrupt, `resumedInterruption` of a resume. */
    readonly suspension: unknown;
}

/** What a step has to be, by the contract. */
export type Decision =
    | { readonly kind: "rejected" }
    | { readonly kind: "nothing" | "none"; readonly operation: "create" | "update" | "replace" | "same" }
    | {
          readonly kind: "ask";
          readonly operation: "create" | "update" | "replace";
          readonly asked: string;
          /** A pending request may have been applied, and is not known to be over. */
          readonly supersedes: boolean;
      }
    | { readonly kind: "finish"; readonly asked: string; readonly accepted: boolean };

/** The one decision of the contract: which request, if any, a declaration asks for. */
export function decide(
    step: SeenStep,
    recorded: Recorded | undefined,
    declaration: Declaration,
    args: Properties,
    isReplaced: boolean,
): Decision {
    const { role, before } = step;
    const { clientToken, triggers = [] } = declaration;
    const { interruption } = args;
    if (isContradictory(role, declaration, args)) {
        return { kind: "rejected" };
    }
    const source = [contract[role].operation, step.urn, args.region, args.instanceId];
    const askedAfter = (previous: string | undefined) => {
        if (clientToken !== undefined) {
            return `the token ${clientToken} in ${args.region}`;
        }
        return JSON.stringify(
            interruption === undefined ? [...source, triggers, previous ?? null] : [...source, interruption, null],
        );
    };
    const isElsewhere =
        recorded !== undefined &&
        (recorded.instanceId !== args.instanceId || recorded.region !== args.region || isReplaced);
    if (recorded === undefined || isElsewhere) {
        const operation = recorded === undefined ? "create" : "replace";
        return interruption === ""
            ? { kind: "none", operation }
            : { kind: "ask", operation, asked: askedAfter(undefined), supersedes: false };
    }
    const isNewToken = clientToken !== undefined && clientToken !== before?.outputs.clientToken;
    const hasNewTriggers = triggers.length > 0 && !isDeepStrictEqual(triggers, recorded.args.triggers ?? []);
    const isNewInterruption =
        interruption !== undefined &&
        interruption !== "" &&
        interruption !== recorded.args.interruption &&
        interruption !== recorded.suspension;
    if (isNewToken || hasNewTriggers || isNewInterruption) {
        const supersedes = recorded.pending && !recorded.over;
        return { kind: "ask", operation: "update", asked: askedAfter(recorded.asked), supersedes };
    }
    if (recorded.pending && recorded.asked !== undefined) {
        return { kind: "finish", asked: recorded.asked, accepted: recorded.accepted };
    }
    // The engine compares the inputs itself.
    const isChanged =
        !isDeepStrictEqual(step.inputs, before?.inputs) &&
        !isDeepStrictEqual(settled(role, args), settled(role, recorded.args));
    const isUnfinished = (before?.initErrors ?? []).length > 0;
    return { kind: interruption === "" ? "none" : "nothing", operation: isChanged || isUnfinished ? "update" : "same" };
}

/** A region that is not given stays that of the instance. */
export function regionOf(
    { region, instanceId }: Declaration,
    recorded: Recorded | undefined,
    ofRunner: string,
): string {
    return region ?? (recorded?.instanceId === instanceId ? recorded.region : ofRunner);
}

function isContradictory(
    role: Role,
    { clientToken, triggers = [], wait, nothing }: Declaration,
    { interruption, instanceId }: Properties,
): boolean {
    const given = [clientToken !== undefined, triggers.length > 0, interruption !== undefined].filter(Boolean).length;
    switch (role) {
        case "pause":
            return given > 1 || (wait === false && nothing === "skip");
        case "go": {
            const isElsewhere = typeof interruption === "string" && interruption !== "";
            return given !== 1 || (isElsewhere && !interruption.startsWith(`${instanceId}/`));
        }
    }
}

/** What differs when a declaration has changed: arguments as given or by default. A token counts only where it is given. */
function settled(role: Role, { clientToken: _, ...args }: Properties): Properties {
    const { wait, nothing } = contract[role];
    return { triggers: [], [wait]: true, [nothing]: args.interruption === undefined ? "fail" : "skip", ...args };
}
