import { classify, classifyLook } from "./answer";
import { pending } from "./change";
import { ConfigurationError } from "./configuration";
import { codeOf, failureMessage, lookAdvice, type Problem, refusalAdvice, seconds } from "./failure";
import { type Operation, operations } from "./operation";
import { phaseAfterAcceptance, phaseAfterRefusal } from "./phase";
import { type Budget, startBudget, type Try, tryTimeoutMs, tryUntil } from "./retry";
import type { LogstashService } from "./service";

/** One request of a program to interrupt the running change of an instance. */
export interface Request {
    readonly operation: Operation;
    readonly instanceId: string;
    readonly region: string;
    readonly clientToken: string;
    /** Whether to look at the instance: after the acceptance, and when it cannot take the request in its phase. */
    readonly look: boolean;
    /** What it means that there is nothing to act on. */
    readonly whenIdle: "fail" | "skip";
    readonly timeoutSeconds: number;
    /** Present if an earlier run sent this request and did not learn how it ended. */
    readonly earlier?: { readonly acceptance?: Acceptance };
}

/** The service's yes to our token. */
export interface Acceptance {
    readonly requestId?: string;
    /** By our clock, RFC 3339. */
    readonly at: string;
}

/** What is recorded about a request. */
export interface Result {
    readonly clientToken: string;
    /** The service's ID of the answer that decided. */
    readonly requestId?: string;
    readonly status: string;
    /** Absent if the service did not accept our token. */
    readonly acceptedAt?: string;
}

/** How a request ended. */
export type Outcome =
    | { readonly kind: "done"; readonly result: Result }
    /** It may have been done, or was accepted and could not be seen through: the next run finishes it. */
    | { readonly kind: "unfinished"; readonly result: Result; readonly message: string }
    /** Nothing is left to be finished, and nothing is recorded. */
    | { readonly kind: "failed"; readonly message: string };

/** A line for the person who deploys. */
export interface Line {
    readonly message: string;
    /** Shown beside the resource until the next line, and gone at the end. */
    readonly ephemeral: boolean;
}

/** What carrying out a request needs from outside. */
export interface Means {
    readonly service: LogstashService;
    /** Milliseconds on a clock that only moves forward. */
    readonly monotonic: () => number;
    readonly now: () => Date;
    readonly random: () => number;
    /** Ends the request at once, wherever it is. */
    readonly signal: AbortSignal;
    readonly log: (line: Line) => void;
}

/** The status of a record whose request was accepted and nobody looked. */
const accepted = "accepted";

/**
 * Carries out a request: sends it until the service has answered, always with the same token, then looks until the
 * instance has settled, all within one budget of time.
 */
export async function carryOut(request: Request, means: Means): Promise<Outcome> {
    const budget = startBudget(request.timeoutSeconds * 1000, means.monotonic);
    const pursuit = new Pursuit(request, means, budget);
    const ticker = setInterval(() => pursuit.tick(), 1_000);
    try {
        const outcome = await tryUntil((timeoutMs) => pursuit.try(timeoutMs), { budget, ...means });
        return outcome ?? pursuit.outOfTime();
    } finally {
        clearInterval(ticker);
    }
}

type Attempted = Try<Outcome>;
const again: Attempted = { kind: "failed" };

/** A request on its way: what is known of it so far. */
class Pursuit {
    #tries = 0;
    #acceptance: Acceptance | undefined;
    /** Somebody's signal is being processed, and ours was not accepted. */
    #signalled = false;
    /** Some try of ours may have been done without our knowing. */
    #uncertain: boolean;
    /** What went wrong last, until something goes right. */
    #problem: Problem | undefined;
    #status: string | undefined;
    #percent: number | undefined;
    #noted = new Set<string>();
    #shown: string | undefined;
    #quietTicks = 0;

    constructor(
        private readonly request: Request,
        private readonly means: Means,
        private readonly budget: Budget,
    ) {
        this.#acceptance = request.earlier?.acceptance;
        this.#uncertain = request.earlier !== undefined;
    }

    /** One round, unless the user's settings, or a mistake of ours, are in the way of it. */
    async try(timeoutMs: number): Promise<Attempted> {
        this.#tries += 1;
        try {
            return await this.#round(timeoutMs);
        } catch (error) {
            this.means.signal.throwIfAborted();
            const expected = error instanceof ConfigurationError;
            // Of what nobody has foreseen it is not known how far it came.
            this.#uncertain ||= !expected;
            const { operation, instanceId, region } = this.request;
            const outcome = this.#taken() ? "accepted, but nobody can look" : "not sent";
            const reason = error instanceof Error ? error.message : String(error);
            const what = expected ? outcome : "an unexpected error, please report it";
            const message = `${operation} on ${instanceId} in ${region}: ${what}: ${reason}`;
            return { kind: "ended", value: this.#ending(message) };
        }
    }

    /** Sends the request unless it was accepted, and looks at the instance where that tells something. */
    async #round(timeoutMs: number): Promise<Attempted> {
        if (this.#acceptance === undefined && !this.#signalled) {
            const { operation, instanceId, clientToken } = this.request;
            const { service, signal } = this.means;
            const reply = await service.signal(operation, instanceId, clientToken, {
                timeoutMs,
                patienceMs: this.budget.remainingMs(),
                signal,
            });
            const answer = classify(reply);
            this.#problem = answer.kind === "accepted" ? undefined : { call: operation, reply };
            switch (answer.kind) {
                case "accepted":
                    this.#acceptance = { ...answer, at: this.means.now().toISOString() };
                    break;
                case "signalled":
                    // An interrupt is being processed: the end of that is what a resume waits for.
                    if (operation === "ResumeLogstashTask") {
                        return this.#again();
                    }
                    this.#signalled = true;
                    break;
                case "unknown":
                    this.#uncertain = true;
                    return this.#again();
                case "notDone":
                    return this.#again();
                case "unconnectable":
                    // A host that was there a moment ago comes back; one that never was has a wrong name.
                    return this.#tries > 1 ? this.#again() : this.#fail("not sent", refusalAdvice(operation, reply));
                case "wrongPhase":
                    return this.request.look ? this.#look(true) : this.#again();
                case "refused":
                    return this.#fail(
                        this.#uncertain ? "refused, after a try that may have been done" : "refused",
                        refusalAdvice(operation, reply),
                    );
            }
        }
        return this.request.look ? this.#look(false) : this.#done(accepted);
    }

    /** Looks how far the accepted request is, or why the instance refused it in its phase. */
    async #look(refused: boolean): Promise<Attempted> {
        const { operation, instanceId } = this.request;
        const patienceMs = this.budget.remainingMs();
        const timeoutMs = Math.max(1, Math.min(tryTimeoutMs, patienceMs));
        const { signal } = this.means;
        const reply = await this.means.service.describe(instanceId, { timeoutMs, patienceMs, signal });
        const look = classifyLook(reply);
        switch (look.kind) {
            case "seen":
                break;
            case "unseen":
                this.#problem = { call: "DescribeLogstash", reply };
                return this.#again();
            case "denied":
            case "refused":
                // A resume is over with its acceptance; the look only adds the status.
                if (operation === "ResumeLogstashTask" && !refused) {
                    return this.#done(accepted);
                }
                this.#problem = { call: "DescribeLogstash", reply };
                return this.#fail(
                    `${refused ? "refused in this phase" : "accepted"}, but nobody may look`,
                    lookAdvice(this.request, reply),
                );
        }
        this.#status = look.status;
        this.#percent = look.progress;
        const phase = refused
            ? phaseAfterRefusal(operation, look.status)
            : phaseAfterAcceptance(operation, look.status);
        switch (phase) {
            case "settled":
                return this.#done(look.status, look.requestId);
            case "transitional":
                if (refused) {
                    return this.#again();
                }
                this.#problem = undefined;
                return { kind: "waiting" };
            case "idle":
                return this.#idle(look.status, look.requestId);
            case "broken":
                return this.#fail(
                    `the instance is ${look.status} and cannot take it`,
                    "bring the instance back to work first; an inactive one is frozen, often for an overdue payment",
                );
        }
    }

    #again(): Attempted {
        const code = this.#problem === undefined ? "" : codeOf(this.#problem.reply);
        if (!this.#noted.has(code)) {
            this.#noted.add(code);
            const token = this.#problem?.call === "DescribeLogstash" ? "" : " with the same token";
            this.#note(`${this.#problem?.call}: ${code}; trying again${token}`);
        }
        return again;
    }

    #done(status: string, decidedBy?: string): Attempted {
        // Only where there was something to wait for or to retry: otherwise the CLI's own line says it all.
        if (this.#tries > 1) {
            this.#note(`${status} after ${this.#tries} tries in ${seconds(this.budget.elapsedMs())}`);
        }
        return { kind: "ended", value: { kind: "done", result: this.#result(status, decidedBy) } };
    }

    #idle(status: string, decidedBy?: string): Attempted {
        const { operation, clientToken, whenIdle } = this.request;
        const { verb, idleArgument } = operations[operation];
        if (whenIdle === "skip") {
            this.#note(`nothing to ${verb}: the instance is ${status}`);
            const result = { clientToken, status, ...(decidedBy === undefined ? {} : { requestId: decidedBy }) };
            return { kind: "ended", value: { kind: "done", result } };
        }
        const skip = `set \`${idleArgument}: "skip"\` if that is fine`;
        const message = this.#taken()
            ? this.#message(
                  `accepted, but the change has ended by itself: the instance is ${status}`,
                  `to ${verb} a newer change, change \`triggers\`; ${skip}`,
              )
            : this.#message(`nothing to ${verb}: the instance is ${status}`, skip);
        return { kind: "ended", value: { kind: "failed", message } };
    }

    #fail(what: string, advice: string): Attempted {
        return { kind: "ended", value: this.#ending(this.#message(what, advice)) };
    }

    /** How it ends when the budget has run out. */
    outOfTime(): Outcome {
        const { operation, timeoutSeconds } = this.request;
        const within = `within ${timeoutSeconds} s (\`timeoutSeconds\`)`;
        const status = this.#status === undefined ? "" : `: the instance is ${this.#status}`;
        const finish =
            "`pulumi up` finishes this request with the same token; " +
            `to ${operations[operation].verb} a newer change instead, change \`triggers\``;
        if (this.#taken()) {
            return this.#ending(this.#message(`accepted, but not seen through ${within}${status}`, finish));
        }
        return this.#ending(
            this.#uncertain
                ? this.#message(`it is not known whether it was done, no usable answer came ${within}`, finish)
                : this.#message(`not accepted ${within}${status}`, "run `pulumi up` later, or raise `timeoutSeconds`"),
        );
    }

    /** Says how far it is when that has changed, and every ten seconds: without a terminal each line stays. */
    tick(): void {
        const progress = this.#progress();
        this.#quietTicks += 1;
        if (progress !== this.#shown || this.#quietTicks === 10) {
            const left = `${Math.ceil(this.budget.remainingMs() / 1000)} s left`;
            this.means.log({ message: `${progress}, ${left}`, ephemeral: true });
            this.#shown = progress;
            this.#quietTicks = 0;
        }
    }

    #progress(): string {
        const { verb } = operations[this.request.operation];
        const percent = this.#percent === undefined ? [] : [`${Math.round(this.#percent)} %`];
        const problem = this.#problem === undefined ? [] : [codeOf(this.#problem.reply)];
        const status = this.#status === undefined ? [] : [this.#status];
        const phase = this.#taken() ? "waiting" : `asking to ${verb}`;
        return `${phase}: ${[...status, ...percent, ...problem, `try ${this.#tries}`].join(", ")}`;
    }

    #taken(): boolean {
        return this.#acceptance !== undefined || this.#signalled;
    }

    /** Whatever may have been done is recorded, so that it is never lost; what certainly was not leaves no trace. */
    #ending(message: string): Outcome {
        return this.#uncertain || this.#taken()
            ? { kind: "unfinished", result: this.#result(pending), message }
            : { kind: "failed", message };
    }

    #result(status: string, decidedBy?: string): Result {
        const requestId = this.#acceptance?.requestId ?? decidedBy;
        return {
            clientToken: this.request.clientToken,
            status,
            ...(requestId === undefined ? {} : { requestId }),
            ...(this.#acceptance === undefined ? {} : { acceptedAt: this.#acceptance.at }),
        };
    }

    #message(what: string, advice: string): string {
        return failureMessage({
            ...this.request,
            what,
            problem: this.#problem,
            requestId: this.#acceptance?.requestId,
            credentialsName: this.means.service.credentialsName(),
            tries: this.#tries,
            elapsedMs: this.budget.elapsedMs(),
            advice,
        });
    }

    #note(message: string): void {
        this.means.log({ message, ephemeral: false });
    }
}
