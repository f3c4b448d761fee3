import type { SignatureKind } from "../identities/signature";
import type { Rejection } from "../rejection";
import type { Operation, ResultOptions } from "./operations";
import type { InstanceStatus } from "./state";

/**
 * How the service behaves where nothing is published. The options of instances and `tokenLifetimeMs` say the rest.
 * The emulator's own choices are `assumed`; contract/assumptions.ts lists the assumptions behind them.
 */
export interface Behavior extends ResultOptions {
    /** The kinds of signatures that are accepted. */
    readonly signatures: readonly SignatureKind[];
    /** What names the region of a request: its header `x-acs-region-id`, or the address that it was sent to. */
    readonly regionFrom: "header" | "address";
    /** What is checked first: whether the client token is known, or whether the instance's status allows the request. */
    readonly checkedFirst: "token" | "status";
    /** Which responses are remembered for a client token. */
    readonly remembered: "accepted" | "all";
    /** The request ID in a remembered response: that of the first request, or a new one. */
    readonly replayedRequestId: "first" | "own";
    /** Rejections that differ from the assumed ones; the first rule that matches counts. */
    readonly rejections: readonly RejectionRule[];
}

/** Replaces a rejection; an omitted condition matches everything. */
export interface RejectionRule {
    /** The code that is assumed. */
    readonly code: string;
    readonly operation?: Operation;
    /** The status of the instance. */
    readonly status?: InstanceStatus;
    /** The fields to replace. */
    readonly instead: Partial<Rejection>;
}

/** What is documented or, where nothing is, what contract/assumptions.ts lists. */
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

/** Applies the first matching rule to an assumed rejection. */
export function applyRejectionRules(
    { rejections }: Behavior,
    rejection: Rejection,
    request: { readonly operation: Operation; readonly status: InstanceStatus | undefined },
): Rejection {
    const rule = rejections.find(
        ({ code, operation = request.operation, status = request.status }) =>
            code === rejection.code && operation === request.operation && status === request.status,
    );
    return { ...rejection, ...rule?.instead };
}
