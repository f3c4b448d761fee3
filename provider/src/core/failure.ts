import { isDenied } from "./answer";
import { stringField } from "./json";
import type { Operation } from "./operation";
import type { Reply } from "./reply";

/** A call that went wrong, and what came back. */
export interface Problem {
    readonly call: Operation | "DescribeLogstash";
    readonly reply: Reply;
}

/** Everything an error tells about a request. */
export interface Failure {
    readonly operation: Operation;
    readonly instanceId: string;
    readonly region: string;
    /** One clause. */
    readonly what: string;
    /** The last thing that went wrong, if anything did. */
    readonly problem?: Problem | undefined;
    /** Of the acceptance. */
    readonly requestId?: string | undefined;
    /** Where the credentials came from; shown where they are in question. */
    readonly credentialsName?: string | undefined;
    readonly tries: number;
    readonly elapsedMs: number;
    /** What to change. */
    readonly advice: string;
}

/** The one format of every error: what, where, code, message, request ID, tries, how to mend it. */
export function failureMessage({ operation, instanceId, region, what, problem, ...rest }: Failure): string {
    const failure = problem?.reply.kind === "failure" ? problem.reply : undefined;
    const from = problem === undefined || problem.call === operation ? "" : `, from ${problem.call}`;
    const requestId = problem === undefined ? undefined : requestIdOf(problem.reply);
    const rows: ReadonlyArray<readonly [label: string, text: string | undefined]> = [
        ["code", problem === undefined ? undefined : codeOf(problem.reply) + from],
        ["message", failure?.message],
        ["request ID", requestId ?? rest.requestId],
        ["signed with", failure !== undefined && aboutIdentity(failure.code) ? rest.credentialsName : undefined],
        ["tries", `${rest.tries} in ${seconds(rest.elapsedMs)}`],
        ["to mend it", rest.advice],
        ["see", failure?.recommend],
    ];
    const lines = rows
        .filter(([, text]) => text !== undefined && text !== "")
        .map(([label, text]) => `  ${`${label}:`.padEnd(12)} ${text}`);
    return [`${operation} on ${instanceId} in ${region}: ${what}`, ...lines].join("\n");
}

/** The service's code, or what takes its place where the service did not answer. */
export function codeOf(reply: Reply): string {
    switch (reply.kind) {
        case "body":
            return `Result is ${JSON.stringify(reply.body.Result) ?? "missing"}`;
        case "failure": {
            const code = reply.code === "" ? "no code" : reply.code;
            return reply.httpStatus === undefined ? code : `${code} (HTTP ${reply.httpStatus})`;
        }
        case "unusable":
            return `unusable answer (${reply.detail})`;
        case "unreachable":
            return `${reply.code} (${reply.detail})`;
        case "unsent":
            return reply.detail;
    }
}

/** What to do about a refusal, by its code. */
export function refusalAdvice(call: Problem["call"], reply: Reply): string {
    if (isDenied(reply)) {
        return `grant the RAM action elasticsearch:${call} on this instance to the identity that deploys`;
    }
    const code = reply.kind === "failure" || reply.kind === "unreachable" ? reply.code : "";
    return advices.find(([pattern]) => pattern.test(code))?.[1] ?? "see the code and the message";
}

/** What to do when the instance may not be looked at. */
export function lookAdvice({ operation }: Pick<Failure, "operation">, reply: Reply): string {
    const without = operation === "InterruptLogstashTask" ? ", or set `waitForSuspended: false`" : "";
    return refusalAdvice("DescribeLogstash", reply) + (isDenied(reply) ? without : "");
}

function aboutIdentity(code: string): boolean {
    return /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSecurityToken|Forbidden|NoPermission)/.test(code);
}

const advices: ReadonlyArray<readonly [RegExp, string]> = [
    [/^InstanceNotFound$/, "`instanceId` and `region` must name an existing Logstash instance of this account"],
    [/^InvalidAccessKeyId|^SignatureDoesNotMatch$|^InvalidSecurityToken/, "check the credentials"],
    [/^IdempotentParameterMismatch$/, "this `clientToken` was used for another request; give a new one or none"],
    [/^InvalidTimeStamp/, "set the clock of this machine"],
    [/^ENOTFOUND$/, "no such host: check `region` (`alicloud:region`), or set `alicloud:endpoints[0].elasticsearch`"],
    [
        /^(ERR_TLS_|CERT_|SELF_|DEPTH_|UNABLE_)/,
        "trust the certificate's authority with the variable NODE_EXTRA_CA_CERTS",
    ],
];

function requestIdOf(reply: Reply): string | undefined {
    switch (reply.kind) {
        case "body":
            return stringField(reply.body, "RequestId");
        case "failure":
            return reply.requestId;
        case "unusable":
        case "unreachable":
        case "unsent":
            return undefined;
    }
}

/** A length of time for people. */
export function seconds(ms: number): string {
    return `${(ms / 1000).toFixed(1)} s`;
}
