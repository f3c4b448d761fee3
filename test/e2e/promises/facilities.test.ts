import { strict as assert } from "node:assert";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { changeOf } from "../../support/cliOutput";
import { header } from "../../support/programs";
import { expectFailure, expectSuccess, project, Stack } from "../../support/stack";

const operation = "InterruptLogstashTask";
const instances = {
    hooked: "ls-cn-facility01",
    rejected: "ls-cn-facility02",
    lost: "ls-cn-facility03",
    before: "ls-cn-facility04",
    after: "ls-cn-facility05",
    follower: "ls-cn-facility06",
} as const;
type Name = keyof typeof instances;

describe("Pulumi's newer facilities:", () => {
    let emulator: Emulator;
    let stack: Stack;

    before(async () => {
        emulator = await startEmulator({
            instances: Object.values(instances).map((instanceId) => ({ instanceId, status: "activating" })),
        });
        stack = await Stack.create({ emulator, program: "" });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });
    afterEach(() => emulator.faults.clear());

    const effects = (name: Name) => emulator.ledger.effectsOn(instances[name]).length;
    const tokens = (name: Name) =>
        emulator.ledger.requestsTo(operation, instances[name]).map(({ clientToken }) => clientToken);
    const declare = (name: string, instance: Name, args: string, options = "{}") =>
        `const ${name} = new LogstashTaskInterrupt("${name}", { instanceId: "${instances[instance]}", ${args} }, ${options});`;
    async function recorded(name: string) {
        const found = (await stack.resources()).find(({ urn }) => urn.endsWith(`::${name}`));
        return found ?? assert.fail(`${name} is not recorded`);
    }
    async function withoutRequests<T>(act: () => Promise<T>): Promise<T> {
        const sent = emulator.ledger.requests.length;
        const result = await act();
        assert.equal(emulator.ledger.requests.length, sent);
        return result;
    }

    describe("hooks", () => {
        // An inline program: the language host here is too old to know hooks.
        async function upInline(...lines: readonly string[]): Promise<unknown> {
            stack.write(
                "drive.js",
                `${header}
                const { LocalWorkspace } = require("@pulumi/pulumi/automation");
                const calls = [];
                const program = async () => { ${lines.join("\n")} };
                (async () => {
                    const args = { stackName: "dev", projectName: "${project}", program };
                    const stack = await LocalWorkspace.selectStack(args, { workDir: process.cwd() });
                    const result = await stack.up().then(({ summary }) => summary.result, () => "failed");
                    console.log(JSON.stringify({ result, calls }));
                })();`,
            );
            return JSON.parse(expectSuccess(await stack.node("drive.js")).text);
        }

        it("sends and records nothing when a hook throws before the create", async () => {
            const throwing = '{ hooks: { beforeCreate: [() => { calls.push("before"); throw new Error("no"); }] } }';
            const run = await withoutRequests(() => upInline(declare("pause", "hooked", "triggers: [1]", throwing)));
            assert.deepEqual(run, { result: "failed", calls: ["before"] });
            assert.deepEqual(await stack.resources(), []);
            await upInline(declare("pause", "hooked", "triggers: [1]"));
            assert.deepEqual([effects("hooked"), tokens("hooked").length], [1, 1]);
        });

        it("sends the same token again when an error hook retries a rejection or a pending create", async () => {
            const rejection = { kind: "rejection", status: 403, code: "Forbidden.RAM", message: "No." } as const;
            for (const [name, fault] of [
                ["rejected", rejection],
                ["lost", { kind: "hang", point: "after" }],
            ] as const) {
                emulator.faults.add({ operation, instanceId: instances[name], calls: 1, fault });
            }
            const program = [
                "const retry = new pulumi.ErrorHook('retry', ({ name }) => { calls.push(name); return true; });",
                "const options = { hooks: { onError: [retry] } };",
                declare("rejected", "rejected", "triggers: [1]", "options"),
                declare("lost", "lost", "triggers: [1], timeoutSeconds: 1", "options"),
            ];
            const { result, calls } = (await upInline(...program)) as { result: string; calls: string[] };
            assert.deepEqual([result, calls.sort()], ["succeeded", ["lost", "rejected"]]);
            for (const name of ["rejected", "lost"] as const) {
                assert.deepEqual([effects(name), tokens(name).length, new Set(tokens(name)).size], [1, 2, 1]);
                assert.equal((await recorded(name)).outputs.status, "suspended");
            }
            await withoutRequests(() => upInline(...program));
        });
    });

    const pair = (target: Name, options: string) =>
        stack.program(
            [
                header,
                declare("target", target, 'whenIdle: "skip"'),
                declare("follower", "follower", 'triggers: ["v1"]', options),
            ].join("\n"),
        );

    it("sends the first token again when `replaceWith` replaces the interrupt", async () => {
        pair("before", "{ replaceWith: [target] }");
        expectSuccess(await stack.up());
        pair("after", "{ replaceWith: [target] }");
        const run = expectSuccess(await stack.up());
        assert.deepEqual([changeOf(run, "target"), changeOf(run, "follower")], ["replaced", "replaced"]);
        assert.deepEqual([effects("follower"), tokens("follower").length, new Set(tokens("follower")).size], [1, 2, 1]);
    });

    it("interrupts nothing again when the target of `deletedWith` is replaced", async () => {
        pair("after", "{ deletedWith: target }");
        expectSuccess(await withoutRequests(() => stack.up()));
        pair("before", "{ deletedWith: target }");
        assert.equal(changeOf(expectSuccess(await stack.up()), "target"), "replaced");
        assert.deepEqual([effects("follower"), new Set(tokens("follower")).size], [1, 1]);
    });

    it("sends nothing for `refresh --run-program`, and keeps a pending record pending", async () => {
        const before = await recorded("follower");
        expectSuccess(await withoutRequests(() => stack.refresh("--run-program")));
        assert.deepEqual((await recorded("follower")).outputs, before.outputs);

        const fault = { kind: "hang", point: "after" } as const;
        emulator.faults.add({ operation, instanceId: instances.follower, calls: 1, fault });
        emulator.startChange(instances.follower);
        stack.program(header + declare("follower", "follower", 'triggers: ["v2"], timeoutSeconds: 1'));
        expectFailure(await stack.up());
        const pending = await recorded("follower");
        assert.equal(pending.outputs.status, "pending");
        expectSuccess(await withoutRequests(() => stack.refresh("--run-program")));
        assert.deepEqual((await recorded("follower")).outputs, pending.outputs);
    });

    it("sends nothing for an interrupt that `--exclude` names, and finishes it in the next run", async () => {
        stack.program(header + declare("follower", "follower", 'triggers: ["v2"], timeoutSeconds: 30'));
        expectSuccess(await withoutRequests(() => stack.up("--exclude", "**follower")));
        const { outputs } = await recorded("follower");
        assert.equal(outputs.status, "pending");
        expectSuccess(await stack.up());
        const finished = (await recorded("follower")).outputs;
        assert.deepEqual([finished.status, finished.clientToken], ["suspended", outputs.clientToken]);
        assert.equal(effects("follower"), 2);
    });

    it("sends nothing for `destroy --run-program`, also while a request is pending", async () => {
        const fault = { kind: "hang", point: "after" } as const;
        emulator.faults.add({ operation, instanceId: instances.follower, calls: 1, fault });
        stack.program(header + declare("follower", "follower", 'triggers: ["v3"], timeoutSeconds: 1'));
        expectFailure(await stack.up());
        assert.equal((await recorded("follower")).outputs.status, "pending");
        expectSuccess(await withoutRequests(() => stack.destroy("--run-program")));
        assert.deepEqual(await stack.resources(), []);
    });
});
