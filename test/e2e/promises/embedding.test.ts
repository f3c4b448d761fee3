import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fixture } from "../../support/fixture";
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
    cloned: "ls-cn-embed0008",
} as const;

describe("an interrupt in a program", () => {
    let fixture: Fixture;
    let stack: Stack;
    before(async () => {
        fixture = await Fixture.open({ instances: Object.values(instances) });
        stack = fixture.stack;
    });
    after(() => fixture.close());

    const effects = (name: keyof typeof instances) => fixture.effects(instances[name]);
    /** Gives another stack of the project the same configuration. */
    const configure = (name: string) =>
        stack.write(`Pulumi.${name}.yaml`, readFileSync(stack.path("program", "Pulumi.dev.yaml"), "utf8"));

    it("is kept from the cloud when a policy that sees its plain arguments is violated", async () => {
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
        const flags = applyPack(stack, pack);
        const run = expectFailure(await fixture.withoutRequests(() => stack.up(...flags)));
        const [, seen = ""] = /seen (\{.*\})/.exec(run.text) ?? [];
        const { resourceUrn: _, ...plain } = JSON.parse(seen) as Record<string, unknown>;
        assert.deepEqual(plain, {
            instanceId: instances.forbidden,
            region: "cn-hangzhou",
            triggers: ["v1", { sha: "abc" }],
        });
        assert.deepEqual(await stack.resources(), []);
    });

    it("has the engine's URN, its line, and what transforms add when it is in components with odd names", async () => {
        stack.program(`${header}
            class Part extends pulumi.ComponentResource {
                constructor(name, opts) { super("acme:delivery:Part", name, {}, opts); }
            }
            const addTriggers = ({ type, props, opts }) =>
                type === "${interruptType}" ? { props: { ...props, triggers: ["from outside"] }, opts } : undefined;
            const outer = new Part("outer", { transforms: [addTriggers] });
            const odd = new Part("a::b", { parent: outer });
            const options = { parent: odd, transformations: [
                ({ props, opts }) => ({ props: { ...props, timeoutSeconds: 77 }, opts }),
            ] };
            const pause = new LogstashTaskInterrupt("odd ::ü$", { instanceId: "${instances.component}" }, options);
            exports.status = pause.status;
            exports.timeoutSeconds = pause.timeoutSeconds;`);
        const run = expectSuccess(await stack.up());
        assert.match(run.text, /status *: "suspended"\n[ +]*timeoutSeconds: 77/);
        const pause = (await stack.resources()).find(({ type }) => type === interruptType);
        const type = `acme:delivery:Part$acme:delivery:Part$${interruptType}`;
        assert.equal(pause?.urn, `urn:pulumi:dev::${project}::${type}::odd ::ü$`);
        assert.equal(pause?.inputs.resourceUrn, pause?.urn);
        assert.deepEqual(pause?.outputs.triggers, ["from outside"]);
        assert.match(pause?.sourcePosition ?? "", /\/index\.js#/);
        assert.equal(effects("component"), 1);
    });

    it("gives its outcome to another stack when that has a stack reference", async () => {
        stack.program(`${header}
            exports.pause = new LogstashTaskInterrupt("pause", { instanceId: "${instances.followed}" });`);
        expectSuccess(await stack.up());
        const { outputs } = await stack.resource();

        configure("second");
        expectSuccess(await stack.pulumi("stack", "init", "second"));
        stack.program(`${header}
            const { pause } = new pulumi.StackReference("organization/${project}/dev").outputs;
            exports.seen = pause.apply(({ status, interrupted }) => [status, interrupted]);
            new LogstashTaskInterrupt("pause", {
                instanceId: "${instances.follower}", triggers: [pause.apply((it) => it.interruptedAt)],
            });`);
        assert.match(expectSuccess(await stack.up()).text, /seen: \[\n.*"suspended"\n.*true/);
        assert.deepEqual((await stack.resource()).outputs.triggers, [outputs.interruptedAt]);
        assert.deepEqual([effects("followed"), effects("follower")], [1, 1]);
    });

    it("sends the same token when another clone of the program runs on a state of its own", async () => {
        const program = interruptProgram({ instanceId: instances.cloned, triggers: ["v1"] });
        for (let n = 0; n < 2; n += 1) {
            const clone = await Stack.create({ emulator: fixture.emulator, program });
            try {
                expectSuccess(await clone.up());
            } finally {
                clone.remove();
            }
        }
        const [first, second, ...more] = fixture.tokens(instances.cloned);
        assert.deepEqual([second, more, effects("cloned")], [first, [], 1]);
    });

    it("is driven by the Automation API when the program is inline or in a folder", async () => {
        configure("inline");
        configure("local");
        expectSuccess(await stack.pulumi("stack", "init", "local"));
        stack.program(interruptProgram({ instanceId: instances.local, triggers: ["local"] }));
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
                const local = await LocalWorkspace.selectStack({ stackName: "local", workDir });
                const runs = [await inline.up(), await local.up(), await inline.up()];
                console.log(JSON.stringify(runs.map(({ outputs, summary }) =>
                    [outputs.status.value, summary.resourceChanges])));
                await inline.destroy();
            })();`,
        );
        assert.deepEqual(JSON.parse(expectSuccess(await stack.node("drive.js")).text), [
            ["suspended", { create: 2 }],
            ["suspended", { create: 2 }],
            ["suspended", { same: 2 }],
        ]);
        assert.deepEqual([effects("inline"), effects("local")], [1, 1]);
    });

    it("needs no engine or provider when it is unit tested with Pulumi's mocks", async () => {
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
            const instanceId = "${instances.mocked}";
            const triggers = [pulumi.output("v1"), { sha: "abc" }];
            const pause = new LogstashTaskInterrupt("pause", { instanceId, triggers });
            const resume = new LogstashTaskResume("resume", { instanceId, interruption: pause.interruption });
            pulumi.all([pause.id, pause.status, pause.interrupted, pause.requestId, resume.resumed]).apply((outputs) =>
                console.log(JSON.stringify({ seen, outputs })));`,
        );
        const run = await fixture.withoutRequests(() => stack.node("unit.js"));
        const inputsOf = (type: string, name: string) => ({
            instanceId: instances.mocked,
            resourceUrn: `urn:pulumi:test::shop::${type}::${name}`,
        });
        assert.deepEqual(JSON.parse(expectSuccess(run).text), {
            seen: [
                {
                    type: interruptType,
                    name: "pause",
                    inputs: { ...inputsOf(interruptType, "pause"), triggers: ["v1", { sha: "abc" }] },
                },
                {
                    type: resumeType,
                    name: "resume",
                    inputs: { ...inputsOf(resumeType, "resume"), interruption: `${instances.mocked}/mocked` },
                },
            ],
            outputs: [instances.mocked, "mocked", true, null, null],
        });
    });
});
