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
    const resource = `acs:elasticsearch:cn-hangzhou:${accountId}:logstashes/${instanceId}`;
    const cases: readonly (readonly [what: string, RamPolicy, mayDescribe: boolean, mayInterrupt: boolean])[] = [
        ["an action is allowed", policyOf(allow("elasticsearch:DescribeLogstash")), true, false],
        ["an action is denied", policyOf(allow("*"), deny("elasticsearch:DescribeLogstash")), false, true],
        ["an action matches a pattern", policyOf(allow(["elasticsearch:*LogstashTask"])), false, true],
        ["the instance is allowed", policyOf(allow("elasticsearch:*", [resource])), true, true],
        ["another region is allowed", policyOf(allow("*", resource.replace("hangzhou", "beijing"))), false, false],
        ["the instance is denied", policyOf(allow("*"), deny("*:Interrupt*", resource)), true, false],
    ];
    for (const [what, policy, ...expected] of cases) {
        it(`decides for accounts and roles when ${what}`, async () => {
            await fixture.start({ accounts: [{ ...caller, policy }], roles: [{ ...machine, policy }] });
            for (const credentials of [caller, await fixture.fromMetadata().build().getCredentials()]) {
                fixture.emulator().setStatus(instanceId, "activating");
                const results = [];
                for (const call of [fixture.describe(credentials), fixture.interrupt(credentials)]) {
                    results.push(
                        await call.then(
                            () => true,
                            ({ code }) => code,
                        ),
                    );
                }
                assert.deepEqual(
                    results,
                    expected.map((allowed) => allowed || "Forbidden.RAM"),
                );
            }
            assert.equal(fixture.emulator().ledger.effects.length, expected[1] ? 2 : 0);
        });
    }
});

describe("emulator: RAM evaluator", () => {
    const action = "elasticsearch:InterruptLogstashTask";
    const resource = "acs:elasticsearch:cn-hangzhou:1:logstashes/ls-cn-a";
    const allows = (...statements: RamStatement[]) => isAllowed([policyOf(...statements)], action, resource);

    it("allows everything when there is no policy, and nothing when there is no statement", () => {
        assert.ok(isAllowed([], action, resource));
        assert.ok(!allows());
        assert.ok(!isAllowed([policyOf(allow("*")), policyOf()], action, resource));
    });

    it("matches whole texts, with * for any part and nothing else as a pattern", () => {
        assert.ok(allows(allow(action, resource)));
        assert.ok(allows(allow(["ecs:*", "elasticsearch:Interrupt*Task"], ["x", "acs:*:logstashes/*"])));
        for (const other of ["elasticsearch:Interrupt", "InterruptLogstashTask", action.replace(":", "."), "e.*", []]) {
            assert.ok(!allows(allow(other)), String(other));
        }
    });

    it("denies when any statement of any policy denies, in any order", () => {
        const [all, one] = [allow("*"), deny(action)];
        assert.ok(!allows(all, one));
        assert.ok(!allows(one, all));
        assert.ok(!isAllowed([policyOf(all), policyOf(one)], action, resource));
        assert.ok(isAllowed([policyOf(one, all)], "elasticsearch:DescribeLogstash", resource));
    });

    it("parses a policy, and nothing when it uses an unsupported element", () => {
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
