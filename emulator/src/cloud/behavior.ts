import type { Rejection } from "../http/answers";
import type { Claim } from "../identities/signature";
import type { Operation } from "./operations";
import type { InstanceStatus } from "./phase";

/**
 * How the service behaves where nobody could look, beside what instances and the lifetime of client tokens say. The
 * emulator's own choice is `assumed`; the list of assumptions that rest on it is contract/assumptions.ts.
 */
export interface Behavior {
    /** The kinds of signatures that are let in. */
    readonly signatures: readonly Claim["kind"][];
    /** What says for which region a call is: its header `x-acs-region-id`, or the address it came to. */
    readonly regionFrom: "header" | "address";
    /** The `Result` of an accepted call. */
    readonly acceptedResult: unknown;
    /** Whether a look shows how far the running change is. */
    readonly progress: "shown" | "hidden";
    /** What is looked at first: whether the client token is known, or whether the instance can take the call. */
    readonly checkedFirst: "token" | "status";
    /** Which answers are remembered for a client token. */
    readonly remembered: "accepted" | "all";
    /** Whose request ID an answer has that was remembered. */
    readonly replayedRequestId: "first" | "own";
    /** Rejections that are others than assumed; the first that fits counts. */
    readonly rejections: readonly RejectionRule[];
}

/** Puts one rejection in the place of another; what is left out fits all. */
export interface RejectionRule {
    /** The code that is assumed. */
    readonly code: string;
    readonly operation?: Operation;
    /** Of the instance. */
    readonly status?: InstanceStatus;
    /** What takes its place; what is left out stays. */
    readonly instead: Partial<Rejection>;
}

/** As the service is documented or, where it is not, as contract/assumptions.ts says. */
export const assumed: Behavior = {
    signatures: ["ROA", "ACS3"],
    regionFrom: "header",
    acceptedResult: true,
    progress: "shown",
    checkedFirst: "token",
    remembered: "accepted",
    replayedRequestId: "first",
    rejections: [],
};

/** What a call is rejected with, where `rejection` is assumed. */
export function rejectionBy(
    { rejections }: Behavior,
    rejection: Rejection,
    call: { readonly operation: Operation; readonly status: InstanceStatus | undefined },
): Rejection {
    const rule = rejections.find(
        ({ code, operation = call.operation, status = call.status }) =>
            code === rejection.code && operation === call.operation && status === call.status,
    );
    return { ...rejection, ...rule?.instead };
}
