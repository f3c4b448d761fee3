import { descriptorOf, type Operation } from "../operations/operations";
import { codeOf, type Problem } from "./errorReport";
import type { Budget } from "./retry";

export interface Line {
    readonly message: string;
    /** Shown beside the resource until the next line, and gone at the end. */
    readonly ephemeral: boolean;
    /** Shown as a warning. */
    readonly isWarning?: boolean | undefined;
}

/** How far a request is. */
export interface Stage {
    readonly isProcessing: boolean;
    /** Requests that were sent. */
    readonly attempts: number;
    readonly problem: Problem | undefined;
    /** What the last poll saw. */
    readonly status: string | undefined;
    readonly percent: number | undefined;
}

/** The lines about one request: an ephemeral line while it runs, and few that stay. */
export class Progress {
    #shown: string | undefined;
    #quietTicks = 0;
    readonly #noted = new Set<string>();

    constructor(
        private readonly operation: Operation,
        private readonly budget: Budget,
        private readonly log: (line: Line) => void,
    ) {}

    /** Called each second. Shows a line if it has changed, and every ten seconds: without a terminal each line stays. */
    tick(stage: Stage): void {
        const progress = progressText(this.operation, stage);
        this.#quietTicks += 1;
        if (progress !== this.#shown || this.#quietTicks === 10) {
            const left = `${Math.ceil(this.budget.remainingMs() / 1000)} s left`;
            this.log({ message: `${progress}, ${left}`, ephemeral: true });
            this.#shown = progress;
            this.#quietTicks = 0;
        }
    }

    /** Leaves a line about a retry, once for each code. */
    retry({ call, response }: Problem): void {
        const code = codeOf(response);
        if (!this.#noted.has(code)) {
            this.#noted.add(code);
            const token = call === "DescribeLogstash" ? "" : " with the same client token";
            this.note(`${call}: ${code}; retrying${token}`);
        }
    }

    note(message: string, isWarning?: boolean): void {
        this.log({ message, ephemeral: false, ...(isWarning === true ? { isWarning } : {}) });
    }
}

/** What changes comes first, because a narrow terminal cuts the rest. */
function progressText(operation: Operation, { isProcessing, attempts, problem, status, percent }: Stage): string {
    const details = [
        percent === undefined ? undefined : `${Math.round(percent)} %`,
        status,
        problem === undefined ? undefined : codeOf(problem.response),
        isProcessing || attempts < 2 ? undefined : `${attempts} attempts`,
    ].filter((detail) => detail !== undefined);
    if (details.length > 0) {
        return details.join(", ");
    }
    return isProcessing ? "polling" : `requesting ${descriptorOf(operation).noun}`;
}
