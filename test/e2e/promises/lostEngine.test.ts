import { strict as assert } from "node:assert";
import { setTimeout } from "node:timers/promises";
import { type Emulator, type RequestEntry, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { pluginHeader } from "../../support/pluginPrograms";
import { endOf, providerOf, send } from "../../support/processes";
import { interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess, Stack } from "../../support/stack";

const instanceId = "ls-cn-lost0001";

// Seconds are promised, so these are not run beside other tests.
describe("an engine that is killed", () => {
    let emulator: Emulator;
    let stack: Stack;

    before(async () => {
        emulator = await startEmulator({ instances: [{ instanceId, status: "activating" }] });
        stack = await Stack.create({ emulator, program: interruptProgram({ instanceId, timeoutSeconds: 600 }) });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    it("takes the provider with it within two seconds, and the next run finishes with the same token", async () => {
        emulator.faults.add({
            operation: "InterruptLogstashTask",
            instanceId,
            fault: { kind: "hang", point: "after" },
        });
        const { child, ended } = stack.start("up", "--yes", "--skip-preview");
        await arrival(emulator);
        const provider = providerOf(Number(child.pid));
        child.kill("SIGKILL");
        await ended;
        await endOf(provider);
        stack.endAll();
        const sent = emulator.ledger.requests.length;
        emulator.faults.clear();

        // What the CLI asks for: the lock of the killed run, then the create that it left pending.
        assert.match(expectFailure(await stack.up()).text, /pulumi cancel/);
        expectSuccess(await stack.pulumi("cancel", "--yes"));
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /pulumi refresh/);
        expectSuccess(await stack.refresh("--clear-pending-creates"));
        assert.ok(emulator.ledger.requests.length > sent);
        assert.equal(emulator.ledger.effectsOn(instanceId).length, 1);
        const signals = emulator.ledger.requestsTo("InterruptLogstashTask", instanceId);
        assert.equal(new Set(signals.map(({ clientToken }) => clientToken)).size, 1);
        assert.equal((await stack.resource()).outputs.status, "suspended");
        assert.doesNotMatch(expectSuccess(await stack.up()).text, /pulumi refresh/);
    });
});

describe("one Ctrl-C in a wait, with the plugin", () => {
    let emulator: Emulator;
    let stack: Stack;

    before(async () => {
        // A wait that would go on for a minute.
        emulator = await startEmulator({ instances: [{ instanceId, status: "activating", interruptMs: 60_000 }] });
        const program = `${pluginHeader} new Interrupt("pause", { instanceId: "${instanceId}" });`;
        stack = await Stack.create({ emulator, plugin: true, program });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    it("ends the deployment within a second with a pending record, and the next run finishes with the same token", async () => {
        const { child, ended } = stack.start("up", "--yes", "--skip-preview");
        await arrival(emulator, "DescribeLogstash");
        const pressed = performance.now();
        // As a terminal does it: to the whole foreground group.
        send(-Number(child.pid), "SIGINT");
        const { text } = expectFailure(await ended);
        const tookMs = performance.now() - pressed;
        assert.ok(tookMs <= 1_000, `it took ${Math.round(tookMs)} ms`);
        assert.match(text, /the deployment was stopped before the request ended/);
        const { outputs } = await stack.resource();
        assert.deepEqual([outputs.status, outputs.interrupted], ["pending", true]);

        emulator.setStatus(instanceId, "suspended");
        expectSuccess(await stack.up());
        const finished = (await stack.resource()).outputs;
        assert.deepEqual([finished.status, finished.clientToken], ["suspended", outputs.clientToken]);
        assert.equal(emulator.ledger.requestsTo("InterruptLogstashTask", instanceId).length, 1);
    });
});

/** Resolves when the emulator has got a request, of this kind if one is given. */
async function arrival(emulator: Emulator, operation?: RequestEntry["operation"]): Promise<void> {
    const deadline = Date.now() + 90_000;
    const isAwaited = (request: RequestEntry) => operation === undefined || request.operation === operation;
    while (!emulator.ledger.requests.some(isAwaited)) {
        assert.ok(Date.now() < deadline, "no request came within 90 s");
        await setTimeout(10);
    }
}
