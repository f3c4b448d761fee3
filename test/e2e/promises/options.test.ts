import { strict as assert } from "node:assert";
import { SteppedClock } from "pulumi-alicloud-logstash-emulator";
import { changeOf } from "../../support/cliOutput";
import { Fixture, interrupt, type Moment } from "../../support/fixture";
import { type Declaration, header, programOf } from "../../support/programs";
import { expectFailure, expectSuccess, project, type Run } from "../../support/stack";
import { urnOf } from "../../support/urns";

const names = ["pause", "kept", "first", "second", "replaced", "destroyed", "lost", "changed"] as const;
type Name = (typeof names)[number];
const idOf = (name: string) => `ls-cn-options-${name}`;
const tokenLifetimeMs = 3_600_000;

/** What differs from one version of the program to the next. */
interface Version {
    /** The statement that declares the resource that was named "pause" at first. */
    readonly pause: string;
    /** The options of "kept". */
    readonly kept: string;
    /** The trigger of "changed". */
    readonly changed: string;
}

function programIn({ pause, kept, changed }: Version): string {
    const declared = (name: Name, options = "{}", trigger = "v1"): Declaration => {
        return { args: { instanceId: idOf(name), triggers: [trigger] }, options };
    };
    const component = `class Part extends pulumi.ComponentResource {
        constructor(name, opts) { super("test:index:Part", name, {}, opts); }
    }
    const args = { instanceId: "${idOf("pause")}", triggers: ["v1"] };`;
    const declarations = {
        kept: declared("kept", kept),
        first: declared("first"),
        second: declared("second", "{ dependsOn: [first], deletedWith: first }"),
        replaced: declared("replaced"),
        destroyed: declared("destroyed"),
        lost: declared("lost"),
        changed: declared("changed", "{}", changed),
    };
    return programOf(declarations, component, pause);
}

/** A run of the CLI, the requests that it sent, and the effects up to then, by the names of resources. */
interface Step extends Moment {
    readonly sent: Counts;
    readonly effectsOn: Counts;
}
type Counts = Readonly<Record<Name, number>>;

const countsBy = (count: (instanceId: string) => number) =>
    Object.fromEntries(names.map((name) => [name, count(idOf(name))])) as Counts;
const urn = (name: string) => urnOf(name, { project });

describe("an interrupt with Pulumi's options", () => {
    const clock = new SteppedClock();
    let fixture: Fixture;
    let targeted: Step;
    let excluded: Step;
    let renamed: Step;
    let refused: Step;
    let moved: Step;
    let triggered: Step;
    let destroyed: Step;

    before(async () => {
        const version: Version = {
            pause: 'new LogstashTaskInterrupt("pause", args);',
            kept: "{ protect: true, retainOnDelete: true }",
            changed: "v1",
        };
        fixture = await Fixture.open({
            instances: names.map(idOf),
            clock,
            tokenLifetimeMs,
            program: programIn(version),
        });
        const { emulator, stack } = fixture;
        targeted = await stepOf(() => stack.up("--target", urn("first")));
        excluded = await stepOf(() => stack.up("--exclude", urn("second")));

        const rename = 'new LogstashTaskInterrupt("renamed", args, { aliases: [{ name: "pause" }] });';
        stack.program(programIn({ ...version, pause: rename, changed: "v2" }));
        emulator.startChange(idOf("changed"));
        renamed = await stepOf(() => recreate("replaced"));
        refused = await stepOf(() => stack.destroy("--target", urn("kept")));

        const move = `const part = new Part("part");
            new LogstashTaskInterrupt("renamed", args, { parent: part, aliases: [{ parent: pulumi.rootStackResource }] });`;
        const unprotected: Version = { pause: move, kept: "{ retainOnDelete: true }", changed: "v2" };
        stack.program(programIn(unprotected));
        clock.advance(tokenLifetimeMs + 1);
        for (const name of ["replaced", "destroyed", "lost", "changed"]) {
            emulator.startChange(idOf(name));
        }
        moved = await stepOf(() => recreate("replaced", "changed"));

        const trigger =
            'new LogstashTaskInterrupt("renamed", { ...args, triggers: ["v2"] }, { parent: new Part("part") });';
        stack.program(programIn({ ...unprotected, pause: trigger }));
        emulator.startChange(idOf("pause"));
        triggered = await stepOf(() => stack.up());
        destroyed = await stepOf(() => stack.destroy());
    });
    after(() => fixture.close());

    async function stepOf(act: () => Promise<Run>): Promise<Step> {
        const { ledger } = fixture.emulator;
        const before = ledger.requests.length;
        const moment = await fixture.momentAfter(act);
        const sent = ledger.requests.slice(before);
        return {
            ...moment,
            sent: countsBy((id) => sent.filter(({ instanceId }) => instanceId === id).length),
            effectsOn: countsBy((id) => fixture.effects(id)),
        };
    }
    /** Replaces resources in a run that creates two others again, whose records are gone. */
    async function recreate(...replaced: readonly Name[]): Promise<Run> {
        expectSuccess(await fixture.stack.destroy("--target", urn("destroyed")));
        expectSuccess(await fixture.stack.pulumi("state", "delete", urn("lost"), "--yes"));
        return fixture.stack.up(...replaced.flatMap((name) => ["--replace", urn(name)]));
    }

    it("keeps its token when `aliases` rename it, move it under a component, or both", () => {
        for (const { run, sent, records } of [renamed, moved]) {
            expectSuccess(run);
            assert.equal(sent.pause, 0);
            assert.equal(records.renamed?.outputs.clientToken, fixture.tokens(idOf("pause"))[0]);
        }
        expectSuccess(triggered.run);
        assert.equal(triggered.effectsOn.pause, 2);
    });

    it("is not destroyed when it has `protect`, and sends nothing when it has `retainOnDelete`", () => {
        assert.equal(excluded.effectsOn.kept, 1);
        assert.match(expectFailure(refused.run).text, /protected/);
        expectSuccess(destroyed.run);
        assert.deepEqual([moved.sent.kept, destroyed.sent.kept], [0, 0]);
        assert.deepEqual(destroyed.records, {});
    });

    it("is ordered and chosen as any resource when `--target`, `--exclude` and `dependsOn` name it", () => {
        expectSuccess(targeted.run);
        assert.deepEqual([targeted.effectsOn.first, targeted.effectsOn.second], [1, 0]);
        expectSuccess(excluded.run);
        assert.deepEqual([excluded.sent.first, excluded.sent.second], [0, 0]);
        assert.deepEqual([renamed.effectsOn.first, renamed.effectsOn.second], [1, 1]);
        assert.deepEqual(
            destroyed.sent,
            countsBy(() => 0),
        );
    });

    it("sends its first token again when it is replaced, destroyed or lost: new once the service has forgotten it", () => {
        const recreated = ["destroyed", "lost"] as const;
        for (const [{ run }, replaced] of [
            [renamed, ["replaced"]],
            [moved, ["replaced", "changed"]],
        ] as const) {
            expectSuccess(run);
            assert.ok(recreated.every((name) => changeOf(run, name) === "created"));
            assert.ok(replaced.every((name) => changeOf(run, name) === "replaced"));
        }
        const effectsIn = ({ effectsOn: { replaced, destroyed, lost, changed } }: Step) => {
            return { replaced, destroyed, lost, changed };
        };
        assert.deepEqual(effectsIn(renamed), { replaced: 1, destroyed: 1, lost: 1, changed: 2 }, "remembered");
        // Nothing tells `create` what came before: after a change of triggers it is a request of its own.
        assert.deepEqual(effectsIn(moved), { replaced: 2, destroyed: 2, lost: 2, changed: 3 }, "forgotten");
        for (const name of ["replaced", ...recreated]) {
            assert.equal(new Set(fixture.tokens(idOf(name))).size, 1);
        }
    });
});

describe("an interrupt with Pulumi's newer options", () => {
    const [hooked, rejected, lost, one, another, follower] = [
        idOf("hooked"),
        idOf("rejected"),
        idOf("lost"),
        idOf("one"),
        idOf("another"),
        idOf("follower"),
    ];
    let fixture: Fixture;

    before(async () => {
        fixture = await Fixture.open({ instances: [hooked, rejected, lost, one, another, follower] });
    });
    after(() => fixture.close());
    afterEach(() => fixture.emulator.faults.clear());

    const tokensOf = (instanceId: string) => {
        const tokens = fixture.tokens(instanceId);
        return { effects: fixture.effects(instanceId), sent: tokens.length, tokens: new Set(tokens).size };
    };
    const declare = (name: string, instanceId: string, args: string, options = "{}") =>
        `const ${name} = new LogstashTaskInterrupt("${name}", { instanceId: "${instanceId}", ${args} }, ${options});`;
    const statusOf = async (name: string) => (await fixture.records())[name]?.outputs.status;

    // An inline program: the language host here is too old to know hooks.
    async function upInline(...lines: readonly string[]): Promise<unknown> {
        fixture.stack.write(
            "drive.js",
            `${header}
            const { LocalWorkspace } = require("@pulumi/pulumi/automation");
            const calls = [];
            const program = async () => { ${lines.join("\n")} };
            (async () => {
                const args = { stackName: "dev", projectName: "${project}", program };
                const stack = await LocalWorkspace.selectStack(args, { workDir: process.cwd() });
                const result = await stack.up().then(({ summary }) => summary.result, () => "failed");
                console.log(JSON.stringify({ result, calls: calls.sort() }));
            })();`,
        );
        return JSON.parse(expectSuccess(await fixture.stack.node("drive.js")).text);
    }

    it("sends and records nothing when a hook throws before the create", async () => {
        const throwing = '{ hooks: { beforeCreate: [() => { calls.push("before"); throw new Error("no"); }] } }';
        const run = await fixture.withoutRequests(() => upInline(declare("pause", hooked, "triggers: [1]", throwing)));
        assert.deepEqual(run, { result: "failed", calls: ["before"] });
        assert.deepEqual(await fixture.stack.resources(), []);
    });

    it("sends the same token again when an error hook retries a rejection or a pending create", async () => {
        const { faults } = fixture.emulator;
        const rejection = { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "No." } as const;
        faults.add({ operation: interrupt, instanceId: rejected, calls: 1, fault: rejection });
        faults.add({ operation: interrupt, instanceId: lost, calls: 1, fault: { kind: "hang", point: "after" } });
        const program = [
            "const retry = new pulumi.ErrorHook('retry', ({ name }) => { calls.push(name); return true; });",
            "const options = { hooks: { onError: [retry] } };",
            declare("rejected", rejected, "triggers: [1]", "options"),
            declare("lost", lost, "triggers: [1], timeoutSeconds: 1", "options"),
        ];
        assert.deepEqual(await upInline(...program), { result: "succeeded", calls: ["lost", "rejected"] });
        for (const instanceId of [rejected, lost]) {
            assert.deepEqual(tokensOf(instanceId), { effects: 1, sent: 2, tokens: 1 });
        }
        assert.deepEqual([await statusOf("rejected"), await statusOf("lost")], ["suspended", "suspended"]);
        await fixture.withoutRequests(() => upInline(...program));
    });

    it("sends the first token again when `replaceWith` replaces it, and nothing when it has `deletedWith`", async () => {
        const pair = async (target: string, options: string) => {
            const lines = [declare("target", target, ""), declare("follower", follower, 'triggers: ["v1"]', options)];
            fixture.stack.program([header, ...lines].join("\n"));
            return expectSuccess(await fixture.stack.up());
        };
        await pair(one, "{ replaceWith: [target] }");
        const replaced = await pair(another, "{ replaceWith: [target] }");
        assert.deepEqual(
            ["target", "follower"].map((name) => changeOf(replaced, name)),
            ["replaced", "replaced"],
        );
        assert.deepEqual(tokensOf(follower), { effects: 1, sent: 2, tokens: 1 });
        await pair(another, "{ deletedWith: target }");
        assert.equal(changeOf(await pair(one, "{ deletedWith: target }"), "target"), "replaced");
        assert.deepEqual([tokensOf(follower).effects, tokensOf(follower).tokens], [1, 1]);
    });

    it("stays pending when `--exclude` names it, until a run finishes it, and is forgotten by `destroy --run-program`", async () => {
        const { emulator, stack } = fixture;
        const declared = (trigger: string, timeoutSeconds: number) =>
            stack.program(
                header + declare("follower", follower, `triggers: ["${trigger}"], timeoutSeconds: ${timeoutSeconds}`),
            );
        const upLost = async (trigger: string) => {
            emulator.faults.add({
                operation: interrupt,
                instanceId: follower,
                calls: 1,
                fault: { kind: "hang", point: "after" },
            });
            emulator.startChange(follower);
            declared(trigger, 1);
            expectFailure(await stack.up());
            assert.equal(await statusOf("follower"), "pending");
        };
        await upLost("v2");
        declared("v2", 30);
        expectSuccess(await fixture.withoutRequests(() => stack.up("--exclude", "**follower")));
        assert.equal(await statusOf("follower"), "pending");
        expectSuccess(await stack.up());
        assert.equal(await statusOf("follower"), "suspended");
        assert.deepEqual([tokensOf(follower).effects, tokensOf(follower).tokens], [2, 2]);

        await upLost("v3");
        expectSuccess(await fixture.withoutRequests(() => stack.destroy("--run-program")));
        assert.deepEqual(await stack.resources(), []);
    });
});
