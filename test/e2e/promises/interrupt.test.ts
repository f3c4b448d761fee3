import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { code, header, interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess, project, Stack } from "../../support/stack";
import { interruptType } from "../../support/urns";

const instanceId = "ls-cn-engine0001";

describe("a program with interrupts", () => {
    let emulator: Emulator;
    let stack: Stack;

    before(async () => {
        emulator = await startEmulator({ instances: [{ instanceId, region: "cn-hangzhou", status: "activating" }] });
        stack = await Stack.create({ emulator, program: interruptProgram({ instanceId, triggers: ["v1"] }) });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    it("sends the same token from another clone", async () => {
        expectSuccess(await stack.up());
        const clone = await Stack.create({ emulator, program: interruptProgram({ instanceId, triggers: ["v1"] }) });
        try {
            expectSuccess(await clone.up());
            const tokens = emulator.ledger.requestsTo("InterruptLogstashTask").map(({ clientToken }) => clientToken);
            assert.equal(tokens.length, 2);
            assert.equal(tokens[0], tokens[1]);
            assert.equal(emulator.ledger.effectsOn(instanceId).length, 1);
        } finally {
            clone.remove();
        }
    });

    it("refuses each wrong argument in the preview, with what is allowed and not the value, without a request", async () => {
        const sent = emulator.ledger.requests.length;
        const wrongs = [
            {
                args: { instanceId: "es-cn-engine0001", clientToken: "ü", trigger: ["v1"] },
                reasons: [
                    'instanceId: "es-…" is an Elasticsearch instance',
                    "clientToken: has characters that are not ASCII",
                    "trigger: is not an argument of this resource",
                ],
            },
            {
                args: { instanceId: 7, timeoutSeconds: 0, whenIdle: "no", region: "x" },
                reasons: [
                    'instanceId: this number is not the ID of a Logstash instance, such as "ls-cn-4591f1y6abcd"',
                    "timeoutSeconds: this number is not a whole number of seconds from 1 to 86400",
                    'whenIdle: this text is neither "fail" nor "skip"',
                    'region: this text is not a region ID, such as "cn-hangzhou"',
                ],
            },
            { args: { instanceId, triggers: "v1" }, reasons: ["Error: triggers: is a string; allowed is a list"] },
            {
                args: { instanceId, triggers: [{ x: code("NaN") }] },
                reasons: ["Error: triggers[0].x is NaN", "index.js:2"],
            },
        ];
        for (const { args, reasons } of wrongs) {
            stack.program(interruptProgram(args));
            const { text } = expectFailure(await stack.preview());
            for (const reason of reasons) {
                assert.ok(text.includes(reason), reason);
            }
        }
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("tells the resource its URN before the engine does, in components and under odd names", async () => {
        stack.program(
            `${header}
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
            steps: { op: string; urn: string; newState?: { type: string; inputs: { resourceUrn: string } } }[];
        };
        const interrupts = steps.filter(({ newState }) => newState?.type === interruptType);
        assert.equal(interrupts.length, 3);
        for (const { urn, newState } of interrupts) {
            assert.equal(newState?.inputs.resourceUrn, urn);
        }
    });
});

describe("the state", () => {
    it("is no larger than that of a no-op dynamic resource, and points to the package in at most 250 bytes", async () => {
        const count = 20;
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
                    // Pulumi's own trace is as long as the paths of this machine.
                    .reduce((sum, state) => sum + JSON.stringify({ ...state, stackTrace: undefined }).length, 0);
            const ours = bytes(interruptType);
            const noop = bytes("pulumi-nodejs:dynamic:Resource");
            assert.ok(ours > 0 && ours <= noop, `${ours / count} bytes each, against ${noop / count}`);
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
