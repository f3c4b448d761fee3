import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { type Account, type Emulator, startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { accountId } from "../../support/account";
import { changeOf } from "../../support/cliOutput";
import { pluginHeader } from "../../support/pluginPrograms";
import { expectFailure, expectSuccess, type ResourceState, Stack } from "../../support/stack";
import { interruptType, pluginInterruptType } from "../../support/urns";

const operation = "InterruptLogstashTask";
const instances = {
    pause: "ls-cn-plugin0001",
    lost: "ls-cn-plugin0002",
    east: "ls-cn-plugin0003",
    west: "ls-cn-plugin0004",
} as const;
type Name = keyof typeof instances;

const account = (name: string): Account => ({
    accessKeyId: `LTAI-${name}`,
    accessKeySecret: `${name}+canary/1`,
    accountId,
});
const accounts = { east: account("east"), west: account("west"), next: account("next") };
const nested = "nested+canary/2";

describe("the plugin", () => {
    let emulator: Emulator;
    let stack: Stack;
    /** What the engine's own trace shows of the first run, and what the second prints. */
    let [traced, printed] = ["", ""];

    before(async () => {
        emulator = await startEmulator({
            accounts: [testAccount, ...Object.values(accounts)],
            instances: Object.values(instances).map((instanceId) => ({ instanceId, status: "activating" })),
        });
        stack = await Stack.create({ emulator, plugin: true, program: "" });
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    /** A program with resources of three accounts. */
    function program(trigger: string, east: Account): string {
        const argumentsOf = ({ accessKeyId, accessKeySecret }: Account) =>
            `region: "cn-hangzhou", endpoints: [{ elasticsearch: "${emulator.url}" }],
             accessKey: "${accessKeyId}", secretKey: pulumi.secret("${accessKeySecret}")`;
        return `${pluginHeader}
            const east = new Provider("east", { ${argumentsOf(east)} });
            const west = new Provider("west", { ${argumentsOf(accounts.west)} });
            const triggers = ["${trigger}", { inside: pulumi.secret("${nested}") }];
            const pause = new Interrupt("pause", { instanceId: "${instances.pause}", triggers });
            new Resume("goOn", { instanceId: "${instances.pause}", interruption: pause.interruption });
            new Interrupt("east", { instanceId: "${instances.east}", triggers: ["${trigger}"] }, { provider: east });
            new Interrupt("west", { instanceId: "${instances.west}" }, { provider: west });
            new Interrupt("lost", { instanceId: "${instances.lost}" }, { customTimeouts: { create: "1s" } });
            exports.status = pause.status;`;
    }
    const up = (...flags: readonly string[]) => stack.pulumi("up", "--yes", "--parallel", "16", ...flags);
    async function records(): Promise<Readonly<Record<string, ResourceState>>> {
        const states = await stack.resources();
        return Object.fromEntries(states.map((state) => [state.urn.split("::").at(-1), state]));
    }
    const requestsOn = (name: Name) => emulator.ledger.requestsTo(operation, instances[name]);
    const keysOn = (name: Name) => [...new Set(requestsOn(name).map(({ accessKeyId }) => accessKeyId))];
    const effectsOn = (name: Name) => emulator.ledger.effectsOn(instances[name]);

    it("acts once for each resource, each provider with its own key, and keeps what is lost", async () => {
        const fault = { kind: "service-unavailable", point: "after" } as const;
        emulator.faults.add({ operation, instanceId: instances.lost, fault });
        stack.program(program("v1", accounts.east));
        const flags = ["--skip-preview", "--continue-on-error", "-v=9", "--logtostderr"];
        const { text } = expectFailure(await up(...flags));
        traced = text;
        emulator.faults.clear();

        assert.match(
            text,
            /not known whether it was done, no usable answer came within 1 s \(`customTimeouts\.create`\)/,
        );
        const { pause, goOn, lost, east, west } = await records();
        assert.deepEqual(
            [pause, goOn, lost, east, west].map((record) => record?.outputs.status),
            ["suspended", "activating", "pending", "suspended", "suspended"],
        );
        assert.deepEqual(Object.keys(pause?.inputs ?? {}).sort(), ["instanceId", "region", "triggers"]);
        assert.equal(pause?.type, pluginInterruptType);
        for (const name of Object.keys(instances) as Name[]) {
            assert.equal(effectsOn(name).filter((effect) => effect.operation === operation).length, 1, name);
        }
        assert.deepEqual(
            (["pause", "east", "west"] as const).flatMap(keysOn),
            [testAccount, accounts.east, accounts.west].map(({ accessKeyId }) => accessKeyId),
        );
    });

    it("finishes what was lost, acts again for a new trigger, and as whom the provider now says", async () => {
        emulator.startChange(instances.east);
        const before = emulator.ledger.requests.length;
        stack.program(program("v2", accounts.next));
        const run = expectSuccess(await up("--refresh"));
        printed = run.text;
        assert.match(run.text, /triggers changed: will request an interrupt/);
        assert.match(
            run.text,
            /the outcome of the last request is unknown: will send it again with the same client token/,
        );
        const { lost, pause } = await records();
        assert.deepEqual([lost?.outputs.status, lost?.outputs.interrupted], ["suspended", true]);
        assert.deepEqual(
            [...new Set(requestsOn("lost").map(({ clientToken }) => clientToken))],
            [lost?.outputs.clientToken],
        );
        assert.equal(pause?.outputs.status, "suspended");
        const later = emulator.ledger.requests.slice(before);
        assert.deepEqual([...new Set(later.map(({ instanceId }) => instanceId))].sort(), [
            instances.pause,
            instances.lost,
            instances.east,
        ]);
        assert.equal(requestsOn("east").at(-1)?.accessKeyId, accounts.next.accessKeyId);
        assert.deepEqual(
            (["pause", "lost", "east"] as const).map((name) => effectsOn(name).length),
            [4, 1, 2],
        );
        for (const name of ["goOn", "west"]) {
            assert.equal(changeOf(run, name), name === "goOn" ? "updated" : undefined);
        }
    });

    it("sends nothing for a refresh, which changes nothing, nor for a destroy", async () => {
        const sent = emulator.ledger.requests.length;
        expectSuccess(await stack.refresh("--expect-no-changes"));
        expectSuccess(await stack.destroy());
        assert.deepEqual(await stack.resources(), []);
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("has stored and printed nothing secret, nested or not", () => {
        const { accessKeySecret: ofEnvironment } = testAccount;
        const secrets = [ofEnvironment, nested, ...Object.values(accounts).map((each) => each.accessKeySecret)];
        // The trace has what the program gives to the engine; what the environment has, nobody gives to it.
        assert.match(traced, /Configure/);
        assert.ok(!traced.includes(ofEnvironment));
        assert.match(printed, /updated/);
        const files = readdirSync(stack.path(), { recursive: true, encoding: "utf8" })
            .filter((path) => !/^program/.test(path))
            .map((path) => stack.path(path))
            .filter((path) => statSync(path).isFile());
        const found = [printed, ...files.map((path) => readFileSync(path, "utf8"))].flatMap((text) =>
            secrets.filter((secret) => text.includes(secret)),
        );
        assert.deepEqual(found, []);
    });
});

describe("both forms in one stack", () => {
    const [stays, moves] = ["ls-cn-stays0001", "ls-cn-moves0001"];
    const alias = '{ aliases: [{ type: "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt" }] }';
    const triggers = (date: string) =>
        `[${date}, new pulumi.asset.StringAsset("text"), new pulumi.asset.FileAsset("file.txt"), { a: [pulumi.secret(1)] }]`;
    let emulator: Emulator;
    let stack: Stack;

    before(async () => {
        const instances = [stays, moves].map((instanceId) => ({ instanceId, status: "activating" as const }));
        emulator = await startEmulator({ instances });
        stack = await Stack.create({ emulator, plugin: true, program: "" });
        stack.write("file.txt", "content");
    });
    after(async () => {
        stack.remove();
        await emulator.stop();
    });

    function declare(kind: "LogstashTaskInterrupt" | "Interrupt", list: string, options = "{}"): void {
        stack.program(
            `${pluginHeader}
            const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
            const date = new Date(0);
            new LogstashTaskInterrupt("stays", { instanceId: "${stays}", triggers: [date] });
            new ${kind}("moves", { instanceId: "${moves}", triggers: ${list} }, ${options});`,
        );
    }
    async function moved(): Promise<ResourceState> {
        const found = (await stack.resources()).find(({ id }) => id === moves);
        return found ?? assert.fail("it is not recorded");
    }

    it("leaves a resource unchanged that goes over to the plugin, whatever its triggers are", async () => {
        declare("LogstashTaskInterrupt", triggers("date"));
        expectSuccess(await stack.up());
        const before = await moved();
        assert.equal(before.type, interruptType);
        const sent = emulator.ledger.requests.length;

        declare("Interrupt", triggers("date.toISOString()"), alias);
        expectSuccess(await stack.up("--expect-no-changes"));
        assert.equal(emulator.ledger.requests.length, sent);
        const { type, outputs } = await moved();
        assert.deepEqual([type, outputs.clientToken], [pluginInterruptType, before.outputs.clientToken]);
    });
});
