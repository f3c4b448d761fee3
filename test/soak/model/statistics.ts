import type { Run } from "./world";

/** What was done in many runs. */
export class Statistics {
    readonly #commands = new Map<string, number>();
    readonly #endings = new Map<string, number>();
    requests = 0;
    effects = 0;

    /** A command has been executed. */
    count(kind: string): void {
        increase(this.#commands, kind);
    }

    /** A `pulumi up` has ended. */
    ended({ ending, requests }: Run): void {
        increase(this.#endings, ending);
        this.requests += requests.length;
        this.effects += requests.filter(({ effect }) => effect !== undefined).length;
    }

    get commands(): number {
        return [...this.#commands.values()].reduce((sum, count) => sum + count, 0);
    }

    /** Lines with a count and what it counts. */
    table(): string {
        const lines = [...this.#commands]
            .sort(([, a], [, b]) => b - a)
            .map(([kind, count]) => `${String(count).padStart(8)}  ${kind}`);
        const endings = [...this.#endings].map(([ending, count]) => `${count} ${ending}`).join(", ");
        return [...lines, `the runs of \`up\`: ${endings}; ${this.requests} requests, ${this.effects} effects`].join(
            "\n",
        );
    }
}

function increase(counts: Map<string, number>, key: string): void {
    counts.set(key, (counts.get(key) ?? 0) + 1);
}
