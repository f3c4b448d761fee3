/** What an error code means for the request that it responds to. */
export type CodeMeaning =
    /** Not applied, for a reason that passes. */
    | "retryable"
    /** The request may have been applied. Only the same token can tell. */
    | "outcomeUnknown"
    /** An interrupt was accepted earlier and is being processed. */
    | "alreadyInterrupting"
    /** Rejected because of the instance's status. */
    | "invalidState"
    /** Rejected for good: the same request would be rejected again. */
    | "rejected";

/** What is known of a code. Only rejections have more than a meaning: after the others there is nothing to fix. */
export interface ServiceCode {
    /** The code, or its prefix and `*`. */
    readonly code: string;
    readonly meaning: CodeMeaning;
    /** What to fix. For a missing RAM action the message is built from the call. */
    readonly fix?: string;
    /** The error says which credentials signed the request. */
    readonly aboutIdentity?: true;
    /** The identity lacks a RAM action. */
    readonly denied?: true;
    /** The session has expired: new credentials can be requested. */
    readonly expired?: true;
    /** The service's message quotes what was signed, so it is left out. */
    readonly omitMessage?: true;
    /** The endpoint of another region is a possible reason. */
    readonly endpointMatters?: true;
}

const checkCredentials = "check the credentials";
const setClock = "set the clock of this machine";

/** The codes of the service. The first row that matches decides. The vendor documents the codes with each API. */
export const serviceCodes: readonly ServiceCode[] = [
    { code: "Throttling*", meaning: "retryable" },
    { code: "TooManyRequests", meaning: "retryable" },
    // Another call or a scheduled task of the instance is being processed. It may be a resume, so the status proves nothing now.
    { code: "ConcurrencyUpdateInstanceConflict", meaning: "retryable" },
    { code: "InstanceDuplicateScheduledTask", meaning: "retryable" },
    { code: "ServiceUnavailable", meaning: "outcomeUnknown" },
    { code: "InternalError", meaning: "outcomeUnknown" },
    { code: "InternalServerError", meaning: "outcomeUnknown" },
    // The first request with this token is still running.
    { code: "TokenPreviousRequestProcessError", meaning: "outcomeUnknown" },
    // The gateway has forwarded a first copy of this signed request: something between sent it twice.
    { code: "SignatureNonceUsed", meaning: "outcomeUnknown" },
    { code: "AlreadyReceivedInterruptSignal", meaning: "alreadyInterrupting" },
    { code: "InstanceActivating", meaning: "invalidState" },
    { code: "InstanceStatusNotSupportCurrentAction", meaning: "invalidState" },
    {
        code: "InstanceNotFound",
        meaning: "rejected",
        fix: "`instanceId` and `region` must name an existing Logstash instance of this account",
        endpointMatters: true,
    },
    {
        code: "IdempotentParameterMismatch",
        meaning: "rejected",
        fix: "this `clientToken` was used for another request; give a new one or none",
    },
    {
        code: "InvalidSecurityToken.Expired",
        meaning: "rejected",
        fix: checkCredentials,
        aboutIdentity: true,
        expired: true,
    },
    { code: "InvalidSecurityToken*", meaning: "rejected", fix: checkCredentials, aboutIdentity: true },
    {
        code: "InvalidAccessKeyId*",
        meaning: "rejected",
        fix: `${checkCredentials}: there is no such access key, or it is disabled`,
        aboutIdentity: true,
    },
    {
        code: "SignatureDoesNotMatch",
        meaning: "rejected",
        fix: `${checkCredentials}: the secret is not that of this access key`,
        aboutIdentity: true,
        omitMessage: true,
    },
    {
        code: "MissingSecurityToken",
        meaning: "rejected",
        fix: `${checkCredentials}: a temporary access key needs its security token`,
        aboutIdentity: true,
    },
    {
        code: "IncompleteSignature",
        meaning: "rejected",
        fix: checkCredentials,
        aboutIdentity: true,
        omitMessage: true,
    },
    { code: "InvalidTimeStamp*", meaning: "rejected", fix: setClock },
    { code: "IllegalTimestamp", meaning: "rejected", fix: setClock },
    { code: "Forbidden*", meaning: "rejected", aboutIdentity: true, denied: true },
    { code: "NoPermission", meaning: "rejected", aboutIdentity: true, denied: true },
    { code: "Invalid*", meaning: "rejected" },
];

export function serviceCode(code: string): ServiceCode | undefined {
    return rowOf(code, serviceCodes);
}

/** The first row that has a code, or a prefix of it and `*`. */
export function rowOf<Row extends { readonly code: string }>(code: string, rows: readonly Row[]): Row | undefined {
    return rows.find((row) => (row.code.endsWith("*") ? code.startsWith(row.code.slice(0, -1)) : code === row.code));
}
