import { isDeepStrictEqual } from "node:util";
import { contract, type Declaration, type Role } from "./program";
import type { Properties } from "./providerProcess";
import type { SeenStep } from "./world";

/** What was asked last by a resource in the state, and what is known of it. */
export interface Recorded {
    readonly instanceId: string;
    readonly region: string;
    readonly args: Properties;
    /** What was asked; absent where nothing ever was. */
    readonly asked: string | undefined;
    readonly pending: boolean;
    readonly accepted: boolean;
}

/** What a step has to be, by the contract. */
export type Decision =
    | { readonly kind: "rejected" }
    | { readonly kind: "nothing"; readonly operation: "create" | "update" | "replace" | "same" }
    | {
          readonly kind: "ask";
          readonly operation: "create" | "update" | "replace";
          readonly asked: string;
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
    if (isContradictory(role, declaration)) {
        return { kind: "rejected" };
    }
    const isOff = args.enabled === false;
    const source = [contract[role].operation, step.urn, args.region, args.instanceId, triggers];
    const askedAfter = (previous: string | undefined) =>
        clientToken === undefined
            ? JSON.stringify([...source, previous ?? null])
            : `the token ${clientToken} in ${args.region}`;
    const isElsewhere =
        recorded !== undefined &&
        (recorded.instanceId !== args.instanceId || recorded.region !== args.region || isReplaced);
    if (recorded === undefined || isElsewhere) {
        const operation = recorded === undefined ? "create" : "replace";
        return isOff
            ? { kind: "nothing", operation }
            : { kind: "ask", operation, asked: askedAfter(undefined), supersedes: false };
    }
    const isNewToken = clientToken !== undefined && clientToken !== before?.outputs.clientToken;
    const hasNewTriggers = !isDeepStrictEqual(triggers, recorded.args.triggers ?? []);
    // The engine compares the inputs itself, and a token that is given while it is off stays new.
    const isChanged =
        !isDeepStrictEqual(step.inputs, before?.inputs) &&
        (isNewToken || !isDeepStrictEqual(settled(role, args), settled(role, recorded.args)));
    const isUnfinished = (before?.initErrors ?? []).length > 0;
    const nothing = { kind: "nothing", operation: isChanged || isUnfinished ? "update" : "same" } as const;
    if (isOff) {
        return nothing;
    }
    if (recorded.args.enabled === false || isNewToken || (hasNewTriggers && triggers.length > 0)) {
        const { pending: supersedes } = recorded;
        return { kind: "ask", operation: "update", asked: askedAfter(recorded.asked), supersedes };
    }
    return recorded.pending && recorded.asked !== undefined
        ? { kind: "finish", asked: recorded.asked, accepted: recorded.accepted }
        : nothing;
}

/** A region that is not given stays that of the instance. */
export function regionOf(
    { region, instanceId }: Declaration,
    recorded: Recorded | undefined,
    ofRunner: string,
): string {
    return region ?? (recorded?.instanceId === instanceId ? recorded.region : ofRunner);
}

function isContradictory(role: Role, { clientToken, triggers = [], wait, nothing }: Declaration): boolean {
    return (
        (clientToken !== undefined && triggers.length > 0) || (role === "pause" && wait === false && nothing === "skip")
    );
}

/** What differs when a declaration has changed: arguments as given or by default. A token counts only where it is given. */
function settled(role: Role, { clientToken: _, ...args }: Properties): Properties {
    const { wait, nothing } = contract[role];
    return { triggers: [], [wait]: true, [nothing]: "fail", enabled: true, ...args };
}
