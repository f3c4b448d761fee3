import { strict as assert } from "node:assert";
import { type Emulator, SteppedClock, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { interruptType, urnOf } from "../urns";
import { changeOf } from "./cliOutput";
import { header, interruptProgram, programOf } from "./programs";
import { expectFailure, expectSuccess, project, Stack } from "./stack";

const one = "ls-cn-options0001";
const two = "ls-cn-options0002";
const tokenLifetimeMs = 3_600_000;

describe("with Pulumi's options", () => {
    let clock: SteppedClock;
    let emulator: Emulator;
    let stack: Stack;
    const effects = (instanceId = one) => emulator.ledger.effectsOn(instanceId).length;
    const declare = (options: string) => stack.program(interruptProgram({ instanceId: one }, options));
    /** Runs something that must not reach the cloud. */
    async function withoutRequests<T>(act: () => Promise<T>): Promise<T> {
        const before = emulator.ledger.requests.length;
        const result = await act();
        assert.equal(emulator.ledger.requests.length - before, 0, "requests were sent");
        return result;
    }

    beforeEach(async () => {
        clock = new SteppedClock();
        const instances = [one, two].map((instanceId) => ({ instanceId, status: "activating" as const }));
        emulator = await startEmulator({ instances, clock, tokenLifetimeMs });
        stack = await Stack.create({ emulator, program: "" });
    });
    afterEach(async () => {
        stack.remove();
        await emulator.stop();
    });

    it("`aliases` keep the token: renamed, moved under a component, and both", async () => {
        const make = (statement: string) =>
            stack.program(`${header}
            class Part extends pulumi.ComponentResource {
                constructor(name, opts) { super("test:index:Part", name, {}, opts); }
            }
            const args = { instanceId: "${one}", triggers: ["v1"] };
            ${statement}`);
        make('new LogstashTaskInterrupt("pause", args);');
        expectSuccess(await stack.up());
        const [effect] = emulator.ledger.effects;
        const moves = [
            'new LogstashTaskInterrupt("renamed", args, { aliases: [{ name: "pause" }] });',
            `const part = new Part("part");
             new LogstashTaskInterrupt("renamed", args,
                 { parent: part, aliases: [{ parent: pulumi.rootStackResource }] });`,
        ];
        for (const statement of moves) {
            make(statement);
            await withoutRequests(async () => expectSuccess(await stack.up()));
            const record = (await stack.resources()).find(({ type }) => type === interruptType);
            assert.ok(record?.urn.endsWith("::renamed"));
            assert.equal(record?.outputs.clientToken, effect?.clientToken);
        }
        emulator.startChange(one);
        make('new LogstashTaskInterrupt("renamed", { ...args, triggers: ["v2"] }, { parent: new Part("part") });');
        expectSuccess(await stack.up());
        assert.equal(effects(), 2);
    });

    it("`protect` keeps destroy away, `retainOnDelete` changes nothing", async () => {
        declare("{ protect: true, retainOnDelete: true }");
        expectSuccess(await stack.up());
        assert.match(expectFailure(await stack.destroy()).text, /protected/);
        declare("{ retainOnDelete: true }");
        await withoutRequests(async () => {
            expectSuccess(await stack.up());
            expectSuccess(await stack.destroy());
        });
        assert.deepEqual(await stack.resources(), []);
    });

    it("`--target`, `--exclude`, `dependsOn` and `deletedWith` order and choose as for any resource", async () => {
        stack.program(
            programOf({
                first: { args: { instanceId: one } },
                second: { args: { instanceId: two }, options: "{ dependsOn: [first], deletedWith: first }" },
            }),
        );
        const urn = (name: string) => urnOf(name, { project });
        expectSuccess(await stack.up("--target", urn("first")));
        assert.deepEqual([effects(one), effects(two)], [1, 0]);
        await withoutRequests(async () => expectSuccess(await stack.up("--exclude", urn("second"))));
        expectSuccess(await stack.up());
        assert.deepEqual([effects(one), effects(two)], [1, 1]);
        await withoutRequests(async () => expectSuccess(await stack.destroy()));
    });

    it("`--replace`, destroy and a lost record send the same token: new only once the service has forgotten it", async () => {
        const instances = { replaced: one, destroyed: two, lost: "ls-cn-options0003", changed: "ls-cn-options0004" };
        for (const instanceId of [instances.lost, instances.changed]) {
            emulator.addInstance({ instanceId, status: "activating" });
        }
        const declareAll = (changed: string) =>
            stack.program(
                programOf({
                    replaced: { args: { instanceId: instances.replaced, triggers: ["v1"] } },
                    destroyed: { args: { instanceId: instances.destroyed, triggers: ["v1"] } },
                    lost: { args: { instanceId: instances.lost, triggers: ["v1"] } },
                    changed: { args: { instanceId: instances.changed, triggers: [changed] } },
                }),
            );
        const urn = (name: keyof typeof instances) => urnOf(name, { project });
        async function makeAnew(...replaced: readonly (keyof typeof instances)[]) {
            expectSuccess(await stack.destroy("--target", urn("destroyed")));
            expectSuccess(await stack.pulumi("state", "delete", urn("lost"), "--yes"));
            const run = expectSuccess(await stack.up(...replaced.flatMap((name) => ["--replace", urn(name)])));
            assert.equal(changeOf(run, "destroyed"), "created");
            assert.equal(changeOf(run, "lost"), "created");
            for (const name of replaced) {
                assert.equal(changeOf(run, name), "replaced");
            }
        }
        declareAll("v1");
        expectSuccess(await stack.up());
        const expectEffects = (counts: Readonly<Record<keyof typeof instances, number>>, what: string) => {
            const found = Object.entries(instances).map(([name, instanceId]) => [name, effects(instanceId)]);
            assert.deepEqual(Object.fromEntries(found), counts, what);
        };

        declareAll("v2");
        emulator.startChange(instances.changed);
        await makeAnew("replaced");
        expectEffects({ replaced: 1, destroyed: 1, lost: 1, changed: 2 }, "a remembered token is replayed");

        // Nothing tells `create` what came before: after a change of triggers it is a request of its own.
        emulator.startChange(instances.changed);
        clock.advance(tokenLifetimeMs + 1);
        for (const instanceId of [instances.replaced, instances.destroyed, instances.lost]) {
            emulator.startChange(instanceId);
        }
        await makeAnew("replaced", "changed");
        expectEffects({ replaced: 2, destroyed: 2, lost: 2, changed: 3 }, "a forgotten token is a new request");
        for (const instanceId of [instances.replaced, instances.destroyed, instances.lost]) {
            const tokens = emulator.ledger.effectsOn(instanceId).map(({ clientToken }) => clientToken);
            assert.equal(new Set(tokens).size, 1);
        }
    });

    it("shows the program's line where an option's own code fails, and keeps the traces of other errors", async () => {
        const failing = "{ transformations: [() => { throw new Error('from an option'); }] }";
        declare(failing);
        assert.match(expectFailure(await stack.preview()).text, /Error: from an option\s+at [^\n]*index\.js/);
        stack.program(`${header}
            const before = Error.stackTraceLimit;
            try {
                new LogstashTaskInterrupt("failing", { instanceId: "${one}" }, ${failing});
            } catch {
                exports.sameLimit = Error.stackTraceLimit === before;
            }
            new LogstashTaskInterrupt("working", { instanceId: "${one}" });
            exports.sameLimitAfterwards = Error.stackTraceLimit === before;`);
        assert.match(expectSuccess(await stack.preview()).text, /sameLimit *: true[\s\S]*sameLimitAfterwards *: true/);
    });

    it("`import`, `id` and `provider` are refused with the reason", async () => {
        // Each fails the program by itself; here the first two are caught, so that one preview shows all.
        stack.program(`${header}
            const args = { instanceId: "${one}" };
            for (const options of [{ import: "${one}" }, { id: "${one}" }]) {
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
