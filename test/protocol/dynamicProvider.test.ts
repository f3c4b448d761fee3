import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { dynamicProvider } from "../../provider/src/dynamic/provider";
import { providerStub } from "../../provider/src/dynamic/providerStub";
import { writeCliProfiles } from "../support/cliProfiles";
import { stackConfigurationFor } from "../support/stackConfiguration";
import { resumeType, urnOf } from "../support/urns";
import { failureOf, type Properties } from "./calls";
import { Engine } from "./engine";
import { leaveEnvironment } from "./environment";
import { InProcessHost } from "./inProcess";
import { until } from "./until";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const instanceId = "ls-cn-protocol0001";
const declared: Properties = {
    __provider: providerStub,
    instanceId,
    region: "cn-hangzhou",
    triggers: ["v1"],
    resourceUrn: urnOf("pause"),
};

describe("the provider of dynamic resources", () => {
    let emulator: Emulator;
    let host: InProcessHost;

    before(async () => {
        emulator = await startEmulator();
        host = await InProcessHost.start({ config: stackConfigurationFor(emulator) });
    });
    after(async () => {
        host.stop();
        leaveEnvironment();
        await emulator.stop();
    });
    beforeEach(() => emulator.addInstance({ instanceId, region: "cn-hangzhou", status: "activating" }));

    describe("check", () => {
        it("takes the region from the stack configuration", async () => {
            const { region: _, ...without } = declared;
            assert.deepEqual(await host.check({}, without), { inputs: declared, failures: [] });
        });

        it("keeps a recorded region as long as the instance is the same", async () => {
            const { region: _, ...without } = declared;
            const olds = { ...declared, region: "cn-beijing" };
            assert.equal((await host.check(olds, without)).inputs.region, "cn-beijing");
            const other = { ...without, instanceId: "ls-cn-other0001" };
            assert.equal((await host.check(olds, other)).inputs.region, "cn-hangzhou");
            const unclear = { ...without, instanceId: unknown };
            assert.equal((await host.check(olds, unclear)).inputs.region, "cn-beijing");
        });

        it("says that the recorded region stays when the stack has another one now", async () => {
            const engine = await Engine.start();
            const { region: _, ...without } = declared;
            const config = stackConfigurationFor(emulator);
            const other = await InProcessHost.start({ config, engineAddress: engine.address });
            try {
                await other.check({ ...declared, region: "cn-beijing" }, without);
                await other.check(declared, without);
                assert.deepEqual(
                    engine.lines.map(({ message }) => message),
                    [
                        "`alicloud:region` is cn-hangzhou, and this resource stays in cn-beijing: set `region` to replace it",
                    ],
                );
            } finally {
                other.stop();
                engine.stop();
            }
        });

        it("leaves the region open in a preview when the profile that may have it is not known", async () => {
            const { region: _, ...without } = declared;
            const { "alicloud:region": __, ...config } = stackConfigurationFor(emulator);
            const bare = await InProcessHost.start({ config });
            try {
                const { inputs, failures } = await bare.check({}, { ...without, profile: unknown });
                assert.deepEqual([inputs.region, failures], [unknown, []]);
            } finally {
                bare.stop();
            }
        });

        it("takes a region that is null for none, given or recorded", async () => {
            const { region: _, ...without } = declared;
            for (const [olds, news] of [
                [{}, { ...without, region: null }],
                [{ ...declared, region: null }, without],
            ] as const) {
                assert.deepEqual(await host.check(olds, news), { inputs: declared, failures: [] });
            }
        });

        it("says where no host can be made of the region", async () => {
            const { "alicloud:endpoints": _, ...config } = stackConfigurationFor(emulator);
            const bare = await InProcessHost.start({ config });
            try {
                const { failures } = await bare.check({}, { ...declared, region: "cn hangzhou" });
                assert.match(failures.join("\n"), /^\|no host can be made of the region/m);
            } finally {
                bare.stop();
            }
        });

        it("adds no pointer where there is none", async () => {
            const { __provider: _, ...without } = declared;
            assert.deepEqual(await host.check({}, without), { inputs: without, failures: [] });
        });

        it("warns about an empty object among the triggers, and rejects what JSON would lose", async () => {
            const engine = await Engine.start();
            const config = stackConfigurationFor(emulator);
            const warned = await InProcessHost.start({ config, engineAddress: engine.address });
            try {
                const accepted = await warned.check({}, { ...declared, triggers: ["v1", { at: {} }] });
                const rejected = await warned.check({}, { ...declared, triggers: [{}, Number.NaN] });
                assert.deepEqual(accepted.failures, []);
                assert.deepEqual(rejected.failures, ["|triggers[1] is NaN, which JSON cannot hold"]);
                assert.equal(engine.lines.length, 1);
                assert.match(engine.lines[0]?.message ?? "", /^triggers\[1\]\.at is an empty object.*Date/);
            } finally {
                warned.stop();
                engine.stop();
            }
        });

        it("goes by the environment as long as there is no configuration", async () => {
            const { region: _, ...without } = declared;
            const env = { ALIBABA_CLOUD_REGION: "cn-beijing" };
            const early = dynamicProvider({ argv: [], env }, new AbortController().signal);
            const checked = await early.check?.({}, without);
            assert.deepEqual([checked?.inputs?.region, checked?.failures], ["cn-beijing", []]);
        });

        it("blames the user for nothing that they cannot change", async () => {
            const broken = dynamicProvider({ argv: [], env: {} }, new AbortController().signal);
            const get = () => {
                throw new TypeError("failure");
            };
            await broken.configure?.({ config: { get, require: get } });
            await assert.rejects(async () => broken.check?.({}, declared), TypeError);
        });

        describe("with a file of profiles", () => {
            let folder: string;
            let profiled: InProcessHost;
            before(() => {
                folder = mkdtempSync(join(tmpdir(), "logstash-profiles-"));
            });
            after(() => rmSync(folder, { recursive: true }));
            beforeEach(async () => {
                const { "alicloud:region": _, ...config } = stackConfigurationFor(emulator);
                const file = writeCliProfiles(folder, { name: "mine", mode: "AK", region_id: "cn-shanghai" });
                profiled = await InProcessHost.start({ config: { ...config, "alicloud:sharedCredentialsFile": file } });
            });
            afterEach(() => profiled.stop());

            it("says once that it has no such profile", async () => {
                const { region: _, ...without } = declared;
                for (const news of [declared, without]) {
                    const { failures } = await profiled.check({}, { ...news, profile: "missing" });
                    assert.equal(failures.length, 1);
                    assert.match(failures[0] ?? "", /^\|profile: .* has no profile "missing"/);
                }
            });

            it("looks up none that is not known yet, is no name, or is not given any more", async () => {
                assert.deepEqual((await profiled.check({}, { ...declared, profile: unknown })).failures, []);
                assert.deepEqual((await profiled.check({ ...declared, profile: "mine" }, declared)).failures, []);
                const { failures } = await profiled.check({}, { ...declared, profile: 5 });
                assert.equal(failures.length, 1);
                assert.match(failures[0] ?? "", /^\|profile: this number is not the name of a CLI profile$/);
            });
        });

        it("says how to give a region when there is none", async () => {
            const bare = await InProcessHost.start({});
            try {
                const { region: _, ...without } = declared;
                const { failures } = await bare.check({}, without);
                assert.equal(failures.length, 1);
                assert.match(failures[0] ?? "", /region: is not set.*alicloud:region.*ALIBABA_CLOUD_REGION/);
            } finally {
                bare.stop();
            }
        });

        it("says what is wrong with the endpoint, before anything is sent", async () => {
            const elasticsearch = "elasticsearch-vpc.{region}.aliyuncs.com";
            const endpoints = JSON.stringify([{ elasticsearch }]);
            const wrong = await InProcessHost.start({
                config: { ...stackConfigurationFor(emulator), "alicloud:endpoints": endpoints },
            });
            try {
                const { failures } = await wrong.check({}, declared);
                assert.equal(failures.length, 1);
                assert.match(failures[0] ?? "", /^\|`alicloud:endpoints\[0\]\.elasticsearch` must be a host/);
            } finally {
                wrong.stop();
            }
        });

        it("names no property to the engine, which would print its value", async () => {
            const { failures } = await host.check({}, { ...declared, clientToken: "s3cret" });
            assert.match(failures.join(), /^\|clientToken: cannot be given together/);
        });

        it("sends nothing and lets unknown values pass", async () => {
            const before = emulator.ledger.requests.length;
            const { failures } = await host.check({}, { ...declared, instanceId: unknown, triggers: [{ a: unknown }] });
            assert.deepEqual(failures, []);
            assert.equal(emulator.ledger.requests.length, before);
        });
    });

    describe("create and update", () => {
        it("interrupts with the derived token and records how it ended", async () => {
            const { id, outs } = await host.create(declared);
            const [effect] = emulator.ledger.effectsOn(instanceId).slice(-1);
            assert.equal(id, instanceId);
            assert.equal(effect?.clientToken, outs.clientToken);
            assert.match(String(outs.clientToken), /^[0-9a-f]{64}$/);
            assert.equal(outs.status, "suspended");
            assert.equal(outs.interrupted, true);
            assert.equal(outs.requestId, effect?.requestId);
            assert.ok(!Number.isNaN(Date.parse(String(outs.interruptedAt))));
        });

        it("sends an explicit token as it is", async () => {
            const { triggers: _, ...rest } = declared;
            const { outs } = await host.create({ ...rest, instanceId, clientToken: "my ~token/1" });
            assert.equal(outs.clientToken, "my ~token/1");
            assert.equal(emulator.ledger.effectsOn(instanceId).at(-1)?.clientToken, "my ~token/1");
        });

        it("refuses with the code, the request ID, the instance, the region and what to do", async () => {
            const error = await failureOf(host.create({ ...declared, instanceId: "ls-cn-nosuch0001" }));
            const [request] = emulator.ledger.requestsTo("InterruptLogstashTask", "ls-cn-nosuch0001");
            assert.equal(error.initFailure, undefined);
            assert.match(error.message, /^InterruptLogstashTask on ls-cn-nosuch0001 in cn-hangzhou: refused\n/);
            assert.match(error.message, /code: +InstanceNotFound \(HTTP 404\)\n/);
            assert.match(error.message, new RegExp(`request ID: +${request?.requestId}\n`));
            assert.match(error.message, /fix: +`instanceId` and `region` must name an existing/);
        });

        it("fails for `Result: false`", async () => {
            emulator.faults.add({ instanceId, operation: "InterruptLogstashTask", fault: { kind: "result-false" } });
            const error = await failureOf(host.create({ ...declared, triggers: ["false"] }));
            assert.equal(error.initFailure, undefined);
            assert.match(error.message, /code: +Result is false/);
            emulator.faults.clear();
        });

        it("keeps the result and sends nothing when only settings change", async () => {
            const { outs } = await host.create({ ...declared, triggers: ["kept"] });
            const before = emulator.ledger.requests.length;
            const { triggers: _, ...news } = declared;
            const updated = await host.update({ __provider: providerStub, ...outs }, news);
            const { triggers: __, ...expected } = outs;
            assert.deepEqual(updated, expected);
            assert.equal(emulator.ledger.requests.length, before);
        });
    });

    describe("diff", () => {
        const olds = { ...declared, clientToken: "t", status: "suspended", interrupted: true };
        const without = (name: string) => Object.fromEntries(Object.entries(declared).filter(([key]) => key !== name));

        it("says that nothing has changed where nothing has, and what the constructor adds is nothing", async () => {
            const renamed = { ...declared, resourceUrn: urnOf("renamed"), __provider: "another" };
            for (const news of [declared, renamed]) {
                assert.deepEqual(await host.diff(olds, news), { changes: false });
            }
        });

        it("leaves it to the engine to name what has changed", async () => {
            for (const news of [
                { ...declared, timeoutSeconds: 5 },
                without("triggers"),
                { ...declared, triggers: [] },
            ]) {
                assert.deepEqual(await host.diff(olds, news), {});
            }
            assert.deepEqual(await host.diff(olds, { ...declared, triggers: ["v2"] }), {});
        });

        it("replaces for another instance and another region, and names both", async () => {
            const news = { ...declared, instanceId: "ls-cn-other0001", region: "cn-beijing" };
            assert.deepEqual(await host.diff(olds, news), { replaces: ["instanceId", "region"] });
        });

        it("reports a change as long as a request is pending", async () => {
            const pending = { ...olds, status: "pending" };
            assert.deepEqual(await host.diff(pending, declared), { changes: true });
            assert.deepEqual(await host.diff(pending, { ...declared, triggers: ["v2"] }), { changes: true });
        });
    });

    describe("with an engine that listens", () => {
        let engine: Engine;
        let talking: InProcessHost;
        const urn = String(declared.resourceUrn);

        beforeEach(async () => {
            engine = await Engine.start();
            talking = await InProcessHost.start({
                config: stackConfigurationFor(emulator),
                engineAddress: engine.address,
            });
        });
        afterEach(() => {
            talking.stop();
            engine.stop();
        });

        it("announces in a preview what it cannot show", async () => {
            const { outs } = await talking.create({ ...declared, triggers: ["announced"] });
            await talking.diff(outs, { ...declared, triggers: ["announced", "again"] });
            const message = "triggers changed: will request an interrupt";
            assert.deepEqual(engine.lines, [{ urn, message, ephemeral: true, severity: "INFO" }]);
        });

        it("says nothing in a preview of what sends nothing", async () => {
            const { outs } = await talking.create({ ...declared, triggers: ["silent"] });
            await talking.diff(outs, { ...declared, triggers: ["silent"], timeoutSeconds: 5 });
            assert.deepEqual(engine.lines, []);
        });

        it("says that it retried where it did", async () => {
            const operation = "InterruptLogstashTask";
            emulator.faults.add({ operation, calls: 1, fault: { kind: "throttling", form: "user" } });
            await talking.create({ ...declared, triggers: ["twice"] });
            emulator.faults.clear();
            // Nothing waits for a line to arrive.
            await until(() => engine.lines.length > 0);
            const lasting = engine.lines.filter(({ ephemeral }) => !ephemeral).map(({ message }) => message);
            assert.equal(lasting.length, 1);
            assert.match(
                lasting[0] ?? "",
                /^InterruptLogstashTask: Throttling\.User .*retrying with the same client token$/,
            );
        });
    });

    describe("a resume", () => {
        const resume: Properties = { ...declared, resourceUrn: urnOf("resume", { type: resumeType }) };

        it("is told by its URN", async () => {
            emulator.addInstance({ instanceId, region: "cn-hangzhou", status: "suspended" });
            const { outs } = await host.create(resume);
            assert.deepEqual([outs.status, outs.resumed, outs.interrupted], ["activating", true, undefined]);
            assert.equal(emulator.ledger.effectsOn(instanceId).at(-1)?.clientToken, outs.clientToken);
        });

        describe("by interruption", () => {
            const { triggers: _, ...args } = resume;
            const byInterruption = (interruption: string): Properties => ({
                ...args,
                interruption,
                resourceUrn: urnOf("by-interruption", { type: resumeType }),
                timeoutSeconds: 5,
            });
            const { resourceUrn: __, ...mirrored } = byInterruption("");
            /** Suspends the instance by a pause of its own, and names that. */
            async function interruptionOf(trigger: string): Promise<string> {
                emulator.setStatus(instanceId, "activating");
                const { outs } = await host.create({ ...declared, triggers: [trigger] });
                assert.equal(outs.interruption, `${instanceId}/${outs.clientToken}`);
                return String(outs.interruption);
            }
            const resumes = () => emulator.ledger.requestsTo("ResumeLogstashTask", instanceId).length;

            it("sends nothing and has no token when there is nothing to resume, and says so once", async () => {
                const engine = await Engine.start();
                const config = stackConfigurationFor(emulator);
                const talking = await InProcessHost.start({ config, engineAddress: engine.address });
                const sent = emulator.ledger.requests.length;
                try {
                    const { outs } = await talking.create(byInterruption(""));
                    assert.deepEqual(outs, { ...mirrored, status: "none", resumed: false });
                    await until(() => engine.lines.length > 0);
                    assert.deepEqual(engine.lines, [
                        {
                            urn: urnOf("by-interruption", { type: resumeType }),
                            message: `this program has nothing to resume on ${instanceId}`,
                            ephemeral: false,
                            severity: "INFO",
                        },
                    ]);
                    assert.deepEqual(await talking.diff(outs, byInterruption("")), { changes: false });
                    assert.equal(emulator.ledger.requests.length, sent);
                } finally {
                    talking.stop();
                    engine.stop();
                }
            });

            it("resumes each value once, also when it returns after an empty one", async () => {
                const interruption = await interruptionOf("toggled");
                const { outs } = await host.create(byInterruption(interruption));
                const { clientToken, requestId, resumedAt, ...rest } = outs;
                const result = { status: "activating", resumed: true, resumedInterruption: interruption };
                assert.deepEqual(rest, { ...mirrored, interruption, ...result });
                assert.ok(!Number.isNaN(Date.parse(String(resumedAt))));
                const sent = emulator.ledger.requests.length;
                assert.deepEqual(await host.diff(outs, byInterruption("")), {});
                const none = await host.update(outs, byInterruption(""));
                const kept = { clientToken, requestId, resumedInterruption: interruption };
                assert.deepEqual(none, { ...mirrored, ...kept, status: "none", resumed: false });
                const again = await host.update(none, byInterruption(interruption));
                assert.deepEqual(again, { ...none, interruption });
                assert.equal(emulator.ledger.requests.length, sent);
            });

            it("finishes a pending request first when the interruption is empty by now", async () => {
                const interruption = await interruptionOf("its resume is lost");
                const operation = "ResumeLogstashTask";
                emulator.faults.add({ instanceId, operation, fault: { kind: "reset", point: "after" } });
                const failed = await failureOf(host.create({ ...byInterruption(interruption), timeoutSeconds: 1 }));
                const pending = failed.initFailure?.properties ?? {};
                assert.deepEqual([pending.status, pending.interruption], ["pending", interruption]);
                const still = await failureOf(host.update(pending, { ...byInterruption(""), timeoutSeconds: 1 }));
                const stillPending = still.initFailure?.properties ?? {};
                assert.deepEqual([stillPending.status, stillPending.interruption], ["pending", interruption]);
                emulator.faults.clear();
                assert.deepEqual(await host.diff(stillPending, byInterruption("")), { changes: true });
                const outs = await host.update(stillPending, byInterruption(""));
                assert.deepEqual(
                    [outs.interruption, outs.status, outs.resumed, outs.resumedInterruption, outs.clientToken],
                    ["", "activating", true, interruption, pending.clientToken],
                );
                const applied = emulator.ledger.effects.filter((effect) => effect.clientToken === pending.clientToken);
                assert.equal(applied.length, 1);
            });

            it("records that nothing was suspended when somebody else has resumed, and takes the value for used", async () => {
                const interruption = await interruptionOf("resumed by somebody else");
                emulator.setStatus(instanceId, "activating");
                const sent = resumes();
                const { outs } = await host.create(byInterruption(interruption));
                assert.deepEqual(
                    [outs.status, outs.resumed, outs.resumedAt, outs.resumedInterruption],
                    ["activating", false, undefined, interruption],
                );
                assert.deepEqual(await host.diff(outs, byInterruption(interruption)), { changes: false });
                assert.equal(resumes(), sent + 1);
            });

            it("refuses a value for another instance", async () => {
                const { failures } = await host.check({}, byInterruption("ls-cn-other0001/T"));
                assert.deepEqual(failures, [
                    `|interruption: names a suspension of ls-cn-other0001, and this resource resumes ${instanceId}`,
                ]);
            });
        });
    });

    describe("a request whose answer is lost", () => {
        const operation = "InterruptLogstashTask";
        const short: Properties = { ...declared, timeoutSeconds: 1 };
        afterEach(() => emulator.faults.clear());

        it("is recorded with its token, and the next run finishes it with the same", async () => {
            const inputs: Properties = { ...short, triggers: ["noResponse"] };
            emulator.faults.add({ instanceId, operation, fault: { kind: "reset", point: "after" } });
            const { message, initFailure } = await failureOf(host.create(inputs));
            assert.deepEqual(initFailure?.reasons, [message]);
            assert.equal(initFailure.id, instanceId);
            const { clientToken, ...recorded } = initFailure.properties;
            const { resourceUrn: _, ...mirrored }: Properties = inputs;
            assert.deepEqual(recorded, { ...mirrored, status: "pending", interrupted: false, interruption: "" });
            emulator.faults.clear();
            const outs = await host.update(initFailure.properties, inputs);
            assert.deepEqual([outs.clientToken, outs.status, outs.interrupted], [clientToken, "suspended", true]);
            const effects = emulator.ledger
                .effectsOn(instanceId)
                .filter((effect) => effect.clientToken === clientToken);
            assert.equal(effects.length, 1);
        });

        it("is looked at only, where it was accepted and not seen through", async () => {
            emulator.addInstance({ instanceId, region: "cn-hangzhou", status: "activating", interruptMs: 60_000 });
            const inputs = { ...short, triggers: ["slow"] };
            const { initFailure } = await failureOf(host.create(inputs));
            assert.equal(initFailure?.properties.status, "pending");
            assert.match(String(initFailure.properties.interruptedAt), /^\d{4}-/);
            const sent = emulator.ledger.requestsTo(operation, instanceId).length;
            const again = await failureOf(host.update(initFailure.properties, inputs));
            assert.equal(again.initFailure?.properties.requestId, initFailure.properties.requestId);
            assert.equal(again.initFailure?.properties.interruptedAt, initFailure.properties.interruptedAt);
            assert.equal(emulator.ledger.requestsTo(operation, instanceId).length, sent);
        });

        it("gives way to a new trigger, whose refusal leaves the older record as it is", async () => {
            emulator.faults.add({ instanceId, operation, fault: { kind: "reset", point: "before" } });
            const { initFailure } = await failureOf(host.create({ ...short, triggers: ["older"] }));
            emulator.faults.clear();
            emulator.faults.add({
                instanceId,
                operation,
                fault: { kind: "refusal", status: 404, code: "InstanceNotFound", message: "No." },
            });
            const refused = await failureOf(
                host.update(initFailure?.properties ?? {}, { ...short, triggers: ["newer"] }),
            );
            assert.equal(refused.initFailure, undefined);
            emulator.faults.clear();
            const outs = await host.update(initFailure?.properties ?? {}, { ...short, triggers: ["newer"] });
            assert.notEqual(outs.clientToken, initFailure?.properties.clientToken);
            assert.equal(outs.status, "suspended");
        });
    });

    it("takes what a request in doubt may have done for its own, when a new trigger gives it up", async () => {
        const operation = "InterruptLogstashTask";
        emulator.faults.add({ instanceId, operation, fault: { kind: "reset", point: "after" } });
        const { initFailure } = await failureOf(
            host.create({ ...declared, timeoutSeconds: 1, triggers: ["in doubt"] }),
        );
        emulator.faults.clear();
        emulator.setStatus(instanceId, "suspended");
        const outs = await host.update(initFailure?.properties ?? {}, { ...declared, triggers: ["given up"] });
        assert.deepEqual([outs.status, outs.interrupted], ["suspended", true]);
        assert.notEqual(outs.clientToken, initFailure?.properties.clientToken);
    });

    it("takes no suspension for its own after a poll has seen the change over", async () => {
        const of = (trigger: string) => ({ ...declared, triggers: [trigger], timeoutSeconds: 5 });
        emulator.addInstance({ instanceId, region: "cn-hangzhou", status: "activating", interruptMs: 60_000 });
        const polls = () => emulator.ledger.requestsTo("DescribeLogstash", instanceId).length;
        const before = polls();
        const creating = failureOf(host.create(of("over")));
        await until(() => polls() > before);
        emulator.setStatus(instanceId, "active");
        const pending = (await creating).initFailure?.properties ?? {};
        assert.deepEqual([pending.status, pending.interrupted, pending.interruption], ["pending", false, ""]);
        assert.match(String(pending.interruptedAt), /^\d{4}-/);
        emulator.setStatus(instanceId, "suspended");
        for (const trigger of ["over", "superseding"]) {
            const outs = await host.update(pending, of(trigger));
            assert.deepEqual(
                [outs.status, outs.interrupted, outs.interruptedAt, outs.interruption],
                ["suspended", false, undefined, ""],
                trigger,
            );
        }
    });

    it("never updates what has to be replaced", async () => {
        const { outs } = await host.create({ ...declared, triggers: ["replaced"] });
        const sent = emulator.ledger.requests.length;
        const { message } = await failureOf(host.update(outs, { ...declared, region: "cn-beijing" }));
        assert.match(message, /replaces the resource/);
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("deletes without a call", async () => {
        const sent = emulator.ledger.requests.length;
        await host.delete({ ...declared, status: "suspended" });
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("ends at once when it is stopped, and what may have been done is recorded", async () => {
        const slow = "ls-cn-slow0001";
        emulator.addInstance({ instanceId: slow, status: "activating", interruptMs: 60_000 });
        const other = await InProcessHost.start({ config: stackConfigurationFor(emulator) });
        const creating = failureOf(other.create({ ...declared, instanceId: slow }));
        await until(() => emulator.ledger.requestsTo("DescribeLogstash", slow).length > 0);
        other.stop();
        const { initFailure } = await creating;
        assert.match(String(initFailure?.reasons), /the deployment was stopped before it ended/);
        assert.equal(initFailure?.properties.status, "pending");
    });

    it("fails with the ways to give credentials when there are none", async () => {
        const { "alicloud:accessKey": _, "alicloud:secretKey": __, ...config } = stackConfigurationFor(emulator);
        const bare = await InProcessHost.start({ config });
        try {
            const error = await failureOf(bare.create(declared));
            assert.match(
                error.message,
                /^InterruptLogstashTask on ls-cn-protocol0001 in cn-hangzhou: not sent: no Alibaba Cloud credentials/,
            );
            assert.match(error.message, /ALIBABA_CLOUD_ACCESS_KEY_ID[\s\S]*alicloud:accessKey/);
        } finally {
            bare.stop();
        }
    });
});
