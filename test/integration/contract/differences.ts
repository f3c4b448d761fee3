import type { RejectionRule } from "pulumi-alicloud-logstash-emulator";
import type { Difference } from "../../../contract/contract";

/** A service in which one assumption is wrong. */
interface WrongAssumption {
    readonly difference: Difference;
    /** The others that cannot be right then. */
    readonly also?: readonly string[];
}

const rejection = (
    code: string,
    instead: string,
    where: Omit<RejectionRule, "code" | "instead"> = {},
): WrongAssumption => ({
    difference: { behavior: { rejections: [{ code, ...where, instead: { code: instead } }] } },
});
const invalidState = "InstanceStatusNotSupportCurrentAction";
const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";

/** For each assumption a service in which it is wrong. */
export const differences: Readonly<Record<string, WrongAssumption>> = {
    signature: {
        difference: { behavior: { signatures: ["ACS3"] } },
        also: ["status", "unknownKey", "wrongSecret", "staleDate", "usedNonce", "regionHeader"],
    },
    status: { difference: { instance: { status: "upgrading" } } },
    progress: { difference: { behavior: { progress: "hidden" } } },
    unknownKey: rejection("InvalidAccessKeyId.NotFound", "AccessKeyUnknown"),
    wrongSecret: rejection("SignatureDoesNotMatch", "SignatureWrong"),
    errorFields: {
        difference: { behavior: { rejections: [{ code: "SignatureDoesNotMatch", instead: { message: "" } }] } },
    },
    staleDate: rejection("InvalidTimeStamp.Expired", "DateTooOld"),
    usedNonce: rejection("SignatureNonceUsed", "NonceUsed"),
    regionHeader: { difference: { behavior: { regionFrom: "address" } } },
    resumeWhileChanging: rejection(invalidState, "InstanceNotSuspended", { operation: resume, status: "activating" }),
    acceptance: {
        difference: { behavior: { acceptedResult: { accepted: true } } },
        also: ["replay", "rejectionForgotten", "resume", "tokenMemory"],
    },
    secondSignal: rejection("AlreadyReceivedInterruptSignal", "InterruptAlreadySent"),
    interruptedStatus: { difference: { instance: { interruptedStatus: "Paused" } } },
    replay: {
        difference: { behavior: { checkedFirst: "status" } },
        also: ["replayedRequestId", "tokenMemory"],
    },
    replayedRequestId: { difference: { behavior: { replayedRequestId: "own" } } },
    interruptWhileSuspended: rejection(invalidState, "InstanceSuspended", {
        operation: interrupt,
        status: "suspended",
    }),
    permission: rejection("Forbidden.RAM", invalidState, { status: "suspended" }),
    mismatch: rejection("IdempotentParameterMismatch", "ClientTokenUsed"),
    rejectionForgotten: { difference: { behavior: { remembered: "all" } } },
    resume: {
        difference: {
            faults: [
                {
                    operation: resume,
                    fault: { kind: "rejection", status: 400, code: "ChangeCannotBeResumed", message: "" },
                },
            ],
        },
        also: ["resumeWhileChanging", "mismatch", "rejectionForgotten", "resumeWhileIdle"],
    },
    resumeLeaves: { difference: { instance: { resumeStartsMs: Number.POSITIVE_INFINITY } } },
    tokenMemory: {
        difference: { tokenLifetimeMs: 0 },
        also: ["replay", "replayedRequestId", "mismatch"],
    },
    interruptWhileIdle: rejection(invalidState, "NothingToInterrupt", { operation: interrupt, status: "active" }),
    resumeWhileIdle: rejection(invalidState, "NothingToResume", { operation: resume, status: "active" }),
    interruptWhileFrozen: rejection(invalidState, "InstanceFrozen", { operation: interrupt, status: "inactive" }),
};
