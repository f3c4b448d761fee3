import assert from "node:assert/strict";
import { isAllowed, parsePolicy, type RamPolicy, type RamStatement } from "pulumi-alicloud-logstash-emulator";
import { instanceId } from "./fixture";
import { accountId, caller, identityFixture, machine } from "./identityFixture";

const policyOf = (...Statement: RamStatement[]): RamPolicy => ({ Version: "1", Statement });
const allow = (Action: RamStatement["Action"], Resource: RamStatement["Resource"] = "*"): RamStatement => ({
    ...{ Effect: "Allow", Action, Resource },
});
const deny = (Action: string, Resource = "*"): RamStatement => ({ Effect: "Deny", Action, Resource });

describe("emulator: policies", () => {
    const fixture = identityFixture();

    it("decide for accounts and roles", async () => {
        const resource = `acs:elasticsearch:cn-hangzhou:${accountId}:logstashes/${instanceId}`;
        const policy = policyOf(allow("elasticsearch:*", resource), deny("elasticsearch:Interrupt*", resource));
        await fixture.start({ accounts: [{ ...caller, policy }], roles: [{ ...machine, policy }] });
        for (const credentials of [caller, await fixture.fromMetadata().build().getCredentials()]) {
            await fixture.describe(credentials);
            await assert.rejects(fixture.interrupt(credentials), { code: "Forbidden.RAM" });
        }
        assert.deepEqual(fixture.emulator().ledger.effects, []);
    });

    const action = "elasticsearch:InterruptLogstashTask";
    const resource = "acs:elasticsearch:cn-hangzhou:1:logstashes/ls-cn-a";
    const allows = (...statements: RamStatement[]) => isAllowed([policyOf(...statements)], action, resource);

    it("allow everything when there is none, and nothing when there is no statement", () => {
        assert.ok(isAllowed([], action, resource));
        assert.ok(!isAllowed([policyOf(allow("*")), policyOf()], action, resource));
    });

    it("match whole texts, with * for any part and nothing else as a pattern", () => {
        assert.ok(allows(allow(action, resource)));
        assert.ok(allows(allow(["ecs:*", "elasticsearch:Interrupt*Task"], ["x", "acs:*:logstashes/*"])));
        assert.ok(!allows(allow("*", resource.replace("hangzhou", "beijing"))));
        for (const other of ["elasticsearch:Interrupt", "InterruptLogstashTask", action.replace(":", "."), "e.*", []]) {
            assert.ok(!allows(allow(other)), String(other));
        }
    });

    it("deny when any statement of any policy denies, in any order", () => {
        const [all, one] = [allow("*"), deny(action)];
        assert.ok(!allows(all, one));
        assert.ok(!allows(one, all));
        assert.ok(!isAllowed([policyOf(all), policyOf(one)], action, resource));
        assert.ok(isAllowed([policyOf(one, all)], "elasticsearch:DescribeLogstash", resource));
    });

    it("are none when a text uses an unsupported element", () => {
        const policy = policyOf(allow(["a:b"]));
        assert.deepEqual(parsePolicy(JSON.stringify(policy)), policy);
        const statement = policy.Statement[0];
        const wrong = [
            ...[null, [], {}, { ...policy, Version: "2" }, { ...policy, Statement: [] }],
            { ...policy, Statement: [{ ...statement, Condition: {} }] },
            { ...policy, Statement: [{ ...statement, Effect: "allow" }] },
            { ...policy, Statement: [{ Effect: "Allow", Action: "*" }] },
        ];
        for (const text of ["", ...wrong.map((value) => JSON.stringify(value))]) {
            assert.equal(parsePolicy(text), undefined, text);
        }
    });
});
