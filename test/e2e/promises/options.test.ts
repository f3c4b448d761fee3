import { strict as assert } from "node:assert";
import { type Emulator, SteppedClock, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { changeOf } from "../../support/cliOutput";
import { header, interruptProgram, programOf } from "../../support/programs";
import { expectFailure, expectSuccess, project, type ResourceState, type Run, Stack } from "../../support/stack";
import { urnOf } from "../../support/urns";

const instances = {
    pause: "ls-cn-options0001",
    kept: "ls-cn-options0002",
    first: "ls-cn-options0003",
    second: "ls-cn-options0004",
    replaced: "ls-cn-options0005",
    destroyed: "ls-cn-options0006",
    lost: "ls-cn-options0007",
    changed: "ls-cn-options0008",
} as const;
type Name = keyof typeof instances;
const names = Object.keys(instances) as Name[];
const tokenLifetimeMs = 3_600_000;

/** What may be different from one version of the program to the next. */
interface Version {
    /** The statement that declares the resource that was named "pause" at first. */
    readonly pause: string;
    /** The options of "kept". */
    readonly kept: string;
    /** The trigger of "changed". */
    readonly changed: string;
}

function programIn({ pause, kept, changed }: Version): string {
    const argsOf = (name: Name) => ({ instanceId: instances[name], triggers: ["v1"] });
    const component = `class Part extends pulumi.ComponentResource {
        constructor(name, opts) { super("test:index:Part", name, {}, opts); }
    }
    const args = ${JSON.stringify(argsOf("pause"))};`;
    const declarations = {
        kept: { args: argsOf("kept"), options: kept },
        first: { args: argsOf("first") },
        second: { args: argsOf("second"), options: "{ dependsOn: [first], deletedWith: first }" },
        replaced: { args: argsOf("replaced") },
        destroyed: { args: argsOf("destroyed") },
        lost: { args: argsOf("lost") },
        changed: { args: { ...argsOf("changed"), triggers: [changed] } },
    };
    return programOf(declarations, component, pause);
}

/** A run of the CLI, and what is in the ledger by the names of resources. */
interface Moment {
    readonly run: Run;
    /** Requests that the run has sent. */
    readonly requests: Counts;
    /** Effects up to then. */
    readonly effects: Counts;
}
type Counts = Readonly<Record<Name, number>>;

const countsBy = (count: (instanceId: string) => number) =>
    Object.fromEntries(names.map((name) => [name, count(instances[name])])) as Counts;

describe("with Pulumi's options", () => {
    const clock = new SteppedClock();
    let emulator: Emulator;
    let stack: Stack;
    let targeted: Moment;
    let excluded: Moment;
    let renamed: Moment;
    let refused: Moment;
    let moved: Moment;
    let triggered: Moment;
    let destroyed: Moment;
    let afterRename: readonly ResourceState[];
    let afterMove: readonly ResourceState[];
    let atEnd: readonly ResourceState[];

    before(async () => {
        emulator = await startEmulator({
            instances: names.map((name) => ({ instanceId: instances[name], status: "activating" })),
            clock,
            tokenLifetimeMs,
        });
        const version: Version = {
            pause: 'new LogstashTaskInterrupt("pause", args);',
            kept: "{ protect: true, retainOnDelete: true }",
            changed: "v1",
        };
        stack = await Stack.create({ emulator, program: programIn(version) });
        targeted = await momentAfter(() => stack.up("--target", urn("first")));
        excluded = await momentAfter(() => stack.up("--exclude", urn("second")));

        const rename = 'new LogstashTaskInterrupt("renamed", args, { aliases: [{ name: "pause" }] });';
        stack.program(programIn({ ...version, pause: rename, changed: "v2" }));
        emulator.startChange(instances.changed);
        renamed = await momentAfter(() => makeAnew("replaced"));
        afterRename = await stack.resources();
        refused = await momentAfter(() => stack.destroy("--target", urn("kept")));

        const move = `const part = new Part("part");
            new LogstashTaskInterrupt("renamed", args, { parent: part, aliases: [{ parent: pulumi.rootStackResource }] });`;
        const unprotected: Version = { pause: move, kept: "{ retainOnDelete: true }", changed: "v2" };
        stack.program(programIn(unprotected));
        clock.advance(tokenLifetimeMs + 1);
        for (const name of ["replaced", "destroyed", "lost", "changed"] as const) {
            emulator.startChange(instances[name]);
        }
        moved = await momentAfter(() => makeAnew("replaced", "changed"));
        afterMove = await stack.resources();

        const trigger =
            'new LogstashTaskInterrupt("renamed", { ...args, triggers: ["v2"] }, { parent: new Part("part") });';
        stack.program(programIn({ ...unprotected, pause: trigger }));
        emulator.startChange(instances.pause);
        triggered = await momentAfter(() => stack.up());
        destroyed = await momentAfter(() => stack.destroy());
        atEnd = await stack.resources();
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    const urn = (name: Name) => urnOf(name, { project });
    async function momentAfter(act: () => Promise<Run>): Promise<Moment> {
        const sent = emulator.ledger.requests.length;
        const run = await act();
        const requests = emulator.ledger.requests.slice(sent);
        return {
            run,
            requests: countsBy((instanceId) => requests.filter((request) => request.instanceId === instanceId).length),
            effects: countsBy((instanceId) => emulator.ledger.effectsOn(instanceId).length),
        };
    }
    /** Replaces resources in a run that makes two others anew, whose records are gone. */
    async function makeAnew(...replaced: readonly Name[]): Promise<Run> {
        expectSuccess(await stack.destroy("--target", urn("destroyed")));
        expectSuccess(await stack.pulumi("state", "delete", urn("lost"), "--yes"));
        return stack.up(...replaced.flatMap((name) => ["--replace", urn(name)]));
    }

    it("`aliases` keep the token: renamed, moved under a component, and both", () => {
        expectSuccess(renamed.run);
        expectSuccess(moved.run);
        assert.deepEqual([renamed.requests.pause, moved.requests.pause], [0, 0]);
        const [effect] = emulator.ledger.effectsOn(instances.pause);
        for (const records of [afterRename, afterMove]) {
            const record = records.find(({ id }) => id === instances.pause);
            assert.ok(record?.urn.endsWith("::renamed"));
            assert.equal(record?.outputs.clientToken, effect?.clientToken);
        }
        expectSuccess(triggered.run);
        assert.equal(triggered.effects.pause, 2);
    });

    it("`protect` keeps destroy away, `retainOnDelete` changes nothing", () => {
        assert.equal(excluded.effects.kept, 1);
        assert.match(expectFailure(refused.run).text, /protected/);
        expectSuccess(moved.run);
        expectSuccess(destroyed.run);
        assert.deepEqual([moved.requests.kept, destroyed.requests.kept], [0, 0]);
        assert.deepEqual(atEnd, []);
    });

    it("`--target`, `--exclude`, `dependsOn` and `deletedWith` order and choose as for any resource", () => {
        expectSuccess(targeted.run);
        assert.deepEqual([targeted.effects.first, targeted.effects.second], [1, 0]);
        expectSuccess(excluded.run);
        assert.deepEqual([excluded.requests.first, excluded.requests.second], [0, 0]);
        assert.deepEqual([renamed.effects.first, renamed.effects.second], [1, 1]);
        assert.deepEqual(
            destroyed.requests,
            countsBy(() => 0),
        );
    });

    it("`--replace`, destroy and a lost record send the same token: new only once the service has forgotten it", () => {
        const made = ["destroyed", "lost"] as const;
        for (const [{ run }, replaced] of [
            [renamed, ["replaced"]],
            [moved, ["replaced", "changed"]],
        ] as const) {
            for (const name of made) {
                assert.equal(changeOf(expectSuccess(run), name), "created");
            }
            for (const name of replaced) {
                assert.equal(changeOf(run, name), "replaced");
            }
        }
        const effectsIn = ({ effects: { replaced, destroyed, lost, changed } }: Moment) => {
            return { replaced, destroyed, lost, changed };
        };
        const remembered = { replaced: 1, destroyed: 1, lost: 1, changed: 2 };
        assert.deepEqual(effectsIn(renamed), remembered, "a remembered token is replayed");
        // Nothing tells `create` what came before: after a change of triggers it is a request of its own.
        const forgotten = { replaced: 2, destroyed: 2, lost: 2, changed: 3 };
        assert.deepEqual(effectsIn(moved), forgotten, "a forgotten token is a new request");
        for (const name of ["replaced", ...made] as const) {
            const tokens = emulator.ledger.effectsOn(instances[name]).map(({ clientToken }) => clientToken);
            assert.equal(new Set(tokens).size, 1);
        }
    });

    it("shows the program's line where an option's own code fails, and keeps the traces of other errors", async () => {
        const failing = "{ transformations: [() => { throw new Error('from an option'); }] }";
        stack.program(interruptProgram({ instanceId: instances.pause }, failing));
        assert.match(expectFailure(await stack.preview()).text, /Error: from an option\s+at [^\n]*index\.js/);
        stack.program(`${header}
            const before = Error.stackTraceLimit;
            try {
                new LogstashTaskInterrupt("failing", { instanceId: "${instances.pause}" }, ${failing});
            } catch {
                exports.sameLimit = Error.stackTraceLimit === before;
            }
            new LogstashTaskInterrupt("working", { instanceId: "${instances.pause}" });
            exports.sameLimitAfterwards = Error.stackTraceLimit === before;`);
        assert.match(expectSuccess(await stack.preview()).text, /sameLimit *: true[\s\S]*sameLimitAfterwards *: true/);
    });

    it("`import`, `id` and `provider` are refused with the reason", async () => {
        // Each fails the program by itself; here the first two are caught, so that one preview shows all.
        stack.program(`${header}
            const args = { instanceId: "${instances.pause}" };
            for (const options of [{ import: "${instances.pause}" }, { id: "${instances.pause}" }]) {
                try {
                    new LogstashTaskInterrupt(Object.keys(options).join(), args, options);
                } catch (error) {
                    console.log(Object.keys(options).join() + " is refused: " + error.message);
                }
            }
            new LogstashTaskInterrupt("pause", args, { provider: new pulumi.ProviderResource("alicloud", "a", {}) });`);
        const { text } = expectFailure(await stack.preview());
        for (const option of ["import", "id"]) {
            assert.match(
                text,
                new RegExp(`\\b${option} is refused: .*LogstashTaskInterrupt can be neither imported nor read`),
            );
        }
        assert.match(text, /cannot use the `provider` option[\s\S]*another account/);
    });
});
