import { strict as assert } from "node:assert";
import { type Emulator, type FaultRule, type RequestEntry, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { diagnosticsOf } from "../../support/cliOutput";
import { pluginClasses } from "../../support/pluginPrograms";
import { type Arguments, code, type Declaration, programOf } from "../../support/programs";
import { expectSuccess, type ResourceState, type Run, Stack } from "../../support/stack";

const interrupt = "InterruptLogstashTask";
const resume = "ResumeLogstashTask";

/** The classes of the resources in both forms. */
const forms = {
    Dynamic: { interrupt: "LogstashTaskInterrupt", resume: "LogstashTaskResume" },
    Plugin: { interrupt: "Interrupt", resume: "Resume" },
} as const;
type Form = keyof typeof forms;

/** An interruption in a table: that of the n-th interrupt that the scenario has requested, by their tokens. */
type Interruption = number | "" | undefined;

/** What is recorded of an interrupt; `at` tells whether `interruptedAt` is there. */
interface PauseRecord {
    readonly status: string;
    readonly interrupted: boolean;
    readonly at: boolean;
    readonly interruption: Interruption;
}

/** What is recorded of a resume; `at` tells whether `resumedAt` is there. */
interface ResumeRecord {
    readonly status: string;
    readonly resumed: boolean;
    readonly at: boolean;
    readonly interruption: Interruption;
    readonly resumedInterruption: Interruption;
}

/** What a step leaves behind. */
interface Outcome {
    /** The status of the instance. */
    readonly instance: string;
    /** The requests that took effect in this step. */
    readonly effects: readonly string[];
    /** How many interrupts and resumes were requested up to then, each token counted once. */
    readonly requested: readonly [interrupts: number, resumes: number];
    readonly pause: PauseRecord | undefined;
    readonly second?: PauseRecord | undefined;
    readonly resume: ResumeRecord | undefined;
}

/** One `pulumi up` of a scenario: what is before it, what the program declares, and what is there afterwards. */
interface Step {
    /** The status that the instance gets before it, by time or by an operator. */
    readonly becomes?: string;
    readonly fault?: Omit<FaultRule, "instanceId">;
    /** The status that the instance gets once so many requests of an operation have their outcome. */
    readonly during?: { readonly operation: string; readonly requests: number; readonly becomes: string };
    readonly commit: string;
    /** Arguments of the pause beside the usual ones; `null` if there is none. */
    readonly pause?: Arguments | null;
    /** A second pause, behind the first, and the instance that it interrupts. */
    readonly second?: "same instance" | "another instance";
    /** @default it works */
    readonly work?: "fails";
    /** Arguments of the resume, in place of `interruption: pause.interruption`; `null` if there is none. */
    readonly resume?: Arguments | null;
    /** The pause whose interruption is resumed. @default "pause" */
    readonly resumes?: "pause" | "second";
    readonly outcome: Outcome;
    /** What the CLI says about a resource, in lines that last. */
    readonly says?: { readonly [role in "pause" | "resume"]?: RegExp };
}

/** What becomes of an instance, or of one in each form. */
interface Scenario {
    readonly title: string;
    /** The status of the instance at the beginning. @default "activating" */
    readonly instance?: string;
    /** How long an interrupt takes. @default 0 */
    readonly interruptMs?: number;
    readonly steps: readonly [Step, ...Step[]];
}

const interrupted = (interruption: Interruption): PauseRecord => ({
    status: "suspended",
    interrupted: true,
    at: true,
    interruption,
});
const foundSuspended = (interruption: Interruption): PauseRecord => ({
    status: "suspended",
    interrupted: false,
    at: false,
    interruption,
});
const foundIdle: PauseRecord = { status: "active", interrupted: false, at: false, interruption: "" };
const pendingPause = (accepted: { readonly interrupted: boolean } | undefined): PauseRecord => ({
    status: "pending",
    interrupted: accepted?.interrupted === true,
    at: accepted !== undefined,
    interruption: "",
});

const resumed = (interruption: Interruption, resumedInterruption: Interruption = interruption): ResumeRecord => ({
    status: "activating",
    resumed: true,
    at: true,
    interruption,
    resumedInterruption,
});
const pendingResume = (interruption: Interruption, resumedInterruption?: Interruption): ResumeRecord => ({
    status: "pending",
    resumed: false,
    at: false,
    interruption,
    resumedInterruption,
});
const nothingToResume = (resumedInterruption?: Interruption): ResumeRecord => ({
    status: "none",
    resumed: false,
    at: false,
    interruption: "",
    resumedInterruption,
});

const lostResume = (point: "before" | "after") =>
    ({ operation: resume, fault: { kind: "service-unavailable", point } }) as const;

/** A first release that succeeds. */
const fine: Step = {
    commit: "A",
    outcome: {
        instance: "activating",
        effects: [interrupt, resume],
        requested: [1, 1],
        pause: interrupted(1),
        resume: resumed(1),
    },
};
/** A first release whose work fails. */
const failed: Step = {
    commit: "A",
    work: "fails",
    outcome: {
        instance: "suspended",
        effects: [interrupt],
        requested: [1, 0],
        pause: interrupted(1),
        resume: undefined,
    },
};
const says = {
    alreadySuspended: { pause: /already suspended: nothing was interrupted/ },
    nothingToResume: { resume: /this program has nothing to resume on ls-cn-/ },
};

const scenarios = {
    ordinary: {
        title: "interrupts and resumes once for each release",
        steps: [
            fine,
            {
                commit: "B",
                outcome: {
                    instance: "activating",
                    effects: [interrupt, resume],
                    requested: [2, 2],
                    pause: interrupted(2),
                    resume: resumed(2),
                },
            },
        ],
    },
    nextRelease: {
        title: "resumes what the last release suspended when its work failed and is repaired in this one",
        steps: [
            failed,
            {
                commit: "B",
                outcome: {
                    instance: "activating",
                    effects: [resume],
                    requested: [2, 1],
                    pause: foundSuspended(1),
                    resume: resumed(1),
                },
                says: says.alreadySuspended,
            },
        ],
    },
    sameRelease: {
        title: "resumes without a second interrupt when the same release is deployed again with repaired work",
        steps: [failed, { ...fine, outcome: { ...fine.outcome, effects: [resume] } }],
    },
    rejected: {
        title: "resumes in the next release when the resume was rejected in this one",
        steps: [
            fine,
            {
                commit: "B",
                fault: {
                    operation: resume,
                    fault: { kind: "refusal", status: 403, code: "Forbidden.RAM", message: "Not authorized." },
                },
                outcome: {
                    instance: "suspended",
                    effects: [interrupt],
                    requested: [2, 2],
                    pause: interrupted(2),
                    resume: resumed(1),
                },
                says: { resume: /Forbidden\.RAM/ },
            },
            {
                commit: "C",
                outcome: {
                    instance: "activating",
                    effects: [resume],
                    requested: [3, 2],
                    pause: foundSuspended(2),
                    resume: resumed(2),
                },
                says: says.alreadySuspended,
            },
        ],
    },
    lostBefore: {
        title: "finishes the last release's resume with its token when every response to it was lost",
        steps: [
            fine,
            {
                commit: "B",
                fault: lostResume("before"),
                outcome: {
                    instance: "suspended",
                    effects: [interrupt],
                    requested: [2, 2],
                    pause: interrupted(2),
                    resume: pendingResume(2, 1),
                },
                says: { resume: /ServiceUnavailable/ },
            },
            {
                commit: "C",
                outcome: {
                    instance: "activating",
                    effects: [resume],
                    requested: [3, 2],
                    pause: foundSuspended(2),
                    resume: resumed(2),
                },
                says: says.alreadySuspended,
            },
        ],
    },
    lostAfter: {
        title: "records that the last release resumed when the responses were lost and the change has ended since",
        steps: [
            fine,
            {
                commit: "B",
                fault: lostResume("after"),
                outcome: {
                    instance: "activating",
                    effects: [interrupt, resume],
                    requested: [2, 2],
                    pause: interrupted(2),
                    resume: pendingResume(2, 1),
                },
                says: { resume: /ServiceUnavailable/ },
            },
            {
                becomes: "active",
                commit: "C",
                outcome: {
                    instance: "active",
                    effects: [],
                    requested: [3, 2],
                    pause: foundIdle,
                    resume: { ...resumed("", 2), status: "active" },
                },
                says: { pause: /nothing to interrupt: the instance is active/ },
            },
        ],
    },
    suspendedBefore: {
        title: "leaves the instance suspended when an operator suspended it before the first run",
        instance: "suspended",
        steps: [
            {
                commit: "A",
                outcome: {
                    instance: "suspended",
                    effects: [],
                    requested: [1, 0],
                    pause: foundSuspended(""),
                    resume: nothingToResume(),
                },
                says: { ...says.alreadySuspended, ...says.nothingToResume },
            },
        ],
    },
    suspendedSince: {
        title: "leaves the instance suspended when an operator suspended it after our resume",
        steps: [
            fine,
            {
                becomes: "suspended",
                commit: "B",
                outcome: {
                    instance: "suspended",
                    effects: [],
                    requested: [2, 1],
                    pause: foundSuspended(1),
                    resume: resumed(1),
                },
                says: says.alreadySuspended,
            },
        ],
    },
    endedMeanwhile: {
        title: "has nothing to resume when the change ended by itself between acceptance and suspension",
        steps: [
            {
                commit: "A",
                during: { operation: interrupt, requests: 1, becomes: "active" },
                outcome: {
                    instance: "active",
                    effects: [interrupt],
                    requested: [1, 0],
                    pause: foundIdle,
                    resume: nothingToResume(),
                },
                says: { pause: /accepted, but the change has ended by itself/, ...says.nothingToResume },
            },
        ],
    },
    confirmedLater: {
        title: "resumes when an accepted interrupt is confirmed only by the polls of the next run",
        interruptMs: Number.POSITIVE_INFINITY,
        steps: [
            {
                commit: "A",
                outcome: {
                    instance: "activating",
                    effects: [interrupt],
                    requested: [1, 0],
                    pause: pendingPause({ interrupted: true }),
                    resume: undefined,
                },
                says: { pause: /: the instance is activating/ },
            },
            { ...fine, becomes: "suspended", outcome: { ...fine.outcome, effects: [resume] } },
        ],
    },
    resumedManually: {
        title: "skips the resume when an operator resumed our suspension and the same release is repaired",
        steps: [
            failed,
            {
                becomes: "activating",
                commit: "A",
                outcome: {
                    instance: "activating",
                    effects: [],
                    requested: [1, 1],
                    pause: interrupted(1),
                    resume: { ...resumed(1), resumed: false, at: false },
                },
                says: { resume: /nothing to resume: the instance is activating/ },
            },
        ],
    },
    overBeforeNext: {
        title: "does not own an operator's suspension when a poll saw that the change of its pending request ended",
        steps: [
            {
                commit: "A",
                pause: { whenIdle: "fail" },
                during: { operation: interrupt, requests: 1, becomes: "active" },
                outcome: {
                    instance: "active",
                    effects: [interrupt],
                    requested: [1, 0],
                    pause: pendingPause({ interrupted: false }),
                    resume: undefined,
                },
                says: { pause: /accepted, but the change has ended by itself/ },
            },
            {
                becomes: "suspended",
                commit: "B",
                pause: { whenIdle: "fail" },
                outcome: {
                    instance: "suspended",
                    effects: [],
                    requested: [2, 0],
                    pause: foundSuspended(""),
                    resume: nothingToResume(),
                },
                says: { ...says.alreadySuspended, ...says.nothingToResume },
            },
        ],
    },
    resumeStarting: {
        title: "interrupts a change that somebody's resume is starting when it conflicts with that resume",
        instance: "suspended",
        steps: [
            {
                ...fine,
                fault: {
                    operation: interrupt,
                    calls: { from: 1, to: 2 },
                    fault: {
                        kind: "refusal",
                        status: 400,
                        code: "ConcurrencyUpdateInstanceConflict",
                        message: "The instance is being changed by another request.",
                    },
                },
                during: { operation: interrupt, requests: 2, becomes: "activating" },
                says: { pause: /ConcurrencyUpdateInstanceConflict/ },
            },
        ],
    },
    emptyWhilePending: {
        title: 'finishes a pending resume when the program gives `""` by now',
        steps: [
            {
                commit: "A",
                fault: lostResume("before"),
                outcome: {
                    instance: "suspended",
                    effects: [interrupt],
                    requested: [1, 1],
                    pause: interrupted(1),
                    resume: pendingResume(1),
                },
            },
            {
                commit: "A",
                resume: { interruption: "" },
                fault: lostResume("before"),
                outcome: {
                    instance: "suspended",
                    effects: [],
                    requested: [1, 1],
                    pause: interrupted(1),
                    resume: pendingResume(1),
                },
            },
            {
                commit: "A",
                resume: { interruption: "" },
                outcome: {
                    instance: "activating",
                    effects: [resume],
                    requested: [1, 1],
                    pause: interrupted(1),
                    resume: resumed("", 1),
                },
            },
        ],
    },
    superseded: {
        title: "supersedes a pending resume when there is another interruption to resume",
        steps: [
            {
                commit: "A",
                fault: lostResume("before"),
                outcome: {
                    instance: "suspended",
                    effects: [interrupt],
                    requested: [1, 1],
                    pause: interrupted(1),
                    resume: pendingResume(1),
                },
            },
            {
                becomes: "activating",
                commit: "B",
                outcome: {
                    instance: "activating",
                    effects: [interrupt, resume],
                    requested: [2, 2],
                    pause: interrupted(2),
                    resume: resumed(2),
                },
            },
        ],
    },
    declaredAgain: {
        title: "sends the same request when a resume is removed and declared again",
        steps: [
            fine,
            // Pulumi removes nothing in a run in which something fails.
            { ...fine, outcome: { ...fine.outcome, effects: [] } },
            { commit: "A", resume: null, outcome: { ...fine.outcome, effects: [], resume: undefined } },
            { ...fine, outcome: { ...fine.outcome, effects: [] } },
        ],
    },
    toggled: {
        title: 'resumes no interruption twice when the program toggles between `""` and it',
        steps: [
            fine,
            {
                commit: "A",
                resume: { interruption: "" },
                outcome: { ...fine.outcome, effects: [], resume: nothingToResume(1) },
                says: says.nothingToResume,
            },
            {
                becomes: "suspended",
                commit: "A",
                outcome: {
                    ...fine.outcome,
                    instance: "suspended",
                    effects: [],
                    resume: { ...nothingToResume(1), interruption: 1 },
                },
            },
        ],
    },
    twoPauses: {
        title: "names the suspension by the accepted one when there are two pauses",
        steps: [
            {
                ...fine,
                second: "same instance",
                outcome: { ...fine.outcome, requested: [2, 1], second: foundSuspended("") },
            },
            {
                commit: "B",
                second: "same instance",
                outcome: {
                    instance: "activating",
                    effects: [interrupt, resume],
                    requested: [4, 2],
                    pause: interrupted(3),
                    second: foundSuspended(""),
                    resume: resumed(3),
                },
            },
        ],
    },
    interruptUnknown: {
        title: "counts an operator's suspension as its own while the outcome of its interrupt is unknown",
        steps: [
            {
                commit: "A",
                fault: { operation: interrupt, fault: { kind: "service-unavailable", point: "before" } },
                outcome: {
                    instance: "activating",
                    effects: [],
                    requested: [1, 0],
                    pause: pendingPause(undefined),
                    resume: undefined,
                },
                says: { pause: /ServiceUnavailable/ },
            },
            {
                ...fine,
                becomes: "suspended",
                outcome: { ...fine.outcome, effects: [resume], pause: { ...interrupted(1), at: false } },
                says: { pause: /interrupted, concluded from the status suspended/ },
            },
        ],
    },
    resumeUnknown: {
        title: "does not take a remembered token for a resume when an operator suspends while it is pending",
        steps: [
            {
                commit: "A",
                fault: lostResume("after"),
                outcome: {
                    instance: "activating",
                    effects: [interrupt, resume],
                    requested: [1, 1],
                    pause: interrupted(1),
                    resume: pendingResume(1),
                },
            },
            {
                becomes: "suspended",
                commit: "A",
                outcome: {
                    instance: "suspended",
                    effects: [],
                    requested: [1, 1],
                    pause: interrupted(1),
                    resume: { ...pendingResume(1), resumed: true, at: true },
                },
                says: { resume: /resume in the console, or give `triggers` in place of `interruption` for one run/ },
            },
            { ...fine, becomes: "activating", outcome: { ...fine.outcome, effects: [] } },
        ],
    },
    idle: {
        title: "has nothing to resume when the instance is idle, and resumes the next release's interruption",
        instance: "active",
        steps: [
            {
                commit: "A",
                outcome: {
                    instance: "active",
                    effects: [],
                    requested: [1, 0],
                    pause: foundIdle,
                    resume: nothingToResume(),
                },
                says: { pause: /nothing to interrupt: the instance is active/, ...says.nothingToResume },
            },
            {
                becomes: "activating",
                commit: "B",
                outcome: {
                    instance: "activating",
                    effects: [interrupt, resume],
                    requested: [2, 1],
                    pause: interrupted(2),
                    resume: resumed(2),
                },
            },
        ],
    },
    failing: {
        title: "resumes nothing behind an interrupt that failed, and does the rest in the next run",
        instance: "active",
        steps: [
            {
                commit: "A",
                pause: { whenIdle: "fail" },
                outcome: {
                    instance: "active",
                    effects: [],
                    requested: [1, 0],
                    pause: undefined,
                    resume: undefined,
                },
                says: { pause: /nothing to interrupt: the instance is active/ },
            },
            { ...fine, becomes: "activating" },
        ],
    },
    unordered: {
        title: "says that the order may be wrong when a resume by triggers is skipped",
        instance: "active",
        steps: [
            {
                commit: "A",
                pause: null,
                resume: { triggers: ["A"], whenNotSuspended: "skip" },
                outcome: {
                    instance: "active",
                    effects: [],
                    requested: [0, 1],
                    pause: undefined,
                    resume: { ...resumed(undefined), status: "active", resumed: false, at: false },
                },
                says: { resume: /nothing to resume: the instance is active; was it ordered behind its interrupt\?/ },
            },
        ],
    },
} satisfies Readonly<Record<string, Scenario>>;

const unpolled: Omit<Step, "outcome"> = { commit: "A", pause: { waitForSuspended: false, whenIdle: "fail" } };
const acceptedUnpolled: PauseRecord = { status: "accepted", interrupted: true, at: true, interruption: undefined };
const refusedOutcome: Outcome = {
    instance: "suspended",
    effects: [],
    requested: [1, 0],
    pause: acceptedUnpolled,
    resume: undefined,
};

/** What `check` refuses ends the whole deployment, so each form has a stack of its own. */
const refusedScenarios = {
    refused: {
        title: "refuses an interruption that nobody knows or of another instance, until triggers say what to resume",
        steps: [
            {
                ...unpolled,
                outcome: { ...refusedOutcome, effects: [interrupt] },
                says: { resume: /by `triggers` for one run; set `waitForSuspended: true` from then on/ },
            },
            {
                ...unpolled,
                second: "another instance",
                resumes: "second",
                outcome: refusedOutcome,
                says: { resume: /interruption: names a suspension of ls-cn-/ },
            },
            {
                commit: "A",
                resume: { triggers: ["A"] },
                outcome: {
                    instance: "activating",
                    effects: [resume],
                    requested: [1, 1],
                    pause: acceptedUnpolled,
                    resume: resumed(undefined),
                },
            },
            {
                commit: "B",
                outcome: {
                    instance: "activating",
                    effects: [interrupt, resume],
                    requested: [2, 2],
                    pause: interrupted(2),
                    resume: resumed(2),
                },
            },
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

/** Scenarios in a form. */
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
    const { becomes: _, fault: __, during: ___, says: ____, outcome, ...program } = steps.at(-1) ?? steps[0];
    return { ...program, outcome: { ...outcome, effects: [] } };
}

/** The name of a resource in the program. */
const nameOf = ({ name }: Case, role: "pause" | "second" | "work" | "resume") => `${name}_${role}`;

function declarationsOf(one: Case, run: number): Readonly<Record<string, Declaration>> {
    const { instanceId, elsewhere, form } = one;
    const { commit, pause, second, work, resume: subject, resumes = "pause" } = stepOf(one, run);
    const declarations: Record<string, Declaration> = {};
    const declare = (role: "pause" | "second" | "work" | "resume", declaration: Omit<Declaration, "options">) => {
        const options = `{ dependsOn: [${Object.keys(declarations).join(", ")}] }`;
        declarations[nameOf(one, role)] = { ...declaration, options };
    };
    const kinds = forms[form];
    const usual = { triggers: [commit], whenIdle: "skip", timeoutSeconds: 3 };
    if (pause !== null) {
        declare("pause", { kind: kinds.interrupt, args: { instanceId, ...usual, ...pause } });
    }
    if (second !== undefined) {
        const args = { instanceId: second === "same instance" ? instanceId : elsewhere, ...usual };
        declare("second", { kind: kinds.interrupt, args });
    }
    declare(
        "work",
        work === "fails"
            ? { args: { instanceId: "ls-cn-nowhere", timeoutSeconds: 1 } }
            : { kind: "pulumi.Stash", args: { input: commit } },
    );
    if (subject !== null) {
        const usualSubject = { interruption: code(`${nameOf(one, resumes)}.interruption`) };
        declare("resume", {
            kind: kinds.resume,
            args: { instanceId, timeoutSeconds: 3, ...(subject ?? usualSubject) },
        });
    }
    return declarations;
}

/** What is there after a run. */
interface Moment {
    readonly run: Run;
    readonly statuses: ReadonlyMap<string, string>;
    readonly records: ReadonlyMap<string, ResourceState["outputs"]>;
    /** How many entries the ledger has. */
    readonly effects: number;
    readonly requests: number;
}

/** Cases that share an emulator, a stack, and a run for each step. */
class Recipe {
    readonly moments: Moment[] = [];
    readonly stepCount: number;
    /** What happens to instances while requests come, by operation and instance. */
    readonly #reactions = new Map<string, { readonly becomes: string; requests: number }>();

    private constructor(
        readonly cases: readonly Case[],
        readonly emulator: Emulator,
        readonly stack: Stack,
    ) {
        this.stepCount = Math.max(...cases.map(({ steps }) => steps.length));
    }

    static async open(cases: readonly Case[]): Promise<Recipe> {
        let recipe: Recipe | undefined;
        const emulator = await startEmulator({
            instances: cases.flatMap(({ instanceId, elsewhere, instance = "activating", interruptMs = 0 }) => [
                { instanceId, status: instance, interruptMs },
                { instanceId: elsewhere },
            ]),
            onOutcome: (entry) => recipe?.react(entry),
        });
        recipe = new Recipe(cases, emulator, await Stack.create({ emulator, plugin: true, program: "" }));
        return recipe;
    }

    async close(): Promise<void> {
        this.stack.remove();
        await this.emulator.stop();
    }

    /** Makes the next step of each case, after what comes before it. */
    async step(): Promise<void> {
        const run = this.moments.length;
        for (const one of this.cases) {
            const { becomes, fault, during } = stepOf(one, run);
            const { instanceId } = one;
            if (becomes !== undefined) {
                this.emulator.setStatus(instanceId, becomes);
            }
            if (fault !== undefined) {
                this.emulator.faults.add({ instanceId, ...fault });
            }
            if (during !== undefined) {
                this.#reactions.set(`${during.operation} ${instanceId}`, { ...during });
            }
        }
        this.declare(run);
        await this.#up("--continue-on-error");
        this.emulator.faults.clear();
    }

    /** Makes all other steps, and runs the last program once more. */
    async run(): Promise<void> {
        while (this.moments.length < this.stepCount) {
            await this.step();
        }
        await this.#up("--expect-no-changes");
    }

    /** Writes the program of a run. */
    declare(run: number): void {
        const declarations = this.cases.map((one) => declarationsOf(one, run));
        this.stack.program(programOf(Object.assign({}, ...declarations), pluginClasses));
    }

    react({ operation, instanceId }: RequestEntry): void {
        const reaction = this.#reactions.get(`${operation} ${instanceId}`);
        if (reaction !== undefined) {
            reaction.requests -= 1;
            if (reaction.requests === 0) {
                this.emulator.setStatus(instanceId, reaction.becomes);
            }
        }
    }

    async #up(...flags: readonly string[]): Promise<void> {
        const { emulator, stack, cases } = this;
        const run = await stack.up("--parallel", "100", ...flags);
        const records = await stack.resources();
        this.moments.push({
            run,
            statuses: new Map(cases.map(({ instanceId: id }) => [id, emulator.instance(id).status])),
            records: new Map(records.map(({ urn, outputs }) => [urn.split("::").at(-1) ?? "", outputs])),
            effects: emulator.ledger.effects.length,
            requests: emulator.ledger.requests.length,
        });
    }

    momentOf(run: number): Moment {
        return this.moments[run] ?? assert.fail(`there was no run ${run + 1}`);
    }

    outcomeOf(one: Case, run: number): Outcome {
        const { effects, requests, records, statuses } = this.momentOf(run);
        const { instanceId } = one;
        const before = run === 0 ? 0 : this.momentOf(run - 1).effects;
        /** The tokens of the requests up to then, each once, in the order in which they came. */
        const tokensOf = (operation: string) => {
            const sent = this.emulator.ledger.requests.slice(0, requests);
            const ours = sent.filter((entry) => entry.operation === operation && entry.instanceId === instanceId);
            return [...new Set(ours.map(({ clientToken }) => String(clientToken)))];
        };
        const interrupts = tokensOf(interrupt);
        const named = (value: unknown): Interruption => {
            const at = interrupts.findIndex((token) => value === `${instanceId}/${token}`);
            return at === -1 ? (value as Interruption) : at + 1;
        };
        const pauseIn = (outputs: ResourceState["outputs"] | undefined): PauseRecord | undefined =>
            outputs && {
                status: String(outputs.status),
                interrupted: outputs.interrupted === true,
                at: "interruptedAt" in outputs,
                interruption: named(outputs.interruption),
            };
        const second = stepOf(one, run).outcome.second && pauseIn(records.get(nameOf(one, "second")));
        const outputs = records.get(nameOf(one, "resume"));
        return {
            instance: statuses.get(instanceId) ?? "",
            effects: this.emulator.ledger
                .effectsOn(instanceId)
                .filter(({ sequence }) => sequence > before && sequence <= effects)
                .map(({ operation }) => operation),
            requested: [interrupts.length, tokensOf(resume).length],
            pause: pauseIn(records.get(nameOf(one, "pause"))),
            ...(second === undefined ? {} : { second }),
            resume: outputs && {
                status: String(outputs.status),
                resumed: outputs.resumed === true,
                at: "resumedAt" in outputs,
                interruption: named(outputs.interruption),
                resumedInterruption: named(outputs.resumedInterruption),
            },
        };
    }
}

function expectOutcomes(recipe: Recipe, one: Case): void {
    for (let run = 0; run < recipe.stepCount; run += 1) {
        const { outcome, says = {} } = stepOf(one, run);
        assert.deepEqual(recipe.outcomeOf(one, run), outcome, `run ${run + 1}`);
        for (const role of ["pause", "resume"] as const) {
            const lines = diagnosticsOf(recipe.momentOf(run).run, nameOf(one, role)).join("\n");
            assert.match(lines, says[role] ?? /(?:)/, `run ${run + 1}`);
        }
    }
}

/** The last step succeeds, and one more run sends and changes nothing. */
function expectQuietEnd(recipe: Recipe): void {
    const [last, again] = [recipe.momentOf(recipe.stepCount - 1), recipe.momentOf(recipe.stepCount)];
    expectSuccess(last.run);
    expectSuccess(again.run);
    assert.equal(again.requests, last.requests);
    assert.match(again.run.text, /\d unchanged\n/);
    assert.doesNotMatch(again.run.text, /\d (created|updated|replaced|deleted)/);
}

const allForms = Object.keys(forms) as Form[];

describe("interrupt, work, resume", () => {
    const cases = allForms.flatMap((form) => casesOf(scenarios, form));
    let recipe: Recipe;

    before(async () => {
        recipe = await Recipe.open(cases);
        await recipe.run();
    });
    after(() => recipe.close());

    for (const one of cases) {
        it(`${one.title}: ${one.form.toLowerCase()}`, () => expectOutcomes(recipe, one));
    }

    it("fails in a run that leaves something to do, and in no other", () => {
        const codes = recipe.moments.map(({ run }) => run.code);
        assert.deepEqual(
            codes.map((code) => code === 0),
            [false, false, true, true, true],
        );
    });

    it("sends nothing and changes nothing when everything is done", () => expectQuietEnd(recipe));
});

describe("a resume that is refused", () => {
    const recipes = new Map<Form, Recipe>();
    const previews: Run[] = [];
    let sentByPreviews = 0;

    before(async () => {
        await Promise.all(
            allForms.map(async (form) => {
                const recipe = await Recipe.open(casesOf(refusedScenarios, form));
                recipes.set(form, recipe);
                recipe.declare(0);
                previews.push(await recipe.stack.preview());
                sentByPreviews += recipe.emulator.ledger.requests.length;
                await recipe.step();
                previews.push(await recipe.stack.preview());
                await recipe.run();
            }),
        );
    });
    after(async () => {
        for (const recipe of recipes.values()) {
            await recipe.close();
        }
    });

    for (const form of allForms) {
        const recipe = () => recipes.get(form) ?? assert.fail("it was not run");
        for (const one of casesOf(refusedScenarios, form)) {
            it(`${one.title}: ${form.toLowerCase()}`, () => expectOutcomes(recipe(), one));
        }
        it(`sends nothing and changes nothing when everything is done: ${form.toLowerCase()}`, () =>
            expectQuietEnd(recipe()));
    }

    it("passes each preview without a request when nobody knows what there will be to resume", () => {
        assert.equal(previews.length, 4);
        for (const preview of previews) {
            expectSuccess(preview);
        }
        assert.equal(sentByPreviews, 0);
    });
});
