/** What an error code of the service means for the request it answers. */
export type CodeMeaning =
    /** Certainly not done, for a reason that passes. */
    | "retryable"
    /** It may have been done: only the same token finds out. */
    | "outcomeUnknown"
    /** An interrupt was accepted earlier and is being processed. */
    | "alreadyInterrupting"
    /** Refused because of the phase the instance is in. */
    | "invalidState"
    /** Refused for good: the same request would be refused again. */
    | "rejected";

/** What is known of a code. */
export type ServiceCode = PassingCode | RejectionCode;

/** A code after which the request is tried again, or looked after: there is nothing to change. */
interface PassingCode {
    /** The code, or the beginning of it with `*` behind. */
    readonly code: string;
    readonly meaning: Exclude<CodeMeaning, "rejected">;
}

interface RejectionCode {
    readonly code: string;
    readonly meaning: "rejected";
    /** What to change; for a lack of a RAM action the error says it. */
    readonly advice?: string;
    /** It is about who called: the error says whom the request was signed as. */
    readonly aboutIdentity?: true;
    /** The identity lacks a RAM action. */
    readonly denied?: true;
    /** The session has run out: another one can be asked for. */
    readonly expired?: true;
    /** The service's message quotes what was signed, and is left out. */
    readonly omitMessage?: true;
    /** An endpoint that is not that of the region explains it as well. */
    readonly endpointMatters?: true;
}

const checkCredentials = "check the credentials";
const setClock = "set the clock of this machine";

/** The codes of the service; the first that fits counts. The vendor documents them with each API. */
export const serviceCodes: readonly ServiceCode[] = [
    { code: "Throttling*", meaning: "retryable" },
    { code: "TooManyRequests", meaning: "retryable" },
    // Another call or a scheduled task of the instance is being processed, a resume perhaps: a status seen now proves nothing.
    { code: "ConcurrencyUpdateInstanceConflict", meaning: "retryable" },
    { code: "InstanceDuplicateScheduledTask", meaning: "retryable" },
    { code: "ServiceUnavailable", meaning: "outcomeUnknown" },
    { code: "InternalError", meaning: "outcomeUnknown" },
    { code: "InternalServerError", meaning: "outcomeUnknown" },
    // The first request with this token is still running: how it ends is not known yet.
    { code: "TokenPreviousRequestProcessError", meaning: "outcomeUnknown" },
    // The gateway has forwarded a first copy of this signed request: something on the way sent it twice.
    { code: "SignatureNonceUsed", meaning: "outcomeUnknown" },
    { code: "AlreadyReceivedInterruptSignal", meaning: "alreadyInterrupting" },
    { code: "InstanceActivating", meaning: "invalidState" },
    { code: "InstanceStatusNotSupportCurrentAction", meaning: "invalidState" },
    {
        code: "InstanceNotFound",
        meaning: "rejected",
        advice: "`instanceId` and `region` must name an existing Logstash instance of this account",
        endpointMatters: true,
    },
    {
        code: "IdempotentParameterMismatch",
        meaning: "rejected",
        advice: "this `clientToken` was used for another request; give a new one or none",
    },
    {
        code: "InvalidSecurityToken.Expired",
        meaning: "rejected",
        advice: checkCredentials,
        aboutIdentity: true,
        expired: true,
    },
    { code: "InvalidSecurityToken*", meaning: "rejected", advice: checkCredentials, aboutIdentity: true },
    {
        code: "InvalidAccessKeyId*",
        meaning: "rejected",
        advice: `${checkCredentials}: there is no such access key, or it is disabled`,
        aboutIdentity: true,
    },
    {
        code: "SignatureDoesNotMatch",
        meaning: "rejected",
        advice: `${checkCredentials}: the secret is not that of this access key`,
        aboutIdentity: true,
        omitMessage: true,
    },
    {
        code: "MissingSecurityToken",
        meaning: "rejected",
        advice: `${checkCredentials}: a temporary access key needs its security token`,
        aboutIdentity: true,
    },
    {
        code: "IncompleteSignature",
        meaning: "rejected",
        advice: checkCredentials,
        aboutIdentity: true,
        omitMessage: true,
    },
    { code: "InvalidTimeStamp*", meaning: "rejected", advice: setClock },
    { code: "IllegalTimestamp", meaning: "rejected", advice: setClock },
    { code: "Forbidden*", meaning: "rejected", aboutIdentity: true, denied: true },
    { code: "NoPermission", meaning: "rejected", aboutIdentity: true, denied: true },
    { code: "Invalid*", meaning: "rejected" },
];

/** What is known of a code as a refusal, if it is known as one. */
export function rejectionCode(code: string): RejectionCode | undefined {
    const known = serviceCode(code);
    return known?.meaning === "rejected" ? known : undefined;
}

/** The row of a code, if it is a known one. */
export function serviceCode(code: string): ServiceCode | undefined {
    return serviceCodes.find((row) =>
        row.code.endsWith("*") ? code.startsWith(row.code.slice(0, -1)) : code === row.code,
    );
}
