import { strict as assert } from "node:assert";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, type Point, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { endOf, providerOf } from "../../support/processes";
import { interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess, type Run, Stack } from "../../support/stack";
import { startPostgres } from "./postgres";

const instanceId = "ls-cn-runner0001";
const locked = /the stack is currently locked by \d+ lock/;

/** A place for states that several runners share. */
interface Backend {
    readonly url: string;
    stop(): Promise<void>;
}

const backends: Readonly<Record<string, () => Promise<Backend>>> = {
    "a file backend": async () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-backend-"));
        return { url: `file://${folder}`, stop: async () => rmSync(folder, { recursive: true }) };
    },
    PostgreSQL: startPostgres,
};

for (const [name, startBackend] of Object.entries(backends)) {
    describe(`several runners that share ${name}`, () => {
        let backend: Backend | undefined;
        let emulator: Emulator;
        let clones: Stack[];
        let stacks = 0;

        const signals = () => emulator.ledger.requestsTo("InterruptLogstashTask");
        const effects = () => emulator.ledger.effects.length;

        async function newStack(program: string): Promise<Stack> {
            stacks += 1;
            const env = { PULUMI_BACKEND_URL: backend?.url ?? "" };
            return kept(await Stack.create({ emulator, program, stack: `shared${stacks}`, env }));
        }
        function kept(clone: Stack): Stack {
            clones.push(clone);
            return clone;
        }

        before(async () => {
            backend = await startBackend();
        });
        after(() => backend?.stop());
        beforeEach(async () => {
            clones = [];
            emulator = await startEmulator();
        });
        afterEach(async () => {
            for (const clone of clones) {
                clone.remove();
            }
            await emulator.stop();
        });

        describe("and a stack", () => {
            let first: Stack;
            let second: Stack;

            beforeEach(async () => {
                emulator.addInstance({ instanceId });
                first = await newStack(interruptProgram({ instanceId, timeoutSeconds: 100 }));
                second = kept(await first.clone());
            });

            async function expectDoneOnce(runner: Stack): Promise<void> {
                const { outputs } = await runner.resource();
                assert.deepEqual([outputs.status, outputs.interrupted], ["suspended", true]);
                assert.equal(effects(), 1);
                assert.equal(new Set(signals().map(({ clientToken }) => clientToken)).size, 1);
                const requests = emulator.ledger.requests.length;
                expectSuccess(await runner.up("--expect-no-changes"));
                assert.equal(emulator.ledger.requests.length, requests);
            }

            it("name the lock and do nothing when another one runs", async () => {
                emulator.addInstance({ instanceId, interruptMs: Number.POSITIVE_INFINITY });
                const running = first.start("up", "--yes", "--skip-preview");
                await until(() => effects() === 1);
                assert.match(expectFailure(await second.up()).text, locked);
                assert.match(expectFailure(await second.destroy()).text, locked);
                assert.equal(signals().length, 1);
                emulator.step(instanceId);
                expectSuccess(await running.ended);
                await expectDoneOnce(second);
            });

            it("have one effect when they start at the same moment", async () => {
                const runs = await Promise.all([first.up(), second.up()]);
                for (const { text } of runs.filter(({ code }) => code !== 0)) {
                    assert.match(text, locked);
                }
                // Each may have seen the lock of the other.
                expectSuccess(await first.up());
                assert.equal(signals().length, 1);
                await expectDoneOnce(second);
            });

            for (const point of ["before", "after"] as const) {
                it(`finish what another began when that was killed ${point} the effect`, async () => {
                    await upKilled(first, point);
                    const sent = signals().length;
                    assert.match(expectFailure(await second.up()).text, locked);
                    assert.equal(signals().length, sent);

                    expectSuccess(await second.pulumi("cancel", "--yes"));
                    expectSuccess(await second.up());
                    expectSuccess(await second.refresh("--clear-pending-creates"));
                    await expectDoneOnce(second);
                    expectSuccess(await first.up("--expect-no-changes"));
                    assert.equal(effects(), 1);
                });
            }

            /** Kills the CLI, and with it the machine's knowledge of the request, while the answer hangs. */
            async function upKilled(runner: Stack, point: Point): Promise<void> {
                emulator.faults.add({ operation: "InterruptLogstashTask", calls: 1, fault: { kind: "hang", point } });
                const { child } = runner.start("up", "--yes", "--skip-preview");
                await until(() => signals().length === 1 && effects() === (point === "after" ? 1 : 0));
                const provider = providerOf(Number(child.pid));
                child.kill("SIGKILL");
                await once(child, "exit");
                await endOf(provider);
            }
        });

        it("and have a stack each disturb no other when they run at the same time", async () => {
            const runners: { readonly instanceIds: readonly string[]; readonly stack: Stack }[] = [];
            // One after the other: the first makes Pulumi's table, which two cannot do at once.
            for (const letter of ["a", "b", "c", "d"]) {
                const instanceIds = [1, 2, 3].map((n) => `ls-cn-runner-${letter}${n}`);
                for (const id of instanceIds) {
                    emulator.addInstance({ instanceId: id });
                }
                runners.push({ instanceIds, stack: await newStack(programFor(instanceIds)) });
            }
            const runs: readonly Run[] = await Promise.all(runners.map(({ stack }) => stack.up()));
            for (const run of runs) {
                expectSuccess(run);
            }
            for (const { instanceIds, stack } of runners) {
                for (const id of instanceIds) {
                    assert.equal(emulator.ledger.effectsOn(id).length, 1);
                }
                assert.deepEqual((await stack.resources()).map(({ id }) => id).sort(), instanceIds);
            }
            assert.equal(emulator.ledger.requests.length, 24);
            assert.equal(new Set(signals().map(({ clientToken }) => clientToken)).size, 12);
        });
    });
}

function programFor(instanceIds: readonly string[]): string {
    return `
const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
for (const instanceId of ${JSON.stringify(instanceIds)}) {
    new LogstashTaskInterrupt(instanceId, { instanceId });
}`;
}

async function until(isTrue: () => boolean): Promise<void> {
    for (let tries = 0; !isTrue(); tries += 1) {
        assert.ok(tries < 3_000, "it has not happened within 60 s");
        await setTimeout(20);
    }
}
