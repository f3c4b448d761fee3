import { strict as assert } from "node:assert";
import type { Fault, InstanceOptions } from "pulumi-alicloud-logstash-emulator";
import { changeOf, diagnosticsOf } from "../../support/cliOutput";
import { Fixture, interrupt, type Moment, resume } from "../../support/fixture";
import { type Arguments, code, type Declaration, programOf } from "../../support/programs";
import { expectFailure, expectSuccess, project, type Run } from "../../support/stack";
import { urnOf } from "../../support/urns";

/** What there is after a run: the record, and what the instance has got so far. */
interface Outcome {
    /** `undefined` if nothing is recorded. */
    readonly status: string | undefined;
    /** `interrupted` or `resumed`. */
    readonly done: boolean | undefined;
    readonly effects: number;
    readonly tokens: number;
}

/** One `pulumi up` of a case. */
interface Step {
    readonly args: Arguments;
    /** The status that the instance gets before the run. */
    readonly becomes?: string;
    readonly fault?: Fault & { readonly operation?: "DescribeLogstash"; readonly calls?: number };
    /** What the error names; a step without one succeeds. */
    readonly error?: RegExp;
    readonly outcome: Outcome;
}

/** A resource in up to three runs; its last step lasts. */
interface Case {
    readonly title: string;
    readonly kind?: Declaration["kind"];
    /** `null` if it does not exist. */
    readonly instance?: Omit<InstanceOptions, "instanceId"> | null;
    readonly steps: readonly [Step, Step?, Step?];
}

const step = (args: Arguments, outcome: Outcome, rest: Omit<Step, "args" | "outcome"> = {}): Step => {
    return { args, outcome, ...rest };
};
const is = (status: string | undefined, done: boolean | undefined, effects: number, tokens = 1): Outcome => {
    return { status, done, effects, tokens };
};
const nothing = is(undefined, undefined, 0);
const finished = is("suspended", true, 1);
const unknown = is("pending", false, 1);

const short = { timeoutSeconds: 2 };
const v1 = { ...short, triggers: ["v1"] };
const v2 = { ...short, triggers: ["v2"] };
const fileAsset = (path: string) => ({ ...short, triggers: [code(`new pulumi.asset.FileAsset("${path}")`)] });
const elsewhere = "ls-cn-elsewhere01";

const forbidden: Fault = { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not authorized." };
const unavailable = (point: "before" | "after"): Fault => ({ kind: "service-unavailable", point });
const lost = { fault: unavailable("after"), error: /ServiceUnavailable/ };

const cases = {
    retried: {
        title: "has one effect when the first response is lost",
        steps: [step({}, finished, { fault: { kind: "reset", point: "after", calls: 1 } })],
    },
    slow: {
        title: "polls until the instance is suspended when that takes a while",
        instance: { interruptMs: 2_500, changeMs: 60_000 },
        steps: [step({}, finished)],
    },
    unpolled: {
        title: "takes the acceptance for the end when `waitForSuspended` is false",
        steps: [step({ waitForSuspended: false }, is("accepted", true, 1))],
    },
    reached: {
        title: "interrupts nothing when the instance is suspended already",
        instance: { status: "suspended" },
        steps: [step({}, is("suspended", false, 0))],
    },
    missing: {
        title: "records nothing when the service rejects the request",
        instance: null,
        steps: [step({}, nothing, { error: /InstanceNotFound/ })],
    },
    idle: {
        title: "fails when the instance is idle, until `whenIdle` allows to skip",
        instance: { status: "active" },
        steps: [step({}, nothing, { error: /whenIdle/ }), step({ whenIdle: "skip" }, is("active", false, 0))],
    },
    unseen: {
        title: "is pending when polling is denied, and finished when it is allowed",
        steps: [
            step(short, is("pending", true, 1), {
                fault: { ...forbidden, operation: "DescribeLogstash" },
                error: /elasticsearch:DescribeLogstash/,
            }),
            step(short, finished),
        ],
    },
    waiting: {
        title: "is pending when the budget ends, and the next run only polls",
        instance: { interruptMs: Number.POSITIVE_INFINITY },
        steps: [
            step(short, is("pending", true, 1), { error: /activating/ }),
            step(short, finished, { becomes: "suspended" }),
        ],
    },
    lost: {
        title: "is finished with the same token by the next run when no response comes",
        steps: [step(short, unknown, lost), step(short, finished)],
    },
    lostOtherSettings: {
        title: "is finished with the same token when settings have changed since",
        steps: [step(short, unknown, lost), step({ timeoutSeconds: 30, waitForSuspended: true }, finished)],
    },
    refreshing: {
        title: "is finished with the same token in a run that refreshes",
        steps: [step(short, unknown, lost), step(short, finished)],
    },
    superseded: {
        title: "is superseded by a new trigger when no response comes: only the new token is sent",
        steps: [step(short, unknown, lost), step(v2, is("suspended", true, 2, 2), { becomes: "activating" })],
    },
    updateLost: {
        title: "finishes an update when no response to it comes",
        steps: [
            step(v1, finished),
            step(v2, is("pending", false, 2, 2), {
                becomes: "activating",
                fault: { kind: "html", status: 502, point: "after" },
                error: /timeoutSeconds/,
            }),
            step(v2, is("suspended", true, 2, 2)),
        ],
    },
    updateRejected: {
        title: "keeps the record when an update is rejected, and sends it again in the next run",
        steps: [
            step(v1, finished),
            step(v2, is("suspended", true, 1, 2), { becomes: "activating", fault: forbidden, error: /Forbidden\.RAM/ }),
            step(v2, is("suspended", true, 2, 2)),
        ],
    },
    overMeanwhile: {
        title: "stays pending when nothing is left to interrupt, until `whenIdle` allows to skip",
        steps: [
            step(short, is("pending", false, 0), { fault: unavailable("before"), error: /ServiceUnavailable/ }),
            step(short, is("pending", false, 0), { becomes: "active", error: /whenIdle/ }),
            step({ ...short, whenIdle: "skip" }, is("active", false, 0)),
        ],
    },
    asset: {
        title: "is finished with the same token when only the path of an asset changes, and sent again for other content",
        steps: [
            step(fileAsset("one.txt"), unknown, lost),
            step(fileAsset("./same.txt"), finished),
            step(fileAsset("two.txt"), is("suspended", true, 2, 2), { becomes: "activating" }),
        ],
    },
    dated: {
        title: "interrupts again when a date in an output changes",
        steps: [
            step({ triggers: [code("new Date(0)")] }, finished),
            step({ triggers: [code("pulumi.output(1).apply((at) => new Date(at))")] }, is("suspended", true, 2, 2), {
                becomes: "activating",
            }),
        ],
    },
    movedBack: {
        title: "sends the first token again when it returns to an instance, which a remembering service ignores",
        steps: [
            step(short, finished),
            step({ ...short, instanceId: elsewhere }, is("suspended", true, 1)),
            step(short, is("pending", true, 1), { becomes: "activating", error: /triggers/ }),
        ],
    },
    resumeUnseen: {
        title: "takes the acceptance of a resume for its end when no poll succeeds",
        kind: "LogstashTaskResume",
        instance: { status: "suspended" },
        steps: [
            step(v1, is("accepted", true, 1), { fault: { ...unavailable("before"), operation: "DescribeLogstash" } }),
        ],
    },
    neverKnown: {
        title: "stays pending in each run without a response, with one token",
        steps: [step(short, unknown, lost), step(short, unknown, lost), step(short, unknown, lost)],
    },
} satisfies Readonly<Record<string, Case>>;

type Name = keyof typeof cases;
const names = Object.keys(cases) as Name[];
const idOf = (name: Name) => `ls-cn-${name.toLowerCase()}01`;
const caseOf = (name: Name): Case => cases[name];
const runs = [0, 1, 2] as const;

/** The step of a case in a run; after its last one, the program stays. */
function stepOf(name: Name, run: (typeof runs)[number]): Step {
    const { steps } = caseOf(name);
    const last = steps.findLast((step) => step !== undefined) ?? steps[0];
    return steps[run] ?? (last.error === undefined ? { args: last.args, outcome: last.outcome } : last);
}

describe("a request", () => {
    let fixture: Fixture;
    const moments: Moment[] = [];
    let refreshed: readonly Moment["records"][];
    let destroyed: Run;

    before(async () => {
        const existing = names.filter((name) => caseOf(name).instance !== null);
        fixture = await Fixture.open({
            instances: [elsewhere, ...existing.map((name) => ({ instanceId: idOf(name), ...caseOf(name).instance }))],
        });
        const { stack } = fixture;
        for (const [file, text] of Object.entries({ one: "1", same: "1", two: "2" })) {
            stack.write(`${file}.txt`, text);
        }
        await up(0);
        expectSuccess(await stack.up("--refresh", "--target", urnOf("refreshing", { project })));
        refreshed = await fixture.withoutRequests(async () => {
            const before = await fixture.records();
            expectSuccess(await stack.refresh("--run-program"));
            expectSuccess(await stack.refresh("--clear-pending-creates"));
            return [before, await fixture.records()];
        });
        await up(1);
        await up(2);
        destroyed = await fixture.withoutRequests(() => stack.destroy());
    });
    after(() => fixture.close());

    /** Continues after a failure, so that each resource gets its own outcome. */
    async function up(run: (typeof runs)[number]): Promise<void> {
        const { emulator, stack } = fixture;
        const declarations = names.map((name): [string, Declaration] => {
            const { args, becomes, fault } = stepOf(name, run);
            const { kind = "LogstashTaskInterrupt" } = caseOf(name);
            const instanceId = idOf(name);
            if (becomes !== undefined) {
                emulator.setStatus(instanceId, becomes);
            }
            if (fault !== undefined) {
                const ofKind = kind === "LogstashTaskResume" ? resume : interrupt;
                const { operation = ofKind, calls, ...rest } = fault;
                emulator.faults.add({ operation, instanceId, ...(calls === undefined ? {} : { calls }), fault: rest });
            }
            return [name, { kind, args: { instanceId, ...args } }];
        });
        stack.program(programOf(Object.fromEntries(declarations)));
        moments.push(await fixture.up("--continue-on-error", "--parallel", "100"));
        emulator.faults.clear();
    }

    function outcomeIn({ records, requests, effects }: Moment, name: Name): Outcome {
        const instanceId = idOf(name);
        const { ledger } = fixture.emulator;
        const sent = ledger.requests.slice(0, requests).filter((entry) => entry.instanceId === instanceId);
        const tokens = sent.map(({ clientToken }) => clientToken).filter((token) => token !== undefined);
        const outputs = records[name]?.outputs;
        return {
            status: outputs && String(outputs.status),
            done: outputs && (outputs.interrupted === true || outputs.resumed === true),
            effects: ledger.effectsOn(instanceId).filter(({ sequence }) => sequence <= effects).length,
            tokens: new Set(tokens).size,
        };
    }
    const momentOf = (run: number) => moments[run] ?? assert.fail(`there was no run ${run + 1}`);
    const outputsOf = (run: number, name: Name) => momentOf(run).records[name]?.outputs ?? {};

    for (const name of names) {
        it(caseOf(name).title, () => {
            for (const run of runs) {
                const { outcome, error } = stepOf(name, run);
                const moment = momentOf(run);
                assert.deepEqual(outcomeIn(moment, name), outcome, `run ${run + 1}`);
                const diagnostics = diagnosticsOf(moment.run, name).join("\n");
                if (error !== undefined) {
                    assert.match(diagnostics, error);
                }
                const { initErrors, outputs } = moment.records[name] ?? {};
                assert.equal(initErrors?.length, outputs?.status === "pending" ? 1 : undefined);
            }
        });
    }

    it("fails the run when it leaves something to do", () => {
        for (const { run } of moments) {
            expectFailure(run);
        }
    });

    it("is shown beside its resource while it is polled for", () => {
        assert.match(momentOf(0).run.text, /LogstashTaskInterrupt slow .*activating/);
    });

    it("leaves the service's request ID in the error when it is rejected", () => {
        const [request] = fixture.emulator.ledger.requestsTo(interrupt, idOf("missing"));
        assert.ok(diagnosticsOf(momentOf(0).run, "missing").join().includes(String(request?.requestId)));
    });

    it("is polled for only, and keeps the time of its acceptance, when it was accepted before", () => {
        assert.equal(fixture.tokens(idOf("waiting")).length, 1);
        assert.equal(outputsOf(1, "waiting").interruptedAt, outputsOf(0, "waiting").interruptedAt);
        assert.equal(fixture.emulator.ledger.requestsTo("DescribeLogstash", idOf("unpolled")).length, 0);
    });

    it("leaves nothing of the file's path in the record when a trigger is an asset", () => {
        assert.doesNotMatch(JSON.stringify(outputsOf(1, "asset")), /same\.txt/);
    });

    it("replaces the resource when it goes to another instance", () => {
        assert.equal(changeOf(momentOf(1).run, "movedBack"), "replaced");
    });

    it("keeps its record as it is, and is not sent, when the stack is refreshed", () => {
        const [before, after] = refreshed.map((records) =>
            names.map((name) => records[name]?.outputs).map((outputs) => JSON.stringify(outputs)),
        );
        assert.deepEqual(after, before);
    });

    it("is forgotten by a destroy, which sends nothing, when it is pending", () => {
        expectSuccess(destroyed);
    });
});
