import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, SteppedClock, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { expectFailure, expectSuccess, interruptProgram, interruptType, project, Stack } from "./stack";

const one = "ls-cn-life0001";
const two = "ls-cn-life0002";
const header = `const pulumi = require("@pulumi/pulumi");
const { LogstashTaskInterrupt, LogstashTaskResume } = require("pulumi-alicloud-logstash");
`;

describe("the life of a resource", () => {
    let clock: SteppedClock;
    let emulator: Emulator;
    let stack: Stack;
    const effects = (instanceId = one) => emulator.ledger.effectsOn(instanceId).length;
    const tokens = () => emulator.ledger.effects.map(({ clientToken }) => clientToken);
    const declare = (args: Readonly<Record<string, unknown>> = {}, options?: string) =>
        stack.program(interruptProgram({ instanceId: one, ...args }, options));
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
        emulator = await startEmulator({ instances, clock, tokenLifetimeMs: 3_600_000 });
        stack = await Stack.create({ emulator, program: "" });
    });
    afterEach(async () => {
        stack.remove();
        await emulator.stop();
    });

    describe("in a preview", () => {
        it("takes values that are not known yet for right, and for changed", async () => {
            const program = (name: string) => `${header}
                const made = new pulumi.dynamic.Resource({
                    async create() { return { id: "made", outs: { instanceId: "${one}", version: "v1" } }; },
                }, "${name}", { instanceId: undefined, version: undefined });
                const pause = new LogstashTaskInterrupt("pause", {
                    instanceId: made.instanceId,
                    triggers: [{ version: made.version }],
                });
                exports.token = pause.clientToken;`;
            stack.program(program("made"));
            const created = await withoutRequests(async () => expectSuccess(await stack.preview()));
            assert.match(created.text, /instanceId +: \[unknown\]/);
            expectSuccess(await stack.up());
            assert.equal(effects(), 1);

            stack.program(program("made-again"));
            const changed = await withoutRequests(async () => expectSuccess(await stack.preview()));
            assert.match(changed.text, /instanceId changed: the other instance will be interrupted/);
            // What was unknown is what it was: nothing is left of the change.
            await withoutRequests(async () => expectSuccess(await stack.up()));
        });

        it("names the changed triggers and says that the instance will be interrupted again", async () => {
            declare({ triggers: ["v1"] });
            expectSuccess(await stack.up());
            declare({ triggers: ["v2"] });
            const run = await withoutRequests(async () => expectSuccess(await stack.preview()));
            assert.match(run.text, /triggers changed: the instance will be interrupted again/);
            assert.match(run.text, /~ \[0\]: "v1" => "v2"/);
            assert.match(run.text, /~ 1 to update/);
        });

        it("says that another instance will be interrupted", async () => {
            declare();
            expectSuccess(await stack.up());
            declare({ instanceId: two });
            const run = await withoutRequests(async () => expectSuccess(await stack.preview()));
            assert.match(run.text, /instanceId changed: the other instance will be interrupted/);
            assert.match(run.text, /1 to replace/);
        });

        it("refuses each wrong argument with what is allowed, and without its value", async () => {
            declare({ instanceId: 7, triggers: "v1", timeoutSeconds: 0, whenIdle: "no", region: "x" });
            const { text } = await withoutRequests(async () => expectFailure(await stack.preview()));
            for (const reason of [
                'instanceId: this number is not the ID of a Logstash instance, such as "ls-cn-4591f1y6abcd"',
                "triggers: is a string; allowed is a list",
                "timeoutSeconds: this number is not a whole number of seconds from 1 to 86400",
                'whenIdle: this text is neither "fail" nor "skip"',
                'region: this text is not a region ID, such as "cn-hangzhou"',
            ]) {
                assert.ok(text.includes(reason), reason);
            }
        });
    });

    describe("on an update", () => {
        it("records settings and keeps the result, without a call", async () => {
            declare({ triggers: ["v1"], waitForSuspended: true });
            expectSuccess(await stack.up());
            const { outputs } = await stack.resource();
            declare({ triggers: ["v1"], timeoutSeconds: 30, waitForSuspended: false });
            const run = await withoutRequests(async () => expectSuccess(await stack.up()));
            assert.match(run.text, /1 updated/);
            assert.deepEqual((await stack.resource()).outputs, {
                ...outputs,
                timeoutSeconds: 30,
                waitForSuspended: false,
            });
        });

        it("takes an absent argument for its default, and objects for what they contain", async () => {
            declare({ triggers: [{ a: 1, b: { c: [2], d: 3 } }] });
            expectSuccess(await stack.up());
            declare({ triggers: [{ b: { d: 3, c: [2] }, a: 1 }], timeoutSeconds: 600, whenIdle: "fail" });
            const run = await withoutRequests(async () => expectSuccess(await stack.up()));
            assert.match(run.text, /2 unchanged/);
        });

        it("does nothing for removed triggers, and interrupts when they come back", async () => {
            declare({ triggers: ["v1"] });
            expectSuccess(await stack.up());
            declare();
            await withoutRequests(async () => expectSuccess(await stack.up()));
            emulator.startChange(one);
            declare({ triggers: ["v1"] });
            expectSuccess(await stack.up());
            assert.equal(effects(), 2);
        });

        it("interrupts for a new explicit token, once", async () => {
            declare({ clientToken: "first" });
            expectSuccess(await stack.up());
            emulator.startChange(one);
            declare({ clientToken: "second" });
            assert.match(
                expectSuccess(await stack.up()).text,
                /clientToken changed: the instance will be interrupted again/,
            );
            declare();
            await withoutRequests(async () => expectSuccess(await stack.up()));
            assert.deepEqual(tokens(), ["first", "second"]);
        });

        it("replaces for another instance, and leaves the first as it is", async () => {
            declare({ triggers: ["v1"] });
            expectSuccess(await stack.up());
            declare({ instanceId: two, triggers: ["v1"] });
            assert.match(expectSuccess(await stack.up()).text, /1 replaced/);
            assert.deepEqual([effects(one), effects(two)], [1, 1]);
            assert.equal((await stack.resource()).id, two);
            assert.equal(emulator.ledger.requestsTo("ResumeLogstashTask").length, 0);
        });
    });

    it("stays where it was made when another runner's environment names another region", async () => {
        declare();
        expectSuccess(await stack.up());
        stack.configure({ "alicloud:region": "cn-beijing" });
        const run = await withoutRequests(async () => expectSuccess(await stack.up()));
        assert.match(run.text, /1 unchanged|2 unchanged/);
        assert.equal((await stack.resource()).outputs.region, "cn-hangzhou");
        declare({ region: "cn-shanghai" });
        const preview = await withoutRequests(async () => expectSuccess(await stack.preview()));
        assert.match(preview.text, /region changed: the other instance will be interrupted/);
    });

    it("is left alone by every form of refresh, without the network", async () => {
        declare({ triggers: ["v1"] });
        expectSuccess(await stack.up());
        const record = await stack.resource();
        await emulator.stop();
        expectSuccess(await stack.refresh());
        expectSuccess(await stack.refresh("--clear-pending-creates"));
        expectSuccess(await stack.pulumi("refresh", "--preview-only"));
        expectSuccess(await stack.up("--refresh"));
        assert.deepEqual((await stack.resource()).outputs, record.outputs);
    });

    describe("under another name", () => {
        const make = (statement: string) =>
            stack.program(`${header}
            class Part extends pulumi.ComponentResource {
                constructor(name, opts) { super("test:index:Part", name, {}, opts); }
            }
            const args = { instanceId: "${one}", triggers: ["v1"] };
            ${statement}`);

        it("keeps its token: renamed, moved under a component, and both with an alias", async () => {
            make('new LogstashTaskInterrupt("pause", args);');
            expectSuccess(await stack.up());
            const [token] = tokens();
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
                assert.equal(record?.outputs.clientToken, token);
            }
            emulator.startChange(one);
            make('new LogstashTaskInterrupt("renamed", { ...args, triggers: ["v2"] }, { parent: new Part("part") });');
            expectSuccess(await stack.up());
            assert.equal(effects(), 2);
        });
    });

    describe("with Pulumi's options", () => {
        it("`ignoreChanges` ignores triggers", async () => {
            declare({ triggers: ["v1"] });
            expectSuccess(await stack.up());
            declare({ triggers: ["v2"] }, '{ ignoreChanges: ["triggers"] }');
            await withoutRequests(async () => expectSuccess(await stack.up()));
        });

        it("`replaceOnChanges` replaces for triggers, and interrupts once for each", async () => {
            declare({ triggers: ["v1"] }, '{ replaceOnChanges: ["triggers"] }');
            expectSuccess(await stack.up());
            emulator.startChange(one);
            declare({ triggers: ["v2"] }, '{ replaceOnChanges: ["triggers"] }');
            assert.match(expectSuccess(await stack.up()).text, /1 replaced/);
            assert.equal(effects(), 2);
        });

        it("`protect` keeps destroy away, `retainOnDelete` changes nothing", async () => {
            declare({}, "{ protect: true, retainOnDelete: true }");
            expectSuccess(await stack.up());
            assert.match(expectFailure(await stack.destroy()).text, /protected/);
            declare({}, "{ retainOnDelete: true }");
            await withoutRequests(async () => {
                expectSuccess(await stack.up());
                expectSuccess(await stack.destroy());
            });
            assert.deepEqual(await stack.resources(), []);
        });

        it("`--target`, `--exclude`, `dependsOn` and `deletedWith` order and choose as for any resource", async () => {
            stack.program(`${header}
                const first = new LogstashTaskInterrupt("first", { instanceId: "${one}" });
                new LogstashTaskInterrupt("second", { instanceId: "${two}" }, { dependsOn: [first], deletedWith: first });`);
            const urn = (name: string) => `urn:pulumi:dev::${project}::${interruptType}::${name}`;
            expectSuccess(await stack.up("--target", urn("first")));
            assert.deepEqual([effects(one), effects(two)], [1, 0]);
            await withoutRequests(async () => expectSuccess(await stack.up("--exclude", urn("second"))));
            expectSuccess(await stack.up());
            assert.deepEqual([effects(one), effects(two)], [1, 1]);
            await withoutRequests(async () => expectSuccess(await stack.destroy()));
        });

        it("`--replace`, destroy and a lost record send the same token: new only once the service has forgotten it", async () => {
            declare({ triggers: ["v1"] });
            expectSuccess(await stack.up());
            const { urn } = await stack.resource();
            const ways = [
                () => stack.up("--replace", urn),
                async () => expectSuccess(await stack.destroy()) && stack.up(),
                async () => expectSuccess(await stack.pulumi("state", "delete", urn, "--yes")) && stack.up(),
            ];
            for (const way of ways) {
                expectSuccess(await way());
                assert.equal(effects(), 1, "a remembered token is replayed");
            }
            clock.advance(3_600_001);
            for (const [index, way] of ways.entries()) {
                emulator.startChange(one);
                expectSuccess(await way());
                assert.equal(effects(), index + 2, "a forgotten token is a new request");
                clock.advance(3_600_001);
            }
            assert.equal(new Set(tokens()).size, 1);
        });

        it("`--replace` after a change of triggers is a request of its own: nothing tells `create` what came before", async () => {
            declare({ triggers: ["v1"] });
            expectSuccess(await stack.up());
            declare({ triggers: ["v2"] });
            emulator.startChange(one);
            expectSuccess(await stack.up());
            emulator.startChange(one);
            const { urn } = await stack.resource();
            expectSuccess(await stack.up("--replace", urn));
            assert.equal(effects(), 3);
        });

        it("an ignored change of an argument with a default leaves the output as recorded", async () => {
            stack.program(`${header}
                const { timeoutSeconds } = new LogstashTaskInterrupt("pause", { instanceId: "${one}", timeoutSeconds: 60 });
                exports.timeoutSeconds = timeoutSeconds;`);
            expectSuccess(await stack.up());
            stack.program(`${header}
                const { timeoutSeconds, whenIdle } = new LogstashTaskInterrupt(
                    "pause",
                    { instanceId: "${one}", timeoutSeconds: 90 },
                    { ignoreChanges: ["timeoutSeconds"] },
                );
                exports.timeoutSeconds = timeoutSeconds;
                exports.whenIdle = whenIdle;`);
            expectSuccess(await stack.up());
            const { text } = expectSuccess(await stack.pulumi("stack", "output", "--json"));
            assert.deepEqual(JSON.parse(text), { timeoutSeconds: 60, whenIdle: "fail" });
        });

        it("`replacementTrigger` replaces, with the same token", async () => {
            declare({}, '{ replacementTrigger: "a" }');
            expectSuccess(await stack.up());
            declare({}, '{ replacementTrigger: "b" }');
            assert.match(expectSuccess(await stack.up()).text, /1 replaced/);
            assert.equal(effects(), 1);
        });

        it("shows the program's line where an option's own code fails, and keeps the traces of other errors", async () => {
            const failing = "{ transformations: [() => { throw new Error('from an option'); }] }";
            declare({}, failing);
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
            assert.match(
                expectSuccess(await stack.preview()).text,
                /sameLimit *: true[\s\S]*sameLimitAfterwards *: true/,
            );
        });

        it("refuses `import`, `id` and `provider` with the reason", async () => {
            declare({}, `{ import: "${one}" }`);
            assert.match(
                expectFailure(await stack.preview()).text,
                /LogstashTaskInterrupt can be neither imported nor read/,
            );
            declare({}, `{ id: "${one}" }`);
            assert.match(
                expectFailure(await stack.preview()).text,
                /LogstashTaskInterrupt can be neither imported nor read/,
            );
            declare({}, '{ provider: new (require("@pulumi/pulumi").ProviderResource)("alicloud", "a", {}) }');
            assert.match(
                expectFailure(await stack.preview()).text,
                /cannot use the `provider` option[\s\S]*another account/,
            );
        });
    });

    describe("beside its complement", () => {
        const both = (version: string, extra = "") =>
            stack.program(`${header}
            const args = { instanceId: "${one}", triggers: ["${version}"] };
            const pause = new LogstashTaskInterrupt("pause", args);
            const resume = new LogstashTaskResume("pause", { ...args${extra} }, { dependsOn: [pause] });
            exports.isPause = LogstashTaskInterrupt.isInstance(pause) && !LogstashTaskResume.isInstance(pause);
            exports.isResume = LogstashTaskResume.isInstance(resume) && !LogstashTaskInterrupt.isInstance(resume);
            exports.isNothing = LogstashTaskInterrupt.isInstance({}) || LogstashTaskInterrupt.isInstance(undefined);
            exports.resumed = resume.resumed;`);

        it("interrupts and resumes in turn, once for each trigger, with tokens that never meet", async () => {
            both("v1");
            const run = expectSuccess(await stack.up());
            assert.match(run.text, /isNothing: false\n +isPause +: true\n +isResume +: true/);
            both("v2");
            expectSuccess(await stack.up());
            assert.deepEqual(
                emulator.ledger.effects.map(({ operation }) => operation),
                ["InterruptLogstashTask", "ResumeLogstashTask", "InterruptLogstashTask", "ResumeLogstashTask"],
            );
            assert.equal(new Set(tokens()).size, 4);
            const resume = (await stack.resources()).find(({ type }) => type.endsWith(":LogstashTaskResume"));
            assert.equal(resume?.outputs.resumed, true);
            assert.equal(resume?.outputs.status, "activating");
            assert.ok(typeof resume?.outputs.resumedAt === "string");
            assert.match(expectSuccess(await stack.up()).text, /3 unchanged/);
        });

        it("fails or skips where nothing is suspended", async () => {
            const alone = (extra: string) =>
                stack.program(`${header} new LogstashTaskResume("go-on", { instanceId: "${one}"${extra} });`);
            alone("");
            assert.match(expectFailure(await stack.up()).text, /nothing to resume: the instance is activating/);
            alone(', whenNotSuspended: "skip"');
            expectSuccess(await stack.up());
            assert.deepEqual((await stack.resource()).outputs.resumed, false);
            assert.equal(effects(), 0);
        });
    });

    it("keeps a secret trigger secret in the state and in what the CLI prints", async () => {
        stack.program(`${header}
            const pause = new LogstashTaskInterrupt("pause", {
                instanceId: "${one}",
                triggers: [pulumi.secret("hush-canary")],
            });
            exports.triggers = pause.triggers;`);
        const previewed = expectSuccess(await stack.preview());
        const run = expectSuccess(await stack.up());
        const exported = expectSuccess(await stack.pulumi("stack", "export"));
        for (const { text } of [previewed, run, exported]) {
            assert.doesNotMatch(text, /hush-canary/);
        }
        assert.equal(effects(), 1);
    });

    it("reads, updates and destroys the state of the first build without a call", async () => {
        const state = readFileSync(join(__dirname, "states", "0.1.0-first.json"), "utf8").replaceAll(
            /http:\/\/127\.0\.0\.1:\d+/g,
            emulator.url,
        );
        stack.write("state.json", state);
        expectSuccess(await stack.pulumi("stack", "import", "--file", "state.json"));
        const program = (settings: string) => `${header}
            new LogstashTaskInterrupt("triggered",
                { instanceId: "ls-cn-fixture0001", triggers: ["v2", { sha: "abc" }]${settings} });
            new LogstashTaskInterrupt("tokened", { instanceId: "ls-cn-fixture0002", clientToken: "release-7"${settings} });
            new LogstashTaskInterrupt("plain", { instanceId: "ls-cn-fixture0003"${settings} });`;
        stack.program(program(""));
        const run = await withoutRequests(async () => expectSuccess(await stack.up()));
        assert.match(run.text, /4 unchanged/);
        assert.match(run.text, /1 deleted/);
        stack.program(program(", timeoutSeconds: 60"));
        assert.match((await withoutRequests(async () => expectSuccess(await stack.up()))).text, /3 updated/);
        await withoutRequests(async () => expectSuccess(await stack.destroy()));
        assert.deepEqual(await stack.resources(), []);
    });

    it("finishes what the first build left pending", async () => {
        emulator.addInstance({ instanceId: "ls-cn-fixture0004", status: "suspended" });
        const state = readFileSync(join(__dirname, "states", "0.1.0-first.json"), "utf8");
        stack.write("state.json", state);
        expectSuccess(await stack.pulumi("stack", "import", "--file", "state.json"));
        stack.program(`${header}
            new LogstashTaskInterrupt("unfinished", { instanceId: "ls-cn-fixture0004", triggers: ["v1"] });`);
        expectSuccess(await stack.up());
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.interrupted], ["suspended", true]);
        // It was accepted then: now it is only looked at.
        assert.equal(emulator.ledger.requestsTo("InterruptLogstashTask").length, 0);
    });
});
