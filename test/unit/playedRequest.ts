import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import type { Line } from "../../provider/src/core/progress";
import type { Reply } from "../../provider/src/core/reply";
import { carryOut, type Outcome, type Request } from "../../provider/src/core/request";
import { waysOfStack } from "../ways";
import { error } from "./replies";
import { settled } from "./steppedTime";

const request: Request = {
    operation: "InterruptLogstashTask",
    instanceId: "ls-cn-1",
    region: "cn-hangzhou",
    clientToken: "T",
    wait: true,
    whenNothing: "fail",
    timeoutSeconds: 60,
};

export const accepted: Reply = { kind: "body", body: { Result: true, RequestId: "R-yes" } };
export const reset: Reply = { kind: "lost", code: "ECONNRESET" };
export const throttled = error("Throttling.User");
export const wrongPhase = error("InstanceActivating");
export const notFound = error("InstanceNotFound", 404, { requestId: "R-no" });
export const forbidden = error("Forbidden.RAM", 403);
export const interrupting = error("AlreadyReceivedInterruptSignal");
export const is = (status: string): Reply => ({ kind: "body", body: { RequestId: "R-look", Result: { status } } });

interface Script {
    /**
     * To each request in turn, the last one for ever; one without a connection comes after the time that it says. One that
     * hangs was sent, and one that waits was not; both end with the deployment.
     */
    readonly sends?: readonly (Reply | Error | "hang" | "wait")[];
    /** To each look in turn, the last one for ever; one that hangs ends with the deployment. */
    readonly looks?: readonly (Reply | "hang")[];
    /** What pauses are drawn with. */
    readonly random?: () => number;
}

const isConnected = ({ kind }: Reply) => kind !== "unconnected" && kind !== "unsent";

/** As the service ends a call on an abort. */
function abortedReply(signal: AbortSignal, kind: "lost" | "unsent"): Promise<Reply> {
    return new Promise((resolve) => {
        const reply: Reply =
            kind === "lost" ? { kind, code: "Aborted" } : { kind, detail: "the deployment was stopped" };
        signal.addEventListener("abort", () => resolve(reply));
    });
}

/** Carries out a request on a clock that does not wait, against a service that plays a script; stopped after 0 ms, it was so before. */
export async function play(
    { sends = [accepted], looks = [is("suspended")], random = () => 0.9 }: Script,
    changes: Partial<Request> = {},
    stopAfterMs?: number,
) {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    try {
        const tokens: string[] = [];
        const lines: Line[] = [];
        /** When each look began. */
        const looksAtMs: number[] = [];
        let stood = false;
        const stop = new AbortController();
        const stopNow = () => stop.abort(new Error("stopped"));
        if (stopAfterMs === 0) {
            stopNow();
        } else if (stopAfterMs !== undefined) {
            clock.setTimeout(stopNow, stopAfterMs);
        }
        let elapsedMs = 0;
        const outcome = carryOut(
            { ...request, ...changes },
            {
                service: {
                    async send(_operation, _instanceId, clientToken, { leftMs, signal }) {
                        tokens.push(clientToken);
                        const reply = sends[tokens.length - 1] ?? sends.at(-1) ?? accepted;
                        if (reply === "hang") {
                            return abortedReply(signal, "lost");
                        }
                        if (reply === "wait") {
                            return abortedReply(signal, "unsent");
                        }
                        if (reply instanceof Error) {
                            throw reply;
                        }
                        if (reply.kind === "unconnected") {
                            await new Promise((resolve) => setTimeout(resolve, Math.min(reply.afterMs, leftMs)));
                        }
                        stood ||= isConnected(reply);
                        return reply;
                    },
                    credentialsName: () => "a test",
                    route: () => ({ endpoint: "a.test", ways: waysOfStack, stood }),
                    async describe(_instanceId, { signal }) {
                        looksAtMs.push(clock.performance.now());
                        const reply = looks[looksAtMs.length - 1] ?? looks.at(-1) ?? is("suspended");
                        if (reply === "hang") {
                            return abortedReply(signal, "lost");
                        }
                        stood ||= isConnected(reply);
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
export const done = (status: string) => ({ kind: "done", result: { ...acceptance, status } });

export function messageOf(outcome: Outcome, kind: "failed" | "pending"): string {
    if (outcome.kind !== kind) {
        assert.fail(`${outcome.kind} where ${kind} was expected`);
    }
    return outcome.message;
}
