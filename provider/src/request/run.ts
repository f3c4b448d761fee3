import { ConfigurationError } from "../configuration";
import type { PollCause } from "../operations/operations";
import { sanitize } from "../sanitize";
import { classifyPoll } from "./classify";
import {
    afterAbort,
    afterNeverConnected,
    afterPoll,
    afterResponse,
    afterTimeout,
    type Ending,
    type Next,
} from "./decide";
import { errorText, type Problem } from "./errorReport";
import { outcomeSoFar, type TimeBudget } from "./messages";
import { type Line, Progress } from "./progress";
import { type ServiceResponse, wasSent } from "./response";
import { attemptUntil, type Budget, type Pause, startBudget } from "./retry";
import type { CallLimits, LogstashService, Route } from "./service";
import {
    type Acceptance,
    initialState,
    isApplied,
    isProcessing,
    mayBeApplied,
    ownStatuses,
    type Polls,
    type RequestState,
    stateAfterPoll,
    type WaitOptions,
} from "./state";

export interface Request extends WaitOptions, TimeBudget {
    readonly instanceId: string;
    readonly region: string;
    readonly clientToken: string;
    /** What an earlier run recorded of this request, if it did not end. */
    readonly earlier?: { readonly acceptance?: Acceptance; readonly over?: boolean };
    /** Whether it supersedes a request of the same resource that may have been applied and is not known to be over. */
    readonly supersedes?: boolean;
}

/** What is recorded of a request. */
export interface Result {
    readonly clientToken: string;
    /** The service's ID of the response that decided. */
    readonly requestId?: string;
    readonly status: string;
    /** Whether a request of this resource suspended or resumed the instance. */
    readonly applied: boolean;
    /** When the service accepted the client token, if it did. */
    readonly acceptedAt?: string;
}

export type Outcome =
    | { readonly kind: "done"; readonly result: Result; readonly polls: Polls }
    /** The request may have been applied, or was accepted and not confirmed in time. The next run finishes it. */
    | { readonly kind: "pending"; readonly result: Result; readonly polls: Polls; readonly message: string }
    /** Nothing is recorded. */
    | { readonly kind: "failed"; readonly message: string };

/** What a run needs from outside. */
export interface RunDeps {
    /** Resolves the settings, once, when the first call is made. Wrong ones are a `ConfigurationError`. */
    readonly openService: () => LogstashService;
    /** Milliseconds on a clock that only moves forward. */
    readonly monotonicMs: () => number;
    readonly now: () => Date;
    readonly random: () => number;
    /** Ends the run at once. */
    readonly signal: AbortSignal;
    readonly log: (line: Line) => void;
}

/** If no connection was ever established, a run ends this long after its first attempt to connect. */
const neverConnectedMs = 60_000;

/**
 * Runs a request: sends it until a response decides, always with the same token, then polls until the instance has reached
 * its target. All of it has one time budget.
 */
export async function runRequest(request: Request, deps: RunDeps): Promise<Outcome> {
    const budget = startBudget(request.timeoutSeconds * 1000, deps.monotonicMs);
    const run = new RequestRun(request, deps, budget);
    const ticker = setInterval(() => run.showProgress(), 1_000);
    try {
        const ended = await attemptUntil(() => run.sendOrPoll(), { budget, ...deps });
        switch (ended) {
            case "timed out":
                return run.timeOut();
            case "aborted":
                return run.abort();
            default:
                return ended;
        }
    } finally {
        clearInterval(ticker);
    }
}

class RequestRun {
    #state: RequestState;
    #service: LogstashService | undefined;
    /** Requests that were sent. Polls are not counted. */
    #attempts = 0;
    /** The last call that failed, until one succeeds. */
    #problem: Problem | undefined;
    /** What the last poll that succeeded saw. */
    #seen: { readonly status: string; readonly percent: number | undefined } | undefined;
    /** Times of the first attempt to connect and of the first poll, on the budget's clock. */
    #connectingSinceMs: number | undefined;
    #pollingSinceMs: number | undefined;
    readonly #progress: Progress;

    constructor(
        private readonly request: Request,
        private readonly deps: RunDeps,
        private readonly budget: Budget,
    ) {
        this.#state = initialState(request.earlier, request.supersedes === true);
        this.#progress = new Progress(request.operation, budget, deps.log);
    }

    /** Sends the request unless it was accepted, and polls if a status decides. */
    async sendOrPoll(): Promise<{ readonly value: Outcome } | { readonly pause: Pause }> {
        try {
            const next = isProcessing(this.#state) ? await this.#waitForTarget() : await this.#send();
            // The response to an aborted call explains nothing.
            // Stryker disable next-line ObjectLiteral,StringLiteral: no pause follows an abort.
            return this.deps.signal.aborted && next.kind !== "done" ? { pause: "retry" } : this.#follow(next);
        } catch (error) {
            return { value: this.#endWithError(error) };
        }
    }

    timeOut(): Outcome {
        const route = this.#service?.route;
        return this.#end(
            this.#connectingSinceMs === undefined || route === undefined || route.everConnected
                ? afterTimeout(this.request, this.#state, this.#seen?.status)
                : afterNeverConnected(this.#state, route),
        );
    }

    abort(): Outcome {
        return this.#end(afterAbort(this.request.operation, this.#state));
    }

    showProgress(): void {
        this.#progress.tick({
            isProcessing: isProcessing(this.#state),
            attempts: this.#attempts,
            problem: this.#problem,
            status: this.#seen?.status,
            percent: this.#seen?.percent,
        });
    }

    async #waitForTarget(): Promise<Next> {
        const { operation, wait } = this.request;
        // Without waiting, only a request that an earlier run saw accepted gets here. It needs no settings.
        return wait
            ? this.#poll("acceptance")
            : { kind: "done", status: ownStatuses.accepted, applied: isApplied(operation, this.#state) };
    }

    async #send(): Promise<Next> {
        const { operation, instanceId, clientToken } = this.request;
        const service = this.#openService();
        const response = await service.send(operation, instanceId, clientToken, this.#limits());
        this.#attempts += wasSent(response) ? 1 : 0;
        this.#capBudget(service.route, response);
        const at = this.deps.now().toISOString();
        const { state, next } = afterResponse(this.request, this.#state, response, service.route, at);
        this.#state = state;
        this.#noteProblem(state.acceptance === undefined ? { call: operation, response } : undefined);
        return next.kind === "poll now" ? this.#poll(next.cause) : next;
    }

    async #poll(cause: PollCause): Promise<Next> {
        const service = this.#openService();
        const response = await service.describe(this.request.instanceId, this.#limits());
        this.#capBudget(service.route, response);
        const result = classifyPoll(response);
        const atMs = this.budget.elapsedMs();
        this.#pollingSinceMs ??= atMs;
        if (result.kind === "seen") {
            this.#state = stateAfterPoll(this.request.operation, this.#state, result.status);
            this.#seen = { status: result.status, percent: result.progress };
            if (cause === "acceptance") {
                this.#noteProblem(undefined);
            }
        } else {
            this.#noteProblem({ call: "DescribeLogstash", response });
        }
        const pollingMs = atMs - this.#pollingSinceMs;
        return afterPoll(this.request, this.#state, cause, { result, response, route: service.route, pollingMs });
    }

    /** An aborted call explains nothing. */
    #noteProblem(problem: Problem | undefined): void {
        if (!this.deps.signal.aborted) {
            this.#problem = problem;
        }
    }

    /** As long as no connection was ever established, the budget is short. */
    #capBudget(route: Route, response: ServiceResponse): void {
        if (route.everConnected) {
            this.budget.endAt(undefined);
        } else if (response.kind === "notConnected") {
            this.#connectingSinceMs ??= this.budget.elapsedMs() - response.afterMs;
            this.budget.endAt(this.#connectingSinceMs + neverConnectedMs);
        }
    }

    #openService(): LogstashService {
        this.#service ??= this.deps.openService();
        return this.#service;
    }

    #limits(): CallLimits {
        return { leftMs: this.budget.remainingMs(), signal: this.deps.signal };
    }

    #follow(next: Next): { readonly value: Outcome } | { readonly pause: Pause } {
        switch (next.kind) {
            case "retry":
                // Stryker disable next-line ConditionalExpression: each retry has a problem, which the types cannot tell.
                if (this.#problem !== undefined) {
                    this.#progress.retry(this.#problem);
                }
                return { pause: "retry" };
            case "poll later":
                // Stryker disable next-line StringLiteral: every pause but "retry" polls.
                return { pause: "poll" };
            case "done":
            case "failed":
            case "pending":
                return { value: this.#end(next) };
        }
    }

    #end(ending: Ending): Outcome {
        switch (ending.kind) {
            case "done":
                if (ending.note !== undefined) {
                    this.#progress.note(ending.note, ending.isWarning);
                }
                return { kind: "done", result: this.#result(ending), polls: this.#state.polls };
            case "pending":
                return this.#pending(this.#errorText(ending));
            case "failed":
                return { kind: "failed", message: this.#errorText(ending) };
        }
    }

    /** The settings prevent the call, or this package has a bug. */
    #endWithError(error: unknown): Outcome {
        const { operation, instanceId, region } = this.request;
        if (error instanceof ConfigurationError) {
            const what = `${outcomeSoFar(this.#state)}: ${error.message}`;
            const message = this.#errorText({ what, code: "ConfigurationError" });
            return mayBeApplied(this.#state) ? this.#pending(message) : { kind: "failed", message };
        }
        // Nobody knows how far the call came, so the request is recorded.
        const reason = sanitize(error instanceof Error ? error.message : String(error));
        return this.#pending(
            `${operation} on ${instanceId} in ${region}: an unexpected error, please report it: ${reason}`,
        );
    }

    #pending(message: string): Outcome {
        // Nothing is claimed for a request whose outcome is unknown.
        const applied = this.#state.acceptance !== undefined && isApplied(this.request.operation, this.#state);
        const result = this.#result({ status: ownStatuses.pending, applied });
        return { kind: "pending", result, polls: this.#state.polls, message };
    }

    #result({ status, applied, requestId }: Pick<Result, "status" | "applied" | "requestId">): Result {
        const { acceptance } = this.#state;
        const decidedBy = acceptance?.requestId ?? requestId;
        return {
            clientToken: this.request.clientToken,
            status,
            applied,
            ...(decidedBy === undefined ? {} : { requestId: decidedBy }),
            ...(acceptance === undefined ? {} : { acceptedAt: acceptance.at }),
        };
    }

    #errorText(ending: { readonly what: string; readonly fix?: string; readonly code?: string }): string {
        return errorText({
            ...this.request,
            ...ending,
            problem: this.#problem,
            requestId: this.#state.acceptance?.requestId,
            credentialsName: this.#service?.credentialsName,
            route: this.#service?.route,
            attempts: this.#attempts,
            elapsedMs: this.budget.elapsedMs(),
        });
    }
}
