import type { Response, Visit } from "./visit";

/** Something that the provider and the emulator assume about the service. */
export interface Assumption {
    readonly claim: string;
    /** Who says so; "unknown" if nobody does. */
    readonly source: string;
    readonly when: keyof typeof situations;
    /** The code, or any of several words. */
    readonly expected: string;
    /** Returns what is so, and nothing if that cannot be seen any more. What no run can check says what it would need. */
    readonly call: ((visit: Visit) => Promise<Response | string | undefined>) | { readonly needs: string };
}

const isIdle = ({ status }: Visit) => status === undefined || ["active", "inactive"].includes(status);
const isInterrupted = (visit: Visit) => visit.interrupted && visit.resumedBy === undefined && !isIdle(visit);
/** Nobody has published what an interrupted instance is called: any other status may be it. */
const isSuspended = (visit: Visit) =>
    visit.resumedBy === undefined &&
    (visit.status === "suspended" || (isInterrupted(visit) && visit.status !== "activating"));

/** What a check needs; all but the first two disrupt the instance. No instance passes through all. */
export const situations = {
    any: ["an instance", () => true],
    seenChanging: ["a running change", ({ status }) => status === "activating"],
    changing: ["a running change", ({ status, interrupted }) => status === "activating" && !interrupted],
    interrupting: ["an interrupt that is not over", (v) => isInterrupted(v) && v.status === "activating"],
    interrupted: ["a change that this run has interrupted", isInterrupted],
    denied: ["--denied-profile", (v) => isInterrupted(v) && v.options.denied !== undefined],
    suspended: ["a suspended instance", isSuspended],
    rejectedBefore: ["a resume that this run has sent too early", (v) => isSuspended(v) && v.rejectedEarly],
    resumed: ["a change that this run has resumed", ({ resumedBy }) => resumedBy !== undefined],
    idle: ["an idle instance", ({ status }) => status === "active"],
    frozen: ["a frozen instance", ({ status }) => status === "inactive"],
} as const satisfies Readonly<Record<string, readonly [name: string, holds: (visit: Visit) => boolean]>>;

const interruptPage = "the vendor's page of InterruptLogstashTask";
const describePage = "the vendor's page of DescribeLogstash";
const errorsPage = "the vendor's list of common errors";
const tokenPages = "the vendor's pages on client tokens, of other products";
const sister = "the API of Elasticsearch, the sister product";
const codeOnly = "the code: the vendor's documentation; for which status: unknown";
const invalidState = "InstanceStatusNotSupportCurrentAction";
const hourMs = 3_600_000;
const nobody = { credentials: { accessKeyId: "LTAInobody", accessKeySecret: "nothing" } };
const wrongSecret = { credentials: { accessKeySecret: "not the secret" } };

const nonce = ({ options: { id } }: Visit) => ({ headers: { "x-acs-signature-nonce": `contract-${id}` } });
const otherRegion = ({ options: { access } }: Visit) => (access.region === "cn-beijing" ? "cn-hangzhou" : "cn-beijing");
const errorFields = ["Code", "Message", "RequestId"] as const;
const progressOf = (result: unknown) =>
    (result as { clusterTasks?: { progress?: unknown }[] })?.clusterTasks?.[0]?.progress;

/** Checked in this order, in which one instance passes through the situations. */
// biome-ignore format: a table
export const assumptions = {
    signature: { when: "any", expected: "accepted", call: (visit) => visit.describe(),
        claim: "a call signed with HMAC-SHA1 in the ROA style is accepted", source: "the vendor's page on ROA signatures" },
    status: { when: "any", expected: "active | activating | suspended | inactive | invalid", call: (visit) => visit.describe().then(() => visit.status ?? "none"),
        claim: "the status of an instance is one of these", source: `${describePage}; suspended: ${interruptPage}` },
    progress: { when: "seenChanging", expected: "number",
        call: (visit) => visit.describe().then(({ body }) => typeof progressOf(body.Result)),
        claim: "the first of `clusterTasks` has the progress of a change", source: `a sample on ${describePage}` },
    unknownKey: { when: "any", expected: "InvalidAccessKeyId.NotFound", call: (visit) => visit.describe(nobody),
        claim: "an access key that does not exist is rejected", source: errorsPage },
    wrongSecret: { when: "any", expected: "SignatureDoesNotMatch", call: (visit) => visit.describe(wrongSecret),
        claim: "a signature with a wrong secret is rejected", source: errorsPage },
    errorFields: { when: "any", expected: errorFields.join(", "),
        call: (visit) => visit.describe(wrongSecret).then(({ body }) => errorFields.filter((name) => body[name]).join(", ")),
        claim: "a rejection has these fields", source: errorsPage },
    staleDate: { when: "any", expected: "InvalidTimeStamp.Expired",
        call: (visit) => visit.describe({ headers: { date: new Date(Date.now() - hourMs).toUTCString() } }),
        claim: "a date of an hour ago is rejected", source: errorsPage },
    usedNonce: { when: "any", expected: "SignatureNonceUsed",
        call: (visit) => visit.describe(nonce(visit)).then(() => visit.describe(nonce(visit))),
        claim: "a nonce that was used is rejected", source: errorsPage },
    regionHeader: { when: "any", expected: "InstanceNotFound",
        call: (visit) => visit.describe({ headers: { "x-acs-region-id": otherRegion(visit) } }),
        claim: "x-acs-region-id names the region of a call: in another, the instance does not exist", source: "unknown" },
    resumeWhileChanging: { when: "changing", expected: invalidState, call: (visit) => visit.resume("early"),
        claim: "a resume is rejected while the change runs", source: codeOnly },
    acceptance: { when: "changing", expected: "accepted", call: (visit) => visit.interrupt("first"),
        claim: "an interrupt of a running change returns `Result: true`", source: interruptPage },
    secondSignal: { when: "interrupting", expected: "AlreadyReceivedInterruptSignal",
        call: (visit) => visit.interrupt("second"), claim: "a second interrupt is rejected until the first is over", source: sister },
    interruptedStatus: { when: "interrupted", expected: "suspended", call: (visit) => visit.settle().then(() => visit.status ?? "none"),
        claim: "an interrupted instance has this status", source: `a word on ${interruptPage}; the console says Paused` },
    replay: { when: "interrupted", expected: "accepted", call: (visit) => visit.interrupt("first"),
        claim: "a repeated client token gets the first response, before the status is considered",
        source: `${tokenPages}; the order: unknown` },
    replayedRequestId: { when: "interrupted", expected: "true",
        call: (visit) => visit.interrupt("first").then(({ body }) => String(body.RequestId === visit.interruptId)),
        claim: "the response to a repeated client token has the first request ID", source: tokenPages },
    interruptWhileSuspended: { when: "suspended", expected: invalidState, call: (visit) => visit.interrupt("third"),
        claim: "an interrupt of a suspended instance is rejected", source: codeOnly },
    permission: { when: "denied", expected: "Forbidden.RAM", call: (visit) => visit.interrupt("first", visit.options.denied),
        claim: "a lack of the RAM action is rejected before client token and status are considered",
        source: "the vendor's page on RAM; the order: unknown" },
    mismatch: { when: "interrupted", expected: "IdempotentParameterMismatch", call: (visit) => visit.resume("first"),
        claim: "a client token of another call is rejected", source: sister },
    rejectionForgotten: { when: "rejectedBefore", expected: "accepted", call: (visit) => visit.resume("early"),
        claim: "a client token whose call was rejected for one status is accepted in another", source: "unknown" },
    resume: { when: "suspended", expected: "accepted", call: (visit) => visit.resume("resume"),
        claim: "a resume of a suspended instance is accepted", source: "the vendor's page of ResumeLogstashTask" },
    resumeLeaves: { when: "resumed", expected: "activating", call: async ({ status }) => status,
        claim: "an instance has this status right after an accepted resume", source: "unknown" },
    tokenMemory: { when: "resumed", expected: "accepted", call: (visit) => visit.resumeAgain(),
        claim: "a response is remembered for as long as --token-age says", source: "unknown" },
    interruptWhileIdle: { when: "idle", expected: invalidState, call: (visit) => visit.interrupt("third"),
        claim: "an interrupt is rejected if no change runs", source: codeOnly },
    resumeWhileIdle: { when: "idle", expected: invalidState, call: (visit) => visit.resume("idle"),
        claim: "a resume is rejected if no change runs", source: codeOnly },
    interruptWhileFrozen: { when: "frozen", expected: invalidState, call: (visit) => visit.interrupt("third"),
        claim: "an interrupt of a frozen instance is rejected", source: codeOnly },
    secondResume: { when: "any", expected: "ConcurrencyUpdateInstanceConflict", call: { needs: "a resume that takes long" },
        claim: "a second resume is rejected until the first is over", source: codeOnly },
    unknownInstance: { when: "any", expected: "InstanceNotFound", call: { needs: "the ID of another instance" },
        claim: "an instance that does not exist is rejected", source: interruptPage },
    throttling: { when: "any", expected: "Throttling.User", call: { needs: "a flood of requests" },
        claim: "more than 100 requests a second are rejected", source: `${interruptPage}; the code: ${errorsPage}` },
    tokenInProgress: { when: "any", expected: "TokenPreviousRequestProcessError", call: { needs: "a call that takes long" },
        claim: "a client token whose first call is in progress is rejected", source: tokenPages },
    tokenOwner: { when: "any", expected: "accepted", call: { needs: "a second access key that may interrupt" },
        claim: "a client token belongs to the account in a region, not to an access key", source: "unknown" },
} satisfies Readonly<Record<string, Assumption>> as Readonly<Record<string, Assumption>>;
