import { ConfigurationError } from "../configuration";
import { sanitize } from "../sanitize";
import { classifyPoll } from "./classify";
import type { CallLimits, LogstashService } from "./client";
import { afterLook, afterReply, afterStatusSeen, neverAnswered, outOfTime, stopped } from "./decide";
import { errorMessage, type Problem } from "./errorMessage";
import { type Line, Progress } from "./progress";
import type { ServiceResponse } from "./response";
import { attemptUntil, type Budget, type Pause, startBudget } from "./retry";
import {
    type Acceptance,
    acted,
    type Conclusion,
    type Ending,
    isUnderWay,
    mayBeDone,
    type Next,
    ownStatuses,
    type Polls,
    type RequestState,
    unanswered,
    type WaitOptions,
} from "./state";

/** One request of a program. */
export interface Request extends WaitOptions {
    readonly instanceId: string;
    readonly region: string;
    readonly clientToken: string;
    readonly timeoutSeconds: number;
    /** What that time is called where it was given. @default "timeoutSeconds" */
    readonly timeoutName?: string;
    /** Present if an earlier run sent this request and did not learn how it ended; `over`: but saw the change end. */
    readonly earlier?: { readonly acceptance?: Acceptance; readonly over?: boolean };
    /** Whether it supersedes a request of the same resource that may have been applied and is not known to be over. */
    readonly supersedes?: boolean;
}

/** What is recorded about a request. */
export interface Result {
    readonly clientToken: string;
    /** The service's ID of the answer that decided. */
    readonly requestId?: string;
    readonly status: string;
    /** Whether a request of this resource suspended or resumed the instance. */
    readonly acted: boolean;
    /** When the service accepted our token, if it did. */
    readonly acceptedAt?: string;
}

/** How a request ended. */
export type Outcome =
    | { readonly kind: "done"; readonly result: Result; readonly polls: Polls }
    /** It may have been applied, or was accepted and not confirmed in time: the next run finishes it. */
    | { readonly kind: "pending"; readonly result: Result; readonly polls: Polls; readonly message: string }
    /** Nothing is left to be finished, and nothing is recorded. */
    | { readonly kind: "failed"; readonly message: string };

/** What carrying out a request needs from outside. */
export interface RunDeps {
    readonly service: LogstashService;
    /** Milliseconds on a clock that only moves forward. */
    readonly monotonic: () => number;
    readonly now: () => Date;
    readonly random: () => number;
    /** Ends the request at once, wherever it is. */
    readonly signal: AbortSignal;
    readonly log: (line: Line) => void;
}

/** Where no connection has ever stood, a request ends this long after its first attempt to connect. */
export const deadEndpointMs = 60_000;

/**
 * Carries out a request: sends it until the service has answered, always with the same token, then looks until the
 * instance has settled, all within one budget of time.
 */
export async function runRequest(request: Request, means: RunDeps): Promise<Outcome> {
    const budget = startBudget(request.timeoutSeconds * 1000, means.monotonic);
    const pursuit = new Pursuit(request, means, budget);
    const ticker = setInterval(() => pursuit.tick(), 1_000);
    try {
        const ended = await attemptUntil(() => pursuit.try(), { budget, ...means });
        return ended === "timed out" ? pursuit.outOfTime() : ended === "aborted" ? pursuit.stopped() : ended;
    } finally {
        clearInterval(ticker);
    }
}

/** A request on its way: what is known of it so far. */
class Pursuit {
    #known: RequestState;
    /** Requests that were sent; polls are not counted. */
    #attempts = 0;
    /** What went wrong last, until something goes right. */
    #problem: Problem | undefined;
    /** The last look that saw the instance. */
    #seen: { readonly status: string; readonly percent: number | undefined } | undefined;
    /** Times on the budget's clock: of the first attempt to connect, and of the first look. */
    #connectingSinceMs: number | undefined;
    #lookingSinceMs: number | undefined;
    readonly #progress: Progress;

    constructor(
        private readonly request: Request,
        private readonly means: RunDeps,
        private readonly budget: Budget,
    ) {
        const { earlier, operation } = request;
        this.#known = {
            ...(earlier?.acceptance === undefined ? {} : { acceptance: earlier.acceptance }),
            alreadyInterrupting: false,
            outcomeUnknown: earlier !== undefined && earlier.acceptance === undefined,
            supersedes: request.supersedes === true,
            sent: false,
            // An acceptance is recorded as unfinished only after a look that saw the instance on its way.
            seen: earlier?.acceptance !== undefined,
            over: earlier?.over === true,
            polls: { any: false, running: false },
        };
        this.#progress = new Progress(operation, budget, means.log);
    }

    /** One round, unless the user's settings, or a mistake of ours, are in the way of it. */
    async try(): Promise<{ readonly value: Outcome } | { readonly pause: Pause }> {
        try {
            const next = await this.#round();
            // What an aborted call comes back with explains nothing.
            return this.means.signal.aborted && next.kind !== "done" ? { pause: "retry" } : this.#act(next);
        } catch (error) {
            return { value: this.#endWithError(error) };
        }
    }

    /** How it ends when the budget has run out. */
    outOfTime(): Outcome {
        const route = this.means.service.route();
        return this.#end(
            this.#connectingSinceMs === undefined || route.everConnected
                ? outOfTime(this.request, this.#known, this.#seen?.status)
                : neverAnswered(this.#known, route),
        );
    }

    /** How it ends when the deployment is stopped. */
    stopped(): Outcome {
        return this.#end(stopped(this.request.operation, this.#known));
    }

    /** Says how far it is. */
    tick(): void {
        this.#progress.tick({
            isUnderWay: isUnderWay(this.#known),
            attempts: this.#attempts,
            problem: this.#problem,
            status: this.#seen?.status,
            percent: this.#seen?.percent,
        });
    }

    /** Sends the request unless it was accepted, and looks at the instance where that tells something. */
    async #round(): Promise<Next> {
        const { operation, instanceId, clientToken, wait } = this.request;
        const { service, now } = this.means;
        if (isUnderWay(this.#known)) {
            // Without waiting, only what was accepted in an earlier run gets here.
            return wait
                ? this.#look("acceptance")
                : { kind: "done", status: ownStatuses.accepted, acted: acted(operation, this.#known) };
        }
        const reply = await service.send(operation, instanceId, clientToken, this.#limits());
        this.#attempts += reply.kind === "notSent" || reply.kind === "notConnected" ? 0 : 1;
        this.#curtail(reply);
        const { known, next } = afterReply(this.request, this.#known, reply, service.route(), now().toISOString());
        this.#known = known;
        this.#noteProblem(known.acceptance === undefined ? { call: operation, reply } : undefined);
        return next.kind === "look" ? this.#look(next.after) : next;
    }

    /** Looks how far the accepted request is, or why the instance refused it in its phase. */
    async #look(after: "acceptance" | "rejection"): Promise<Next> {
        const { service } = this.means;
        const reply = await service.describe(this.request.instanceId, this.#limits());
        this.#curtail(reply);
        const look = classifyPoll(reply);
        const atMs = this.budget.elapsedMs();
        this.#lookingSinceMs ??= atMs;
        const lookingMs = atMs - this.#lookingSinceMs;
        if (look.kind === "seen") {
            this.#known = afterStatusSeen(this.request.operation, this.#known, after, look.status);
            this.#seen = { status: look.status, percent: look.progress };
            this.#noteProblem(after === "acceptance" ? undefined : this.#problem);
        } else {
            this.#noteProblem({ call: "DescribeLogstash", reply });
        }
        return afterLook(this.request, this.#known, after, { look, reply, route: service.route(), lookingMs });
    }

    /** An aborted call explains nothing. */
    #noteProblem(problem: Problem | undefined): void {
        if (!this.means.signal.aborted) {
            this.#problem = problem;
        }
    }

    /** Where no connection has ever stood, the budget is a short one. */
    #curtail(reply: ServiceResponse): void {
        if (this.means.service.route().everConnected) {
            this.budget.endAt(undefined);
        } else if (reply.kind === "notConnected") {
            this.#connectingSinceMs ??= this.budget.elapsedMs() - reply.afterMs;
            this.budget.endAt(this.#connectingSinceMs + deadEndpointMs);
        }
    }

    #limits(): CallLimits {
        return { leftMs: this.budget.remainingMs(), signal: this.means.signal };
    }

    #act(next: Next): { readonly value: Outcome } | { readonly pause: Pause } {
        switch (next.kind) {
            case "again":
                if (this.#problem !== undefined) {
                    this.#progress.retry(this.#problem);
                }
                return { pause: "retry" };
            case "wait":
                return { pause: "poll" };
            case "done":
            case "failed":
            case "pending":
                return { value: this.#end(next) };
        }
    }

    #end(next: Conclusion): Outcome {
        switch (next.kind) {
            case "done":
                if (next.note !== undefined) {
                    this.#progress.note(next.note, next.isWarning);
                }
                return { kind: "done", result: this.#result(next), polls: this.#known.polls };
            case "pending":
                return this.#pending(this.#message(next.what, next.advice));
            case "failed":
                return { kind: "failed", message: this.#message(next.what, next.advice) };
        }
    }

    #endWithError(error: unknown): Outcome {
        const expected = error instanceof ConfigurationError;
        // Of what nobody has foreseen it is not known how far it came.
        this.#known = { ...this.#known, outcomeUnknown: this.#known.outcomeUnknown || !expected };
        const { operation, instanceId, region } = this.request;
        const what = expected ? unanswered(this.#known) : "an unexpected error, please report it";
        const reason = error instanceof Error ? error.message : String(error);
        const message = expected
            ? this.#message(`${what}: ${reason}`, undefined, "ConfigurationError")
            : `${operation} on ${instanceId} in ${region}: ${what}: ${sanitize(reason)}`;
        return mayBeDone(this.#known) ? this.#pending(message) : { kind: "failed", message };
    }

    #pending(message: string): Outcome {
        // Of a request that was not accepted, nothing is said before its outcome is known.
        const isOurs = this.#known.acceptance !== undefined && acted(this.request.operation, this.#known);
        const result = this.#result({ status: ownStatuses.pending, acted: isOurs });
        return { kind: "pending", result, polls: this.#known.polls, message };
    }

    #result({ status, acted, requestId: decidedBy }: Ending): Result {
        const { acceptance } = this.#known;
        const requestId = acceptance?.requestId ?? decidedBy;
        return {
            clientToken: this.request.clientToken,
            status,
            acted,
            ...(requestId === undefined ? {} : { requestId }),
            ...(acceptance === undefined ? {} : { acceptedAt: acceptance.at }),
        };
    }

    #message(what: string, advice: string | undefined, code?: string): string {
        return errorMessage({
            ...this.request,
            what,
            code,
            problem: this.#problem,
            requestId: this.#known.acceptance?.requestId,
            credentialsName: () => this.means.service.credentialsName(),
            // Wrong settings give no route, and no reply either.
            route: this.#problem?.reply.kind === "notConnected" ? this.means.service.route() : undefined,
            attempts: this.#attempts,
            elapsedMs: this.budget.elapsedMs(),
            advice,
        });
    }
}
