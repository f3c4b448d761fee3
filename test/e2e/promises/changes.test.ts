import { strict as assert } from "node:assert";
import { unlinkSync } from "node:fs";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { announcementsOf, type Change, changeOf, type PlannedChange, plannedChangeOf } from "../../support/cliOutput";
import { type Arguments, code, programOf } from "../../support/programs";
import { expectSuccess, type ResourceState, type Run, Stack } from "../../support/stack";

/** What an `up` makes of a resource. */
interface Outcome {
    readonly change: Change | undefined;
    /** Interrupts sent; without one nothing is asked of the instance at all. */
    readonly signals: number;
    readonly effects: number;
    /** What the CLI says beside it. */
    readonly note?: string;
    /** What the preview says. @default the same */
    readonly planned?: { readonly change: PlannedChange; readonly note: string };
}

const unchanged: Outcome = { change: undefined, signals: 0, effects: 0 };
const recorded: Outcome = { change: "updated", signals: 0, effects: 0 };
const interrupted: Outcome = {
    change: "updated",
    signals: 1,
    effects: 1,
    note: "triggers changed: will request an interrupt",
};
const firstToken = "will request an interrupt with the first token for this instance";
const otherInstance = `instanceId changed: ${firstToken}`;

/** One resource in three versions of the program, and what the second and the third make of it. */
interface Case {
    readonly title: string;
    readonly args: readonly [Arguments, Arguments, Arguments];
    readonly options?: readonly [string, string, string];
    readonly outcomes: readonly [Outcome, Outcome];
}

const other = "ls-cn-changes99";
const same = <T>(value: T): [T, T, T] => [value, value, value];

/** The rows of "What a change does" in ARCHITECTURE.md, and what Pulumi's options make of them. */
const cases = {
    untouched: {
        title: "nothing changed: nothing is sent",
        args: same({ triggers: ["v1"] }),
        outcomes: [unchanged, unchanged],
    },
    releases: {
        title: "another trigger interrupts again, in place, also when an earlier one comes back",
        args: [{ triggers: ["v1"] }, { triggers: ["v2"] }, { triggers: ["v1"] }],
        outcomes: [interrupted, interrupted],
    },
    reordered: {
        title: "an absent argument equals its default, and an object another with the same keys and values",
        args: [
            { triggers: [{ a: 1, b: { c: [2], d: 3 } }] },
            { triggers: [{ b: { d: 3, c: [2] }, a: 1 }], timeoutSeconds: 600, whenIdle: "fail" },
            { triggers: [{ a: 1, b: { c: [2], d: 3 } }] },
        ],
        outcomes: [unchanged, unchanged],
    },
    settings: {
        title: "other settings are recorded, without a call",
        args: [
            { triggers: ["v1"], waitForSuspended: true },
            { triggers: ["v1"], waitForSuspended: false, timeoutSeconds: 30 },
            { triggers: ["v1"], waitForSuspended: false, timeoutSeconds: 30 },
        ],
        outcomes: [recorded, unchanged],
    },
    untriggered: {
        title: "removed triggers do nothing, and interrupt when they come back",
        args: [{ triggers: ["v1"] }, {}, { triggers: ["v1"] }],
        outcomes: [recorded, interrupted],
    },
    tokened: {
        title: "a new explicit token interrupts, and one that is removed does not",
        args: [{ clientToken: "first" }, { clientToken: "second" }, {}],
        outcomes: [{ ...interrupted, note: "clientToken changed: will request an interrupt" }, unchanged],
    },
    moved: {
        title: "another instance replaces, and leaves the first as it is",
        args: [{ triggers: ["v1"] }, { triggers: ["v1"], instanceId: other }, { triggers: ["v1"], instanceId: other }],
        outcomes: [{ change: "replaced", signals: 0, effects: 0, note: otherInstance }, unchanged],
    },
    late: {
        title: "a value that is not known in the preview is changed there, and in the update what it turns out to be",
        args: same({ instanceId: code("made.instanceId"), triggers: [{ version: code("made.version") }] }),
        outcomes: [{ ...unchanged, planned: { change: "replace", note: otherInstance } }, unchanged],
    },
    ignoring: {
        title: "`ignoreChanges` ignores triggers",
        args: [{ triggers: ["v1"] }, { triggers: ["v2"] }, { triggers: ["v3"] }],
        options: same('{ ignoreChanges: ["triggers"] }'),
        outcomes: [unchanged, unchanged],
    },
    replacing: {
        title: "`replaceOnChanges` replaces for triggers, and interrupts once for each",
        args: [{ triggers: ["v1"] }, { triggers: ["v2"] }, { triggers: ["v2"] }],
        options: same('{ replaceOnChanges: ["triggers"] }'),
        outcomes: [{ ...interrupted, change: "replaced" }, unchanged],
    },
    retriggered: {
        title: "`replacementTrigger` replaces, with the same token",
        args: same({}),
        options: ['{ replacementTrigger: "a" }', '{ replacementTrigger: "b" }', '{ replacementTrigger: "b" }'],
        outcomes: [{ change: "replaced", signals: 1, effects: 0 }, unchanged],
    },
    ignoringSettings: {
        title: "an ignored change of an argument with a default leaves it as recorded",
        args: [{ timeoutSeconds: 60 }, { timeoutSeconds: 90 }, { timeoutSeconds: 90 }],
        options: same('{ ignoreChanges: ["timeoutSeconds"] }'),
        outcomes: [unchanged, unchanged],
    },
    secret: {
        title: "a secret trigger interrupts as any other",
        args: same({ triggers: [code('pulumi.secret("hush-canary")')] }),
        outcomes: [unchanged, unchanged],
    },
} satisfies Record<string, Case>;

type Name = keyof typeof cases;
const names = Object.keys(cases) as Name[];
const instanceOf = (name: Name) => `ls-cn-changes${String(names.indexOf(name) + 1).padStart(2, "0")}`;

type Version = 0 | 1 | 2;

function programIn(version: Version): string {
    const declarations = names.map((name) => {
        const { args, options }: Case = cases[name];
        return [
            name,
            { args: { instanceId: instanceOf(name), ...args[version] }, options: options?.[version] },
        ] as const;
    });
    const made = `const made = new pulumi.dynamic.Resource({
        async create() { return { id: "made", outs: { instanceId: "${instanceOf("late")}", version: "v1" } }; },
    }, "made${version}", { instanceId: undefined, version: undefined });`;
    return [
        programOf(Object.fromEntries(declarations), made),
        "exports.token = late.clientToken;",
        "exports.kept = [ignoringSettings.timeoutSeconds, ignoringSettings.whenIdle];",
        "exports.secret = secret.triggers;",
    ].join("\n");
}

/** What was there after a run of the CLI. */
interface Moment {
    readonly run: Run;
    readonly records: ReadonlyMap<string, ResourceState>;
    /** How many entries the ledger had. */
    readonly requests: number;
    readonly effects: number;
}

describe("a change of the program", () => {
    let emulator: Emulator;
    let stack: Stack;
    let firstPreview: Run;
    let secondPreview: Run;
    let differences: Run;
    let again: Run;
    let first: Moment;
    let second: Moment;
    let third: Moment;
    let exported: Run;

    before(async () => {
        const instances = [...names.map(instanceOf), other];
        emulator = await startEmulator({
            instances: instances.map((instanceId) => ({ instanceId, status: "activating" as const })),
        });
        stack = await Stack.create({ emulator, program: programIn(0) });
        firstPreview = await withoutRequests(() => stack.preview());
        first = await up();
        stack.program(programIn(1));
        [secondPreview, differences] = await withoutRequests(async () => [
            expectSuccess(await stack.pulumi("preview")),
            expectSuccess(await stack.preview()),
        ]);
        startChanges(0);
        second = await up();
        again = await withoutRequests(() => stack.up("--expect-no-changes"));
        stack.program(programIn(2));
        startChanges(1);
        third = await up();
        exported = expectSuccess(await stack.pulumi("stack", "export"));
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    async function up(): Promise<Moment> {
        const run = expectSuccess(await stack.up());
        const records = new Map(
            (await stack.resources()).map((record) => [String(record.urn.split("::").at(-1)), record]),
        );
        const { requests, effects } = emulator.ledger;
        return { run, records, requests: requests.length, effects: effects.length };
    }
    /** Runs something that must not reach the cloud. */
    async function withoutRequests<T>(act: () => Promise<T>): Promise<T> {
        const before = emulator.ledger.requests.length;
        const result = await act();
        assert.equal(emulator.ledger.requests.length - before, 0, "requests were sent");
        return result;
    }
    /** Begins a change on each instance that the next `up` is to interrupt. */
    function startChanges(step: 0 | 1): void {
        for (const name of names.filter((name) => cases[name].outcomes[step].effects > 0)) {
            emulator.startChange(instanceOf(name));
        }
    }
    const outputsOf = (moment: Moment, name: Name) => moment.records.get(name)?.outputs ?? assert.fail(`no ${name}`);
    /** The outputs in the state by URN; what is encrypted looks different each time. */
    async function recordedOutputs(): Promise<Readonly<Record<string, unknown>>> {
        const records = (await stack.resources()).map(({ urn, outputs }) => [urn, outputs] as const);
        return Object.fromEntries(
            records.map(([urn, outputs]) => [urn, urn.endsWith("::secret") ? { ...outputs, triggers: "" } : outputs]),
        );
    }
    const textsOfAllRuns = () =>
        [firstPreview, first.run, secondPreview, differences, second.run, again, third.run, exported].map(
            ({ text }) => text,
        );

    it("is interrupted for, once for each resource, and recorded", () => {
        for (const name of names) {
            assert.equal(changeOf(first.run, name), "created");
            const outputs = outputsOf(first, name);
            assert.deepEqual([outputs.status, outputs.interrupted], ["suspended", true]);
            const [effect, ...more] = emulator.ledger.effectsOn(instanceOf(name)).slice(0, first.effects);
            assert.equal(effect?.clientToken, outputs.clientToken);
            assert.ok(more.every(({ sequence }) => sequence > first.effects));
            assert.equal(first.records.get(name)?.id, instanceOf(name));
        }
        assert.equal(first.effects, names.length);
    });

    it("is not sent before `up`: a preview shows what is not known", () => {
        assert.match(expectSuccess(firstPreview).text, /instanceId +: \[unknown\]/);
    });

    it("is shown by the preview property by property", () => {
        assert.match(differences.text, /~ \[0\]: "v1" => "v2"/);
        assert.match(differences.text, /instanceId changed: will request an interrupt/);
    });

    for (const name of names) {
        const { title, outcomes }: Case = cases[name];
        const [{ planned, change, note }] = outcomes;
        it(title, () => {
            const plannedChanges = {
                created: "create",
                updated: "update",
                replaced: "replace",
                deleted: "delete",
            } as const;
            assert.equal(
                plannedChangeOf(secondPreview, name),
                planned?.change ?? (change === undefined ? undefined : plannedChanges[change]),
            );
            const plannedNote = planned?.note ?? note;
            assert.deepEqual(announcementsOf(secondPreview, name), plannedNote === undefined ? [] : [plannedNote]);
            expectOutcome(name, outcomes[0], first, second);
            expectOutcome(name, outcomes[1], second, third);
        });
    }

    function expectOutcome(name: Name, outcome: Outcome, before: Moment, { run, ...after }: Moment): void {
        assert.equal(changeOf(run, name), outcome.change);
        assert.deepEqual(announcementsOf(run, name), outcome.note === undefined ? [] : [outcome.note]);
        const requests = emulator.ledger.requests
            .slice(before.requests, after.requests)
            .filter(({ instanceId }) => instanceId === instanceOf(name));
        const signals = requests.filter(({ operation }) => operation === "InterruptLogstashTask");
        assert.equal(signals.length, outcome.signals);
        assert.ok(signals.length > 0 || requests.length === 0, "the instance was looked at");
        const effects = emulator.ledger.effectsOn(instanceOf(name));
        const between = effects.filter(({ sequence }) => sequence > before.effects && sequence <= after.effects);
        assert.equal(between.length, outcome.effects);
        assert.equal(after.records.get(name)?.outputs.status, "suspended");
    }

    it("has a token of its own: each resource, instance, trigger, and return to an earlier one", () => {
        const tokens = emulator.ledger.effects.map(({ clientToken }) => clientToken);
        assert.equal(tokens.length, third.effects);
        assert.equal(new Set(tokens).size, tokens.length);
        const explicit = emulator.ledger.effectsOn(instanceOf("tokened")).map(({ clientToken }) => clientToken);
        assert.deepEqual(explicit, ["first", "second"]);
    });

    it("is made once: a second run with the same program finds nothing to do", () => {
        assert.match(expectSuccess(again).text, new RegExp(` ${names.length + 2} unchanged\n`));
    });

    it("of settings keeps the result", () => {
        const outputs = outputsOf(first, "settings");
        assert.deepEqual(outputsOf(second, "settings"), { ...outputs, timeoutSeconds: 30, waitForSuspended: false });
    });

    it("of the instance interrupts the other one, and resumes none", () => {
        assert.equal(second.records.get("moved")?.id, other);
        assert.equal(emulator.ledger.effectsOn(other).length, 1);
        assert.equal(emulator.ledger.requestsTo("ResumeLogstashTask").length, 0);
    });

    it("that is ignored shows in no output", async () => {
        const { text } = expectSuccess(await stack.pulumi("stack", "output", "--json"));
        assert.deepEqual((JSON.parse(text) as { readonly kept: unknown }).kept, [60, "fail"]);
    });

    it("of a secret trigger leaves it secret in the state and in what the CLI prints", () => {
        assert.match(exported.text, /"secret"/);
        for (const text of textsOfAllRuns()) {
            assert.doesNotMatch(text, /hush-canary/);
        }
    });

    it("of another runner's configuration leaves resources in their region; an explicit region replaces", async () => {
        stack.configure({ "alicloud:region": "cn-beijing" });
        const run = await withoutRequests(() => stack.up());
        assert.match(expectSuccess(run).text, new RegExp(` ${names.length + 2} unchanged\n`));
        for (const { outputs } of (await stack.resources()).filter(({ urn }) => !urn.includes("::made"))) {
            assert.equal(outputs.region, "cn-hangzhou");
        }
        stack.program(programIn(2).replace('"triggers": ["v1"] }', '"triggers": ["v1"], "region": "cn-shanghai" }'));
        const preview = expectSuccess(await withoutRequests(() => stack.pulumi("preview")));
        stack.program(programIn(2));
        assert.deepEqual(announcementsOf(preview, "untouched"), [`region changed: ${firstToken}`]);
        assert.equal(plannedChangeOf(preview, "untouched"), "replace");
    });

    it("is no refresh: in all its forms it leaves the records alone, without the network", async () => {
        const before = await recordedOutputs();
        await emulator.stop();
        expectSuccess(await stack.refresh());
        expectSuccess(await stack.refresh("--clear-pending-creates"));
        expectSuccess(await stack.pulumi("refresh", "--preview-only"));
        expectSuccess(await stack.up("--refresh"));
        assert.deepEqual(await recordedOutputs(), before);
    });

    it("is no destroy: that needs neither the package nor credentials nor the network", async () => {
        unlinkSync(stack.path("program", "node_modules", "pulumi-alicloud-logstash"));
        stack.environment({ ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" });
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
    });
});
