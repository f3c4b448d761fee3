import { descriptorOf, type Operation } from "../operations/operations";
import { codeOf, type Problem } from "./errorMessage";
import type { Budget } from "./retry";

/** A line for the person who deploys. */
export interface Line {
    readonly message: string;
    /** Shown beside the resource until the next line, and gone at the end. */
    readonly ephemeral: boolean;
    /** Shown as a warning. */
    readonly isWarning?: boolean | undefined;
}

/** How far a request is, for the lines about it. */
export interface Stage {
    readonly isUnderWay: boolean;
    /** Requests that were sent. */
    readonly attempts: number;
    readonly problem: Problem | undefined;
    readonly status: string | undefined;
    readonly percent: number | undefined;
}

/** The lines about one request: a passing one while it goes on, and few that stay. */
export class Progress {
    #shown: string | undefined;
    #quietTicks = 0;
    readonly #noted = new Set<string>();

    constructor(
        private readonly operation: Operation,
        private readonly budget: Budget,
        private readonly log: (line: Line) => void,
    ) {}

    /** Says each second how far it is if that has changed, and every ten: without a terminal each line stays. */
    tick(stage: Stage): void {
        const progress = this.#describe(stage);
        this.#quietTicks += 1;
        if (progress !== this.#shown || this.#quietTicks === 10) {
            const left = `${Math.ceil(this.budget.remainingMs() / 1000)} s left`;
            this.log({ message: `${progress}, ${left}`, ephemeral: true });
            this.#shown = progress;
            this.#quietTicks = 0;
        }
    }

    /** Says that it is retried; once for each kind of problem. */
    retry({ call, reply }: Problem): void {
        const code = codeOf(reply);
        if (!this.#noted.has(code)) {
            this.#noted.add(code);
            const token = call === "DescribeLogstash" ? "" : " with the same client token";
            this.note(`${call}: ${code}; retrying${token}`);
        }
    }

    /** A line that stays. */
    note(message: string, isWarning?: boolean): void {
        this.log({ message, ephemeral: false, ...(isWarning === true ? { isWarning } : {}) });
    }

    /** What changes comes first: a narrow terminal cuts the rest. */
    #describe({ isUnderWay, attempts, problem, status, percent }: Stage): string {
        const details = [
            percent === undefined ? undefined : `${Math.round(percent)} %`,
            status,
            problem === undefined ? undefined : codeOf(problem.reply),
            isUnderWay || attempts < 2 ? undefined : `${attempts} attempts`,
        ].filter((detail) => detail !== undefined);
        if (details.length > 0) {
            return details.join(", ");
        }
        return isUnderWay ? "polling" : `requesting ${descriptorOf(this.operation).noun}`;
    }
}
