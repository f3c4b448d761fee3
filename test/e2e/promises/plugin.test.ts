import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { type Account, testAccount } from "pulumi-alicloud-logstash-emulator";
import { accountId } from "../../support/account";
import { Fixture, interrupt } from "../../support/fixture";
import { pluginHeader } from "../../support/pluginPrograms";
import { expectFailure, expectSuccess } from "../../support/stack";
import { interruptType, pluginInterruptType } from "../../support/urns";

const instances = { pause: "ls-cn-plugin0001", lost: "ls-cn-plugin0002", east: "ls-cn-plugin0003" } as const;
type Name = keyof typeof instances;

const account = (name: string): Account => ({
    accessKeyId: `LTAI-${name}`,
    accessKeySecret: `${name}+canary/1`,
    accountId,
});
const accounts = { first: account("first"), next: account("next") };
const nested = "nested+canary/2";

describe("the plugin", () => {
    let fixture: Fixture;
    let printed = "";

    before(async () => {
        fixture = await Fixture.open({
            accounts: [testAccount, ...Object.values(accounts)],
            instances: Object.values(instances),
            plugin: true,
        });
    });
    after(() => fixture.close());

    /** A program with resources of two accounts. */
    function program(trigger: string, { accessKeyId, accessKeySecret }: Account): string {
        return `${pluginHeader}
            const east = new Provider("east", {
                region: "cn-hangzhou", endpoints: [{ elasticsearch: "${fixture.emulator.url}" }],
                accessKey: "${accessKeyId}", secretKey: pulumi.secret("${accessKeySecret}"),
            });
            const triggers = ["${trigger}", { inside: pulumi.secret("${nested}") }];
            const pause = new Interrupt("pause", { instanceId: "${instances.pause}", triggers });
            new Resume("goOn", { instanceId: "${instances.pause}", interruption: pause.interruption });
            new Interrupt("east", { instanceId: "${instances.east}", triggers: ["${trigger}"] }, { provider: east });
            new Interrupt("lost", { instanceId: "${instances.lost}" }, { customTimeouts: { create: "1s" } });`;
    }
    const keysOn = (name: Name) =>
        fixture.emulator.ledger.requestsTo(interrupt, instances[name]).map(({ accessKeyId }) => accessKeyId);
    const effects = () => (Object.keys(instances) as Name[]).map((name) => fixture.effects(instances[name]));

    it("applies one request for each resource, with its provider's key, when a response is lost too", async () => {
        const fault = { kind: "service-unavailable", point: "after" } as const;
        fixture.emulator.faults.add({ operation: interrupt, instanceId: instances.lost, fault });
        fixture.stack.program(program("v1", accounts.first));
        const { run, records } = await fixture.up("--continue-on-error");
        fixture.emulator.faults.clear();
        printed = expectFailure(run).text;
        assert.match(printed, /1 s \(`customTimeouts\.create`\)/);
        assert.deepEqual(
            ["pause", "goOn", "lost", "east"].map((name) => records[name]?.outputs.status),
            ["suspended", "activating", "pending", "suspended"],
        );
        assert.deepEqual(Object.keys(records.pause?.inputs ?? {}).sort(), ["instanceId", "region", "triggers"]);
        assert.deepEqual(effects(), [2, 1, 1]);
        assert.deepEqual([keysOn("pause"), keysOn("east")], [[testAccount.accessKeyId], [accounts.first.accessKeyId]]);
    });

    it("finishes what was lost, and applies new triggers with the provider's new key, when it runs again", async () => {
        fixture.emulator.startChange(instances.east);
        fixture.stack.program(program("v2", accounts.next));
        const { run, records } = await fixture.up("--refresh");
        printed += expectSuccess(run).text;
        const { status, interrupted, clientToken } = records.lost?.outputs ?? {};
        assert.deepEqual([status, interrupted], ["suspended", true]);
        assert.deepEqual([...new Set(fixture.tokens(instances.lost))], [clientToken]);
        assert.equal(keysOn("east").at(-1), accounts.next.accessKeyId);
        assert.deepEqual(effects(), [4, 1, 2]);
    });

    it("sends nothing when the stack is refreshed or destroyed, and has stored and printed no secret", async () => {
        const { stack } = fixture;
        await fixture.withoutRequests(async () => {
            expectSuccess(await stack.refresh("--expect-no-changes"));
            expectSuccess(await stack.destroy());
        });
        assert.deepEqual(await stack.resources(), []);
        const files = readdirSync(stack.path(), { recursive: true, encoding: "utf8" })
            .filter((path) => !/^program/.test(path))
            .map((path) => stack.path(path))
            .filter((path) => statSync(path).isFile());
        const secrets = [nested, ...[testAccount, ...Object.values(accounts)].map((each) => each.accessKeySecret)];
        for (const text of [printed, ...files.map((path) => readFileSync(path, "utf8"))]) {
            assert.ok(!secrets.some((secret) => text.includes(secret)), text);
        }
    });
});

describe("both forms in one stack", () => {
    const [stays, moves] = ["ls-cn-stays0001", "ls-cn-moves0001"];
    let fixture: Fixture;
    before(async () => {
        fixture = await Fixture.open({ instances: [stays, moves], plugin: true });
        fixture.stack.write("file.txt", "content");
    });
    after(() => fixture.close());

    const declare = (kind: "LogstashTaskInterrupt" | "Interrupt", first: string) =>
        fixture.stack.program(`${pluginHeader}
            const { LogstashTaskInterrupt } = require("pulumi-alicloud-logstash");
            const date = new Date(0);
            const { FileAsset, StringAsset } = pulumi.asset;
            const triggers = [${first}, new StringAsset("text"), new FileAsset("file.txt"), { a: [pulumi.secret(1)] }];
            new LogstashTaskInterrupt("stays", { instanceId: "${stays}", triggers: [date] });
            new ${kind}("moves", { instanceId: "${moves}", triggers }, { aliases: [{ type: "${interruptType}" }] });`);

    it("leave a resource unchanged when it goes over to the plugin, with triggers of all types", async () => {
        declare("LogstashTaskInterrupt", "date");
        const before = await fixture.up();
        expectSuccess(before.run);
        declare("Interrupt", "date.toISOString()");
        const after = await fixture.up("--expect-no-changes");
        expectSuccess(after.run);
        assert.equal(after.requests, before.requests);
        assert.equal(after.records.moves?.type, pluginInterruptType);
        assert.equal(after.records.moves?.outputs.clientToken, before.records.moves?.outputs.clientToken);
    });
});
