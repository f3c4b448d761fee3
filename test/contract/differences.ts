import type { RefusalRule } from "pulumi-alicloud-logstash-emulator";
import type { Difference } from "../../contract/contract";

/** A service in which one assumption is wrong. */
interface WrongAssumption {
    readonly difference: Difference;
    /** The others that cannot be right then. */
    readonly also?: readonly string[];
}

const refusal = (
    code: string,
    instead: string,
    where: Omit<RefusalRule, "code" | "instead"> = {},
): WrongAssumption => ({
    difference: { behaviour: { refusals: [{ code, ...where, instead: { code: instead } }] } },
});
const wrongPhase = "InstanceStatusNotSupportCurrentAction";
const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";

/** For each assumption a service in which it is wrong. */
export const differences: Readonly<Record<string, WrongAssumption>> = {
    signature: {
        difference: { behaviour: { signatures: ["ACS3"] } },
        also: ["status", "unknownKey", "wrongSecret", "staleDate", "usedNonce", "regionHeader"],
    },
    status: { difference: { instance: { status: "upgrading" } } },
    progress: { difference: { behaviour: { progress: "hidden" } } },
    unknownKey: refusal("InvalidAccessKeyId.NotFound", "AccessKeyUnknown"),
    wrongSecret: refusal("SignatureDoesNotMatch", "SignatureWrong"),
    errorFields: {
        difference: { behaviour: { refusals: [{ code: "SignatureDoesNotMatch", instead: { message: "" } }] } },
    },
    staleDate: refusal("InvalidTimeStamp.Expired", "DateTooOld"),
    usedNonce: refusal("SignatureNonceUsed", "NonceUsed"),
    regionHeader: { difference: { behaviour: { regionFrom: "address" } } },
    resumeWhileChanging: refusal(wrongPhase, "InstanceNotSuspended", { operation: resume, status: "activating" }),
    acceptance: {
        difference: { behaviour: { acceptedResult: { accepted: true } } },
        also: ["replay", "rejectionForgotten", "resume", "tokenMemory"],
    },
    secondSignal: refusal("AlreadyReceivedInterruptSignal", "InterruptAlreadySent"),
    interruptedStatus: { difference: { instance: { interruptedStatus: "Paused" } } },
    replay: {
        difference: { behaviour: { checkedFirst: "phase" } },
        also: ["replayedRequestId", "tokenMemory"],
    },
    replayedRequestId: { difference: { behaviour: { replayedRequestId: "own" } } },
    interruptWhileSuspended: refusal(wrongPhase, "InstanceSuspended", { operation: interrupt, status: "suspended" }),
    permission: refusal("Forbidden.RAM", wrongPhase, { status: "suspended" }),
    mismatch: refusal("IdempotentParameterMismatch", "ClientTokenUsed"),
    rejectionForgotten: { difference: { behaviour: { remembered: "all" } } },
    resume: {
        difference: {
            faults: [
                {
                    operation: resume,
                    fault: { kind: "refusal", status: 400, code: "ChangeCannotBeResumed", message: "" },
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
    interruptWhileIdle: refusal(wrongPhase, "NothingToInterrupt", { operation: interrupt, status: "active" }),
    resumeWhileIdle: refusal(wrongPhase, "NothingToResume", { operation: resume, status: "active" }),
    interruptWhileFrozen: refusal(wrongPhase, "InstanceFrozen", { operation: interrupt, status: "inactive" }),
};
