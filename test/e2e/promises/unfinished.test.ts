import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { programOf } from "../../support/programs";
import { expectFailure, expectSuccess, project, type ResourceState, type Run, Stack } from "../../support/stack";
import { urnOf } from "../../support/urns";

const signal = "InterruptLogstashTask";

type Way = "refreshed" | "refreshing" | "cleared";
type Name = Way | "destroyed";

/** What may be run after an `up` that has left the outcome unknown, until the request is finished. */
const ways: Readonly<Record<Way, { readonly title: string; run(stack: Stack): Promise<Run> }>> = {
    refreshed: {
        title: "after a refresh, which leaves the record as it is",
        async run(stack: Stack): Promise<Run> {
            expectSuccess(await stack.refresh());
            return upOf("refreshed", stack);
        },
    },
    refreshing: {
        title: "in the run that refreshes",
        run: (stack: Stack) => upOf("refreshing", stack, "--refresh"),
    },
    cleared: {
        title: "after a refresh that clears pending creates",
        async run(stack: Stack): Promise<Run> {
            expectSuccess(await stack.refresh("--clear-pending-creates"));
            return upOf("cleared", stack);
        },
    },
};

const names = [...(Object.keys(ways) as Way[]), "destroyed"] as const;
const instanceOf = (name: Name) => `ls-cn-${name}01`;

function upOf(name: Name, stack: Stack, ...flags: readonly string[]): Promise<Run> {
    return stack.up("--target", urnOf(name, { project }), ...flags);
}

type Records = readonly ResourceState[];

describe("a request whose outcome is unknown", () => {
    let emulator: Emulator;
    let stack: Stack;
    let afterFailure: Records;
    let afterTheWays: Records;
    let destroyed: Run;
    let afterDestroy: Records;
    let sentByDestroy: number;
    const finished = new Map<Name, Run>();

    before(async () => {
        emulator = await startEmulator({
            instances: names.map((name) => ({ instanceId: instanceOf(name), status: "activating" })),
        });
        const declarations = names.map(
            (name) => [name, { args: { instanceId: instanceOf(name), timeoutSeconds: 1 } }] as const,
        );
        stack = await Stack.create({ emulator, program: programOf(Object.fromEntries(declarations)) });
        emulator.faults.add({ operation: signal, fault: { kind: "service-unavailable", point: "after" } });
        expectFailure(await stack.up("--continue-on-error"));
        afterFailure = await stack.resources();
        emulator.faults.clear();
        for (const [name, { run }] of Object.entries(ways)) {
            finished.set(name as Way, await run(stack));
        }
        afterTheWays = await stack.resources();
        const sent = emulator.ledger.requests.length;
        destroyed = await stack.destroy();
        sentByDestroy = emulator.ledger.requests.length - sent;
        afterDestroy = await stack.resources();
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    const recordIn = (records: Records, name: Name) =>
        records.find(({ id }) => id === instanceOf(name)) ?? assert.fail(`${name} is not recorded`);

    for (const [key, { title }] of Object.entries(ways)) {
        const name = key as Way;
        it(`is finished with the same token ${title}`, () => {
            assert.equal(recordIn(afterFailure, name).outputs.status, "pending");
            expectSuccess(finished.get(name) ?? assert.fail("it was not run"));
            const { outputs, initErrors } = recordIn(afterTheWays, name);
            assert.deepEqual([outputs.status, outputs.interrupted], ["suspended", true]);
            assert.equal(initErrors, undefined);
            assert.equal(emulator.ledger.effectsOn(instanceOf(name)).length, 1);
            const tokens = emulator.ledger.requestsTo(signal, instanceOf(name)).map(({ clientToken }) => clientToken);
            assert.deepEqual([...new Set(tokens)], [outputs.clientToken]);
        });
    }

    it("is forgotten by a destroy, which sends nothing", () => {
        assert.equal(recordIn(afterFailure, "destroyed").outputs.status, "pending");
        // The refreshes of the others have left it alone.
        assert.equal(recordIn(afterTheWays, "destroyed").outputs.status, "pending");
        expectSuccess(destroyed);
        assert.deepEqual(afterDestroy, []);
        assert.equal(sentByDestroy, 0);
    });
});
