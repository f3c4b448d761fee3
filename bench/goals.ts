import type { Ours, Results } from "./results";

/** A goal, and how it came out. */
export interface Goal {
    readonly what: string;
    readonly limit: number;
    /** `undefined` where this run has not measured it. */
    readonly actual: number | undefined;
    readonly unit: "×" | "requests" | "connections" | "ms";
}

/** The goals of the project, from the results of one run. */
export function goalsOf({ rows, states, traffic, limited, loads }: Results, maxConnections: number): Goal[] {
    const up = (size: number, form: Ours = "ours") =>
        rows.find((row) => row.size === size && row.step === "up")?.ratio[form];
    const state = (form: Ours) => states.find(({ size }) => size === 500)?.ratio[form];
    const perInterrupt = traffic.map(({ requests, effects, size }) => {
        if (effects !== size) {
            throw new Error(`${effects} interrupts of ${size} instances`);
        }
        return requests / effects;
    });
    return [
        { what: "`up` of 500 against the no-op", limit: 1.05, actual: up(500), unit: "×" },
        { what: "the same with the default limits", limit: 1.05, actual: limited.rows[0]?.ratio.ours, unit: "×" },
        { what: "first `up` of one against the no-op", limit: 1.05, actual: up(1), unit: "×" },
        {
            what: "state of 500 against the no-op's, without white space",
            limit: 0.9,
            actual: state("ours"),
            unit: "×",
        },
        { what: "first `up` of one by the plugin against the no-op", limit: 0.85, actual: up(1, "plugin"), unit: "×" },
        { what: "`up` of 500 by the plugin against the no-op", limit: 0.95, actual: up(500, "plugin"), unit: "×" },
        { what: "state of 500 by the plugin against the no-op's", limit: 0.6, actual: state("plugin"), unit: "×" },
        { what: "requests for each interrupt", limit: 2, actual: Math.max(...perInterrupt), unit: "requests" },
        {
            what: "connections at one time, default limits",
            limit: maxConnections,
            actual: Math.max(...limited.traffic.map(({ peakConnections }) => peakConnections)),
            unit: "connections",
        },
        { what: "load of the handler", limit: 60, actual: loads[0]?.ms.median, unit: "ms" },
    ];
}

/** The goal in one line: met, or missed by how much. */
export function verdictOf({ what, limit, actual, unit }: Goal): string {
    if (actual === undefined) {
        return `not measured  ${what}: at most ${limit} ${unit}`;
    }
    const over = `${((actual / limit - 1) * 100).toFixed(1)} % over`;
    const isMet = actual <= limit;
    return `${isMet ? "met" : "MISSED"}  ${what}: ${shown(actual)} ${unit}, at most ${limit}${isMet ? "" : `, ${over}`}`;
}

function shown(value: number): string {
    return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 3 : 1);
}
