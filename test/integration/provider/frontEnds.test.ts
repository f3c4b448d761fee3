import { strict as assert } from "node:assert";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { deriveToken } from "../../../provider/src/lifecycle/token";
import { writeCliProfiles } from "../../support/cliProfiles";
import { Engine } from "./engine";
import { leaveEnvironment } from "./environment";
import { frontEnds, type Provider, type Resource, settingsFor } from "./frontEnds";
import { failureOf, type Properties } from "./host";
import { until } from "./until";
import { unknown } from "./values";

const operation = "InterruptLogstashTask";
const region = "cn-hangzhou";

for (const frontEnd of frontEnds) {
    describe(`a resource of ${frontEnd.name}`, () => {
        let emulator: Emulator;
        let provider: Provider;
        let pause: Resource;
        let instances = 0;
        const others: { stop(): unknown }[] = [];

        before(async () => {
            emulator = await startEmulator();
            provider = await frontEnd.start({ settings: settingsFor(emulator) });
            pause = provider.pause;
        });
        after(async () => {
            await provider.stop();
            leaveEnvironment();
            await emulator.stop();
        });
        afterEach(async () => {
            emulator.faults.clear();
            for (const other of others.splice(0)) {
                await other.stop();
            }
        });

        /** A provider of one test, with other settings. */
        async function another(settings: Properties, engine?: Engine): Promise<Provider> {
            const options = { settings, ...(engine === undefined ? {} : { engineAddress: engine.address }) };
            const started = await frontEnd.start(options);
            others.push(started);
            return started;
        }
        /** One whose lines an engine takes. */
        async function overheard() {
            const engine = await Engine.start();
            others.push(engine);
            return { engine, other: await another(settingsFor(emulator), engine) };
        }
        function instance(options: { readonly interruptMs?: number } = {}): string {
            instances += 1;
            const instanceId = `ls-cn-front${instances}`;
            emulator.addInstance({ instanceId, region, status: "activating", ...options });
            return instanceId;
        }
        const tokensOn = (instanceId: string) =>
            emulator.ledger.requestsTo(operation, instanceId).map(({ clientToken }) => clientToken);
        async function withoutRequests<T>(act: () => Promise<T>): Promise<T> {
            const sent = emulator.ledger.requests.length;
            const result = await act();
            assert.equal(emulator.ledger.requests.length, sent);
            return result;
        }
        // Each begins with the property and a bar. None is named, because the engine would print its value.
        const failuresOf = async (resource: Resource, news: Properties, olds: Properties = {}) =>
            (await resource.check(olds, news)).failures;
        /** What is recorded of a call that has to fail. */
        const pendingOf = async (call: Promise<unknown>) => (await failureOf(call)).initFailure?.properties ?? {};
        const given = { instanceId: "ls-cn-1", region };

        describe("is checked:", () => {
            it("keeps the inputs and adds the region of the configuration", async () => {
                const news = { instanceId: "ls-cn-1", triggers: ["v1"] };
                assert.deepEqual(await pause.check({}, news), { inputs: { ...news, region }, failures: [] });
                const withNull = await pause.check({ ...news, region: null }, { ...news, region: null });
                assert.deepEqual(withNull, { inputs: { ...news, region }, failures: [] });
            });

            it("keeps the recorded region while the instance is the same, and says so when the stack has another", async () => {
                const { engine, other } = await overheard();
                const olds = { instanceId: "ls-cn-1", region: "cn-beijing" };
                for (const [instanceId, expected] of [
                    ["ls-cn-1", "cn-beijing"],
                    [unknown, "cn-beijing"],
                    ["ls-cn-2", region],
                ]) {
                    const { inputs, failures } = await other.pause.check(olds, { instanceId });
                    assert.deepEqual([inputs.region, failures], [expected, []]);
                }
                await other.pause.check(given, { instanceId: "ls-cn-1" });
                assert.equal(engine.lines.length, 2);
                const [line] = engine.lines;
                assert.deepEqual([line?.urn, line?.ephemeral], [pause.urn, false]);
                assert.match(line?.message ?? "", /region` is cn-hangzhou, and this resource stays in cn-beijing/);
            });

            it("says how to give a region when there is none, unless a profile that may have it is unknown", async () => {
                const { region: _, ...settings } = settingsFor(emulator);
                const other = await another(settings);
                const failures = await failuresOf(other.pause, { instanceId: "ls-cn-1" });
                assert.match(failures.join("\n"), /^\|region: is not set;.*:region.*ALIBABA_CLOUD_REGION.*$/);
                const kept = await other.pause.check(given, { instanceId: "ls-cn-1" });
                assert.deepEqual([kept.inputs.region, kept.failures], [region, []]);
                const checked = await other.pause.check({}, { instanceId: "ls-cn-1", profile: unknown });
                assert.deepEqual([checked.inputs.region, checked.failures], [unknown, []]);
            });

            it("fails for an endpoint that cannot be used, and for a region that is none", async () => {
                const elasticsearch = "elasticsearch-vpc.{region}.aliyuncs.com";
                const wrong = await another({ ...settingsFor(emulator), endpoints: [{ elasticsearch }] });
                assert.match((await failuresOf(wrong.pause, given)).join("\n"), /^\|.*endpoints.* must be a host.*$/);
                const { endpoints: _, ...settings } = settingsFor(emulator);
                const failures = await failuresOf((await another(settings)).pause, { ...given, region: "cn hangzhou" });
                assert.match(failures.join("\n"), /^\|region: this text is not a region ID[^\n]*$/);
            });

            it("looks up a new profile once it is known, and reports a missing one once", async () => {
                const folder = mkdtempSync(join(tmpdir(), "logstash-profiles-"));
                const sharedCredentialsFile = writeCliProfiles(folder, { name: "mine", mode: "AK" });
                const { region: _, ...settings } = settingsFor(emulator);
                const resource = (await another({ ...settings, sharedCredentialsFile })).pause;
                for (const news of [given, { instanceId: "ls-cn-1" }]) {
                    const failures = await failuresOf(resource, { ...news, profile: "missing" });
                    assert.match(failures.join("\n"), /^\|profile: .* has no profile "missing".*$/);
                }
                assert.deepEqual(await failuresOf(resource, { ...given, profile: unknown }), []);
                const recorded = { ...given, profile: "missing" };
                assert.deepEqual(await failuresOf(resource, recorded, recorded), []);
                assert.equal((await failuresOf(resource, { ...given, profile: 5 })).length, 1);
                const named = (await another({ ...settings, sharedCredentialsFile, profile: "missing" })).pause;
                const failures = await failuresOf(named, { instanceId: "ls-cn-1" });
                assert.match(failures.join("\n"), /^\|region: .* has no profile "missing"/);
            });

            it("warns about an empty object among the triggers, which may have been a date", async () => {
                const { engine, other } = await overheard();
                assert.deepEqual(await failuresOf(other.pause, { ...given, triggers: ["v1", { at: {} }] }), []);
                const [line] = engine.lines;
                assert.deepEqual([engine.lines.length, line?.urn, line?.ephemeral], [1, pause.urn, false]);
                assert.match(line?.message ?? "", /^triggers\[1\]\.at is an empty object\. A Date arrives like this/);
                const rejected = await failuresOf(other.pause, { ...given, triggers: [{}, Number.NaN] });
                assert.deepEqual(rejected, ["|triggers[1] is NaN, which JSON cannot hold"]);
                assert.equal(engine.lines.length, 1);
            });
        });

        describe("is created and updated:", () => {
            it("sends the derived token and records the outcome with the inputs", async () => {
                const inputs = { instanceId: instance(), region, triggers: ["v1", { a: [1] }], whenIdle: "skip" };
                const { id, outs } = await pause.create(inputs);
                const { instanceId, triggers } = inputs;
                const derived = deriveToken({ operation, urn: pause.urn, region, instanceId, subject: triggers });
                const [effect] = emulator.ledger.effectsOn(instanceId);
                const { interruptedAt, ...recorded } = outs;
                assert.equal(id, instanceId);
                assert.deepEqual(recorded, {
                    ...{ ...inputs, clientToken: derived, requestId: effect?.requestId, status: "suspended" },
                    ...{ interrupted: true, interruption: `${instanceId}/${derived}` },
                });
                assert.ok(!Number.isNaN(Date.parse(String(interruptedAt))));
                assert.deepEqual(tokensOn(instanceId), [derived]);
            });

            it("fails and records nothing when the service rejects the request", async () => {
                const creating = pause.create({ instanceId: "ls-cn-nosuch1", region });
                const { message, initFailure } = await failureOf(creating);
                assert.match(message, /^InterruptLogstashTask on ls-cn-nosuch1 in cn-hangzhou: rejected\n/);
                assert.match(message, /InstanceNotFound/);
                assert.equal(initFailure, undefined);
            });

            it("keeps the result when only settings change, deletes the record alone, and sends nothing", async () => {
                const { outs } = await pause.create({ instanceId: instance(), region, triggers: ["kept"] });
                const { instanceId } = outs;
                const updated = await withoutRequests(() => pause.update(outs, { instanceId, region }));
                const { triggers: _, ...expected } = outs;
                assert.deepEqual(updated, expected);
                await withoutRequests(() => pause.delete(updated));
            });

            it("requests again with the previous token in the new one when triggers change", async () => {
                const instanceId = instance();
                const { outs } = await pause.create({ instanceId, region, triggers: ["v1"] });
                emulator.startChange(instanceId);
                const updated = await pause.update(outs, { instanceId, region, triggers: ["v2"] });
                const previousToken = String(outs.clientToken);
                const source = {
                    operation,
                    urn: pause.urn,
                    region,
                    instanceId,
                    subject: ["v2"],
                    previousToken,
                } as const;
                assert.equal(updated.clientToken, deriveToken(source));
                assert.equal(emulator.ledger.effectsOn(instanceId).length, 2);
            });

            it("never updates what has to be replaced", async () => {
                const { outs } = await pause.create({ instanceId: instance(), region, triggers: ["v1"] });
                const { instanceId, triggers } = outs;
                const elsewhere = { instanceId, triggers, region: "cn-beijing" };
                const { message } = await withoutRequests(() => failureOf(pause.update(outs, elsewhere)));
                assert.match(message, /replaces the resource/);
            });

            it("ends at once when it is cancelled, and records only what was sent", async () => {
                const all = Array.from({ length: 8 }, () => instance());
                const requested = () => all.filter((instanceId) => tokensOn(instanceId).length > 0);
                emulator.faults.add({ operation, fault: { kind: "hang", point: "after" } });
                const other = await another({ ...settingsFor(emulator), requestsPerSecond: "1" });
                const failing = all.map((instanceId) => failureOf(other.pause.create({ instanceId, region })));
                await until(() => requested().length > 0);
                await other.cancel();
                const failures = await Promise.all(failing);
                const recorded = failures.flatMap(({ initFailure }) => initFailure?.id ?? []);
                assert.deepEqual(recorded.sort(), requested().sort());
                assert.ok(recorded.length < all.length);
                for (const { message, initFailure } of failures) {
                    assert.equal(initFailure?.properties.status ?? "pending", "pending");
                    assert.match(message, initFailure ? /the deployment was stopped/ : /not sent: the deployment was/);
                }
            });
        });

        describe("is compared:", () => {
            const declared = { ...given, triggers: ["v1"] };
            const olds = { ...declared, clientToken: "t", status: "suspended", interrupted: true };

            it("reports a change only if the engine cannot see it, or a replacement", async () => {
                const pending = { ...olds, status: "pending" };
                assert.deepEqual(await pause.diff(olds, declared), { changes: false });
                assert.deepEqual(await pause.diff(olds, { ...declared, timeoutSeconds: 5 }), {});
                assert.deepEqual(await pause.diff(pending, declared), { changes: true });
                const elsewhere = { ...declared, instanceId: "ls-cn-2", region: "cn-beijing" };
                assert.deepEqual(await pause.diff(olds, elsewhere), { replaces: ["instanceId", "region"] });
            });

            it("announces in a preview what the engine cannot show, and nothing else", async () => {
                const { engine, other } = await overheard();
                await other.pause.diff(olds, { ...declared, timeoutSeconds: 5 });
                await other.pause.diff(olds, { ...declared, triggers: ["v2"] });
                const message = "triggers changed: will request an interrupt";
                assert.deepEqual(engine.lines, [{ urn: pause.urn, message, ephemeral: true, severity: "INFO" }]);
            });

            it("replaces the announcement by the status when it has ended", async () => {
                const { engine, other } = await overheard();
                const inputs = { ...declared, instanceId: instance() };
                const { outs } = await other.pause.create(inputs);
                assert.deepEqual(engine.lines, []);
                await other.pause.update({ ...outs, status: "pending" }, inputs);
                const line = { urn: pause.urn, message: "suspended", ephemeral: true, severity: "INFO" };
                assert.deepEqual(engine.lines, [line]);
                await other.pause.update(outs, { ...inputs, triggers: ["v2"] });
                const note = { ...line, message: "already suspended: nothing was interrupted", ephemeral: false };
                await until(() => engine.lines.length > 1);
                assert.deepEqual(engine.lines.slice(1), [note]);
            });
        });

        describe("whose response is lost:", () => {
            const lost = { kind: "reset", point: "after" } as const;

            it("is recorded with its token, and the next run finishes it with the same", async () => {
                const inputs = { instanceId: instance(), region, triggers: ["lost"], timeoutSeconds: 1 };
                emulator.faults.add({ operation, fault: lost });
                const { message, initFailure } = await failureOf(pause.create(inputs));
                assert.deepEqual([initFailure?.id, initFailure?.reasons], [inputs.instanceId, [message]]);
                const { __provider: _, clientToken, ...recorded } = initFailure?.properties ?? {};
                assert.deepEqual(recorded, { ...inputs, status: "pending", interrupted: false, interruption: "" });
                emulator.faults.clear();
                const outs = await pause.update(initFailure?.properties ?? {}, inputs);
                assert.deepEqual([outs.clientToken, outs.status, outs.interrupted], [clientToken, "suspended", true]);
                assert.equal(new Set(tokensOn(inputs.instanceId)).size, 1);
                assert.equal(emulator.ledger.effectsOn(inputs.instanceId).length, 1);
            });

            it("is only polled in the next run when it was accepted and not confirmed in time", async () => {
                const inputs = { instanceId: instance({ interruptMs: 60_000 }), region, timeoutSeconds: 1 };
                const pending = await pendingOf(pause.create(inputs));
                assert.equal(pending.status, "pending");
                assert.match(String(pending.interruptedAt), /^\d{4}-/);
                const again = await pendingOf(pause.update(pending, inputs));
                assert.deepEqual([again.requestId, again.interruptedAt], [pending.requestId, pending.interruptedAt]);
                assert.equal(tokensOn(inputs.instanceId).length, 1);
            });

            it("stays recorded when a new trigger is rejected, and counts as its own when one supersedes it", async () => {
                const inputs = { instanceId: instance(), region, timeoutSeconds: 1, triggers: ["older"] };
                emulator.faults.add({ operation, fault: lost });
                const pending = await pendingOf(pause.create(inputs));
                emulator.faults.clear();
                const refusal = { kind: "rejection", status: 404, code: "InstanceNotFound", message: "No." } as const;
                emulator.faults.add({ operation, fault: refusal });
                const newer = { ...inputs, triggers: ["newer"] };
                assert.equal((await failureOf(pause.update(pending, newer))).initFailure, undefined);
                emulator.faults.clear();
                emulator.setStatus(inputs.instanceId, "suspended");
                const outs = await pause.update(pending, newer);
                assert.deepEqual([outs.status, outs.interrupted], ["suspended", true]);
                assert.notEqual(outs.clientToken, pending.clientToken);
            });
        });

        describe("that resumes:", () => {
            it("sends nothing and has no token when there is nothing to resume, and says so once", async () => {
                const { engine, other } = await overheard();
                const inputs = { ...given, interruption: "" };
                const { outs } = await withoutRequests(() => other.go.create(inputs));
                assert.deepEqual(outs, { ...inputs, status: "none", resumed: false });
                const message = "this program has nothing to resume on ls-cn-1";
                assert.deepEqual(engine.lines, [{ urn: provider.go.urn, message, ephemeral: false, severity: "INFO" }]);
                assert.deepEqual(await other.go.diff(outs, inputs), { changes: false });
            });

            /** Interrupts a new instance, and gives the inputs of a resume of that suspension. */
            async function interrupted() {
                const instanceId = instance();
                const { outs } = await pause.create({ instanceId, region });
                const of = (interruption: string) => ({ instanceId, region, interruption, timeoutSeconds: 3 });
                return { interruption: String(outs.interruption), of };
            }

            it("resumes an interruption once, even if it returns after an empty one", async () => {
                const { interruption, of } = await interrupted();
                const { outs } = await provider.go.create(of(interruption));
                const { clientToken, requestId, resumedAt, ...rest } = outs;
                const result = { status: "activating", resumed: true, resumedInterruption: interruption };
                assert.deepEqual(rest, { ...of(interruption), ...result });
                assert.ok(!Number.isNaN(Date.parse(String(resumedAt))));
                await withoutRequests(async () => {
                    assert.deepEqual(await provider.go.diff(outs, of("")), {});
                    const none = await provider.go.update(outs, of(""));
                    const kept = { clientToken, requestId, resumedInterruption: interruption };
                    assert.deepEqual(none, { ...of(""), ...kept, status: "none", resumed: false });
                    const again = await provider.go.update(none, of(interruption));
                    assert.deepEqual(again, { ...none, interruption });
                });
            });

            it("finishes a pending request first when the interruption is empty by now", async () => {
                const { interruption, of } = await interrupted();
                emulator.faults.add({ operation: "ResumeLogstashTask", fault: { kind: "reset", point: "after" } });
                const pending = await pendingOf(provider.go.create({ ...of(interruption), timeoutSeconds: 1 }));
                assert.deepEqual([pending.status, pending.interruption], ["pending", interruption]);
                emulator.faults.clear();
                assert.deepEqual(await provider.go.diff(pending, of("")), { changes: true });
                const outs = await provider.go.update(pending, of(""));
                assert.deepEqual([outs.interruption, outs.resumed, outs.resumedInterruption], ["", true, interruption]);
                assert.equal(outs.clientToken, pending.clientToken);
                const applied = emulator.ledger.effects.filter(({ clientToken }) => clientToken === outs.clientToken);
                assert.equal(applied.length, 1);
            });
        });
    });
}
