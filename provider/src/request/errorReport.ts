import { stringField } from "../json";
import { networkCode } from "../operations/networkCodes";
import type { Operation } from "../operations/operations";
import { serviceCode } from "../operations/serviceCodes";
import type { ServiceResponse } from "./response";
import type { Route } from "./service";

/** The last call that failed. */
export interface Problem {
    readonly call: Operation | "DescribeLogstash";
    readonly response: ServiceResponse;
}

export interface ErrorReport {
    readonly operation: Operation;
    readonly instanceId: string;
    readonly region: string;
    /** What happened. */
    readonly what: string;
    /** The code, if it does not come from a response. */
    readonly code?: string | undefined;
    readonly problem?: Problem | undefined;
    /** The service's ID of the acceptance. */
    readonly requestId?: string | undefined;
    /** Where the credentials came from. Shown if they are in question. */
    readonly credentialsName?: string | undefined;
    /** Shown if no connection could be established. */
    readonly route?: Route | undefined;
    /** Requests that were sent. */
    readonly attempts: number;
    readonly elapsedMs: number;
    /** What to fix, if the first line does not say it. */
    readonly fix?: string | undefined;
}

/** The format of every error: what, where, code, message, request ID, attempts, fix. */
export function errorText({ operation, instanceId, region, what, problem, ...report }: ErrorReport): string {
    const response = problem?.response;
    const error = response?.kind === "error" ? response : undefined;
    const known = error === undefined ? undefined : serviceCode(error.code);
    const from = problem === undefined || problem.call === operation ? "" : `, from ${problem.call}`;
    const requestId = response?.kind === "body" ? stringField(response.body, "RequestId") : error?.requestId;
    const route = response?.kind === "notConnected" ? report.route : undefined;
    const rows: ReadonlyArray<readonly [label: string, text: string | undefined]> = [
        ["code", report.code ?? (response === undefined ? undefined : codeOf(response) + from)],
        ["endpoint", route?.override ?? route?.endpoint],
        ["proxy", route?.proxy],
        ["message", known?.omitMessage ? undefined : error?.message],
        ["request ID", requestId ?? report.requestId],
        ["signed with", known?.aboutIdentity ? report.credentialsName : undefined],
        ["attempts", `${report.attempts} in ${(report.elapsedMs / 1000).toFixed(1)} s`],
        ["fix", report.fix],
        ["see", error?.recommend],
    ];
    const lines = rows
        .filter(([, text]) => text !== undefined && text !== "")
        .map(([label, text]) => `  ${`${label}:`.padEnd(12)} ${text}`);
    return [`${operation} on ${instanceId} in ${region}: ${what}`, ...lines].join("\n");
}

/** The service's code, or what takes its place if there is none. */
export function codeOf(response: ServiceResponse): string {
    switch (response.kind) {
        case "body":
            return `Result is ${resultName(response.body.Result)}`;
        case "error": {
            const code = response.code === "" ? "no code" : response.code;
            return response.httpStatus === undefined ? code : `${code} (HTTP ${response.httpStatus})`;
        }
        case "invalidResponse":
            return `invalid response (${response.detail})`;
        case "noResponse":
            return `${response.code} (${networkCode(response.code)?.words ?? "the connection failed"})`;
        case "notConnected":
            return `${response.code} (${response.detail ?? networkCode(response.code)?.words ?? "no connection"})`;
        case "notSent":
            return response.detail;
    }
}

function resultName(result: unknown): string {
    if (result === undefined) {
        return "missing";
    }
    return typeof result === "boolean" ? String(result) : "not true";
}
