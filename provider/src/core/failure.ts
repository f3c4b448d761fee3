import type { Reply } from "./reply";

/** Everything an error tells about a call that failed. */
export interface FailedCall {
    /** One clause: what failed. */
    readonly what: string;
    readonly instanceId: string;
    readonly region: string;
    readonly reply: Reply;
    readonly tries: number;
    readonly elapsedMs: number;
    /** What to change; derived from the reply when the call knows nothing better. */
    readonly advice?: string;
}

/** The one format of every error about a call: what, where, code, message, request ID, tries, how to mend it. */
export function failureMessage(call: FailedCall): string {
    const { reply } = call;
    const rows: Array<readonly [label: string, text: string | undefined]> = [
        ["code", codeOf(reply)],
        ["message", reply.kind === "failure" ? reply.message : undefined],
        ["request ID", reply.kind === "failure" ? reply.requestId : requestIdOf(reply)],
        ["tries", `${call.tries} in ${(call.elapsedMs / 1000).toFixed(1)} s`],
        ["to mend it", call.advice ?? adviceFor(reply)],
        ["see", reply.kind === "failure" ? reply.recommend : undefined],
    ];
    const width = Math.max(...rows.map(([label]) => label.length)) + 1;
    const lines = rows
        .filter(([, text]) => text !== undefined && text !== "")
        .map(([label, text]) => `  ${`${label}:`.padEnd(width)} ${text}`);
    return [`${call.what} for instance ${call.instanceId} in ${call.region}`, ...lines].join("\n");
}

/** What can be done about a refusal, by its code. */
export function adviceFor(reply: Reply): string {
    const code = reply.kind === "failure" ? reply.code : reply.kind === "unreachable" ? reply.code : "";
    return advices.find(([pattern]) => pattern.test(code))?.[1] ?? "run `pulumi up` again; it sends the same request";
}

const advices: ReadonlyArray<readonly [RegExp, string]> = [
    [/^InstanceNotFound$/, "`instanceId` and `region` must name an existing Logstash instance of this account"],
    [
        /^InvalidAccessKeyId|^SignatureDoesNotMatch$|^InvalidSecurityToken/,
        "check the credentials; see the README's table of configuration",
    ],
    [/^Forbidden|^NoPermission$/, "grant the RAM action that the message names to the identity that deploys"],
    [
        /^IdempotentParameterMismatch$/,
        "this `clientToken` was used for another request; give a new one, or leave it out",
    ],
    [/^InvalidTimeStamp/, "set the clock of this machine"],
    [/^(ENOTFOUND|EAI_AGAIN)$/, "check the region, or set `alicloud:endpoints[0].elasticsearch`"],
];

function codeOf(reply: Reply): string {
    switch (reply.kind) {
        case "body":
            return `Result is ${JSON.stringify(reply.body.Result) ?? "missing"}`;
        case "failure":
            return reply.httpStatus === undefined ? reply.code : `${reply.code} (HTTP ${reply.httpStatus})`.trim();
        case "unusable":
            return `an unusable answer: ${reply.detail}`;
        case "unreachable":
            return `${reply.code}: ${reply.detail}`;
    }
}

function requestIdOf(reply: Reply): string | undefined {
    const requestId = reply.kind === "body" ? reply.body.RequestId : undefined;
    return typeof requestId === "string" ? requestId : undefined;
}
