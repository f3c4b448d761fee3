import { strict as assert } from "node:assert";
import type { Fault, FaultRule, RequestEntry } from "pulumi-alicloud-logstash-emulator";
import { diagnosticsOf } from "../../support/cliOutput";
import { Fixture, interrupt, type Moment, resume } from "../../support/fixture";
import { pluginClasses } from "../../support/pluginPrograms";
import { type Arguments, code, type Declaration, programOf } from "../../support/programs";
import { expectSuccess, type Run } from "../../support/stack";

/** The classes of the resources in both forms. */
const forms = {
    Dynamic: { interrupt: "LogstashTaskInterrupt", resume: "LogstashTaskResume" },
    Plugin: { interrupt: "Interrupt", resume: "Resume" },
} as const;
type Form = keyof typeof forms;
const allForms = Object.keys(forms) as Form[];

/** The interruption by the n-th interrupt that the scenario has requested. */
type Interruption = number | "" | undefined;

/** What is recorded of an interrupt or a resume. */
interface Recorded {
    readonly status: string;
    /** `interrupted` or `resumed`. */
    readonly done: boolean;
    /** Whether `interruptedAt` or `resumedAt` is there. */
    readonly at: boolean;
    readonly interruption: Interruption;
    /** Of a resume. */
    readonly resumedInterruption?: Interruption;
}

/** What there is after a step. */
interface Outcome {
    /** The status of the instance. */
    readonly instance: string;
    /** The requests that took effect in this step. */
    readonly effects: readonly string[];
    /** How many interrupts and resumes were requested so far, each token counted once. */
    readonly requested: readonly [interrupts: number, resumes: number];
    readonly pause: Recorded | undefined;
    readonly resume: Recorded | undefined;
    /** The second interrupt of the instance, if there is one. */
    readonly second?: Recorded | undefined;
}

/** What a step has that others have not. */
interface StepOptions {
    /** The status that the instance gets before the run, by time or by an operator. */
    readonly becomes?: string;
    readonly fault?: Omit<FaultRule, "instanceId">;
    /** The status that the instance gets once so many interrupts have their outcome. */
    readonly during?: { readonly requests: number; readonly becomes: string };
    /** Arguments of the interrupt beside the usual ones; `null` if there is none. */
    readonly pause?: Arguments | null;
    /** A second interrupt behind the first, and its instance. */
    readonly second?: "same instance" | "another instance";
    /** @default it succeeds */
    readonly work?: "fails";
    /** Arguments of the resume, in place of `interruption: pause.interruption`; `null` if there is none. */
    readonly resume?: Arguments | null;
    /** The interrupt whose interruption is resumed. @default "pause" */
    readonly resumes?: "pause" | "second";
    /** What the error of the resume names. */
    readonly error?: RegExp;
}

/** One `pulumi up` of a scenario. */
interface Step extends StepOptions {
    readonly commit: string;
    readonly outcome: Outcome;
}

/** What happens to an instance. */
interface Scenario {
    readonly title: string;
    /** The status of the instance at the beginning. @default "activating" */
    readonly instance?: string;
    /** How long an interrupt takes. @default 0 */
    readonly interruptMs?: number;
    readonly steps: readonly [Step, ...Step[]];
}

const step = (commit: string, options: StepOptions, outcome: Outcome): Step => ({ commit, ...options, outcome });

const both = [interrupt, resume];
const leaves = (
    instance: string,
    effects: readonly string[],
    requested: readonly [number, number],
    pause?: Recorded,
    resume?: Recorded,
): Outcome => ({ instance, effects, requested, pause, resume });

const recorded = (status: string, done: boolean, at: boolean, interruption: Interruption): Recorded => {
    return { status, done, at, interruption, resumedInterruption: undefined };
};
const interrupted = (interruption: Interruption) => recorded("suspended", true, true, interruption);
const foundSuspended = (interruption: Interruption) => recorded("suspended", false, false, interruption);
const foundIdle = recorded("active", false, false, "");
const pendingPause = (done: boolean, accepted = true) => recorded("pending", done, accepted, "");
const unpolledPause = recorded("accepted", true, true, undefined);

const resumed = (interruption: Interruption, resumedInterruption = interruption): Recorded => {
    return { ...recorded("activating", true, true, interruption), resumedInterruption };
};
const pendingResume = (interruption: Interruption, resumedInterruption?: Interruption): Recorded => {
    return { ...recorded("pending", false, false, interruption), resumedInterruption };
};
const nothingToResume = (resumedInterruption?: Interruption): Recorded => {
    return { ...recorded("none", false, false, ""), resumedInterruption };
};
const skippedResume = (status: string, interruption: Interruption): Recorded => {
    return { ...resumed(interruption), status, done: false, at: false };
};

const lost = (operation: typeof interrupt | typeof resume, point: "before" | "after"): StepOptions => ({
    fault: { operation, fault: { kind: "service-unavailable", point } },
});
const lostResume = (point: "before" | "after") => lost(resume, point);
const forbidden: Fault = { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "Not authorized." };
const conflict: Fault = { ...forbidden, status: 400, code: "ConcurrencyUpdateInstanceConflict" };

/** A first release that succeeds, and its program once more. */
const success = leaves("activating", both, [1, 1], interrupted(1), resumed(1));
const fine = step("A", {}, success);
const fineAgain = step("A", {}, { ...success, effects: [] });
/** A release whose step before has suspended the instance. */
const onlyResumed = step("A", {}, { ...success, effects: [resume] });
/** A first release whose work fails. */
const failed = step("A", { work: "fails" }, leaves("suspended", [interrupt], [1, 0], interrupted(1)));
const resumeLost = step(
    "A",
    lostResume("before"),
    leaves("suspended", [interrupt], [1, 1], interrupted(1), pendingResume(1)),
);

const scenarios = {
    ordinary: {
        title: "interrupts and resumes once for each release",
        steps: [fine, step("B", {}, leaves("activating", both, [2, 2], interrupted(2), resumed(2)))],
    },
    byTriggers: {
        title: "resumes once for each trigger when the resume is by triggers",
        steps: [
            step("A", { resume: { triggers: ["A"] } }, { ...success, resume: resumed(undefined) }),
            step(
                "B",
                { resume: { triggers: ["B"] } },
                leaves("activating", both, [2, 2], interrupted(2), resumed(undefined)),
            ),
        ],
    },
    nextRelease: {
        title: "resumes what the last release suspended when its work failed and is repaired in this one",
        steps: [failed, step("B", {}, leaves("activating", [resume], [2, 1], foundSuspended(1), resumed(1)))],
    },
    sameRelease: {
        title: "resumes without a second interrupt when the same release is deployed again with repaired work",
        steps: [failed, onlyResumed],
    },
    rejected: {
        title: "resumes in the next release when the resume was rejected in this one",
        steps: [
            fine,
            step(
                "B",
                { fault: { operation: resume, fault: forbidden }, error: /Forbidden\.RAM/ },
                leaves("suspended", [interrupt], [2, 2], interrupted(2), resumed(1)),
            ),
            step("C", {}, leaves("activating", [resume], [3, 2], foundSuspended(2), resumed(2))),
        ],
    },
    lostBefore: {
        title: "finishes the last release's resume with its token when every response to it was lost",
        steps: [
            fine,
            step(
                "B",
                { ...lostResume("before"), error: /ServiceUnavailable/ },
                leaves("suspended", [interrupt], [2, 2], interrupted(2), pendingResume(2, 1)),
            ),
            step("C", {}, leaves("activating", [resume], [3, 2], foundSuspended(2), resumed(2))),
        ],
    },
    lostAfter: {
        title: "records that the last release resumed when the responses were lost and the change has ended since",
        steps: [
            fine,
            step(
                "B",
                { ...lostResume("after"), error: /ServiceUnavailable/ },
                leaves("activating", both, [2, 2], interrupted(2), pendingResume(2, 1)),
            ),
            step(
                "C",
                { becomes: "active" },
                leaves("active", [], [3, 2], foundIdle, { ...resumed("", 2), status: "active" }),
            ),
        ],
    },
    suspendedBefore: {
        title: "leaves the instance suspended when an operator suspended it before the first run",
        instance: "suspended",
        steps: [step("A", {}, leaves("suspended", [], [1, 0], foundSuspended(""), nothingToResume()))],
    },
    suspendedSince: {
        title: "leaves the instance suspended when an operator suspended it after our resume",
        steps: [
            fine,
            step("B", { becomes: "suspended" }, leaves("suspended", [], [2, 1], foundSuspended(1), resumed(1))),
        ],
    },
    endedMeanwhile: {
        title: "has nothing to resume when the change ended by itself between acceptance and suspension",
        steps: [
            step(
                "A",
                { during: { requests: 1, becomes: "active" } },
                leaves("active", [interrupt], [1, 0], foundIdle, nothingToResume()),
            ),
        ],
    },
    confirmedLater: {
        title: "resumes when an accepted interrupt is confirmed only by the polls of the next run",
        interruptMs: Number.POSITIVE_INFINITY,
        steps: [
            step("A", {}, leaves("activating", [interrupt], [1, 0], pendingPause(true))),
            { ...onlyResumed, becomes: "suspended" },
        ],
    },
    resumedManually: {
        title: "skips the resume when an operator resumed our suspension and the same release is repaired",
        steps: [
            failed,
            step(
                "A",
                { becomes: "activating" },
                leaves("activating", [], [1, 1], interrupted(1), skippedResume("activating", 1)),
            ),
        ],
    },
    overBeforeNext: {
        title: "does not own an operator's suspension when a poll saw that the change of its pending request ended",
        steps: [
            step(
                "A",
                { pause: { whenIdle: "fail" }, during: { requests: 1, becomes: "active" } },
                leaves("active", [interrupt], [1, 0], pendingPause(false)),
            ),
            step(
                "B",
                { becomes: "suspended", pause: { whenIdle: "fail" } },
                leaves("suspended", [], [2, 0], foundSuspended(""), nothingToResume()),
            ),
        ],
    },
    resumeStarting: {
        title: "interrupts a change that another user's resume is starting when it conflicts with that resume",
        instance: "suspended",
        steps: [
            {
                ...fine,
                fault: { operation: interrupt, calls: { from: 1, to: 2 }, fault: conflict },
                during: { requests: 2, becomes: "activating" },
            },
        ],
    },
    emptyWhilePending: {
        title: 'finishes a pending resume when the program gives `""` by now',
        steps: [
            resumeLost,
            step(
                "A",
                { resume: { interruption: "" }, ...lostResume("before") },
                { ...resumeLost.outcome, effects: [] },
            ),
            step("A", { resume: { interruption: "" } }, { ...onlyResumed.outcome, resume: resumed("", 1) }),
        ],
    },
    superseded: {
        title: "supersedes a pending resume when there is another interruption to resume",
        steps: [
            resumeLost,
            step("B", { becomes: "activating" }, leaves("activating", both, [2, 2], interrupted(2), resumed(2))),
        ],
    },
    declaredAgain: {
        title: "sends the same request when a resume is removed and declared again",
        // Pulumi removes nothing in a run in which something fails.
        steps: [fine, fineAgain, step("A", { resume: null }, { ...fineAgain.outcome, resume: undefined }), fineAgain],
    },
    toggled: {
        title: 'resumes no interruption twice when the program toggles between `""` and it',
        steps: [
            fine,
            step("A", { resume: { interruption: "" } }, { ...fineAgain.outcome, resume: nothingToResume(1) }),
            step(
                "A",
                { becomes: "suspended" },
                leaves("suspended", [], [1, 1], interrupted(1), { ...nothingToResume(1), interruption: 1 }),
            ),
        ],
    },
    twoPauses: {
        title: "names the suspension by the accepted request when there are two interrupts",
        steps: [
            step("A", { second: "same instance" }, { ...success, requested: [2, 1], second: foundSuspended("") }),
            step(
                "B",
                { second: "same instance" },
                { ...leaves("activating", both, [4, 2], interrupted(3), resumed(3)), second: foundSuspended("") },
            ),
        ],
    },
    interruptUnknown: {
        title: "counts an operator's suspension as its own while the outcome of its interrupt is unknown",
        steps: [
            step("A", lost(interrupt, "before"), leaves("activating", [], [1, 0], pendingPause(false, false))),
            {
                ...onlyResumed,
                becomes: "suspended",
                outcome: { ...onlyResumed.outcome, pause: { ...interrupted(1), at: false } },
            },
        ],
    },
    resumeUnknown: {
        title: "does not take a remembered token for a resume when an operator suspends while it is pending",
        steps: [
            step("A", lostResume("after"), { ...success, resume: pendingResume(1) }),
            step(
                "A",
                { becomes: "suspended" },
                leaves("suspended", [], [1, 1], interrupted(1), { ...pendingResume(1), done: true, at: true }),
            ),
            { ...fineAgain, becomes: "activating" },
        ],
    },
    idle: {
        title: "has nothing to resume when the instance is idle, and resumes the next release's interruption",
        instance: "active",
        steps: [
            step("A", {}, leaves("active", [], [1, 0], foundIdle, nothingToResume())),
            step("B", { becomes: "activating" }, leaves("activating", both, [2, 1], interrupted(2), resumed(2))),
        ],
    },
    failing: {
        title: "resumes nothing behind an interrupt that failed, and does the rest in the next run",
        instance: "active",
        steps: [
            step("A", { pause: { whenIdle: "fail" } }, leaves("active", [], [1, 0])),
            { ...fine, becomes: "activating" },
        ],
    },
    notSuspended: {
        title: "fails when a resume by triggers has nothing to resume, and is recorded when it may skip",
        instance: "active",
        steps: [
            step("A", { pause: null, resume: { triggers: ["A"] } }, leaves("active", [], [0, 1])),
            step(
                "A",
                { pause: null, resume: { triggers: ["A"], whenNotSuspended: "skip" } },
                leaves("active", [], [0, 1], undefined, skippedResume("active", undefined)),
            ),
        ],
    },
} satisfies Readonly<Record<string, Scenario>>;

const unpolled = { pause: { waitForSuspended: false, whenIdle: "fail" } };

/** What `check` rejects ends the whole deployment, so each form has a stack of its own. */
const rejectedByCheck = {
    refused: {
        title: "rejects an interruption that is unknown or of another instance, until triggers say what to resume",
        steps: [
            step(
                "A",
                { ...unpolled, error: /waitForSuspended/ },
                leaves("suspended", [interrupt], [1, 0], unpolledPause),
            ),
            step(
                "A",
                { ...unpolled, second: "another instance", resumes: "second", error: /interruption: .*ls-cn-/ },
                leaves("suspended", [], [1, 0], unpolledPause),
            ),
            step(
                "A",
                { resume: { triggers: ["A"] } },
                leaves("activating", [resume], [1, 1], unpolledPause, resumed(undefined)),
            ),
            step("B", {}, leaves("activating", both, [2, 2], interrupted(2), resumed(2))),
        ],
    },
} satisfies Readonly<Record<string, Scenario>>;

/** A scenario in one of the forms, on an instance of its own. */
interface Case extends Scenario {
    readonly name: string;
    readonly form: Form;
    readonly instanceId: string;
    readonly elsewhere: string;
}

function casesOf(all: Readonly<Record<string, Scenario>>, form: Form): readonly Case[] {
    return Object.entries(all).map(([scenario, rest]) => {
        const name = scenario + form;
        const instanceId = `ls-cn-${name.toLowerCase()}`;
        return { ...rest, name, form, instanceId, elsewhere: `${instanceId}2` };
    });
}

/** The step of a case in a run; after its last one, the program stays and nothing happens any more. */
function stepOf({ steps }: Case, run: number): Step {
    const step = steps[run];
    if (step !== undefined) {
        return step;
    }
    const { becomes: _, fault: __, during: ___, error: ____, outcome, ...program } = steps.at(-1) ?? steps[0];
    return { ...program, outcome: { ...outcome, effects: [] } };
}

type Role = "pause" | "second" | "work" | "resume";

/** The name of a resource in the program. */
const nameOf = ({ name }: Case, role: Role) => `${name}_${role}`;

function declarationsOf(one: Case, run: number): Readonly<Record<string, Declaration>> {
    const { instanceId, elsewhere, form } = one;
    const { commit, pause, second, work, resume, resumes = "pause" } = stepOf(one, run);
    const declarations: Record<string, Declaration> = {};
    const declare = (role: Role, kind: NonNullable<Declaration["kind"]>, args: Arguments) => {
        const options = `{ dependsOn: [${Object.keys(declarations).join(", ")}] }`;
        declarations[nameOf(one, role)] = { kind, args, options };
    };
    const kinds = forms[form];
    const usual = { triggers: [commit], whenIdle: "skip", timeoutSeconds: 3 };
    if (pause !== null) {
        declare("pause", kinds.interrupt, { instanceId, ...usual, ...pause });
    }
    if (second !== undefined) {
        declare("second", kinds.interrupt, {
            instanceId: second === "same instance" ? instanceId : elsewhere,
            ...usual,
        });
    }
    if (work === "fails") {
        declare("work", "LogstashTaskInterrupt", { instanceId: "ls-cn-nowhere", timeoutSeconds: 1 });
    } else {
        declare("work", "pulumi.Stash", { input: commit });
    }
    if (resume !== null) {
        const usualResume = { interruption: code(`${nameOf(one, resumes)}.interruption`) };
        declare("resume", kinds.resume, { instanceId, timeoutSeconds: 3, ...(resume ?? usualResume) });
    }
    return declarations;
}

/** What there is after a run, with the statuses of the instances. */
type Snapshot = Moment & { readonly statuses: ReadonlyMap<string, string> };

/** Cases that share an emulator, a stack, and a run for each step. */
class Recipe {
    readonly snapshots: Snapshot[] = [];
    readonly stepCount: number;
    /** What happens to instances while interrupts come, by instance. */
    readonly #reactions = new Map<string, { readonly becomes: string; requests: number }>();

    private constructor(
        readonly cases: readonly Case[],
        readonly fixture: Fixture,
    ) {
        this.stepCount = Math.max(...cases.map(({ steps }) => steps.length));
    }

    static async open(cases: readonly Case[]): Promise<Recipe> {
        let recipe: Recipe | undefined;
        const fixture = await Fixture.open({
            instances: cases.flatMap(({ instanceId, elsewhere, instance = "activating", interruptMs = 0 }) => [
                { instanceId, status: instance, interruptMs },
                { instanceId: elsewhere },
            ]),
            onOutcome: (entry) => recipe?.react(entry),
            plugin: true,
        });
        recipe = new Recipe(cases, fixture);
        return recipe;
    }

    /** Makes the next step of each case. */
    async step(): Promise<void> {
        const { emulator } = this.fixture;
        const run = this.snapshots.length;
        for (const one of this.cases) {
            const { becomes, fault, during } = stepOf(one, run);
            const { instanceId } = one;
            if (becomes !== undefined) {
                emulator.setStatus(instanceId, becomes);
            }
            if (fault !== undefined) {
                emulator.faults.add({ instanceId, ...fault });
            }
            if (during !== undefined) {
                this.#reactions.set(instanceId, { ...during });
            }
        }
        this.declare(run);
        await this.#up("--continue-on-error");
        emulator.faults.clear();
    }

    /** Makes all other steps, and runs the last program once more. */
    async run(): Promise<void> {
        while (this.snapshots.length < this.stepCount) {
            await this.step();
        }
        await this.#up("--expect-no-changes");
    }

    /** Writes the program of a run. */
    declare(run: number): void {
        const declarations = this.cases.map((one) => declarationsOf(one, run));
        this.fixture.stack.program(programOf(Object.assign({}, ...declarations), pluginClasses));
    }

    react({ operation, instanceId }: RequestEntry): void {
        const reaction = operation === interrupt ? this.#reactions.get(instanceId) : undefined;
        if (reaction !== undefined) {
            reaction.requests -= 1;
            if (reaction.requests === 0) {
                this.fixture.emulator.setStatus(instanceId, reaction.becomes);
            }
        }
    }

    async #up(...flags: readonly string[]): Promise<void> {
        const moment = await this.fixture.up("--parallel", "100", ...flags);
        const { emulator } = this.fixture;
        const statuses = new Map(this.cases.map(({ instanceId: id }) => [id, emulator.instance(id).status]));
        this.snapshots.push({ ...moment, statuses });
    }

    snapshotOf(run: number): Snapshot {
        return this.snapshots[run] ?? assert.fail(`there was no run ${run + 1}`);
    }

    outcomeOf(one: Case, run: number): Outcome {
        const { effects, requests, records, statuses } = this.snapshotOf(run);
        const { ledger } = this.fixture.emulator;
        const { instanceId } = one;
        const before = run === 0 ? 0 : this.snapshotOf(run - 1).effects;
        /** The tokens of the requests up to then, each once, in the order in which they came. */
        const tokensOf = (operation: string) => {
            const sent = ledger.requests.slice(0, requests);
            const ours = sent.filter((entry) => entry.operation === operation && entry.instanceId === instanceId);
            return [...new Set(ours.map(({ clientToken }) => String(clientToken)))];
        };
        const interrupts = tokensOf(interrupt);
        const named = (value: unknown): Interruption => {
            const at = interrupts.findIndex((token) => value === `${instanceId}/${token}`);
            return at === -1 ? (value as Interruption) : at + 1;
        };
        const recordedOf = (role: Role): Recorded | undefined => {
            const outputs = records[nameOf(one, role)]?.outputs;
            return (
                outputs && {
                    status: String(outputs.status),
                    done: outputs.interrupted === true || outputs.resumed === true,
                    at: "interruptedAt" in outputs || "resumedAt" in outputs,
                    interruption: named(outputs.interruption),
                    resumedInterruption: named(outputs.resumedInterruption),
                }
            );
        };
        return {
            instance: statuses.get(instanceId) ?? "",
            effects: ledger
                .effectsOn(instanceId)
                .filter(({ sequence }) => sequence > before && sequence <= effects)
                .map(({ operation }) => operation),
            requested: [interrupts.length, tokensOf(resume).length],
            pause: recordedOf("pause"),
            ...(stepOf(one, run).outcome.second === undefined ? {} : { second: recordedOf("second") }),
            resume: recordedOf("resume"),
        };
    }
}

function expectOutcomes(recipe: Recipe, one: Case): void {
    for (let run = 0; run < recipe.stepCount; run += 1) {
        const { outcome, error } = stepOf(one, run);
        assert.deepEqual(recipe.outcomeOf(one, run), outcome, `run ${run + 1}`);
        if (error !== undefined) {
            assert.match(diagnosticsOf(recipe.snapshotOf(run).run, nameOf(one, "resume")).join("\n"), error);
        }
    }
}

/** The last step succeeds, and one more run sends and changes nothing. */
function expectQuietEnd(recipe: Recipe): void {
    const [last, again] = [recipe.snapshotOf(recipe.stepCount - 1), recipe.snapshotOf(recipe.stepCount)];
    expectSuccess(last.run);
    expectSuccess(again.run);
    assert.equal(again.requests, last.requests);
}

describe("interrupt, work, resume", () => {
    const cases = allForms.flatMap((form) => casesOf(scenarios, form));
    let recipe: Recipe;

    before(async () => {
        recipe = await Recipe.open(cases);
        await recipe.run();
    });
    after(() => recipe.fixture.close());

    for (const one of cases) {
        it(`${one.title}: ${one.form.toLowerCase()}`, () => expectOutcomes(recipe, one));
    }

    it("fails when a run leaves something to do, and only then", () => {
        const failures = recipe.snapshots.map(({ run }) => run.code !== 0);
        assert.deepEqual(failures, [true, true, false, false, false]);
    });

    it("sends and changes nothing when everything is applied", () => expectQuietEnd(recipe));
});

describe("a resume that `check` rejects", () => {
    const recipes = new Map<Form, Recipe>();
    const previews: Run[] = [];

    before(async () => {
        await Promise.all(
            allForms.map(async (form) => {
                const recipe = await Recipe.open(casesOf(rejectedByCheck, form));
                const { fixture } = recipe;
                recipes.set(form, recipe);
                recipe.declare(0);
                previews.push(await fixture.withoutRequests(() => fixture.stack.preview()));
                await recipe.step();
                previews.push(await fixture.withoutRequests(() => fixture.stack.preview()));
                await recipe.run();
            }),
        );
    });
    after(async () => {
        for (const { fixture } of recipes.values()) {
            await fixture.close();
        }
    });

    for (const form of allForms) {
        const recipe = () => recipes.get(form) ?? assert.fail("it was not run");
        for (const one of casesOf(rejectedByCheck, form)) {
            it(`${one.title}: ${form.toLowerCase()}`, () => expectOutcomes(recipe(), one));
        }
        it(`sends and changes nothing when everything is applied: ${form.toLowerCase()}`, () =>
            expectQuietEnd(recipe()));
    }

    it("passes each preview without a request when the interruption is unknown", () => {
        assert.equal(previews.length, 4);
        for (const preview of previews) {
            expectSuccess(preview);
        }
    });
});
