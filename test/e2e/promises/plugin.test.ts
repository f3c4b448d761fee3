import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { type Account, testAccount } from "pulumi-alicloud-logstash-emulator";
import { accountId } from "../../support/account";
import { changeOf } from "../../support/cliOutput";
import { Fixture, interrupt } from "../../support/fixture";
import { pluginHeader } from "../../support/pluginPrograms";
import { expectFailure, expectSuccess, type ResourceState } from "../../support/stack";
import { interruptType, pluginInterruptType } from "../../support/urns";

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
    let fixture: Fixture;
    /** What the engine's own trace shows of the first run, and what the second prints. */
    let [traced, printed] = ["", ""];

    before(async () => {
        fixture = await Fixture.open({
            accounts: [testAccount, ...Object.values(accounts)],
            instances: Object.values(instances),
            plugin: true,
        });
    });
    after(() => fixture.close());

    /** A program with resources of three accounts. */
    function program(trigger: string, east: Account): string {
        const argumentsOf = ({ accessKeyId, accessKeySecret }: Account) =>
            `region: "cn-hangzhou", endpoints: [{ elasticsearch: "${fixture.emulator.url}" }],
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
    const requestsOn = (name: Name) => fixture.emulator.ledger.requestsTo(interrupt, instances[name]);
    const keysOn = (name: Name) => [...new Set(requestsOn(name).map(({ accessKeyId }) => accessKeyId))];
    const effectsOn = (name: Name) => fixture.emulator.ledger.effectsOn(instances[name]);

    it("applies one request for each resource, with each provider's key, when a response is lost too", async () => {
        const fault = { kind: "service-unavailable", point: "after" } as const;
        fixture.emulator.faults.add({ operation: interrupt, instanceId: instances.lost, fault });
        fixture.stack.program(program("v1", accounts.east));
        const { run, records } = await fixture.up("--continue-on-error", "-v=9", "--logtostderr");
        traced = expectFailure(run).text;
        fixture.emulator.faults.clear();

        assert.match(traced, /1 s \(`customTimeouts\.create`\)/);
        const { pause, goOn, lost, east, west } = records;
        assert.deepEqual(
            [pause, goOn, lost, east, west].map((record) => record?.outputs.status),
            ["suspended", "activating", "pending", "suspended", "suspended"],
        );
        assert.deepEqual(Object.keys(pause?.inputs ?? {}).sort(), ["instanceId", "region", "triggers"]);
        assert.equal(pause?.type, pluginInterruptType);
        for (const name of Object.keys(instances) as Name[]) {
            assert.equal(effectsOn(name).filter(({ operation }) => operation === interrupt).length, 1, name);
        }
        assert.deepEqual(
            (["pause", "east", "west"] as const).flatMap(keysOn),
            [testAccount, accounts.east, accounts.west].map(({ accessKeyId }) => accessKeyId),
        );
    });

    it("finishes what was lost, and applies new triggers with the provider's new key, when it runs again", async () => {
        fixture.emulator.startChange(instances.east);
        const before = fixture.emulator.ledger.requests.length;
        fixture.stack.program(program("v2", accounts.next));
        const { run, records } = await fixture.up("--refresh");
        printed = expectSuccess(run).text;
        const { lost, pause } = records;
        assert.deepEqual([lost?.outputs.status, lost?.outputs.interrupted], ["suspended", true]);
        assert.deepEqual([...new Set(fixture.tokens(instances.lost))], [lost?.outputs.clientToken]);
        assert.equal(pause?.outputs.status, "suspended");
        const later = fixture.emulator.ledger.requests.slice(before).map(({ instanceId }) => instanceId);
        assert.deepEqual([...new Set(later)].sort(), [instances.pause, instances.lost, instances.east]);
        assert.equal(requestsOn("east").at(-1)?.accessKeyId, accounts.next.accessKeyId);
        assert.deepEqual(
            (["pause", "lost", "east"] as const).map((name) => effectsOn(name).length),
            [4, 1, 2],
        );
        assert.deepEqual([changeOf(run, "goOn"), changeOf(run, "west")], ["updated", undefined]);
    });

    it("sends nothing when the stack is refreshed or destroyed", async () => {
        await fixture.withoutRequests(async () => {
            expectSuccess(await fixture.stack.refresh("--expect-no-changes"));
            expectSuccess(await fixture.stack.destroy());
        });
        assert.deepEqual(await fixture.stack.resources(), []);
    });

    it("has stored and printed no secret when all is done, nested ones included", () => {
        const { stack } = fixture;
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
    let fixture: Fixture;

    before(async () => {
        fixture = await Fixture.open({ instances: [stays, moves], plugin: true });
        fixture.stack.write("file.txt", "content");
    });
    after(() => fixture.close());

    function declare(kind: "LogstashTaskInterrupt" | "Interrupt", list: string, options = "{}"): void {
        fixture.stack.program(
            `${pluginHeader}
            const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
            const date = new Date(0);
            new LogstashTaskInterrupt("stays", { instanceId: "${stays}", triggers: [date] });
            new ${kind}("moves", { instanceId: "${moves}", triggers: ${list} }, ${options});`,
        );
    }
    async function moved(): Promise<ResourceState> {
        return (await fixture.records()).moves ?? assert.fail("it is not recorded");
    }

    it("leave a resource unchanged when it goes over to the plugin, with triggers of all types", async () => {
        declare("LogstashTaskInterrupt", triggers("date"));
        expectSuccess(await fixture.stack.up());
        const before = await moved();
        assert.equal(before.type, interruptType);

        declare("Interrupt", triggers("date.toISOString()"), alias);
        expectSuccess(await fixture.withoutRequests(() => fixture.stack.up("--expect-no-changes")));
        const { type, outputs } = await moved();
        assert.deepEqual([type, outputs.clientToken], [pluginInterruptType, before.outputs.clientToken]);
    });
});
