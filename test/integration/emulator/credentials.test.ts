import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { CredentialsProvider } from "@alicloud/credentials";
import type { TemporaryCredentials } from "pulumi-alicloud-logstash-emulator";
import { RPCClient } from "./clients";
import { capture, hourMs } from "./fixture";
import {
    caller,
    chained,
    deployer,
    identityFixture,
    machine,
    oidcToken,
    pipeline,
    providerArn,
    roleArn,
} from "./identityFixture";

const expired = { code: "InvalidSecurityToken.Expired", statusCode: 400 };
const externalId = { ExternalId: "external-canary" };

describe("emulator: credentials", () => {
    const fixture = identityFixture();
    const { assume, assumeWithOidc, fromMetadata, fromUri, start } = fixture;
    const ledger = () => fixture.emulator().ledger;

    const assumeByRpc = async (endpoint: string, parameters: Record<string, string>, method = "POST") => {
        const client = new RPCClient({ ...caller, endpoint, apiVersion: "2015-04-01" });
        const all = { RoleArn: deployer.arn, RoleSessionName: "session", ...parameters };
        return (await client.request("AssumeRole", all, { method })) as {
            readonly AssumedRoleUser: { readonly Arn: string };
            readonly Credentials: TemporaryCredentials;
        };
    };

    const kinds = {
        AssumeRole: () => assume().build(),
        AssumeRoleWithOIDC: () => assumeWithOidc(oidcToken),
        GetMetadataCredentials: () => fromMetadata().build(),
        GetCredentialsUri: () => fromUri(fixture.credentialsUri("machine")),
    } as const;
    for (const [operation, providerOf] of Object.entries(kinds)) {
        it(`accepts credentials of ${operation} until their lifetime ends`, async () => {
            await start();
            const credentials = await providerOf().getCredentials();
            fixture.clock().advance(hourMs - 1);
            await fixture.describe(credentials);
            fixture.clock().advance(1);
            await assert.rejects(fixture.describe(credentials), expired);
            await fixture.describe(await providerOf().getCredentials());
            const [entry] = ledger().credentialsBy(operation as keyof typeof kinds);
            assert.equal(entry?.issued, credentials.accessKeyId);
        });
    }

    it("accepts a temporary key only with its token, and shows no secret of it", async () => {
        await start();
        const { accessKeyId, accessKeySecret, securityToken } = await assume().build().getCredentials();
        const guessed = fixture.describe({ accessKeyId, accessKeySecret, securityToken: "guessed" });
        await assert.rejects(guessed, { code: "InvalidSecurityToken.Malformed" });
        const { time: _time, requestId: _requestId, ...entry } = ledger().credentials[0] ?? assert.fail();
        assert.deepEqual(entry, {
            ...{ sequence: 1, operation: "AssumeRole", accessKeyId: caller.accessKeyId, proof: "signature" },
            ...{ role: deployer.arn, sessionName: "session", durationSeconds: "3600", policy: undefined },
            ...{ outcome: { kind: "responded", status: 200 }, issued: accessKeyId },
        });
        await assumeWithOidc(oidcToken).getCredentials();
        const state = await (await fetch(`${fixture.emulator().plainUrl}/_emulator/state`)).text();
        for (const secret of [caller.accessKeySecret, accessKeySecret, securityToken, oidcToken, "external-canary"]) {
            assert.ok(!state.includes(secret), secret);
        }
    });

    it("expires credentials early when it was told to", async () => {
        await start({ credentialsLifetimeMs: 60_000 });
        const credentials = await assume().withDurationSeconds(43_200).build().getCredentials();
        fixture.clock().advance(59_999);
        await fixture.describe(credentials);
        fixture.clock().advance(1);
        await assert.rejects(fixture.describe(credentials), expired);
        const others = await assume().build().getCredentials();
        fixture.emulator().expireCredentials();
        await assert.rejects(fixture.describe(others), expired);
        await fixture.describe(caller);
    });

    describe("AssumeRole", () => {
        it("rejects a request when key, role, trust, external ID or OIDC token is wrong", async () => {
            await start();
            const wrong: readonly (readonly [CredentialsProvider, RegExp])[] = [
                [assume(deployer, { ...caller, accessKeySecret: "guessed" }).build(), /access key secret is invalid/],
                [assume(deployer, { accessKeyId: "x", accessKeySecret: "x" }).build(), /InvalidAccessKeyId\.NotFound/],
                [assume({ arn: roleArn("nothing") }).build(), /EntityNotExist\.Role/],
                [assumeWithOidc(`${oidcToken}x`), /AuthenticationFail\.OIDCToken\.Invalid/],
                [assumeWithOidc(""), /MissingOIDCToken/],
                [assumeWithOidc(oidcToken, `${providerArn}-other`), /NoPermission/],
                [fromUri(fixture.credentialsUri("nobody")), /404.*EntityNotExist\.Role/],
                ...[chained, pipeline, machine, { arn: deployer.arn }].map(
                    (role) => [assume(role).build(), /NoPermission/] as const,
                ),
                [assume().withExternalId("guessed").build(), /NoPermission/],
            ];
            for (const [provider, error] of wrong) {
                await assert.rejects(provider.getCredentials(), error);
            }
            const { outcome, issued } = ledger().credentials.at(-1) ?? assert.fail();
            assert.deepEqual([outcome, issued], [{ kind: "rejected", status: 403, code: "NoPermission" }, undefined]);
        });

        it("obeys the policies of the caller and of the session", async () => {
            const policyOf = (Action: string) =>
                ({ Version: "1", Statement: [{ Effect: "Allow", Action, Resource: "*" }] }) as const;
            await start({ accounts: [{ ...caller, policy: policyOf("elasticsearch:*") }] });
            await assert.rejects(assume().build().getCredentials(), /NoPermission/);
            await fixture.describe(caller);
            await fixture.emulator().stop();
            await start();
            const policy = JSON.stringify(policyOf("elasticsearch:Describe*"));
            const credentials = await assume().withPolicy(policy).build().getCredentials();
            await fixture.describe(credentials);
            await assert.rejects(fixture.interrupt(credentials), { code: "Forbidden.RAM" });
            assert.equal(ledger().credentials.at(-1)?.policy, policy);
        });

        it("rejects a parameter when it is out of range or malformed", async () => {
            await start();
            for (const [code, parameter] of [
                ["DurationSeconds", { DurationSeconds: "899" }],
                ["DurationSeconds", { DurationSeconds: "43201" }],
                ["RoleSessionName", { RoleSessionName: "no spaces" }],
                ["PolicyGrammar", { Policy: '{"Version": "1"}' }],
                ["PolicySize", { Policy: " ".repeat(2049) }],
            ] as const) {
                const sent = assumeByRpc(fixture.emulator().plainUrl, { ...externalId, ...parameter });
                await assert.rejects(sent, { code: `InvalidParameter.${code}` });
            }
            await assumeByRpc(fixture.emulator().plainUrl, { ...externalId, DurationSeconds: "43200" });
        });

        it("rejects a request when it is changed, late or repeated", async () => {
            let skewMs = 0;
            await start({ signatureTime: () => Date.now() + skewMs });
            const { url: path = "" } = await capture((url) => assumeByRpc(url, externalId, "GET"));
            const codeOf = async (changed: string) => {
                const response = await fetch(`${fixture.emulator().plainUrl}${changed}`);
                return ((await response.json()) as { Code?: string }).Code;
            };
            const changes: readonly (readonly [part: RegExp, replacement: string, code: string])[] = [
                [/ExternalId=[^&]*/, "ExternalId=guessed", "SignatureDoesNotMatch"],
                [/SignatureNonce=[^&]*/, "SignatureNonce=fresh", "SignatureDoesNotMatch"],
                [/AccessKeyId=[^&]*&/, "", "MissingAccessKeyId"],
            ];
            for (const [part, replacement, code] of changes) {
                assert.equal(await codeOf(path.replace(part, replacement)), code, `${part}`);
            }
            skewMs = 16 * 60_000;
            assert.equal(await codeOf(path), "InvalidTimeStamp.Expired");
            skewMs = 0;
            assert.equal(await codeOf(path), undefined);
            assert.equal(await codeOf(path), "SignatureNonceUsed");
        });
    });

    describe("ECS metadata", () => {
        const path = "/latest/meta-data/ram/security-credentials/";
        const statusOf = async (name: string, token?: string) => {
            const headers = token === undefined ? {} : { "x-aliyun-ecs-metadata-token": token };
            return (await fetch(`${fixture.emulator().plainUrl}${path}${name}`, { headers })).status;
        };

        it("needs a metadata token when tokens are required", async () => {
            await start();
            assert.deepEqual([await statusOf(""), await statusOf("machine"), await statusOf("other")], [200, 200, 404]);
            await fixture.emulator().stop();
            await start({ metadata: { roleArn: machine.arn, requireToken: true } });
            await fixture.describe(await fromMetadata().build().getCredentials());
            const operations = ledger().credentials.map(({ operation }) => operation);
            const read = ["GetMetadataToken", "GetMetadataRoleName", "GetMetadataToken", "GetMetadataCredentials"];
            assert.deepEqual(operations, read);
            assert.deepEqual([await statusOf(""), await statusOf("machine", "guessed")], [403, 403]);
        });
    });

    it("serves another process when only its environment is set", async () => {
        await start();
        const url = "http://100.100.100.200/latest/meta-data/ram/security-credentials/";
        const script = `require("node:http").get("${url}", (response) => response.pipe(process.stdout))`;
        const env = {
            NODE_OPTIONS: `--require=${require.resolve("pulumi-alicloud-logstash-emulator/redirect")}`,
            EMULATOR_REDIRECTION: JSON.stringify({ hosts: { "100.100.100.200": fixture.emulator().plainUrl } }),
        };
        const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { env });
        assert.equal(stdout, "machine");
    });
});
