import assert from "node:assert/strict";
import { ECSRAMRoleCredentialsProvider } from "@alicloud/credentials";
import fc from "fast-check";
import {
    type EmulatorOptions,
    isAllowed,
    parsePolicy,
    type RamPolicy,
    type RamStatement,
} from "pulumi-alicloud-logstash-emulator";
import { accountId, call, caller, IdentitySite, instanceId, machine, policyOf } from "./identitySite";

describe("emulator: policies", () => {
    let site: IdentitySite;
    async function start(options: EmulatorOptions = {}): Promise<void> {
        site = await IdentitySite.start(options);
    }
    afterEach(() => site.stop());

    describe("RAM policies", () => {
        const allowAll: RamStatement = { Effect: "Allow", Action: "*", Resource: "*" };
        const codeOf = async (answer: Promise<object>) => {
            try {
                await answer;
                return "done";
            } catch (error) {
                return (error as { code?: string }).code;
            }
        };
        const denied = "Forbidden.RAM";
        const cases: Record<string, { policy: RamPolicy; describe: string; interrupt: string }> = {
            "an allowed action": {
                policy: policyOf({ Effect: "Allow", Action: "elasticsearch:DescribeLogstash", Resource: "*" }),
                describe: "done",
                interrupt: denied,
            },
            "a denied DescribeLogstash": {
                policy: policyOf(allowAll, {
                    Effect: "Deny",
                    Action: "elasticsearch:DescribeLogstash",
                    Resource: "*",
                }),
                describe: denied,
                interrupt: "done",
            },
            "a wildcard in the action": {
                policy: policyOf({ Effect: "Allow", Action: ["elasticsearch:*LogstashTask"], Resource: "*" }),
                describe: denied,
                interrupt: "done",
            },
            "the instance's resource": {
                policy: policyOf({
                    Effect: "Allow",
                    Action: "elasticsearch:*",
                    Resource: [`acs:elasticsearch:cn-hangzhou:${accountId}:logstashes/${instanceId}`],
                }),
                describe: "done",
                interrupt: "done",
            },
            "wildcards in the resource": {
                policy: policyOf({
                    Effect: "Allow",
                    Action: "elasticsearch:*",
                    Resource: "acs:elasticsearch:*:*:logstashes/ls-cn-*",
                }),
                describe: "done",
                interrupt: "done",
            },
            "another region's resource": {
                policy: policyOf({
                    Effect: "Allow",
                    Action: "*",
                    Resource: "acs:elasticsearch:cn-beijing:*:logstashes/*",
                }),
                describe: denied,
                interrupt: denied,
            },
            "a deny of this instance alone": {
                policy: policyOf(allowAll, {
                    Effect: "Deny",
                    Action: "elasticsearch:Interrupt*",
                    Resource: `acs:elasticsearch:*:*:logstashes/${instanceId}`,
                }),
                describe: "done",
                interrupt: denied,
            },
        };
        for (const [what, { policy, ...expected }] of Object.entries(cases)) {
            it(`decide by ${what}, for accounts and roles`, async () => {
                await start({ accounts: [{ ...caller, policy }], roles: [{ ...machine, policy }] });
                const temporary = await ECSRAMRoleCredentialsProvider.builder().build().getCredentials();
                for (const credentials of [caller, temporary]) {
                    site.emulator.setStatus(instanceId, "activating");
                    assert.equal(await codeOf(site.describeWith(credentials)), expected.describe);
                    const interrupted = call(site.emulator.plainUrl, credentials, "InterruptLogstashTask");
                    assert.equal(await codeOf(interrupted), expected.interrupt);
                }
                assert.equal(site.emulator.ledger.effects.length, expected.interrupt === "done" ? 2 : 0);
            });
        }

        it("answer as the service does", async () => {
            await start({ accounts: [{ ...caller, policy: policyOf({ ...allowAll, Effect: "Deny" }) }] });
            await assert.rejects(site.describeWith(caller), {
                code: "Forbidden.RAM",
                statusCode: 403,
                message: /User not authorized to operate on the specified resource, or this API doesn't support RAM\./,
            });
        });
    });
});

describe("emulator: RAM evaluator", () => {
    const action = "elasticsearch:InterruptLogstashTask";
    const resource = "acs:elasticsearch:cn-hangzhou:1:logstashes/ls-cn-a";
    const allow = (Action: string | string[], Resource: string | string[] = "*") =>
        isAllowed([policyOf({ Effect: "Allow", Action, Resource })], action, resource);

    it("allows everything without a policy, and nothing without a rule", () => {
        assert.ok(isAllowed([], action, resource));
        assert.ok(!isAllowed([policyOf()], action, resource));
    });

    it("matches whole texts, wildcards for any part, and nothing else as a pattern", () => {
        assert.ok(allow(action, resource));
        assert.ok(allow(["ecs:*", "elasticsearch:Interrupt*Task"], ["x", "acs:*:logstashes/*"]));
        assert.ok(!allow("elasticsearch:Interrupt"));
        assert.ok(!allow("InterruptLogstashTask"));
        assert.ok(!allow("elasticsearch.InterruptLogstashTask"));
        assert.ok(!allow("elasticsearch:.*"));
        assert.ok(!allow([]));
        fc.assert(
            fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (text, other) => {
                const rule: RamStatement = { Effect: "Allow", Action: text, Resource: "*" };
                const literal = !text.includes("*");
                assert.equal(isAllowed([policyOf(rule)], text, ""), true);
                assert.equal(!literal || isAllowed([policyOf(rule)], other, "") === (text === other), true);
            }),
        );
    });

    it("lets a deny win, in whatever order, and every policy have its say", () => {
        const rules: RamStatement[] = [
            { Effect: "Allow", Action: "*", Resource: "*" },
            { Effect: "Deny", Action: action, Resource: "*" },
        ];
        for (const statements of [rules, [...rules].reverse()]) {
            assert.ok(!isAllowed([policyOf(...statements)], action, resource));
            assert.ok(isAllowed([policyOf(...statements)], "elasticsearch:DescribeLogstash", resource));
        }
        const [all, deny] = rules.map((rule) => policyOf(rule));
        assert.ok(all !== undefined && deny !== undefined);
        assert.ok(!isAllowed([all, deny], action, resource));
        assert.ok(!isAllowed([all, policyOf()], action, resource));
    });

    it("reads policies, and rejects what it does not model", () => {
        const policy = policyOf({ Effect: "Allow", Action: ["a:b"], Resource: "*" });
        assert.deepEqual(parsePolicy(JSON.stringify(policy)), policy);
        const [statement] = policy.Statement;
        const wrong = [
            "",
            "null",
            "[]",
            "{}",
            JSON.stringify({ ...policy, Version: "2" }),
            JSON.stringify({ ...policy, Statement: [] }),
            JSON.stringify({ ...policy, Statement: [{ ...statement, Condition: {} }] }),
            JSON.stringify({ ...policy, Statement: [{ ...statement, Effect: "allow" }] }),
            JSON.stringify({ ...policy, Statement: [{ Effect: "Allow", Action: "*" }] }),
        ];
        for (const text of wrong) {
            assert.equal(parsePolicy(text), undefined, text);
        }
    });
});
