import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { outputsFor } from "../../provider/src/lifecycle/outputs";
import { type Operation, operations } from "../../provider/src/operations/operations";
import type { ServiceResponse } from "../../provider/src/request/response";
import type { Outcome } from "../../provider/src/request/run";
import { play } from "./playedRequest";
import {
    accepted,
    denied,
    error,
    interrupting,
    invalidState,
    noResponse,
    notConnected,
    notFound,
    notSent,
    status,
    throttled,
} from "./responses";

const document = readFileSync(join(__dirname, "..", "..", "docs", "outcomes.md"), "utf8");

/** The last response to the request, by the words of the document. */
const responses: Readonly<Record<string, ServiceResponse>> = {
    accepted,
    lost: noResponse,
    throttled,
    "not sent": notSent,
    "no host": notConnected("ENOTFOUND"),
    "no connection": notConnected("ConnectTimeout", { afterMs: 10_000 }),
    "invalid state": invalidState,
    interrupting,
    rejected: notFound,
};
const acceptedEarlier = "accepted earlier";
const failingPolls: Readonly<Record<string, ServiceResponse>> = {
    failing: error("ServiceUnavailable", 503),
    denied,
    rejected: notFound,
};
const polls = [
    ...["suspended", "activating", "active", "inactive", "invalid", "Paused", "failing", "denied", "rejected"],
    ...["activating > suspended", "suspended > failing", "suspended > denied"],
];

interface Scenario {
    readonly operation: Operation;
    /** Why an earlier request may have been applied, if one may. */
    readonly unknown: "no" | "earlier run" | "this run" | "superseded" | "over";
    readonly response: string;
    readonly wait: boolean;
    readonly noop: "fail" | "skip";
    readonly polls: string;
}

function scenarios(operation: Operation): Scenario[] {
    const requests = (["no", "earlier run", "this run", "superseded"] as const).flatMap((unknown) =>
        Object.keys(responses).map((response) => ({ unknown, response })),
    );
    // Only an interrupt can be over before it is recorded as done.
    const states = operation === "InterruptLogstashTask" ? (["no", "over"] as const) : (["no"] as const);
    const all = [...requests, ...states.map((unknown) => ({ unknown, response: acceptedEarlier }))];
    const options = [true, false].flatMap((wait) => (["fail", "skip"] as const).map((noop) => ({ wait, noop })));
    return all.flatMap((request) =>
        options.flatMap((given) => polls.map((seen) => ({ operation, ...request, ...given, polls: seen }))),
    );
}

async function run({ operation, unknown, response, wait, noop, polls: statuses }: Scenario): Promise<Outcome> {
    const isEarlier = response === acceptedEarlier;
    const acceptance = { at: "1970-01-01T00:00:00.000Z", requestId: "R" };
    const script = {
        responses: [...(unknown === "this run" ? [noResponse] : []), responses[response] ?? accepted],
        polls: statuses.split(" > ").map((name) => failingPolls[name] ?? status(name)),
    };
    const { outcome, tokens } = await play(script, {
        operation,
        wait,
        onNoop: noop,
        timeoutSeconds: 90,
        ...(isEarlier ? { earlier: { acceptance, over: unknown === "over" } } : {}),
        ...(unknown === "earlier run" ? { earlier: {} } : {}),
        ...(unknown === "superseded" ? { supersedes: true } : {}),
    });
    assert.ok(!isEarlier || tokens.length === 0, "an accepted request was sent again");
    return outcome;
}

type Row = Readonly<
    Record<"unknown" | "response" | "wait" | "noop" | "polls" | "outcome" | "resolution", string> & {
        interruption?: string;
    }
>;

/** The rows of the table under a heading. */
function rowsOf(heading: string): readonly Row[] {
    const section = document.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? assert.fail(`no section ${heading}`);
    const [head, , ...lines] = section.split("\n").filter((line) => line.startsWith("|"));
    const cells = (line: string) =>
        line
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim());
    const names = cells(head ?? "");
    return lines.map((line) => Object.fromEntries(cells(line).map((cell, n) => [names[n], cell])) as unknown as Row);
}

function fits(row: Row, scenario: Scenario): boolean {
    const { unknown, response } = scenario;
    const isUnknown = unknown === "earlier run" || unknown === "this run" || response === "lost";
    const values: ReadonlyArray<readonly [cell: string, value: string]> = [
        [row.unknown, isUnknown ? "yes" : unknown],
        [row.response, response],
        [row.wait, String(scenario.wait)],
        [row.noop, scenario.noop],
        [row.polls, scenario.polls],
    ];
    return values.every(([cell, value]) => cell === "any" || cell.split("; ").includes(value));
}

/** An outcome in the words of the document. The record before it names another suspension. */
function described(operation: Operation, outcome: Outcome): Pick<Row, "outcome" | "interruption"> {
    const isInterrupt = operation === "InterruptLogstashTask";
    if (outcome.kind === "failed") {
        return { outcome: "failed", ...(isInterrupt ? { interruption: "stays" } : {}) };
    }
    const before = "ls-cn-1/before";
    const outputs = outputsFor(operation, "ls-cn-1", outcome, { interruption: before });
    assert.equal(outputs.clientToken, "T");
    assert.equal(outputs.status === "pending", outcome.kind === "pending");
    const ending = outcome.kind === "done" ? `done ${outputs.status}` : "pending";
    const words = { outcome: `${ending}, ${outputs[operations[operation].resultProperty]}` };
    const interruptions = new Map<unknown, string>([
        ["ls-cn-1/T", "this"],
        [before, "stays"],
        ["", '""'],
        [undefined, "absent"],
    ]);
    return isInterrupt ? { ...words, interruption: interruptions.get(outputs.interruption) ?? assert.fail() } : words;
}

describe("the outcome of a request", () => {
    for (const operation of Object.keys(operations) as Operation[]) {
        const { resource: heading } = operations[operation];
        it(`is that of docs/outcomes.md when it is a ${heading}, in every combination`, async () => {
            const rows = rowsOf(heading);
            const used = new Set<Row>();
            const differences: string[] = [];
            for (const scenario of scenarios(operation)) {
                const row = rows.find((candidate) => fits(candidate, scenario));
                assert.ok(row !== undefined, `no row for ${JSON.stringify(scenario)}`);
                used.add(row);
                const actual = described(operation, await run(scenario));
                if (actual.outcome !== row.outcome || actual.interruption !== row.interruption) {
                    const expected = `${row.outcome}, ${row.interruption}`;
                    differences.push(`${JSON.stringify(scenario)}: ${JSON.stringify(actual)}, not ${expected}`);
                }
            }
            assert.deepEqual(differences, []);
            const unused = rows.filter((row) => !used.has(row));
            assert.deepEqual(unused, [], "rows that nothing fits");
            const isUnresolved = ({ outcome, resolution }: Row) => !outcome.startsWith("done") && resolution === "";
            assert.deepEqual(rows.filter(isUnresolved), [], "failures without a resolution");
        });
    }
});
