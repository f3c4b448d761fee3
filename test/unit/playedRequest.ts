import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import type { Line } from "../../provider/src/request/progress";
import type { ServiceResponse } from "../../provider/src/request/response";
import { type Outcome, type Request, runRequest } from "../../provider/src/request/run";
import { stackHints } from "../support/hints";
import { error } from "./replies";
import { settled } from "./steppedTime";

const request: Request = {
    operation: "InterruptLogstashTask",
    instanceId: "ls-cn-1",
    region: "cn-hangzhou",
    clientToken: "T",
    wait: true,
    onNoop: "fail",
    timeoutSeconds: 60,
};

export const accepted: ServiceResponse = { kind: "body", body: { Result: true, RequestId: "R-yes" } };
export const reset: ServiceResponse = { kind: "noResponse", code: "ECONNRESET" };
export const throttled = error("Throttling.User");
export const wrongPhase = error("InstanceActivating");
export const notFound = error("InstanceNotFound", 404, { requestId: "R-no" });
export const forbidden = error("Forbidden.RAM", 403);
export const interrupting = error("AlreadyReceivedInterruptSignal");
export const is = (status: string): ServiceResponse => ({
    kind: "body",
    body: { RequestId: "R-look", Result: { status } },
});

/** A call that ends with the deployment only: it was handed to a connection, or waits for one. */
type Hanging = "hang" | "wait";

interface Script {
    /** To each request in turn, the last one for ever; one without a connection comes after the time that it says. */
    readonly sends?: readonly (ServiceResponse | Error | Hanging)[];
    /** To each poll in turn, the last one for ever. */
    readonly looks?: readonly (ServiceResponse | Hanging)[];
    /** What pauses are drawn with. */
    readonly random?: () => number;
    /** Names the credentials, which settings may not give. */
    readonly credentialsName?: () => string;
}

const isConnected = ({ kind }: ServiceResponse) => kind !== "notConnected" && kind !== "notSent";
const unsent: ServiceResponse = { kind: "notSent", detail: "the deployment was stopped" };
const lost: ServiceResponse = { kind: "noResponse", code: "Aborted" };

/** What a call that hangs comes to when the deployment is stopped. */
function stoppedCall(hanging: Hanging, signal: AbortSignal): Promise<ServiceResponse> {
    const reply = hanging === "hang" ? lost : unsent;
    return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(reply));
    });
}

/** Carries out a request on a clock that does not wait, against a service that plays a script; stopped after 0 ms, it was so before. */
export async function play(
    { sends = [accepted], looks = [is("suspended")], random = () => 0.9, credentialsName = () => "a test" }: Script,
    changes: Partial<Request> = {},
    stopAfterMs?: number,
) {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    try {
        const tokens: string[] = [];
        const lines: Line[] = [];
        /** When each look began. */
        const looksAtMs: number[] = [];
        let everConnected = false;
        const stop = new AbortController();
        const stopNow = () => stop.abort(new Error("stopped"));
        if (stopAfterMs === 0) {
            stopNow();
        } else if (stopAfterMs !== undefined) {
            clock.setTimeout(stopNow, stopAfterMs);
        }
        let elapsedMs = 0;
        const outcome = runRequest(
            { ...request, ...changes },
            {
                service: {
                    async send(_operation, _instanceId, clientToken, { leftMs, signal }) {
                        tokens.push(clientToken);
                        const reply = sends[tokens.length - 1] ?? sends.at(-1) ?? accepted;
                        if (typeof reply === "string") {
                            return stoppedCall(reply, signal);
                        }
                        if (reply instanceof Error) {
                            throw reply;
                        }
                        if (reply.kind === "notConnected") {
                            await new Promise((resolve) => setTimeout(resolve, Math.min(reply.afterMs, leftMs)));
                        }
                        everConnected ||= isConnected(reply);
                        return reply;
                    },
                    credentialsName,
                    route: () => ({ endpoint: "a.test", hints: stackHints, everConnected }),
                    async describe(_instanceId, { signal }) {
                        looksAtMs.push(clock.performance.now());
                        const reply = looks[looksAtMs.length - 1] ?? looks.at(-1) ?? is("suspended");
                        if (typeof reply === "string") {
                            return stoppedCall(reply, signal);
                        }
                        everConnected ||= isConnected(reply);
                        return reply;
                    },
                },
                monotonic: () => clock.performance.now(),
                now: () => new Date(0),
                random,
                signal: stop.signal,
                log: (line) => lines.push(line),
            },
        );
        const noteEnd = () => {
            elapsedMs = clock.performance.now();
        };
        void outcome.then(noteEnd, noteEnd);
        const ended = await settled(clock, outcome);
        return {
            outcome: ended,
            tokens,
            looked: looksAtMs.length,
            looksAtMs,
            lines,
            elapsedMs,
            timersLeft: clock.countTimers(),
        };
    } finally {
        clock.uninstall();
    }
}

export const acceptance = { clientToken: "T", requestId: "R-yes", acted: true, acceptedAt: "1970-01-01T00:00:00.000Z" };

/** An accepted request that ended; `running` if a poll has seen `active` or `activating`. */
export const done = (status: string, running = false) => ({
    kind: "done",
    result: { ...acceptance, status },
    polls: { any: status !== "accepted", running },
});

/** A request that ended without an acceptance. */
export const doneWithout = (status: string, { acted = false, running = false } = {}) => ({
    kind: "done",
    result: { clientToken: "T", status, acted, requestId: "R-look" },
    polls: { any: true, running },
});

export function messageOf(outcome: Outcome, kind: "failed" | "pending"): string {
    if (outcome.kind !== kind) {
        assert.fail(`${outcome.kind} where ${kind} was expected`);
    }
    return outcome.message;
}
