import { strict as assert } from "node:assert";
import { type Emulator, type Fault, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { descendantsOf, endAll, endOf, providerOf } from "./processes";
import { expectFailure, expectSuccess, interruptProgram, Stack } from "./stack";

const instanceId = "ls-cn-outcome0001";
const signal = "InterruptLogstashTask";

describe("the outcome of an interrupt", () => {
    let emulator: Emulator;
    let stack: Stack;
    const declare = (args: Readonly<Record<string, unknown>> = {}) =>
        stack.program(interruptProgram({ instanceId, timeoutSeconds: 2, ...args }));
    const effects = () => emulator.ledger.effectsOn(instanceId).length;
    const signals = () => emulator.ledger.requestsTo(signal, instanceId);
    const strike = (fault: Fault, calls: number | "all" = "all") =>
        emulator.faults.add({ operation: signal, instanceId, calls, fault });

    beforeEach(async () => {
        emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }] });
        stack = await Stack.create({ emulator, program: "" });
        declare();
    });
    afterEach(async () => {
        stack.remove();
        await emulator.stop();
    });

    it("is one effect when the first answer is lost, and the CLI says what was retried", async () => {
        strike({ kind: "reset", point: "after" }, 1);
        declare({ timeoutSeconds: 60 });
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /InterruptLogstashTask: ECONNRESET.*trying again with the same token/);
        assert.match(run.text, /suspended after 2 tries in/);
        assert.equal((await stack.resource()).outputs.status, "suspended");
        assert.equal(effects(), 1);
        assert.equal(new Set(signals().map(({ clientToken }) => clientToken)).size, 1);
    });

    it("waits beside the resource until the instance is suspended", async () => {
        emulator.addInstance({ instanceId, status: "activating", interruptMs: 2_500, changeMs: 60_000 });
        declare({ timeoutSeconds: 60 });
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /waiting: activating, \d+ %, try \d+, \d+ s left/);
        assert.equal((await stack.resource()).outputs.status, "suspended");
        assert.equal(effects(), 1);
    });

    it("trusts the acceptance without a look where `waitForSuspended` is false", async () => {
        declare({ waitForSuspended: false });
        expectSuccess(await stack.up());
        assert.equal((await stack.resource()).outputs.status, "accepted");
        assert.equal(emulator.ledger.requestsTo("DescribeLogstash").length, 0);
    });

    it("fails for an idle instance, or is recorded as skipped", async () => {
        emulator.setStatus(instanceId, "active");
        const run = expectFailure(await stack.up());
        assert.match(run.text, /nothing to interrupt: the instance is active/);
        assert.match(run.text, /`whenIdle: "skip"`/);
        assert.deepEqual(await stack.resources(), []);

        declare({ whenIdle: "skip" });
        expectSuccess(await stack.up());
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.interrupted, outputs.interruptedAt], ["active", false, undefined]);
        assert.equal(effects(), 0);
    });

    it("is reached already where the instance is suspended", async () => {
        emulator.setStatus(instanceId, "suspended");
        expectSuccess(await stack.up());
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.interrupted], ["suspended", false]);
        assert.equal(effects(), 0);
    });

    describe("when no answer comes", () => {
        beforeEach(async () => {
            strike({ kind: "service-unavailable", point: "after" });
            const run = expectFailure(await stack.up());
            assert.match(run.text, /it is not known whether it was done/);
            assert.match(run.text, /ServiceUnavailable \(HTTP 503\)/);
            const { id, outputs, initErrors } = await stack.resource();
            assert.equal(id, instanceId);
            assert.equal(outputs.status, "pending");
            assert.equal(outputs.interrupted, false);
            assert.equal(outputs.clientToken, signals()[0]?.clientToken);
            assert.equal(initErrors?.length, 1);
            emulator.faults.clear();
        });

        async function finishes(): Promise<void> {
            const { outputs, initErrors } = await stack.resource();
            assert.equal(outputs.status, "suspended");
            assert.equal(outputs.interrupted, true);
            assert.equal(initErrors, undefined);
            assert.equal(effects(), 1);
            assert.equal(new Set(signals().map(({ clientToken }) => clientToken)).size, 1);
            assert.match(expectSuccess(await stack.up()).text, /2 unchanged/);
        }

        it("the next run finishes the same request with the same token", async () => {
            const run = expectSuccess(await stack.up());
            assert.match(run.text, /1 updated/);
            await finishes();
        });

        it("also after a refresh", async () => {
            const sent = emulator.ledger.requests.length;
            expectSuccess(await stack.refresh());
            assert.equal((await stack.resource()).outputs.status, "pending");
            assert.equal(emulator.ledger.requests.length, sent);
            expectSuccess(await stack.up());
            await finishes();
        });

        it("also in the run that refreshes", async () => {
            expectSuccess(await stack.up("--refresh"));
            await finishes();
        });

        it("also after a refresh that clears pending creates", async () => {
            expectSuccess(await stack.refresh("--clear-pending-creates"));
            expectSuccess(await stack.up());
            await finishes();
        });

        it("whatever settings have changed since", async () => {
            declare({ timeoutSeconds: 30, waitForSuspended: true });
            expectSuccess(await stack.up());
            await finishes();
        });

        it("a new trigger supersedes it: only the new token is sent", async () => {
            const [first] = signals();
            const sent = signals().length;
            emulator.startChange(instanceId);
            declare({ triggers: ["v2"] });
            expectSuccess(await stack.up());
            const later = signals().slice(sent);
            assert.equal(later.length, 1);
            assert.notEqual(later[0]?.clientToken, first?.clientToken);
            assert.equal(effects(), 2);
            assert.equal((await stack.resource()).outputs.status, "suspended");
        });

        it("destroy removes the record, without a request", async () => {
            const sent = emulator.ledger.requests.length;
            expectSuccess(await stack.destroy());
            assert.deepEqual(await stack.resources(), []);
            assert.equal(emulator.ledger.requests.length, sent);
        });
    });

    it("stays recorded when the wait runs out, and the next run only looks", async () => {
        emulator.addInstance({ instanceId, status: "activating", interruptMs: Number.POSITIVE_INFINITY });
        const run = expectFailure(await stack.up());
        assert.match(run.text, /accepted, but not seen through within 2 s .*: the instance is activating/);
        assert.match(run.text, /to interrupt a newer change instead, change `triggers`/);
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.interrupted], ["pending", true]);

        emulator.step(instanceId);
        expectSuccess(await stack.up());
        assert.equal((await stack.resource()).outputs.status, "suspended");
        assert.equal((await stack.resource()).outputs.interruptedAt, outputs.interruptedAt);
        assert.equal(signals().length, 1);
    });

    it("an update that no answer comes to is finished too, and an old record is not lost", async () => {
        declare({ triggers: ["v1"] });
        expectSuccess(await stack.up());
        emulator.startChange(instanceId);
        strike({ kind: "html", status: 502, point: "after" });
        declare({ triggers: ["v2"] });
        expectFailure(await stack.up());
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.triggers], ["pending", ["v2"]]);
        emulator.faults.clear();
        expectSuccess(await stack.up());
        assert.equal((await stack.resource()).outputs.status, "suspended");
        assert.equal(effects(), 2);
    });

    it("a refused update leaves the record as it was, and is sent again by the next run", async () => {
        declare({ triggers: ["v1"] });
        expectSuccess(await stack.up());
        const before = (await stack.resource()).outputs;
        emulator.startChange(instanceId);
        strike({ kind: "refusal", status: 403, code: "Forbidden.RAM", message: "Not authorized." });
        declare({ triggers: ["v2"] });
        assert.match(expectFailure(await stack.up()).text, /grant the RAM action elasticsearch:InterruptLogstashTask/);
        assert.deepEqual((await stack.resource()).outputs, before);
        emulator.faults.clear();
        expectSuccess(await stack.up());
        assert.equal(effects(), 2);
    });

    describe("a lost engine", () => {
        it("stops the provider within two seconds of a kill, and the next run finishes with the same token", async () => {
            declare({ timeoutSeconds: 600 });
            strike({ kind: "hang", point: "after" });
            const { child, ended } = stack.start("up", "--yes", "--skip-preview");
            await arrival(emulator);
            const started = descendantsOf(Number(child.pid));
            const provider = providerOf(Number(child.pid));
            child.kill("SIGKILL");
            await ended;
            await endOf(provider).finally(() => endAll(started));
            const sent = emulator.ledger.requests.length;
            emulator.faults.clear();

            // What the CLI asks for: the lock of the killed run, then the create that it left pending.
            assert.match(expectFailure(await stack.up()).text, /pulumi cancel/);
            expectSuccess(await stack.pulumi("cancel", "--yes"));
            const run = expectSuccess(await stack.up());
            assert.match(run.text, /pulumi refresh/);
            expectSuccess(await stack.refresh("--clear-pending-creates"));
            assert.ok(emulator.ledger.requests.length > sent);
            assert.equal(effects(), 1);
            assert.equal(new Set(signals().map(({ clientToken }) => clientToken)).size, 1);
            assert.equal((await stack.resource()).outputs.status, "suspended");
            assert.doesNotMatch(expectSuccess(await stack.up()).text, /pulumi refresh/);
        });
    });
});

/** Resolves when the emulator has got a request. */
async function arrival(emulator: Emulator): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (emulator.ledger.requests.length === 0) {
        assert.ok(Date.now() < deadline, "no request came within 30 s");
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}
