import { strict as assert } from "node:assert";
import { unlinkSync } from "node:fs";
import { announcementsOf, type Change, changeOf, type PlannedChange, plannedChangeOf } from "../../support/cliOutput";
import { Fixture, interrupt, type Moment, resume } from "../../support/fixture";
import { type Arguments, code, programOf } from "../../support/programs";
import { expectSuccess, type Run } from "../../support/stack";

/** What an `up` does to a resource. */
interface Outcome {
    readonly change: Change | undefined;
    /** Requests for an interrupt; without one nothing is polled. */
    readonly sent: number;
    readonly effects: number;
    /** What the CLI prints beside it. */
    readonly note?: RegExp;
    /** What the preview shows. @default the same */
    readonly planned?: { readonly change: PlannedChange; readonly note: RegExp };
}

const unchanged: Outcome = { change: undefined, sent: 0, effects: 0 };
const recorded: Outcome = { change: "updated", sent: 0, effects: 0 };
const interrupted: Outcome = { change: "updated", sent: 1, effects: 1, note: /^triggers changed: / };
const otherInstance = /^instanceId changed: /;

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
        title: "sends nothing when nothing changes",
        args: same({ triggers: ["v1"] }),
        outcomes: [unchanged, unchanged],
    },
    releases: {
        title: "interrupts again in place when a trigger changes, also when an earlier one comes back",
        args: [{ triggers: ["v1"] }, { triggers: ["v2"] }, { triggers: ["v1"] }],
        outcomes: [interrupted, interrupted],
    },
    reordered: {
        title: "sends nothing when a default is given, or the keys of an object are in another order",
        args: [
            { triggers: [{ a: 1, b: { c: [2], d: 3 } }] },
            { triggers: [{ b: { d: 3, c: [2] }, a: 1 }], timeoutSeconds: 600, whenIdle: "fail" },
            { triggers: [{ a: 1, b: { c: [2], d: 3 } }] },
        ],
        outcomes: [unchanged, unchanged],
    },
    settings: {
        title: "records without a request when other settings change",
        args: [
            { triggers: ["v1"], waitForSuspended: true },
            { triggers: ["v1"], waitForSuspended: false, timeoutSeconds: 30 },
            { triggers: ["v1"], waitForSuspended: false, timeoutSeconds: 30 },
        ],
        outcomes: [recorded, unchanged],
    },
    untriggered: {
        title: "sends nothing when triggers are removed, and interrupts when they come back",
        args: [{ triggers: ["v1"] }, {}, { triggers: ["v1"] }],
        outcomes: [recorded, interrupted],
    },
    tokened: {
        title: "interrupts when an explicit token changes, and not when it is removed",
        args: [{ clientToken: "first" }, { clientToken: "second" }, {}],
        outcomes: [{ ...interrupted, note: /^clientToken changed: / }, unchanged],
    },
    moved: {
        title: "replaces when the instance changes, and leaves the first as it is",
        args: [{ triggers: ["v1"] }, { triggers: ["v1"], instanceId: other }, { triggers: ["v1"], instanceId: other }],
        outcomes: [{ change: "replaced", sent: 0, effects: 0, note: otherInstance }, unchanged],
    },
    late: {
        title: "plans a replacement when a value is unknown in the preview, and updates by what it turns out to be",
        args: same({ instanceId: code("made.instanceId"), triggers: [{ version: code("made.version") }] }),
        outcomes: [{ ...unchanged, planned: { change: "replace", note: otherInstance } }, unchanged],
    },
    lateTriggers: {
        title: "plans a request when all triggers are unknown in the preview and none are recorded",
        args: [{}, { triggers: code("made.triggers") }, { triggers: code("made.triggers") }],
        outcomes: [{ ...interrupted, planned: { change: "update", note: /^triggers is not known yet: / } }, unchanged],
    },
    ignoring: {
        title: "sends nothing when `ignoreChanges` names triggers that change",
        args: [{ triggers: ["v1"] }, { triggers: ["v2"] }, { triggers: ["v3"] }],
        options: same('{ ignoreChanges: ["triggers"] }'),
        outcomes: [unchanged, unchanged],
    },
    replacing: {
        title: "replaces and interrupts once when `replaceOnChanges` names triggers that change",
        args: [{ triggers: ["v1"] }, { triggers: ["v2"] }, { triggers: ["v2"] }],
        options: same('{ replaceOnChanges: ["triggers"] }'),
        outcomes: [{ ...interrupted, change: "replaced" }, unchanged],
    },
    retriggered: {
        title: "sends the same token when `replacementTrigger` replaces",
        args: same({}),
        options: ['{ replacementTrigger: "a" }', '{ replacementTrigger: "b" }', '{ replacementTrigger: "b" }'],
        outcomes: [{ change: "replaced", sent: 1, effects: 0 }, unchanged],
    },
    ignoringSettings: {
        title: "keeps what is recorded when `ignoreChanges` names an argument with a default",
        args: [{ timeoutSeconds: 60 }, { timeoutSeconds: 90 }, { timeoutSeconds: 90 }],
        options: same('{ ignoreChanges: ["timeoutSeconds"] }'),
        outcomes: [unchanged, unchanged],
    },
    secret: {
        title: "interrupts as for any other when a trigger is secret",
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
    const outs = `{ instanceId: "${instanceOf("late")}", version: "v1", triggers: ["v1"] }`;
    const unknown = "{ instanceId: undefined, version: undefined, triggers: undefined }";
    const made = `const made = new pulumi.dynamic.Resource({
        async create() { return { id: "made", outs: ${outs} }; },
    }, "made${version}", ${unknown});`;
    return [
        programOf(Object.fromEntries(declarations), made),
        "exports.token = late.clientToken;",
        "exports.kept = [ignoringSettings.timeoutSeconds, ignoringSettings.whenIdle];",
        "exports.secret = secret.triggers;",
    ].join("\n");
}

describe("a change of the program", () => {
    let fixture: Fixture;
    let previews: readonly [first: Run, plan: Run, differences: Run];
    let moments: readonly [first: Moment, second: Moment, third: Moment];
    let again: Run;
    let exported: Run;

    before(async () => {
        fixture = await Fixture.open({ instances: [...names.map(instanceOf), other], program: programIn(0) });
        const { stack } = fixture;
        const firstPreview = await fixture.withoutRequests(() => stack.preview());
        const first = await up();
        stack.program(programIn(1));
        previews = await fixture.withoutRequests(async () => [
            firstPreview,
            expectSuccess(await stack.pulumi("preview")),
            expectSuccess(await stack.preview()),
        ]);
        startChanges(0);
        const second = await up();
        again = await fixture.withoutRequests(() => stack.up("--expect-no-changes"));
        stack.program(programIn(2));
        startChanges(1);
        moments = [first, second, await up()];
        exported = expectSuccess(await stack.pulumi("stack", "export"));
    });
    after(() => fixture.close());

    async function up(): Promise<Moment> {
        const moment = await fixture.up();
        expectSuccess(moment.run);
        return moment;
    }
    /** Begins a change on each instance that the next `up` is to interrupt. */
    function startChanges(step: 0 | 1): void {
        for (const name of names.filter((name) => cases[name].outcomes[step].effects > 0)) {
            fixture.emulator.startChange(instanceOf(name));
        }
    }
    const outputsOf = (moment: Moment, name: Name) => moment.records[name]?.outputs ?? assert.fail(`no ${name}`);
    /** The outputs in the state; what is encrypted is different each time. */
    async function recordedOutputs() {
        const { secret, ...others } = await fixture.records();
        const outputs = Object.entries(others).map(([name, record]) => [name, record?.outputs]);
        return { ...Object.fromEntries(outputs), secret: { ...secret?.outputs, triggers: "" } };
    }

    it("interrupts once for each resource when it is new", () => {
        const [first] = moments;
        assert.equal(first.effects, names.length);
        for (const name of names) {
            assert.equal(changeOf(first.run, name), "created");
            const { status, interrupted, clientToken } = outputsOf(first, name);
            assert.deepEqual([status, interrupted], ["suspended", true]);
            const [effect] = fixture.emulator.ledger.effectsOn(instanceOf(name));
            assert.equal(effect?.clientToken, clientToken);
            assert.equal(first.records[name]?.id, instanceOf(name));
        }
    });

    it("shows unknown and changed properties when it is previewed", () => {
        const [first, , differences] = previews;
        assert.match(expectSuccess(first).text, /instanceId +: \[unknown\]/);
        assert.match(differences.text, /~ \[0\]: "v1" => "v2"/);
    });

    for (const name of names) {
        const { title, outcomes }: Case = cases[name];
        const [{ planned, change, note }] = outcomes;
        it(title, () => {
            const plannedChange = change?.replace(/d$/, "") as PlannedChange | undefined;
            assert.equal(plannedChangeOf(previews[1], name), planned?.change ?? plannedChange);
            expectNote(previews[1], name, planned?.note ?? note);
            expectOutcome(name, outcomes[0], moments[0], moments[1]);
            expectOutcome(name, outcomes[1], moments[1], moments[2]);
        });
    }

    function expectNote(run: Run, name: Name, note: RegExp | undefined): void {
        const [line, ...more] = announcementsOf(run, name);
        assert.match(line ?? "", note ?? /^$/);
        assert.deepEqual(more, []);
    }
    function expectOutcome(name: Name, { change, note, ...expected }: Outcome, before: Moment, after: Moment): void {
        assert.equal(changeOf(after.run, name), change);
        expectNote(after.run, name, note);
        const { ledger } = fixture.emulator;
        const requests = ledger.requests
            .slice(before.requests, after.requests)
            .filter(({ instanceId }) => instanceId === instanceOf(name));
        const sent = requests.filter(({ operation }) => operation === interrupt).length;
        const effects = ledger
            .effectsOn(instanceOf(name))
            .filter(({ sequence }) => sequence > before.effects && sequence <= after.effects).length;
        const { planned: _, ...counts } = expected;
        assert.deepEqual({ sent, effects }, counts);
        assert.ok(sent > 0 || requests.length === 0, "the instance was polled");
        assert.equal(outputsOf(after, name).status, "suspended");
    }

    it("has a token of its own for each resource, instance and trigger, also when an earlier one comes back", () => {
        const { ledger } = fixture.emulator;
        assert.equal(new Set(ledger.effects.map(({ clientToken }) => clientToken)).size, moments[2].effects);
        assert.deepEqual(fixture.tokens(instanceOf("tokened")), ["first", "second"]);
    });

    it("sends nothing when the same program runs again", () => {
        assert.match(expectSuccess(again).text, new RegExp(` ${names.length + 2} unchanged\n`));
    });

    it("keeps the result when only settings change", () => {
        const outputs = outputsOf(moments[0], "settings");
        const changed = { timeoutSeconds: 30, waitForSuspended: false };
        assert.deepEqual(outputsOf(moments[1], "settings"), { ...outputs, ...changed });
    });

    it("interrupts the other instance and resumes none when the instance changes", () => {
        assert.equal(moments[1].records.moved?.id, other);
        assert.equal(fixture.effects(other), 1);
        assert.equal(fixture.emulator.ledger.requestsTo(resume).length, 0);
    });

    it("shows in no output when it is ignored", async () => {
        const { text } = expectSuccess(await fixture.stack.pulumi("stack", "output", "--json"));
        assert.deepEqual((JSON.parse(text) as { readonly kept: unknown }).kept, [60, "fail"]);
    });

    it("leaves a secret trigger secret in the state and in what the CLI prints", () => {
        assert.match(exported.text, /"secret"/);
        for (const { text } of [...previews, ...moments.map(({ run }) => run), again, exported]) {
            assert.doesNotMatch(text, /hush-canary/);
        }
    });

    it("keeps the recorded region when another runner has another one, and replaces for an explicit one", async () => {
        const { stack } = fixture;
        stack.configure({ "alicloud:region": "cn-beijing" });
        const run = expectSuccess(await fixture.withoutRequests(() => stack.up()));
        assert.match(run.text, new RegExp(` ${names.length + 2} unchanged\n`));
        const records = await fixture.records();
        assert.ok(names.every((name) => records[name]?.outputs.region === "cn-hangzhou"));
        stack.program(programIn(2).replace('"triggers": ["v1"] }', '"triggers": ["v1"], "region": "cn-shanghai" }'));
        const preview = expectSuccess(await fixture.withoutRequests(() => stack.pulumi("preview")));
        stack.program(programIn(2));
        expectNote(preview, "untouched", /^region changed: /);
        assert.equal(plannedChangeOf(preview, "untouched"), "replace");
    });

    it("leaves the records as they are, without the network, when the stack is refreshed", async () => {
        const { stack } = fixture;
        const before = await recordedOutputs();
        await fixture.emulator.stop();
        expectSuccess(await stack.refresh());
        expectSuccess(await stack.pulumi("refresh", "--preview-only"));
        expectSuccess(await stack.up("--refresh"));
        assert.deepEqual(await recordedOutputs(), before);
    });

    it("needs no package, credentials or network when the stack is destroyed", async () => {
        const { stack } = fixture;
        unlinkSync(stack.path("program", "node_modules", "pulumi-alicloud-logstash"));
        stack.environment({ ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" });
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
    });
});
