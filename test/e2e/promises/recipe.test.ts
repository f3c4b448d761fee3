import { strict as assert } from "node:assert";
import type { Fault, FaultRule } from "pulumi-alicloud-logstash-emulator";
import { Fixture, interrupt, type Moment, resume } from "../../support/fixture";
import { pluginClasses } from "../../support/pluginPrograms";
import { type Arguments, code, type Declaration, programOf } from "../../support/programs";
import { expectFailure, expectSuccess } from "../../support/stack";

const forms = {
    dynamic: { pause: "LogstashTaskInterrupt", resume: "LogstashTaskResume" },
    plugin: { pause: "Interrupt", resume: "Resume" },
} as const;
const allForms = ["dynamic", "plugin"] as const;

interface StepOptions {
    /** The status that the instance gets before the run. @default "activating" before the first one */
    readonly becomes?: string;
    /** The status that it gets when the interrupt is accepted. @default "suspended" */
    readonly thenBecomes?: string;
    readonly fault?: Omit<FaultRule, "instanceId">;
    /** Arguments beside the usual ones; `null` if there is no interrupt. */
    readonly pause?: Arguments | null;
    /** @default it succeeds */
    readonly work?: "fails";
    /** Arguments in place of `interruption: pause.interruption`; `null` if there is no resume. */
    readonly resume?: Arguments | null;
    /** What an error says. */
    readonly error?: RegExp;
}

/** One `pulumi up`. */
interface Step extends StepOptions {
    readonly commit: string;
    /**
     * The status of the instance, the requests that took effect in this run, how many tokens of interrupts and of resumes were
     * sent so far, and the records of both resources: `status`, "ours" if `interrupted` or `resumed`, "timed" if `interruptedAt`
     * or `resumedAt` is there, and the number of the request that `interruption` and `resumedInterruption` name.
     */
    readonly outcome: string;
}

const up = (commit: string, outcome: string, options: StepOptions = {}): Step => ({ commit, outcome, ...options });
const lost = (operation: typeof interrupt | typeof resume, point: "before" | "after") => ({
    fault: { operation, fault: { kind: "service-unavailable", point } as const },
    error: /ServiceUnavailable/,
});
const forbidden: Fault = { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not authorized." };

const interrupted = (n: number) => `suspended ours timed ${n}`;
const resumed = (n: number) => `activating ours timed ${n} used ${n}`;
const fine = up("A", `activating | interrupt resume | 1 1 | ${interrupted(1)} | ${resumed(1)}`);
const failed = up("A", `suspended | interrupt | 1 0 | ${interrupted(1)} | -`, { work: "fails" });
const alone = { resume: null };
const fails = { pause: { whenIdle: "fail" } };
const byTriggers = { pause: null, resume: { triggers: ["A"] } };

const inBothForms: Readonly<Record<string, readonly Step[]>> = {
    "resumes what the last release suspended when its work failed and is repaired in this one": [
        failed,
        up("B", `activating | resume | 2 1 | suspended 1 | ${resumed(1)}`),
    ],
    "resumes without a second interrupt when the same release is deployed again with repaired work": [
        failed,
        up("A", `activating | resume | 1 1 | ${interrupted(1)} | ${resumed(1)}`),
    ],
    "resumes in the next release when the resume was rejected in this one": [
        fine,
        up("B", `suspended | interrupt | 2 2 | ${interrupted(2)} | ${resumed(1)}`, {
            fault: { operation: resume, fault: forbidden },
            error: /Forbidden\.RAM/,
        }),
        up("C", `activating | resume | 3 2 | suspended 2 | ${resumed(2)}`),
    ],
    "finishes the last release's resume with its token when every response to it was lost": [
        fine,
        up("B", `suspended | interrupt | 2 2 | ${interrupted(2)} | pending 2 used 1`, lost(resume, "before")),
        up("C", `activating | resume | 3 2 | suspended 2 | ${resumed(2)}`),
    ],
    "records that the last release resumed when the responses were lost and the change has ended since": [
        fine,
        up("B", `activating | interrupt resume | 2 2 | ${interrupted(2)} | pending 2 used 1`, lost(resume, "after")),
        up("C", 'active | - | 3 2 | active "" | active ours timed "" used 2', { becomes: "active" }),
    ],
    "leaves the instance suspended when an operator suspended it before the first run": [
        up("A", 'suspended | - | 1 0 | suspended "" | none ""', { becomes: "suspended" }),
    ],
    "leaves the instance suspended when an operator suspended it after our resume": [
        fine,
        up("B", `suspended | - | 2 1 | suspended 1 | ${resumed(1)}`, { becomes: "suspended" }),
    ],
    "has nothing to resume when the change ended by itself between acceptance and suspension": [
        up("A", 'active | interrupt | 1 0 | active "" | none ""', { thenBecomes: "active" }),
    ],
    "resumes when an accepted interrupt is confirmed only by the polls of the next run": [
        up("A", 'activating | interrupt | 1 0 | pending ours timed "" | -', {
            thenBecomes: "activating",
            error: /timed out after 3 s .* waiting for `suspended`/,
        }),
        up("A", `activating | resume | 1 1 | ${interrupted(1)} | ${resumed(1)}`, { becomes: "suspended" }),
    ],
    "skips the resume when an operator resumed our suspension and the same release is repaired": [
        failed,
        up("A", `activating | - | 1 1 | ${interrupted(1)} | activating 1 used 1`, { becomes: "activating" }),
    ],
};

const inOneForm: Readonly<Record<string, readonly Step[]>> = {
    "has one effect when the first response is lost": [
        up("A", `suspended | interrupt | 1 0 | ${interrupted(1)} | -`, {
            ...alone,
            pause: { timeoutSeconds: 60 },
            fault: { operation: interrupt, calls: 1, fault: { kind: "reset", point: "after" } },
        }),
    ],
    "finishes the interrupt with its token in the next run when no response comes": [
        up("A", 'suspended | interrupt | 1 0 | pending "" | -', { ...alone, ...lost(interrupt, "after") }),
        up("A", `suspended | - | 1 0 | ${interrupted(1)} | -`, alone),
    ],
    "records nothing when the instance is idle, until `whenIdle` allows to skip": [
        up("A", "active | - | 1 0 | - | -", { ...alone, ...fails, becomes: "active", error: /whenIdle/ }),
        up("A", 'active | - | 1 0 | active "" | -', alone),
    ],
    "records nothing when a resume by triggers has nothing to resume, until `whenNotSuspended` allows to skip": [
        up("A", "active | - | 0 1 | - | -", { ...byTriggers, becomes: "active", error: /whenNotSuspended/ }),
        up("A", "active | - | 0 1 | - | active", {
            pause: null,
            resume: { triggers: ["A"], whenNotSuspended: "skip" },
        }),
    ],
};

/** Each scenario on an instance of its own. */
const cases = [
    ...Object.entries(inBothForms).flatMap((scenario) => allForms.map((form) => [...scenario, form] as const)),
    ...Object.entries(inOneForm).map((scenario) => [...scenario, "dynamic"] as const),
].map(([title, steps, form], n) => {
    return { title, steps, form, instanceId: `ls-cn-recipe${n}`, pause: `pause${n}`, resume: `resume${n}` };
});
type Case = (typeof cases)[number];
const stepCount = Math.max(...cases.map(({ steps }) => steps.length));

/** The step of a case in a run; after its last one, the program stays and nothing happens any more. */
function stepOf({ steps }: Case, run: number): Step {
    const { becomes: _, thenBecomes: __, fault: ___, error: ____, outcome, ...program } = steps.at(-1) ?? assert.fail();
    return steps[run] ?? { ...program, outcome: outcome.replace(/ \| [^|]+/, " | - ") };
}

function declarationsOf(one: Case, run: number): Readonly<Record<string, Declaration>> {
    const { commit, pause, work, resume } = stepOf(one, run);
    const { instanceId, form } = one;
    const declarations: Record<string, Declaration> = {};
    const declare = (name: string, kind: NonNullable<Declaration["kind"]>, args: Arguments) => {
        declarations[name] = { kind, args, options: `{ dependsOn: [${Object.keys(declarations).join(", ")}] }` };
    };
    const usual = { instanceId, timeoutSeconds: 3 };
    if (pause !== null) {
        declare(one.pause, forms[form].pause, { ...usual, triggers: [commit], whenIdle: "skip", ...pause });
    }
    if (work === "fails") {
        declare(`${one.pause}_work`, "LogstashTaskInterrupt", { instanceId: "ls-cn-nowhere", timeoutSeconds: 1 });
    } else {
        declare(`${one.pause}_work`, "pulumi.Stash", { input: commit });
    }
    if (resume !== null) {
        const interruption = code(`${one.pause}.interruption`);
        declare(one.resume, forms[form].resume, { ...usual, ...(resume ?? { interruption }) });
    }
    return declarations;
}

describe("interrupt, work, resume", () => {
    let fixture: Fixture;
    const moments: (Moment & { readonly statuses: readonly string[] })[] = [];
    const reactions = new Map<string, string>();

    before(async () => {
        fixture = await Fixture.open({
            instances: cases.map(({ instanceId }) => ({ instanceId, interruptMs: 0 })),
            plugin: true,
            onOutcome({ operation, instanceId }) {
                const status = reactions.get(instanceId);
                if (operation === interrupt && status !== undefined) {
                    reactions.delete(instanceId);
                    fixture.emulator.setStatus(instanceId, status);
                }
            },
        });
        for (let run = 0; run < stepCount; run += 1) {
            await makeStep(run);
            await fixture.withoutRequests(() => fixture.stack.refresh());
        }
        await upAll("--expect-no-changes");
    });
    after(() => fixture.close());

    async function makeStep(run: number): Promise<void> {
        const { emulator, stack } = fixture;
        for (const one of cases) {
            const { becomes, thenBecomes, fault } = stepOf(one, run);
            const { instanceId } = one;
            if (becomes !== undefined) {
                emulator.setStatus(instanceId, becomes);
            }
            if (thenBecomes !== undefined) {
                reactions.set(instanceId, thenBecomes);
            }
            if (fault !== undefined) {
                emulator.faults.add({ instanceId, ...fault });
            }
        }
        const declarations = cases.map((one) => declarationsOf(one, run));
        stack.program(programOf(Object.assign({}, ...declarations), pluginClasses));
        await upAll("--continue-on-error");
        emulator.faults.clear();
    }
    async function upAll(...flags: readonly string[]): Promise<void> {
        const moment = await fixture.up("--parallel", "100", ...flags);
        const statuses = cases.map(({ instanceId }) => fixture.emulator.instance(instanceId).status);
        moments.push({ ...moment, statuses });
    }
    const momentOf = (run: number) => moments[run] ?? assert.fail(`there was no run ${run + 1}`);

    function outcomeOf(one: Case, run: number): string {
        const { effects, requests, records, statuses } = momentOf(run);
        const { ledger } = fixture.emulator;
        const ours = ledger.requests.slice(0, requests).filter(({ instanceId }) => instanceId === one.instanceId);
        const tokensOf = (wanted: string) => [
            ...new Set(ours.filter(({ operation }) => operation === wanted).map(({ clientToken }) => clientToken)),
        ];
        const interrupts = tokensOf(interrupt);
        const textOf = (name: string) => {
            const { status, ...outputs } = records[name]?.outputs ?? {};
            const { interrupted, resumed, interruption, resumedInterruption: used } = outputs;
            /** The number of the request that an interruption names. */
            const nameOf = (value: unknown) =>
                interrupts.findIndex((token) => value === `${one.instanceId}/${token}`) + 1 || JSON.stringify(value);
            return [
                status ?? "-",
                ...(interrupted === true || resumed === true ? ["ours"] : []),
                ...("interruptedAt" in outputs || "resumedAt" in outputs ? ["timed"] : []),
                ...(interruption === undefined ? [] : [nameOf(interruption)]),
                ...(used === undefined ? [] : ["used", nameOf(used)]),
            ].join(" ");
        };
        const applied = ledger
            .effectsOn(one.instanceId)
            .filter(({ sequence }) => sequence > (moments[run - 1]?.effects ?? 0) && sequence <= effects)
            .map(({ operation }) => (operation === interrupt ? "interrupt" : "resume"));
        return [
            statuses[cases.indexOf(one)],
            applied.join(" ") || "-",
            `${interrupts.length} ${tokensOf(resume).length}`,
            textOf(one.pause),
            textOf(one.resume),
        ].join(" | ");
    }

    for (const one of cases) {
        it(`${one.title}: ${one.form}`, () => {
            for (let run = 0; run < stepCount; run += 1) {
                const { outcome, error } = stepOf(one, run);
                assert.equal(outcomeOf(one, run), outcome, `run ${run + 1}`);
                // The CLI ends what it says about a resource with an empty line.
                const [, diagnostics = ""] = momentOf(run).run.text.split("\nDiagnostics:\n");
                const parts = diagnostics.split("\n\n");
                const ours = parts.filter(
                    (part) => part.includes(`(${one.pause})`) || part.includes(`(${one.resume})`),
                );
                assert.match(ours.join("\n"), error ?? /^/);
            }
        });
    }

    it("is shown beside its resource when it is polled for", () => {
        assert.match(momentOf(0).run.text, /:LogstashTaskInterrupt \S+ .*activating, \d s left/);
    });

    it("fails when a run leaves something to do, and sends and changes nothing when everything is applied", () => {
        const failures = moments.map(({ run }) => run.code !== 0);
        assert.deepEqual(failures, [true, true, false, false]);
        assert.equal(momentOf(stepCount).requests, momentOf(stepCount - 1).requests);
    });

    it("is forgotten without a request when the stack is destroyed while one is pending", async () => {
        const { emulator, stack } = fixture;
        emulator.faults.add({ operation: interrupt, fault: { kind: "service-unavailable", point: "after" } });
        stack.program(programOf({ pause: { args: { instanceId: cases[0]?.instanceId, timeoutSeconds: 1 } } }));
        expectFailure(await stack.up());
        expectSuccess(await fixture.withoutRequests(() => stack.destroy()));
        assert.deepEqual(await stack.resources(), []);
    });
});

describe("a resume that `check` rejects", () => {
    const instanceId = "ls-cn-refused0001";
    let fixture: Fixture;
    before(async () => {
        fixture = await Fixture.open({ instances: [{ instanceId, interruptMs: 0 }] });
    });
    after(() => fixture.close());

    const declare = (commit: string, pause: Arguments, resume: Arguments) =>
        fixture.stack.program(
            programOf({
                pause: { args: { instanceId, triggers: [commit], ...pause } },
                resume: { kind: "LogstashTaskResume", args: { instanceId, ...resume } },
            }),
        );

    it("sends nothing until its interruption is known, or triggers say what to resume", async () => {
        const { emulator, stack } = fixture;
        const interruption = code("pause.interruption");
        declare("A", { waitForSuspended: false }, { interruption });
        expectSuccess(await fixture.withoutRequests(() => stack.preview()));
        assert.match(expectFailure(await stack.up()).text, /waitForSuspended/);
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.interrupted, "interruption" in outputs], ["accepted", true, false]);
        assert.equal(emulator.ledger.requestsTo("DescribeLogstash").length, 0);

        declare("A", { waitForSuspended: false }, { interruption: "ls-cn-another0001/token" });
        const another = await fixture.withoutRequests(() => stack.up());
        assert.match(expectFailure(another).text, /interruption: .*ls-cn-/);

        declare("A", { waitForSuspended: false }, { triggers: ["A"] });
        expectSuccess(await stack.up());
        declare("B", {}, { interruption });
        expectSuccess(await stack.up());
        const applied = emulator.ledger.effects.map(({ operation }) => operation);
        assert.deepEqual(applied, [interrupt, resume, interrupt, resume]);
    });
});
