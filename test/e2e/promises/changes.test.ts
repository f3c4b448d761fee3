import { strict as assert } from "node:assert";
import { unlinkSync } from "node:fs";
import { Fixture, interrupt, type Moment, resume } from "../../support/fixture";
import { type Arguments, code, programOf } from "../../support/programs";
import { expectSuccess, project, type Run } from "../../support/stack";
import { interruptType, urnOf } from "../../support/urns";

/** One resource in three versions of the program. */
interface Case {
    readonly title: string;
    readonly args: readonly [Arguments, Arguments, Arguments];
    readonly options?: readonly [string, string, string];
    /**
     * What the second and the third version do: the change that the CLI names, the interrupts that are sent, those that take
     * effect, and the beginning of the line beside the resource.
     */
    readonly outcomes: readonly [string, string];
    /** The change and the line in the preview of the second version. @default those of the outcome */
    readonly planned?: string;
}

const other = "ls-cn-changes99";
const unchanged = "unchanged 0 0";
const recorded = "update 0 0";
const interrupted = "update 1 1 triggers changed";
const same = <T>(value: T): [T, T, T] => [value, value, value];
const triggers = (first: unknown, second: unknown, third: unknown): Case["args"] => [
    { triggers: [first] },
    { triggers: [second] },
    { triggers: [third] },
];
const asset = (name: string) => code(`new pulumi.asset.FileAsset("${name}.txt")`);
const hidden = code('pulumi.secret("hush-canary")');

/** Rows of "What a change does" in ARCHITECTURE.md, and what Pulumi's options make of them. */
const cases = {
    releases: {
        title: "interrupts again in place when a trigger changes, also when an earlier one comes back",
        args: triggers("v1", "v2", "v1"),
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
        title: "records without a request when other settings change, or triggers are removed",
        args: [{ triggers: ["v1"] }, { triggers: ["v1"], waitForSuspended: false, timeoutSeconds: 30 }, {}],
        outcomes: [recorded, recorded],
    },
    dated: {
        title: "interrupts again when a date in an output changes",
        args: triggers(code("pulumi.output(1).apply((at) => new Date(at))"), "2026-01-01", "2026-01-01"),
        outcomes: [interrupted, unchanged],
    },
    asset: {
        title: "sends nothing when only the path of an asset changes, and interrupts for other content",
        args: triggers(asset("one"), asset("./same"), asset("two")),
        outcomes: [unchanged, interrupted],
    },
    tokened: {
        title: "interrupts when an explicit token changes, and not when it is removed",
        args: [{ clientToken: "first" }, { clientToken: "second" }, {}],
        outcomes: ["update 1 1 clientToken changed", unchanged],
    },
    moved: {
        title: "replaces when the instance changes, and leaves the first as it is",
        args: [{}, { instanceId: other }, { instanceId: other }],
        outcomes: ["replace 0 0 instanceId changed", unchanged],
    },
    late: {
        title: "plans a replacement when a value is unknown in the preview, and updates by what it turns out to be",
        args: same({ instanceId: code("made.instanceId"), triggers: [{ version: code("made.version") }] }),
        outcomes: [unchanged, unchanged],
        planned: "replace instanceId changed",
    },
    ignoring: {
        title: "sends nothing when `ignoreChanges` names triggers that change",
        args: triggers("v1", "v2", "v3"),
        options: same('{ ignoreChanges: ["triggers"] }'),
        outcomes: [unchanged, unchanged],
    },
    replacing: {
        title: "replaces and interrupts once when `replaceOnChanges` names triggers that change",
        args: triggers("v1", "v2", "v2"),
        options: same('{ replaceOnChanges: ["triggers"] }'),
        outcomes: ["replace 1 1 triggers changed", unchanged],
    },
    retriggered: {
        title: "sends the same token when `replacementTrigger` replaces",
        args: same({}),
        options: ['{ replacementTrigger: "a" }', '{ replacementTrigger: "b" }', '{ replacementTrigger: "b" }'],
        outcomes: ["replace 1 0", unchanged],
    },
    adopted: {
        title: "sends nothing when an alias moves it into a component, whatever the component's name",
        args: same({ triggers: ["v1"] }),
        options: ["{}", "{ parent: odd, aliases: [{ parent: pulumi.rootStackResource }] }", "{ parent: odd }"],
        outcomes: [unchanged, unchanged],
    },
    inside: {
        title: "interrupts again when a transform outside of its component changes triggers",
        args: same({ timeoutSeconds: 77 }),
        options: same("{ parent: odd }"),
        outcomes: [interrupted, interrupted],
    },
    secret: {
        title: "sends nothing when a secret trigger stays the same",
        args: same({ triggers: [hidden] }),
        outcomes: [unchanged, unchanged],
    },
} satisfies Record<string, Case>;

type Name = keyof typeof cases;
const names = Object.keys(cases) as Name[];
const instanceOf = (name: Name) => `ls-cn-changes${String(names.indexOf(name) + 1).padStart(2, "0")}`;
/** Beside the resources: the stack, two components, and one that makes values. */
const unchangedAll = new RegExp(` ${names.length + 4} unchanged\n`);

function programIn(version: 0 | 1 | 2): string {
    const declarations = names.map((name) => {
        const { args, options }: Case = cases[name];
        return [
            name,
            { args: { instanceId: instanceOf(name), ...args[version] }, options: options?.[version] },
        ] as const;
    });
    const lines = `
        const made = new pulumi.dynamic.Resource({
            async create() { return { id: "made", outs: { instanceId: "${instanceOf("late")}", version: "v1" } }; },
        }, "made${version}", { instanceId: undefined, version: undefined });
        class Part extends pulumi.ComponentResource {
            constructor(name, opts) { super("acme:delivery:Part", name, {}, opts); }
        }
        const transform = ({ name, props, opts }) =>
            name === "inside" ? { props: { ...props, triggers: ["v${version}"] }, opts } : undefined;
        const odd = new Part("a::b", { parent: new Part("outer ü$", { transforms: [transform] }) });`;
    return `${programOf(Object.fromEntries(declarations), lines)}\nexports.secret = secret.triggers;`;
}

describe("a change of the program", () => {
    let fixture: Fixture;
    let plan: Run;
    let differences: readonly [first: Run, second: Run];
    let moments: readonly [first: Moment, second: Moment, third: Moment];
    let again: Run;

    before(async () => {
        fixture = await Fixture.open({ instances: [...names.map(instanceOf), other], program: programIn(0) });
        const { stack } = fixture;
        for (const [file, text] of Object.entries({ one: "1", same: "1", two: "2" })) {
            stack.write(`${file}.txt`, text);
        }
        const firstPreview = await fixture.withoutRequests(() => stack.preview());
        const first = await up();
        stack.program(programIn(1));
        plan = expectSuccess(await fixture.withoutRequests(() => stack.pulumi("preview")));
        differences = [firstPreview, await fixture.withoutRequests(() => stack.preview())];
        startChanges(0);
        const second = await up();
        again = expectSuccess(await fixture.withoutRequests(() => stack.up("--expect-no-changes")));
        stack.program(programIn(2));
        startChanges(1);
        moments = [first, second, await up()];
    });
    after(() => fixture.close());

    async function up(): Promise<Moment> {
        const moment = await fixture.up();
        expectSuccess(moment.run);
        return moment;
    }
    /** Begins a change on each instance that the next `up` is to interrupt. */
    function startChanges(step: 0 | 1): void {
        for (const name of names.filter((name) => / 1 1 /.test(cases[name].outcomes[step]))) {
            fixture.emulator.startChange(instanceOf(name));
        }
    }

    it("interrupts once for each resource when it is new", () => {
        const [first] = moments;
        assert.match(first.run.text, new RegExp(` ${names.length + 4} created\n`));
        assert.equal(first.effects, names.length);
        for (const name of names) {
            const { id, outputs } = first.records[name] ?? assert.fail(`no ${name}`);
            const [effect] = fixture.emulator.ledger.effectsOn(instanceOf(name));
            assert.deepEqual(
                [id, outputs.status, outputs.interrupted, outputs.clientToken],
                [instanceOf(name), "suspended", true, effect?.clientToken],
            );
        }
    });

    it("shows unknown and changed properties when it is previewed", () => {
        assert.match(expectSuccess(differences[0]).text, /instanceId +: \[unknown\]/);
        assert.match(expectSuccess(differences[1]).text, /~ \[0\]: "v1" => "v2"/);
    });

    for (const name of names) {
        const { title, outcomes, planned }: Case = cases[name];
        it(title, () => {
            const [first, second, third] = moments;
            assert.equal(shownIn(plan, name), planned ?? outcomes[0].replace(/ \d \d/, ""));
            assert.deepEqual([outcomeOf(name, first, second), outcomeOf(name, second, third)], outcomes);
        });
    }

    /** What the CLI does to a resource, or would do, and with counts between them, the beginning of the only line beside it. */
    function shownIn({ text }: Run, name: Name, ...counts: readonly number[]): string {
        const resource = `:LogstashTask\\w+ ${name}`;
        // "created replacement" and "deleted original" are steps on the way to "replaced".
        const change = new RegExp(`${resource} (create|update|replace)d?\\b(?! replacement)`, "g");
        const lines = text.matchAll(new RegExp(`${resource} {2}(\\S.*)$`, "gm"));
        const [line, ...more] = new Set([...lines].map(([, words = ""]) => words.trim()));
        assert.deepEqual(more, []);
        const [, shown = "unchanged"] = [...text.matchAll(change)].at(-1) ?? [];
        return [shown, ...counts, ...(line === undefined ? [] : [line.split(":")[0]])].join(" ");
    }
    function outcomeOf(name: Name, before: Moment, after: Moment): string {
        const { requests, effects } = fixture.emulator.ledger;
        const ofCase = ({ instanceId }: { readonly instanceId: string }) => instanceId === instanceOf(name);
        const made = requests.slice(before.requests, after.requests).filter(ofCase);
        const sent = made.filter(({ operation }) => operation === interrupt).length;
        assert.ok(sent > 0 || made.length === 0, "the instance was polled");
        assert.equal(after.records[name]?.outputs.status, "suspended");
        return shownIn(after.run, name, sent, effects.slice(before.effects, after.effects).filter(ofCase).length);
    }

    it("has a token of its own for each resource, instance and trigger, also when an earlier one comes back", () => {
        const { effects } = fixture.emulator.ledger;
        assert.equal(new Set(effects.map(({ clientToken }) => clientToken)).size, effects.length);
        assert.deepEqual(fixture.tokens(instanceOf("tokened")), ["first", "second"]);
    });

    it("sends nothing when the same program runs again", () => assert.match(again.text, unchangedAll));

    it("interrupts the other instance and resumes none when the instance changes", () => {
        assert.equal(moments[1].records.moved?.id, other);
        assert.equal(fixture.effects(other), 1);
        assert.equal(fixture.emulator.ledger.requestsTo(resume).length, 0);
    });

    it("has the engine's URN and its line when it is in components with odd names", () => {
        const { inside } = moments[0].records;
        const type = `acme:delivery:Part$acme:delivery:Part$${interruptType}`;
        assert.equal(inside?.urn, urnOf("inside", { project, type }));
        assert.equal(inside?.inputs.resourceUrn, inside?.urn);
        assert.match(inside?.sourcePosition ?? "", /\/index\.js#/);
    });

    it("leaves a secret trigger and the path of a file out of the state and of what the CLI prints", async () => {
        const exported = expectSuccess(await fixture.stack.pulumi("stack", "export"));
        assert.match(exported.text, /"secret"/);
        for (const { text } of [plan, ...differences, ...moments.map(({ run }) => run), again, exported]) {
            assert.doesNotMatch(text, /hush-canary/);
        }
        assert.doesNotMatch(exported.text, /two\.txt/);
    });

    it("leaves the records as they are, without the network, when the stack is refreshed", async () => {
        await fixture.emulator.stop();
        expectSuccess(await fixture.stack.up("--refresh"));
        expectSuccess(await fixture.stack.up("--expect-no-changes"));
    });

    it("needs no package, credentials or network when the stack is destroyed", async () => {
        const { stack } = fixture;
        unlinkSync(stack.path("program", "node_modules", "pulumi-alicloud-logstash"));
        stack.environment({ ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" });
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
    });
});
