import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { install } from "@sinonjs/fake-timers";
import { type Operation, operations } from "../../provider/src/core/operations";
import type { Reply } from "../../provider/src/core/reply";
import { carryOut, type Outcome, type Request } from "../../provider/src/core/request";
import { waysOfStack } from "../ways";
import { error, unconnected } from "./replies";
import { settled } from "./steppedTime";

const document = readFileSync(join(__dirname, "..", "..", "docs", "outcomes.md"), "utf8");

const lost: Reply = { kind: "lost", code: "ECONNRESET" };
/** The last answer to the request, by the words of the document; the token's acceptance in an earlier run is none. */
const answers: Readonly<Record<string, Reply>> = {
    yes: { kind: "body", body: { Result: true, RequestId: "R" } },
    lost,
    throttled: error("Throttling.User", 429),
    unsent: { kind: "unsent", detail: "no credentials" },
    unconnected: unconnected("ENOTFOUND"),
    silent: unconnected("ConnectTimeout", { afterMs: 10_000 }),
    "wrong phase": error("InstanceActivating", 400),
    interrupting: error("AlreadyReceivedInterruptSignal", 400),
    refused: error("InstanceNotFound", 404),
};
const earlierYes = "yes, earlier";
const looksThatFail: Readonly<Record<string, Reply>> = {
    unseen: error("ServiceUnavailable", 503),
    denied: error("Forbidden.RAM", 403),
    refused: error("InstanceNotFound", 404),
};
const looks = [
    ...["suspended", "activating", "active", "inactive", "invalid", "Paused", "unseen", "denied", "refused"],
    ...["activating > suspended", "suspended > unseen", "suspended > denied"],
];

interface Situation {
    readonly operation: Operation;
    /** Where the doubt comes from, if there is any. */
    readonly doubt: "none" | "earlier run" | "this run" | "superseded";
    readonly answer: string;
    readonly wait: boolean;
    readonly idle: "fail" | "skip";
    readonly looks: string;
}

function* situations(operation: Operation): Generator<Situation> {
    for (const doubt of ["none", "earlier run", "this run", "superseded"] as const) {
        for (const answer of [...Object.keys(answers), earlierYes]) {
            for (const wait of [true, false]) {
                for (const idle of ["fail", "skip"] as const) {
                    for (const seen of looks) {
                        const situation = { operation, doubt, answer, wait, idle, looks: seen };
                        // What was accepted before is not sent again, so no doubt can come to it.
                        if (answer !== earlierYes || doubt === "none") {
                            yield situation;
                        }
                    }
                }
            }
        }
    }
}

async function play({ operation, doubt, answer, wait, idle, looks: seen }: Situation): Promise<Outcome> {
    const clock = install({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    try {
        const accepted = answer === earlierYes;
        const request: Request = {
            operation,
            instanceId: "ls-cn-1",
            region: "cn-hangzhou",
            clientToken: "T",
            wait,
            whenNothing: idle,
            timeoutSeconds: 90,
            ...(accepted ? { earlier: { acceptance: { at: "1970-01-01T00:00:00.000Z", requestId: "R" } } } : {}),
            ...(doubt === "earlier run" ? { earlier: {} } : {}),
            ...(doubt === "superseded" ? { supersedes: true } : {}),
        };
        let sent = 0;
        let stood = false;
        const shown = seen.split(" > ");
        const outcome = carryOut(request, {
            service: {
                async send() {
                    assert.ok(!accepted, "what was accepted is not sent again");
                    sent += 1;
                    const reply = doubt === "this run" && sent === 1 ? lost : (answers[answer] ?? assert.fail(answer));
                    stood ||= reply.kind !== "unconnected" && reply.kind !== "unsent";
                    return reply;
                },
                async describe() {
                    const status = shown.length > 1 ? shown.shift() : shown[0];
                    const failed = looksThatFail[status ?? ""];
                    return failed ?? { kind: "body", body: { RequestId: "L", Result: { status } } };
                },
                credentialsName: () => "a test",
                route: () => ({ endpoint: "a.test", ways: waysOfStack, stood }),
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

type Row = Readonly<Record<"doubt" | "answer" | "wait" | "idle" | "looks" | "outcome" | "way out", string>>;

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

function fits(row: Row, situation: Situation): boolean {
    const inDoubt = { none: "no", "earlier run": "yes", "this run": "yes", superseded: "superseded" }[situation.doubt];
    const values: ReadonlyArray<readonly [cell: string, value: string]> = [
        [row.doubt, situation.answer === "lost" ? "yes" : inDoubt],
        [row.answer, situation.answer],
        [row.wait, String(situation.wait)],
        [row.idle, situation.idle],
        [row.looks, situation.looks],
    ];
    return values.every(([cell, value]) => cell === "any" || cell.split("; ").includes(value));
}

/** An outcome in the words of the document. */
function described(outcome: Outcome): string {
    switch (outcome.kind) {
        case "done":
            return `done ${outcome.result.status}, ${outcome.result.acted}`;
        case "pending":
            assert.equal(outcome.result.status, "pending");
            assert.equal(outcome.result.clientToken, "T");
            return "pending";
        case "failed":
            return "failed";
    }
}

describe("every outcome of a request", () => {
    for (const operation of Object.keys(operations) as Operation[]) {
        const { resource: heading } = operations[operation];
        it(`is what docs/outcomes.md says: ${heading}`, async () => {
            const rows = rowsOf(heading);
            const used = new Set<Row>();
            const differences: string[] = [];
            for (const situation of situations(operation)) {
                const row = rows.find((candidate) => fits(candidate, situation));
                assert.ok(row !== undefined, `no row for ${JSON.stringify(situation)}`);
                used.add(row);
                const outcome = described(await play(situation));
                if (outcome !== row.outcome) {
                    differences.push(`${JSON.stringify(situation)}: ${outcome}, not ${row.outcome}`);
                }
            }
            assert.deepEqual(differences, []);
            assert.deepEqual(
                rows.filter((row) => !used.has(row)),
                [],
                "rows that nothing fits",
            );
            const withoutExit = rows.filter(
                ({ outcome, "way out": way }) => /^(pending|failed)/.test(outcome) && way === "",
            );
            assert.deepEqual(withoutExit, [], "failures without a way out");
        });
    }
});
