import { strict as assert } from "node:assert";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { endOf, providerOf } from "../processes";
import { interruptProgram } from "./programs";
import { expectFailure, expectSuccess, Stack } from "./stack";

const instanceId = "ls-cn-lost0001";

// Two seconds are promised, so this is not run beside other tests.
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

/** Resolves when the emulator has got a request. */
async function arrival(emulator: Emulator): Promise<void> {
    const deadline = Date.now() + 90_000;
    while (emulator.ledger.requests.length === 0) {
        assert.ok(Date.now() < deadline, "no request came within 90 s");
        await setTimeout(10);
    }
}
