/**
 * Every sentence with which a request can end. One function for each ending: what happened, and what to fix.
 */
import { networkCode } from "../operations/networkCodes";
import { descriptorOf, type Operation } from "../operations/operations";
import { serviceCode } from "../operations/serviceCodes";
import { isDenied } from "./classify";
import type { ServiceResponse } from "./response";
import type { Route } from "./service";
import { mayBeApplied, type RequestState, type WaitOptions } from "./state";

/** Why a request failed. */
export interface Failure {
    /** What happened: the first line of the error. */
    readonly what: string;
    readonly fix: string;
}

/** The time budget of a request, and the name of the setting that limits it. */
export interface TimeBudget {
    readonly timeoutSeconds: number;
    /** @default "timeoutSeconds" */
    readonly timeoutName?: string;
}

/** What is known if a run ends without a response that decides. */
export function outcomeSoFar({ acceptance, outcomeUnknown, sent }: RequestState): string {
    if (acceptance !== undefined) {
        return "accepted, but not polled";
    }
    if (outcomeUnknown) {
        return sent
            ? "the request may have been applied"
            : "not sent in this run, and the outcome of the earlier request is still unknown";
    }
    return sent ? "not accepted" : "not sent";
}

export function rejected({ outcomeUnknown }: RequestState, fix: string): Failure {
    return { what: outcomeUnknown ? "rejected, after an attempt that may have been applied" : "rejected", fix };
}

export function neverConnected(state: RequestState, { endpoint, hints, override, proxy }: Route): Failure {
    const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
    const checkProxy = proxy === undefined ? "" : "correct the proxy's variable, or add this host to NO_PROXY; ";
    const checkEndpoint =
        override ??
        `that this machine can reach the public endpoint, or set ${hints.endpoint} to one that it can reach`;
    return {
        what: `${outcomeSoFar(state)}: no connection to ${endpoint}${through} was ever established`,
        fix: `${checkProxy}check ${checkEndpoint}`,
    };
}

/** The budget ended. `status` is what the last poll saw. */
export function timedOut(
    options: WaitOptions & TimeBudget,
    state: RequestState,
    status: string | undefined,
    isUnexpected: boolean,
): Failure {
    const { operation, timeoutSeconds, timeoutName = "timeoutSeconds" } = options;
    const time = `${timeoutSeconds} s (\`${timeoutName}\`)`;
    const seen = status === undefined ? "" : `: the instance is ${status}`;
    if (state.acceptance !== undefined) {
        const target = {
            InterruptLogstashTask: "for `suspended`",
            ResumeLogstashTask: "for the instance to leave `suspended`",
        }[operation];
        return {
            what: `accepted, but timed out after ${time} waiting ${target}${seen}`,
            fix:
                "`pulumi up` polls again and sends nothing. If this resource was destroyed or replaced before, the service " +
                `may have repeated an earlier response and done nothing: ${newRequest(options)}`,
        };
    }
    const { noopArgument } = descriptorOf(operation);
    const skip = isUnexpected ? `. If ${status} means that no change is running, set \`${noopArgument}: "skip"\`` : "";
    if (state.outcomeUnknown) {
        return {
            what: `the request may have been applied: no valid response in ${time}${seen}`,
            fix: `\`pulumi up\` sends the request again with the same client token; ${newRequest(options)}${skip}`,
        };
    }
    const later = `run \`pulumi up\` later, or raise \`${timeoutName}\`${skip}`;
    return state.alreadyInterrupting
        ? {
              what: `another interrupt is being processed; timed out after ${time} waiting for \`suspended\`${seen}`,
              fix: later,
          }
        : { what: `not accepted within ${time}${seen}`, fix: later };
}

export function pollingRejected(cause: "acceptance" | "rejection", response: ServiceResponse, fix: string): Failure {
    const how = isDenied(response) ? "polling was denied" : "polling was rejected";
    return {
        what: cause === "acceptance" ? `accepted, but ${how}` : `rejected because of the instance's status, and ${how}`,
        fix,
    };
}

export function stopped(operation: Operation, state: RequestState): Failure {
    return mayBeApplied(state)
        ? {
              what: "the deployment was stopped before the request ended",
              fix: `\`pulumi up\` finishes the request with the same client token, and does not ${descriptorOf(operation).verb} twice`,
          }
        : { what: `${outcomeSoFar(state)}: the deployment was stopped`, fix: "run `pulumi up` again" };
}

export function cannotTakeRequest(status: string, { outcomeUnknown, acceptance }: RequestState): Failure {
    const problem = `the instance is ${status} and cannot process the request`;
    const what = outcomeUnknown ? `${problem}; an earlier attempt may have been applied` : problem;
    return {
        what: acceptance === undefined ? what : `accepted, but ${problem}`,
        fix: "bring the instance back into service first. An inactive instance is frozen, often because of an overdue payment",
    };
}

/** There is nothing to act on, or no longer, and the program wants that to fail. */
export function nothingToActOn(options: WaitOptions, state: RequestState, status: string): Failure {
    const { verb, noopArgument } = descriptorOf(options.operation);
    const skip = `set \`${noopArgument}: "skip"\` to accept that`;
    const fix = `${newRequest(options)}, or ${skip}`;
    if (state.acceptance !== undefined) {
        return { what: `accepted, but the change has ended by itself: the instance is ${status}`, fix };
    }
    if (state.outcomeUnknown) {
        return {
            what: `the request may have been applied, and nothing is left to ${verb}: the instance is ${status}`,
            fix,
        };
    }
    if (state.alreadyInterrupting) {
        return {
            what: `another interrupt was being processed, but the change has ended by itself: the instance is ${status}`,
            fix,
        };
    }
    const first = {
        InterruptLogstashTask: "start the change first",
        ResumeLogstashTask: "interrupt a change first",
    }[options.operation];
    return { what: `nothing to ${verb}: the instance is ${status}`, fix: `${first}, or ${skip}` };
}

/** There is nothing to act on, or no longer, and the program accepts that: the line that stays on the resource. */
export function skipped({ operation, interruption }: WaitOptions, state: RequestState, status: string): string {
    const { verb } = descriptorOf(operation);
    if (state.acceptance !== undefined) {
        return `accepted, but the change has ended by itself: the instance is ${status}`;
    }
    if (state.outcomeUnknown) {
        return `nothing left to ${verb}: the instance is ${status}; an earlier attempt may have been applied`;
    }
    return operation === "ResumeLogstashTask" && interruption === undefined
        ? `nothing to resume: the instance is ${status}. Does this resource depend on its interrupt (\`dependsOn\`)?`
        : `nothing to ${verb}: the instance is ${status}`;
}

/** The status is not documented, and the program takes it for idle: a warning. */
export function skippedUndocumented(operation: Operation, status: string): string {
    const { noopArgument } = descriptorOf(operation);
    return `the status ${status} is not documented, and \`${noopArgument}: "skip"\` treats the instance as idle`;
}

/** The instance is where it should be, and not by a request of this resource. */
export function alreadyThere(operation: Operation, { alreadyInterrupting }: RequestState, status: string): string {
    return alreadyInterrupting
        ? `${status} by another interrupt, which was being processed already`
        : `already ${status}: nothing was ${descriptorOf(operation).resultProperty}`;
}

/** The status shows that a request was applied whose outcome was unknown. */
export function concluded(operation: Operation, status: string): string {
    return `${descriptorOf(operation).resultProperty}: the status ${status} shows that a request without a valid response was applied`;
}

/** What to fix after a rejection, by its code. */
export function rejectionFix(call: Operation | "DescribeLogstash", response: ServiceResponse, route: Route): string {
    if (isDenied(response)) {
        return `grant the RAM action elasticsearch:${call} on this instance to the identity that deploys`;
    }
    switch (response.kind) {
        case "error": {
            const { fix = seeAbove, endpointMatters } = serviceCode(response.code) ?? {};
            return endpointMatters ? fix + endpointNotes(route) : fix;
        }
        case "notConnected":
            return connectionFix(response, route);
        case "body":
        case "invalidResponse":
        case "noResponse":
        case "notSent":
            return seeAbove;
    }
}

/** What to fix if polls are rejected. */
export function pollingFix(operation: Operation, response: ServiceResponse, route: Route): string {
    const { pollsAfterRejection, waitArgument } = descriptorOf(operation);
    const without = isDenied(response) && !pollsAfterRejection ? `, or set \`${waitArgument}: false\`` : "";
    return rejectionFix("DescribeLogstash", response, route) + without;
}

function connectionFix(
    { code, isRefusedHere }: Extract<ServiceResponse, { kind: "notConnected" }>,
    route: Route,
): string {
    // With a proxy, the host name and the certificate in question are the proxy's.
    if (route.proxy !== undefined && !code.startsWith("Proxy")) {
        return `check the proxy ${route.proxy}`;
    }
    if (isRefusedHere) {
        return `nothing listens on ${route.override ?? route.endpoint}: start the service there, or correct the setting`;
    }
    const fix = networkCode(code)?.fix;
    return (typeof fix === "function" ? fix(route) : fix) ?? seeAbove;
}

/** What else can explain that an instance is not found. */
function endpointNotes({ override, otherRegion }: Route): string {
    const regionNote =
        otherRegion === undefined
            ? ""
            : `; the stack's region is ${otherRegion}, but this resource keeps the region that it was given or created with`;
    return regionNote + (override === undefined ? "" : `; the endpoint is ${override}`);
}

/** How to force a new request. */
function newRequest({ operation, interruption }: WaitOptions): string {
    if (interruption !== undefined) {
        return "use the console to resume now, or give `triggers` in place of `interruption` for one run";
    }
    return {
        InterruptLogstashTask: "change `triggers` to interrupt a newer change",
        ResumeLogstashTask: "change `triggers` to resume again",
    }[operation];
}

const seeAbove = "see the code and the message";
