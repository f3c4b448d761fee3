import { strict as assert } from "node:assert";
import { unlinkSync } from "node:fs";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { expectFailure, expectSuccess, interruptProgram, interruptType, project, Stack } from "./stack";

const instanceId = "ls-cn-engine0001";

describe("pulumi up", () => {
    let emulator: Emulator;
    let stack: Stack;

    beforeEach(async () => {
        emulator = await startEmulator({ instances: [{ instanceId, region: "cn-hangzhou", status: "activating" }] });
        stack = await Stack.create({ emulator, program: interruptProgram({ instanceId, triggers: ["v1"] }) });
    });
    afterEach(async () => {
        stack.remove();
        await emulator.stop();
    });

    const effects = () => emulator.ledger.effectsOn(instanceId).length;

    it("interrupts once, and nothing more when it runs again", async () => {
        expectSuccess(await stack.up());
        const { id, outputs } = await stack.resource();
        assert.equal(id, instanceId);
        assert.equal(outputs.status, "suspended");
        assert.equal(outputs.interrupted, true);
        assert.equal(outputs.clientToken, emulator.ledger.effects[0]?.clientToken);
        const requests = emulator.ledger.requests.length;

        const again = expectSuccess(await stack.up());
        assert.match(again.text, /2 unchanged/);
        assert.equal(emulator.ledger.requests.length, requests);
        assert.equal(effects(), 1);
    });

    it("interrupts again, in place, for each changed trigger, also back to an earlier one", async () => {
        for (const trigger of ["v1", "v2", "v1"]) {
            stack.program(interruptProgram({ instanceId, triggers: [trigger] }));
            const run = expectSuccess(await stack.up());
            assert.match(run.text, trigger === "v1" && effects() === 1 ? /2 created/ : /1 updated/);
            assert.equal((await stack.resource()).outputs.status, "suspended");
            emulator.startChange(instanceId);
        }
        const tokens = emulator.ledger.effectsOn(instanceId).map(({ clientToken }) => clientToken);
        assert.equal(tokens.length, 3);
        assert.equal(new Set(tokens).size, 3);
    });

    it("sends the same token from another clone with the same program", async () => {
        expectSuccess(await stack.up());
        const clone = await Stack.create({ emulator, program: interruptProgram({ instanceId, triggers: ["v1"] }) });
        try {
            expectSuccess(await clone.up());
            const tokens = emulator.ledger.requestsTo("InterruptLogstashTask").map(({ clientToken }) => clientToken);
            assert.equal(tokens.length, 2);
            assert.equal(tokens[0], tokens[1]);
            assert.equal(effects(), 1);
        } finally {
            clone.remove();
        }
    });

    it("gives every resource, instance and trigger a token of its own", async () => {
        const others = ["ls-cn-engine0002", "ls-cn-engine0003"];
        for (const other of others) {
            emulator.addInstance({ instanceId: other, region: "cn-hangzhou", status: "activating" });
        }
        stack.program(
            `const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
             new LogstashTaskInterrupt("one", { instanceId: "${instanceId}" });
             new LogstashTaskInterrupt("two", { instanceId: "${others[0]}", triggers: ["v1"] });
             new LogstashTaskInterrupt("three", { instanceId: "${others[1]}", triggers: ["v1"] });`,
        );
        expectSuccess(await stack.up());
        assert.equal(emulator.ledger.effects.length, 3);
        assert.equal(new Set(emulator.ledger.effects.map(({ clientToken }) => clientToken)).size, 3);
    });

    it("fails for a refusal, with the CLI's exit code and the service's words, and records nothing", async () => {
        stack.program(interruptProgram({ instanceId: "ls-cn-nosuch0001" }));
        const run = expectFailure(await stack.up());
        const [request] = emulator.ledger.requestsTo("InterruptLogstashTask", "ls-cn-nosuch0001");
        assert.match(run.text, /InterruptLogstashTask on ls-cn-nosuch0001 in cn-hangzhou: refused/);
        assert.match(run.text, /InstanceNotFound/);
        assert.ok(run.text.includes(String(request?.requestId)));
        assert.deepEqual(await stack.resources(), []);
    });

    it("names the RAM action when it may not look at the instance, and finishes once it may", async () => {
        emulator.faults.add({
            operation: "DescribeLogstash",
            fault: { kind: "refusal", status: 403, code: "Forbidden.RAM", message: "User not authorized." },
        });
        assert.match(expectFailure(await stack.up()).text, /elasticsearch:DescribeLogstash/);
        assert.equal((await stack.resource()).outputs.status, "pending");
        emulator.faults.clear();

        expectSuccess(await stack.up());
        assert.equal((await stack.resource()).outputs.status, "suspended");
        assert.equal(effects(), 1);
    });

    it("refuses bad arguments in the preview, without the network", async () => {
        stack.program(interruptProgram({ instanceId: "es-cn-engine0001", clientToken: "ü", trigger: ["v1"] }));
        const run = expectFailure(await stack.preview());
        assert.match(run.text, /instanceId: "es-…" is an Elasticsearch instance/);
        assert.match(run.text, /clientToken: has characters that are not ASCII/);
        assert.match(run.text, /trigger: is not an argument of this resource/);
        assert.equal(emulator.ledger.requests.length, 0);
    });

    it("destroys without the package, without credentials and without the network", async () => {
        expectSuccess(await stack.up());
        unlinkSync(stack.path("program", "node_modules", "pulumi-alicloud-logstash"));
        await emulator.stop();
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
    });

    it("tells the resource its URN before the engine does, in components and under odd names", async () => {
        stack.program(
            `const pulumi = require("@pulumi/pulumi");
             const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
             class Part extends pulumi.ComponentResource {
                 constructor(name, opts) { super("test:index:Part", name, {}, opts); }
             }
             const outer = new Part("outer");
             const odd = new Part("a::b", { parent: outer });
             new LogstashTaskInterrupt("plain", { instanceId: "${instanceId}" });
             new LogstashTaskInterrupt("nested", { instanceId: "${instanceId}" }, { parent: outer });
             new LogstashTaskInterrupt("odd ::ü$", { instanceId: "${instanceId}" }, { parent: odd });`,
        );
        const run = expectSuccess(await stack.pulumi("preview", "--json"));
        const { steps } = JSON.parse(run.text) as {
            steps: { urn: string; newState?: { type: string; inputs: { resourceUrn: string } } }[];
        };
        const interrupts = steps.filter(({ newState }) => newState?.type === interruptType);
        assert.equal(interrupts.length, 3);
        for (const { urn, newState } of interrupts) {
            assert.equal(newState?.inputs.resourceUrn, urn);
        }
    });
});

describe("the state", () => {
    it("is at most 0.9 times that of a no-op dynamic resource, and points to the package in at most 250 bytes", async () => {
        const count = 100;
        const emulator = await startEmulator({
            instances: Array.from({ length: count }, (_, n) => ({
                instanceId: `ls-cn-size${String(n).padStart(4, "0")}`,
                region: "cn-hangzhou",
                status: "activating",
            })),
        });
        const stack = await Stack.create({
            emulator,
            program: `const pulumi = require("@pulumi/pulumi");
                const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
                const noop = { async create() { return { id: "noop" }; } };
                class Noop extends pulumi.dynamic.Resource {
                    constructor(name) {
                        super(noop, name, {});
                    }
                }
                for (let n = 0; n < ${count}; n++) {
                    const number = String(n).padStart(4, "0");
                    new LogstashTaskInterrupt("pause-" + number, { instanceId: "ls-cn-size" + number });
                    new Noop("noop-" + number);
                }`,
        });
        try {
            expectSuccess(await stack.up());
            const states = await stack.resources();
            const bytes = (type: string) =>
                states
                    .filter((state) => state.type === type)
                    .reduce((sum, state) => sum + JSON.stringify(state).length, 0);
            const ours = bytes(interruptType);
            const noop = bytes("pulumi-nodejs:dynamic:Resource");
            assert.ok(ours > 0 && ours <= 0.9 * noop, `${ours / count} bytes each, against ${noop / count}`);
            const pointers = new Set(
                states.filter(({ type }) => type === interruptType).map(({ inputs }) => String(inputs.__provider)),
            );
            assert.equal(pointers.size, 1);
            assert.ok(Buffer.byteLength([...pointers].join()) <= 250);
            assert.equal(emulator.ledger.effects.length, count);
            assert.ok(states.every(({ urn }) => urn.includes(`::${project}::`)));
            assert.ok(states.every(({ sourcePosition }) => sourcePosition?.includes("/index.js#")));
        } finally {
            stack.remove();
            await emulator.stop();
        }
    });
});
