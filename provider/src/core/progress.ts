import { codeOf, type Problem, seconds } from "./errorMessage";
import { descriptorOf, type Operation } from "./operations";
import type { Budget } from "./retry";

/** A line for the person who deploys. */
export interface Line {
    readonly message: string;
    /** Shown beside the resource until the next line, and gone at the end. */
    readonly ephemeral: boolean;
}

/** How far a request is, for the lines about it. */
export interface Stage {
    readonly isUnderWay: boolean;
    readonly tries: number;
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

    /** Says that it is tried again; once for each kind of problem. */
    retry({ call, reply }: Problem): void {
        const code = codeOf(reply);
        if (!this.#noted.has(code)) {
            this.#noted.add(code);
            const token = call === "DescribeLogstash" ? "" : " with the same token";
            this.note(`${call}: ${code}; trying again${token}`);
        }
    }

    /** Says how it ended: always if there is something to add, else only where there was something to wait for. */
    end(status: string, tries: number, note: string | undefined): void {
        if (note !== undefined) {
            this.note(note);
        } else if (tries > 1) {
            this.note(`${status} after ${tries} tries in ${seconds(this.budget.elapsedMs())}`);
        }
    }

    /** A line that stays. */
    note(message: string): void {
        this.log({ message, ephemeral: false });
    }

    #describe({ isUnderWay, tries, problem, status, percent }: Stage): string {
        const details = [
            status,
            percent === undefined ? undefined : `${Math.round(percent)} %`,
            problem === undefined ? undefined : codeOf(problem.reply),
            `try ${tries}`,
        ];
        const doing = isUnderWay ? "waiting" : `asking to ${descriptorOf(this.operation).verb}`;
        return `${doing}: ${details.filter((detail) => detail !== undefined).join(", ")}`;
    }
}
