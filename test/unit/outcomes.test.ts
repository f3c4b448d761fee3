import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { install } from "@sinonjs/fake-timers";
import { outputsFor } from "../../provider/src/lifecycle/outputs";
import { type Operation, operations } from "../../provider/src/operations/operations";
import type { ServiceResponse } from "../../provider/src/request/response";
import { type Outcome, type Request, runRequest } from "../../provider/src/request/run";
import { stackHints } from "../support/hints";
import { error, unconnected } from "./replies";
import { settled } from "./steppedTime";

const document = readFileSync(join(__dirname, "..", "..", "docs", "outcomes.md"), "utf8");

const lost: ServiceResponse = { kind: "noResponse", code: "ECONNRESET" };
/** The last response to the request, by the words of the document. */
const responses: Readonly<Record<string, ServiceResponse>> = {
    accepted: { kind: "body", body: { Result: true, RequestId: "R" } },
    lost,
    throttled: error("Throttling.User", 429),
    "not sent": { kind: "notSent", detail: "no credentials" },
    "no host": unconnected("ENOTFOUND"),
    "no connection": unconnected("ConnectTimeout", { afterMs: 10_000 }),
    "invalid state": error("InstanceActivating", 400),
    interrupting: error("AlreadyReceivedInterruptSignal", 400),
    rejected: error("InstanceNotFound", 404),
};
const acceptedEarlier = "accepted earlier";
const failingPolls: Readonly<Record<string, ServiceResponse>> = {
    failing: error("ServiceUnavailable", 503),
    denied: error("Forbidden.RAM", 403),
    rejected: error("InstanceNotFound", 404),
};
const polls = [
    ...["suspended", "activating", "active", "inactive", "invalid", "Paused", "failing", "denied", "rejected"],
    ...["activating > suspended", "suspended > failing", "suspended > denied"],
];

interface Scenario {
    readonly operation: Operation;
    /** Where it comes from that a request may have been applied, if one may. */
    readonly unknown: "no" | "earlier run" | "this run" | "superseded" | "over";
    readonly response: string;
    readonly wait: boolean;
    readonly noop: "fail" | "skip";
    readonly polls: string;
}

function* scenarios(operation: Operation): Generator<Scenario> {
    for (const unknown of ["no", "earlier run", "this run", "superseded", "over"] as const) {
        for (const response of [...Object.keys(responses), acceptedEarlier]) {
            for (const wait of [true, false]) {
                for (const noop of ["fail", "skip"] as const) {
                    for (const seen of polls) {
                        const isEarlier = response === acceptedEarlier;
                        // What was accepted before is not sent again. Only an interrupt can be over before it is recorded as done.
                        const isPossible =
                            unknown === "over"
                                ? isEarlier && operation === "InterruptLogstashTask"
                                : !isEarlier || unknown === "no";
                        if (isPossible) {
                            yield { operation, unknown, response, wait, noop, polls: seen };
                        }
                    }
                }
            }
        }
    }
}

async function play({ operation, unknown, response, wait, noop, polls: seen }: Scenario): Promise<Outcome> {
    const clock = install({
        toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
    try {
        const isEarlier = response === acceptedEarlier;
        const acceptance = { at: "1970-01-01T00:00:00.000Z", requestId: "R" };
        const request: Request = {
            operation,
            instanceId: "ls-cn-1",
            region: "cn-hangzhou",
            clientToken: "T",
            wait,
            onNoop: noop,
            timeoutSeconds: 90,
            ...(isEarlier ? { earlier: { acceptance, over: unknown === "over" } } : {}),
            ...(unknown === "earlier run" ? { earlier: {} } : {}),
            ...(unknown === "superseded" ? { supersedes: true } : {}),
        };
        let sent = 0;
        let everConnected = false;
        const shown = seen.split(" > ");
        const outcome = runRequest(request, {
            service: {
                async send() {
                    assert.ok(!isEarlier, "what was accepted is not sent again");
                    sent += 1;
                    const isLost = unknown === "this run" && sent === 1;
                    const reply = isLost ? lost : (responses[response] ?? assert.fail(response));
                    everConnected ||= reply.kind !== "notConnected" && reply.kind !== "notSent";
                    return reply;
                },
                async describe() {
                    const status = shown.length > 1 ? shown.shift() : shown[0];
                    const failed = failingPolls[status ?? ""];
                    return failed ?? { kind: "body", body: { RequestId: "L", Result: { status } } };
                },
                credentialsName: () => "a test",
                route: () => ({ endpoint: "a.test", hints: stackHints, everConnected }),
            },
            monotonic: () => clock.performance.now(),
            now: () => new Date(0),
            random: () => 0.9,
            signal: new AbortController().signal,
            log: () => {},
        });
        return await settled(clock, outcome);
    } finally {
        clock.uninstall();
    }
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
    const isUnknown = unknown === "earlier run" || unknown === "this run" || response === "noResponse";
    const values: ReadonlyArray<readonly [cell: string, value: string]> = [
        [row.unknown, isUnknown ? "yes" : unknown],
        [row.response, response],
        [row.wait, String(scenario.wait)],
        [row.noop, scenario.noop],
        [row.polls, scenario.polls],
    ];
    return values.every(([cell, value]) => cell === "any" || cell.split("; ").includes(value));
}

/** An outcome in the words of the document: what is recorded over a record that names another suspension. */
function described(operation: Operation, outcome: Outcome): Pick<Row, "outcome" | "interruption"> {
    const before = "ls-cn-1/before";
    if (outcome.kind === "failed") {
        return { outcome: "failed", ...(operation === "InterruptLogstashTask" ? { interruption: "stays" } : {}) };
    }
    const outputs = outputsFor(operation, "ls-cn-1", outcome, { interruption: before });
    assert.equal(outputs.clientToken, "T");
    const hasActed = outputs[operations[operation].resultProperty];
    const words = { kind: outcome.kind === "done" ? `done ${outputs.status}` : "pending" };
    if (outcome.kind === "pending") {
        assert.equal(outputs.status, "pending");
    }
    if (operation === "ResumeLogstashTask") {
        return { outcome: `${words.kind}, ${hasActed}` };
    }
    const { interruption } = outputs;
    const named = new Map<unknown, string>([
        ["ls-cn-1/T", "this"],
        [before, "stays"],
        ["", '""'],
        [undefined, "absent"],
    ]);
    return { outcome: `${words.kind}, ${hasActed}`, interruption: named.get(interruption) ?? assert.fail() };
}

describe("every outcome of a request", () => {
    for (const operation of Object.keys(operations) as Operation[]) {
        const { resource: heading } = operations[operation];
        it(`is what docs/outcomes.md says: ${heading}`, async () => {
            const rows = rowsOf(heading);
            const used = new Set<Row>();
            const differences: string[] = [];
            for (const scenario of scenarios(operation)) {
                const row = rows.find((candidate) => fits(candidate, scenario));
                assert.ok(row !== undefined, `no row for ${JSON.stringify(scenario)}`);
                used.add(row);
                const actual = described(operation, await play(scenario));
                if (actual.outcome !== row.outcome || actual.interruption !== row.interruption) {
                    const expected = `${row.outcome}, ${row.interruption}`;
                    differences.push(`${JSON.stringify(scenario)}: ${JSON.stringify(actual)}, not ${expected}`);
                }
            }
            assert.deepEqual(differences, []);
            assert.deepEqual(
                rows.filter((row) => !used.has(row)),
                [],
                "rows that nothing fits",
            );
            const unresolved = rows.filter(
                ({ outcome, resolution }) => /^(pending|failed)/.test(outcome) && resolution === "",
            );
            assert.deepEqual(unresolved, [], "failures without a resolution");
        });
    }
});
