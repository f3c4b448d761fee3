import { stringField } from "../json";
import { networkCode } from "../operations/networkCodes";
import { descriptorOf, type Operation } from "../operations/operations";
import { rejectionCode } from "../operations/serviceCodes";
import { isDenied } from "./classify";
import type { Route } from "./client";
import type { ServiceResponse } from "./response";

/** A call that went wrong, and what came back. */
export interface Problem {
    readonly call: Operation | "DescribeLogstash";
    readonly reply: ServiceResponse;
}

/** Everything an error tells about a request. */
export interface ErrorReport {
    readonly operation: Operation;
    readonly instanceId: string;
    readonly region: string;
    /** One clause. */
    readonly what: string;
    /** Why nothing was sent, where it was no response that says so. */
    readonly code?: string | undefined;
    /** The last thing that went wrong, if anything did. */
    readonly problem?: Problem | undefined;
    /** Of the acceptance. */
    readonly requestId?: string | undefined;
    /** Where the credentials came from; shown where they are in question. */
    readonly credentialsName?: (() => string) | undefined;
    /** Shown where no connection could be made. */
    readonly route?: Route | undefined;
    /** Requests that were sent. */
    readonly attempts: number;
    readonly elapsedMs: number;
    /** What to change, if the first line does not say it. */
    readonly advice?: string | undefined;
}

/** The one format of every error: what, where, code, message, request ID, attempts, how to fix it. */
export function errorMessage({ operation, instanceId, region, what, problem, ...rest }: ErrorReport): string {
    const reply = problem?.reply;
    const error = reply?.kind === "error" ? reply : undefined;
    const known = error === undefined ? undefined : rejectionCode(error.code);
    const from = problem === undefined || problem.call === operation ? "" : `, from ${problem.call}`;
    const requestId = reply?.kind === "body" ? stringField(reply.body, "RequestId") : error?.requestId;
    const route = reply?.kind === "notConnected" ? rest.route : undefined;
    const rows: ReadonlyArray<readonly [label: string, text: string | undefined]> = [
        ["code", rest.code ?? (problem === undefined ? undefined : codeOf(problem.reply) + from)],
        ["endpoint", route?.override ?? route?.endpoint],
        ["proxy", route?.proxy],
        ["message", known?.omitMessage ? undefined : error?.message],
        ["request ID", requestId ?? rest.requestId],
        ["signed with", known?.aboutIdentity ? rest.credentialsName?.() : undefined],
        ["attempts", `${rest.attempts} in ${seconds(rest.elapsedMs)}`],
        ["fix", rest.advice],
        ["see", error?.recommend],
    ];
    const lines = rows
        .filter(([, text]) => text !== undefined && text !== "")
        .map(([label, text]) => `  ${`${label}:`.padEnd(12)} ${text}`);
    return [`${operation} on ${instanceId} in ${region}: ${what}`, ...lines].join("\n");
}

/** The service's code, or what takes its place where the service did not answer. */
export function codeOf(reply: ServiceResponse): string {
    switch (reply.kind) {
        case "body":
            return `Result is ${resultName(reply.body.Result)}`;
        case "error": {
            const code = reply.code === "" ? "no code" : reply.code;
            return reply.httpStatus === undefined ? code : `${code} (HTTP ${reply.httpStatus})`;
        }
        case "invalidResponse":
            return `unusable answer (${reply.detail})`;
        case "noResponse":
            return `${reply.code} (${networkCode(reply.code)?.words ?? "the connection failed"})`;
        case "notConnected":
            return `${reply.code} (${reply.detail ?? networkCode(reply.code)?.words ?? "no connection"})`;
        case "notSent":
            return reply.detail;
    }
}

/** What to do about a refusal, by its code. */
export function refusalAdvice(call: Problem["call"], reply: ServiceResponse, route?: Route): string {
    if (isDenied(reply)) {
        return `grant the RAM action elasticsearch:${call} on this instance to the identity that deploys`;
    }
    switch (reply.kind) {
        case "error": {
            const { advice = seeAbove, endpointMatters } = rejectionCode(reply.code) ?? {};
            return endpointMatters ? advice + whereNotes(route) : advice;
        }
        case "notConnected": {
            // It is the proxy's name that is looked up, and its certificate that is not trusted.
            if (route?.proxy !== undefined && !reply.code.startsWith("Proxy")) {
                return `check the proxy ${route.proxy}`;
            }
            if (reply.isRefusedHere) {
                return `nothing listens on ${route?.override ?? route?.endpoint}: start the service there, or correct the setting`;
            }
            const advice = networkCode(reply.code)?.advice;
            return (typeof advice === "function" ? route && advice(route) : advice) ?? seeAbove;
        }
        case "body":
        case "invalidResponse":
        case "noResponse":
        case "notSent":
            return seeAbove;
    }
}

/** What to do when the instance may not be looked at. */
export function lookAdvice(operation: Operation, reply: ServiceResponse, route?: Route): string {
    const { pollsWithoutWaiting, waitArgument } = descriptorOf(operation);
    const without = isDenied(reply) && !pollsWithoutWaiting ? `, or set \`${waitArgument}: false\`` : "";
    return refusalAdvice("DescribeLogstash", reply, route) + without;
}

/** What else explains that an instance is not there. */
function whereNotes({ override, otherRegion: other }: Partial<Route> = {}): string {
    const otherRegion = other?.();
    const region = `; the stack's region is ${otherRegion}: that of this resource was given, or recorded when it was created`;
    return (otherRegion === undefined ? "" : region) + (override === undefined ? "" : `; the endpoint is ${override}`);
}

const seeAbove = "see the code and the message";

function resultName(result: unknown): string {
    return result === undefined ? "missing" : typeof result === "boolean" ? String(result) : "not true";
}

/** A length of time for people. */
export function seconds(ms: number): string {
    return `${(ms / 1000).toFixed(1)} s`;
}
