import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { programOf } from "./programs";
import { expectFailure, expectSuccess, type Run, Stack } from "./stack";

const signal = "InterruptLogstashTask";

/** What may be run after an `up` that has left the outcome unknown, until the request is finished. */
const ways = {
    refreshed: {
        title: "after a refresh, which leaves the record as it is",
        async run(stack: Stack): Promise<Run> {
            expectSuccess(await stack.refresh());
            return stack.up();
        },
    },
    refreshing: { title: "in the run that refreshes", run: (stack: Stack) => stack.up("--refresh") },
    cleared: {
        title: "after a refresh that clears pending creates",
        async run(stack: Stack): Promise<Run> {
            expectSuccess(await stack.refresh("--clear-pending-creates"));
            return stack.up();
        },
    },
} satisfies Record<string, { readonly title: string; run(stack: Stack): Promise<Run> }>;

type Name = keyof typeof ways | "destroyed";
const instanceOf = (name: Name) => `ls-cn-${name}01`;

describe("a request whose outcome is unknown", () => {
    let emulator: Emulator;
    let stack: Stack;
    const declared = new Set<Name>();

    before(async () => {
        const names = [...(Object.keys(ways) as Name[]), "destroyed"] as const;
        emulator = await startEmulator({
            instances: names.map((name) => ({ instanceId: instanceOf(name), status: "activating" })),
        });
        stack = await Stack.create({ emulator, program: "" });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    /** Adds a resource, and leaves it pending by an `up` without an answer. */
    async function leavePending(name: Name): Promise<void> {
        declared.add(name);
        const declarations = [...declared].map(
            (each) => [each, { args: { instanceId: instanceOf(each), timeoutSeconds: 1 } }] as const,
        );
        stack.program(programOf(Object.fromEntries(declarations)));
        const instanceId = instanceOf(name);
        emulator.faults.add({ operation: signal, instanceId, fault: { kind: "service-unavailable", point: "after" } });
        expectFailure(await stack.up());
        assert.equal((await recordOf(name)).outputs.status, "pending");
        emulator.faults.clear();
    }
    async function recordOf(name: Name) {
        const record = (await stack.resources()).find(({ id }) => id === instanceOf(name));
        return record ?? assert.fail(`${name} is not recorded`);
    }

    for (const [key, { title, run }] of Object.entries(ways)) {
        const name = key as keyof typeof ways;
        it(`is finished with the same token ${title}`, async () => {
            await leavePending(name);
            expectSuccess(await run(stack));
            const { outputs, initErrors } = await recordOf(name);
            assert.deepEqual([outputs.status, outputs.interrupted], ["suspended", true]);
            assert.equal(initErrors, undefined);
            assert.equal(emulator.ledger.effectsOn(instanceOf(name)).length, 1);
            const tokens = emulator.ledger.requestsTo(signal, instanceOf(name)).map(({ clientToken }) => clientToken);
            assert.deepEqual([...new Set(tokens)], [outputs.clientToken]);
        });
    }

    it("is forgotten by a destroy, which sends nothing", async () => {
        await leavePending("destroyed");
        const sent = emulator.ledger.requests.length;
        expectSuccess(await stack.refresh());
        assert.equal((await recordOf("destroyed")).outputs.status, "pending");
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
        assert.equal(emulator.ledger.requests.length, sent);
    });
});
