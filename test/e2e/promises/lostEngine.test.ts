import { strict as assert } from "node:assert";
import { setTimeout } from "node:timers/promises";
import type { RequestEntry } from "pulumi-alicloud-logstash-emulator";
import { Fixture, interrupt } from "../../support/fixture";
import { pluginHeader } from "../../support/pluginPrograms";
import { killCli, send } from "../../support/processes";
import { interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess } from "../../support/stack";

const instanceId = "ls-cn-lost0001";
const pluginProgram = `${pluginHeader} new Interrupt("pause", { instanceId: "${instanceId}" });`;

// Seconds are promised, so these are not run beside other tests.
describe("a deployment that is stopped", () => {
    let fixture: Fixture;
    afterEach(() => fixture.close());

    const open = async (program: string, interruptMs: number) => {
        fixture = await Fixture.open({ instances: [{ instanceId, interruptMs }], program, plugin: true });
    };
    /** Starts `up`, until the emulator has got a request. */
    async function upUntil(operation: RequestEntry["operation"]) {
        const { child, ended } = fixture.stack.start("up", "--yes", "--skip-preview");
        const deadline = Date.now() + 90_000;
        while (fixture.emulator.ledger.requestsTo(operation).length === 0) {
            assert.ok(Date.now() < deadline, "no request came within 90 s");
            await setTimeout(10);
        }
        return { child, ended };
    }

    for (const [form, program] of [
        ["dynamic", interruptProgram({ instanceId })],
        ["plugin", pluginProgram],
    ] as const) {
        it(`takes the provider with it within two seconds when the CLI is killed, and the next run finishes with the same token: ${form}`, async () => {
            await open(program, 0);
            const { emulator, stack } = fixture;
            emulator.faults.add({ operation: interrupt, fault: { kind: "hang", point: "after" } });
            const { child, ended } = await upUntil(interrupt);
            await killCli(child, stack.path());
            await ended;
            stack.endAll();
            emulator.faults.clear();

            // What the CLI asks for: the lock of the killed run, then the create that it left pending.
            const locked = expectFailure(await fixture.withoutRequests(() => stack.up()));
            assert.match(locked.text, /currently locked[\s\S]*pulumi cancel/);
            expectSuccess(await stack.pulumi("cancel", "--yes"));
            assert.match(expectSuccess(await stack.up()).text, /pulumi refresh/);
            expectSuccess(await stack.refresh("--clear-pending-creates"));
            const [first, ...others] = fixture.tokens(instanceId);
            assert.deepEqual([...new Set(others)], [first]);
            assert.equal(fixture.effects(instanceId), 1);
            assert.equal((await stack.resource()).outputs.status, "suspended");
            assert.doesNotMatch(expectSuccess(await stack.up()).text, /pulumi refresh/);
        });
    }

    it("ends within a second with a pending record when Ctrl-C is pressed once in a wait of the plugin, and the next run finishes it", async () => {
        // A wait that would go on for a minute.
        await open(pluginProgram, 60_000);
        const { emulator, stack } = fixture;
        const { child, ended } = await upUntil("DescribeLogstash");
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
        assert.equal(fixture.tokens(instanceId).length, 1);
    });

    it("has one effect when two runners start at the same moment", async () => {
        await open(interruptProgram({ instanceId }), 0);
        const { stack } = fixture;
        const other = await stack.clone();
        try {
            for (const { text } of (await Promise.all([stack.up(), other.up()])).filter(({ code }) => code !== 0)) {
                assert.match(text, /currently locked/);
            }
            // Each may have seen the lock of the other.
            expectSuccess(await other.up());
            assert.equal(fixture.effects(instanceId), 1);
            assert.equal(new Set(fixture.tokens(instanceId)).size, 1);
        } finally {
            other.remove();
        }
    });
});
