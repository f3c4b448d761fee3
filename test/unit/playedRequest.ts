import { strict as assert } from "node:assert";
import { install } from "@sinonjs/fake-timers";
import type { Line } from "../../provider/src/request/progress";
import type { ServiceResponse } from "../../provider/src/request/response";
import { type Outcome, type Request, runRequest } from "../../provider/src/request/run";
import type { LogstashService } from "../../provider/src/request/service";
import { stackHints } from "../support/hints";
import { accepted, status } from "./responses";
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

/** How a call ends: by itself, or when the deployment is stopped. */
type Step = ServiceResponse | Error | { readonly atStop: ServiceResponse };

/** What happens outside a request. */
export interface Script {
    /** To each request in turn, the last one forever. */
    readonly responses?: readonly Step[];
    /** To each poll in turn, the last one forever. */
    readonly polls?: readonly Step[];
    /** Stops the deployment; after 0 ms, before the run begins. */
    readonly stopAfterMs?: number;
    readonly random?: () => number;
    /** What is wrong with the settings. */
    readonly settings?: Error;
}

/** Runs a request against a script, on a clock that does not wait. */
export async function play(
    { responses = [accepted], polls = [status("suspended")], stopAfterMs, random = () => 0.9, settings }: Script,
    changes: Partial<Request> = {},
) {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    try {
        const tokens: string[] = [];
        const pollsAtMs: number[] = [];
        const lines: Line[] = [];
        let everConnected = false;
        const stop = new AbortController();
        if (stopAfterMs === 0) {
            stop.abort();
        } else if (stopAfterMs !== undefined) {
            clock.setTimeout(() => stop.abort(), stopAfterMs);
        }
        const respond = async (steps: readonly Step[], n: number, leftMs: number): Promise<ServiceResponse> => {
            const step = steps[n] ?? steps.at(-1) ?? assert.fail("no step");
            if (step instanceof Error) {
                throw step;
            }
            if ("atStop" in step) {
                await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
                return step.atStop;
            }
            if (step.kind === "notConnected") {
                await new Promise((resolve) => setTimeout(resolve, Math.min(step.afterMs, leftMs)));
            }
            everConnected ||= step.kind !== "notConnected" && step.kind !== "notSent";
            return step;
        };
        const service: LogstashService = {
            send: (_operation, _instanceId, clientToken, { leftMs }) =>
                respond(responses, tokens.push(clientToken) - 1, leftMs),
            describe: (_instanceId, { leftMs }) => respond(polls, pollsAtMs.push(clock.performance.now()) - 1, leftMs),
            credentialsName: "a test",
            route: {
                endpoint: "a.test",
                hints: stackHints,
                get everConnected() {
                    return everConnected;
                },
            },
        };
        const run = runRequest(
            { ...request, ...changes },
            {
                openService: () => {
                    if (settings !== undefined) {
                        throw settings;
                    }
                    return service;
                },
                monotonicMs: () => clock.performance.now(),
                now: () => new Date(0),
                random,
                signal: stop.signal,
                log: (line) => lines.push(line),
            },
        );
        const ended = run.then((outcome) => ({ outcome, elapsedMs: clock.performance.now() }));
        const { outcome, elapsedMs } = await settled(clock, ended);
        const text = (isEphemeral: boolean) =>
            lines.filter(({ ephemeral }) => ephemeral === isEphemeral).map(({ message }) => message);
        return {
            outcome,
            elapsedMs,
            tokens,
            pollsAtMs,
            lines,
            notes: text(false),
            progress: text(true),
            timersLeft: clock.countTimers(),
        };
    } finally {
        clock.uninstall();
    }
}

/** The message of a request that did not succeed. */
export function messageOf(outcome: Outcome, kind: "failed" | "pending"): string {
    return outcome.kind === kind ? outcome.message : assert.fail(`${outcome.kind}, not ${kind}`);
}
