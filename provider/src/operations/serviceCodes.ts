/** What an error code of the service means for the request it answers. */
export type CodeMeaning =
    /** Certainly not done, for a reason that passes. */
    | "notDone"
    /** It may have been done: only the same token finds out. */
    | "inDoubt"
    /** An interrupt was accepted earlier and is being processed. */
    | "interrupting"
    /** Refused because of the phase the instance is in. */
    | "wrongPhase"
    /** Refused for good: the same request would be refused again. */
    | "refused";

/** What is known of a code. */
export type ServiceCode = PassingCode | RefusalCode;

/** A code after which the request is tried again, or looked after: there is nothing to change. */
interface PassingCode {
    /** The code, or the beginning of it with `*` behind. */
    readonly code: string;
    readonly meaning: Exclude<CodeMeaning, "refused">;
}

interface RefusalCode {
    readonly code: string;
    readonly meaning: "refused";
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
    { code: "Throttling*", meaning: "notDone" },
    { code: "TooManyRequests", meaning: "notDone" },
    // Another call or a scheduled task of the instance is being processed, a resume perhaps: a status seen now proves nothing.
    { code: "ConcurrencyUpdateInstanceConflict", meaning: "notDone" },
    { code: "InstanceDuplicateScheduledTask", meaning: "notDone" },
    { code: "ServiceUnavailable", meaning: "inDoubt" },
    { code: "InternalError", meaning: "inDoubt" },
    { code: "InternalServerError", meaning: "inDoubt" },
    // The first request with this token is still running: how it ends is not known yet.
    { code: "TokenPreviousRequestProcessError", meaning: "inDoubt" },
    // The gateway has forwarded a first copy of this signed request: something on the way sent it twice.
    { code: "SignatureNonceUsed", meaning: "inDoubt" },
    { code: "AlreadyReceivedInterruptSignal", meaning: "interrupting" },
    { code: "InstanceActivating", meaning: "wrongPhase" },
    { code: "InstanceStatusNotSupportCurrentAction", meaning: "wrongPhase" },
    {
        code: "InstanceNotFound",
        meaning: "refused",
        advice: "`instanceId` and `region` must name an existing Logstash instance of this account",
        endpointMatters: true,
    },
    {
        code: "IdempotentParameterMismatch",
        meaning: "refused",
        advice: "this `clientToken` was used for another request; give a new one or none",
    },
    {
        code: "InvalidSecurityToken.Expired",
        meaning: "refused",
        advice: checkCredentials,
        aboutIdentity: true,
        expired: true,
    },
    { code: "InvalidSecurityToken*", meaning: "refused", advice: checkCredentials, aboutIdentity: true },
    {
        code: "InvalidAccessKeyId*",
        meaning: "refused",
        advice: `${checkCredentials}: there is no such access key, or it is disabled`,
        aboutIdentity: true,
    },
    {
        code: "SignatureDoesNotMatch",
        meaning: "refused",
        advice: `${checkCredentials}: the secret is not that of this access key`,
        aboutIdentity: true,
        omitMessage: true,
    },
    {
        code: "MissingSecurityToken",
        meaning: "refused",
        advice: `${checkCredentials}: a temporary access key needs its security token`,
        aboutIdentity: true,
    },
    {
        code: "IncompleteSignature",
        meaning: "refused",
        advice: checkCredentials,
        aboutIdentity: true,
        omitMessage: true,
    },
    { code: "InvalidTimeStamp*", meaning: "refused", advice: setClock },
    { code: "IllegalTimestamp", meaning: "refused", advice: setClock },
    { code: "Forbidden*", meaning: "refused", aboutIdentity: true, denied: true },
    { code: "NoPermission", meaning: "refused", aboutIdentity: true, denied: true },
    { code: "Invalid*", meaning: "refused" },
];

/** What is known of a code as a refusal, if it is known as one. */
export function refusalCode(code: string): RefusalCode | undefined {
    const known = serviceCode(code);
    return known?.meaning === "refused" ? known : undefined;
}

/** The row of a code, if it is a known one. */
export function serviceCode(code: string): ServiceCode | undefined {
    return serviceCodes.find((row) =>
        row.code.endsWith("*") ? code.startsWith(row.code.slice(0, -1)) : code === row.code,
    );
}
