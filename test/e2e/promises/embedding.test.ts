import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { applyPack } from "../../support/policyPack";
import { header, interruptProgram } from "../../support/programs";
import { expectFailure, expectSuccess, project, Stack } from "../../support/stack";
import { interruptType, resumeType } from "../../support/urns";

const instances = {
    component: "ls-cn-embed0001",
    followed: "ls-cn-embed0002",
    follower: "ls-cn-embed0003",
    inline: "ls-cn-embed0004",
    local: "ls-cn-embed0005",
    mocked: "ls-cn-embed0006",
    forbidden: "ls-cn-embed0007",
    module: "ls-cn-embed0008",
} as const;

describe("in a program", () => {
    let emulator: Emulator;
    let stack: Stack;
    const stacks: Stack[] = [];
    const effects = (name: keyof typeof instances) => emulator.ledger.effectsOn(instances[name]).length;
    async function stackOf(program: string): Promise<Stack> {
        const made = await Stack.create({ emulator, program });
        stacks.push(made);
        return made;
    }

    before(async () => {
        emulator = await startEmulator({
            instances: Object.values(instances).map((instanceId) => ({ instanceId, status: "activating" })),
        });
        stack = await stackOf("");
    });
    after(async () => {
        for (const made of stacks) {
            made.remove();
        }
        await emulator.stop();
    });

    it("is seen by policies with plain arguments, and a mandatory violation keeps it from the cloud", async () => {
        stack.program(interruptProgram({ instanceId: instances.forbidden, triggers: ["v1", { sha: "abc" }] }));
        const pack = stack.path("pack-source");
        mkdirSync(pack);
        const files = {
            "PulumiPolicy.yaml": "runtime: nodejs\n",
            "package.json": JSON.stringify({
                version: "0.0.1",
                main: "index.js",
                dependencies: { "@pulumi/policy": "*", "@pulumi/pulumi": "*" },
            }),
            "index.js": `const { PolicyPack } = require("@pulumi/policy");
                const validateResource = ({ type, props }, reportViolation) =>
                    type === "${interruptType}" && reportViolation("seen " + JSON.stringify(props));
                const policy = { name: "no", description: "Not now.", enforcementLevel: "mandatory", validateResource };
                new PolicyPack("test", { policies: [policy] });`,
        };
        for (const [name, text] of Object.entries(files)) {
            writeFileSync(join(pack, name), text);
        }
        const run = expectFailure(await stack.up(...applyPack(stack, pack)));
        const [, seen = ""] = /seen (\{.*\})/.exec(run.text) ?? [];
        const { resourceUrn: _, ...plain } = JSON.parse(seen) as Record<string, unknown>;
        assert.deepEqual(plain, {
            instanceId: instances.forbidden,
            region: "cn-hangzhou",
            triggers: ["v1", { sha: "abc" }],
        });
        assert.equal(emulator.ledger.requests.length, 0);
        assert.deepEqual(await stack.resources(), []);
    });

    it("works inside components, and takes what a transform of one of them adds", async () => {
        stack.program(`${header}
            class Guard extends pulumi.ComponentResource {
                constructor(name, instanceId, opts) {
                    super("acme:delivery:Guard", name, {}, opts);
                    const pause = new LogstashTaskInterrupt(name + "-pause", { instanceId }, { parent: this });
                    this.status = pause.status;
                    this.registerOutputs({ status: this.status });
                }
            }
            class Delivery extends pulumi.ComponentResource {
                constructor(name, opts) {
                    super("acme:delivery:Delivery", name, {}, opts);
                    this.status = new Guard(name + "-guard", "${instances.component}", { parent: this }).status;
                    this.registerOutputs({});
                }
            }
            const addTriggers = ({ type, props, opts }) =>
                type === "${interruptType}" ? { props: { ...props, triggers: ["from outside"] }, opts } : undefined;
            exports.status = new Delivery("shop", { transforms: [addTriggers] }).status;`);
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /status: "suspended"/);
        const pause = (await stack.resources()).find(({ type }) => type === interruptType);
        const type = `acme:delivery:Delivery$acme:delivery:Guard$${interruptType}`;
        assert.equal(pause?.urn, `urn:pulumi:dev::${project}::${type}::shop-guard-pause`);
        assert.equal(pause?.inputs.resourceUrn, pause?.urn);
        assert.deepEqual(pause?.outputs.triggers, ["from outside"]);
        assert.equal(effects("component"), 1);
    });

    it("gives its outcome to another stack by a stack reference", async () => {
        stack.program(`${header}
            exports.pause = new LogstashTaskInterrupt("pause", { instanceId: "${instances.followed}" });`);
        expectSuccess(await stack.up());
        const { outputs } = await stack.resource();

        stack.write("Pulumi.second.yaml", readFileSync(stack.path("program", "Pulumi.dev.yaml"), "utf8"));
        expectSuccess(await stack.pulumi("stack", "init", "second"));
        stack.program(`${header}
            const { pause } = new pulumi.StackReference("organization/${project}/dev").outputs;
            exports.seen = pause.apply(({ status, interrupted }) => [status, interrupted]);
            new LogstashTaskInterrupt("pause", {
                instanceId: "${instances.follower}", triggers: [pause.apply((it) => it.interruptedAt)],
            });`);
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /seen: \[\n.*"suspended"\n.*true/);
        const follower = await stack.resource();
        assert.deepEqual(follower.outputs.triggers, [outputs.interruptedAt]);
        assert.deepEqual([effects("followed"), effects("follower")], [1, 1]);
    });

    it("is driven by the Automation API, with an inline program and with one in a folder", async () => {
        const stack = await stackOf(interruptProgram({ instanceId: instances.local, triggers: ["local"] }));
        stack.write("Pulumi.inline.yaml", readFileSync(stack.path("program", "Pulumi.dev.yaml"), "utf8"));
        stack.write(
            "drive.js",
            `const { LocalWorkspace } = require("@pulumi/pulumi/automation");
            const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
            (async () => {
                const workDir = process.cwd();
                const pause = { instanceId: "${instances.inline}", triggers: ["inline"] };
                const program = async () => new LogstashTaskInterrupt("pause", pause);
                const args = { stackName: "inline", projectName: "${project}", program };
                const inline = await LocalWorkspace.createOrSelectStack(args, { workDir });
                const local = await LocalWorkspace.selectStack({ stackName: "dev", workDir });
                const runs = [await inline.up(), await local.up(), await inline.up()];
                console.log(JSON.stringify(runs.map(({ outputs, summary }) =>
                    [outputs.status.value, summary.resourceChanges])));
                await inline.destroy();
            })();`,
        );
        const run = expectSuccess(await stack.node("drive.js"));
        assert.deepEqual(JSON.parse(run.text), [
            ["suspended", { create: 2 }],
            ["suspended", { create: 2 }],
            ["suspended", { same: 2 }],
        ]);
        assert.deepEqual([effects("inline"), effects("local")], [1, 1]);
    });

    it("is unit tested with Pulumi's mocks, without an engine or a provider", async () => {
        const sent = emulator.ledger.requests.length;
        stack.write(
            "unit.js",
            `${header}
            const seen = [];
            pulumi.runtime.setMocks({
                newResource({ type, name, inputs: { __provider, ...inputs } }) {
                    seen.push({ type, name, inputs });
                    const interruption = inputs.instanceId + "/mocked";
                    return { id: inputs.instanceId, state: { interruption, ...inputs, status: "mocked", interrupted: true } };
                },
                call: () => ({}),
            }, "shop", "test");
            const part = new pulumi.ComponentResource("acme:x:Part", "part");
            const triggers = [pulumi.output("v1"), { sha: "abc" }];
            const pause = new LogstashTaskInterrupt("pause", { instanceId: "${instances.mocked}", triggers }, { parent: part });
            const resume = new LogstashTaskResume("go-on",
                { instanceId: "${instances.mocked}", interruption: pause.interruption }, { dependsOn: [pause] });
            pulumi.all([pause.id, pause.status, pause.interrupted, pause.requestId, resume.resumed]).apply((outputs) =>
                console.log(JSON.stringify({ seen: seen.filter(({ type }) => !type.startsWith("acme:")), outputs })));`,
        );
        const { seen, outputs } = JSON.parse(expectSuccess(await stack.node("unit.js")).text) as Record<
            string,
            unknown
        >;
        assert.deepEqual(seen, [
            {
                type: interruptType,
                name: "pause",
                inputs: {
                    instanceId: instances.mocked,
                    triggers: ["v1", { sha: "abc" }],
                    resourceUrn: `urn:pulumi:test::shop::acme:x:Part$${interruptType}::pause`,
                },
            },
            {
                type: resumeType,
                name: "go-on",
                inputs: {
                    instanceId: instances.mocked,
                    interruption: `${instances.mocked}/mocked`,
                    resourceUrn: `urn:pulumi:test::shop::${resumeType}::go-on`,
                },
            },
        ]);
        assert.deepEqual(outputs, [instances.mocked, "mocked", true, null, null]);
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("runs as an ECMAScript module in TypeScript", async () => {
        const stack = await stackOf("");
        stack.write("Pulumi.yaml", `name: ${project}\nruntime: nodejs\n`);
        stack.write("package.json", JSON.stringify({ name: project, type: "module", main: "index.ts" }));
        stack.write(
            "index.ts",
            `import * as pulumi from "@pulumi/pulumi";
            import { LogstashTaskInterrupt, type LogstashTaskInterruptArgs } from "pulumi-alicloud-logstash";
            const args: LogstashTaskInterruptArgs = { instanceId: await Promise.resolve("${instances.module}"), triggers: [1] };
            const pause = new LogstashTaskInterrupt("pause", args);
            export const status: pulumi.Output<string> = pause.status;`,
        );
        assert.match(expectSuccess(await stack.up()).text, /status: "suspended"/);
        assert.equal(effects("module"), 1);
    });
});
