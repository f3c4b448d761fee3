import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import {
    type CredentialsProvider,
    ECSRAMRoleCredentialsProvider,
    OIDCRoleArnCredentialsProvider,
    RAMRoleARNCredentialsProvider,
    StaticAKCredentialsProvider,
    URICredentialsProvider,
} from "@alicloud/credentials";
import * as popCore from "@alicloud/pop-core";
import fc from "fast-check";
import {
    type Emulator,
    type EmulatorOptions,
    isAllowed,
    parsePolicy,
    type RamPolicy,
    type RamStatement,
    type Redirection,
    type Role,
    redirect,
    SteppedClock,
    selfSigned,
    startEmulator,
    type TemporaryCredentials,
} from "../../emulator";

interface Credentials {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
}

interface AssumeRoleAnswer {
    readonly AssumedRoleUser: { readonly Arn: string };
    readonly Credentials: TemporaryCredentials;
}

// The package's types cover its RPC client only, as the module itself.
const { ROAClient, RPCClient } = popCore as unknown as {
    RPCClient: new (
        config: Credentials & { endpoint: string; apiVersion: string },
    ) => {
        request(action: string, parameters: object, options: object): Promise<AssumeRoleAnswer>;
    };
    ROAClient: new (
        config: Credentials & { endpoint: string; apiVersion: string },
    ) => {
        request(method: string, path: string, query: object, body: string, headers: object): Promise<object>;
    };
};

const accountId = "1234567890123456";
const caller = { accessKeyId: "LTAI-caller", accessKeySecret: "caller-secret", accountId };
const instanceId = "ls-cn-identity";
const providerArn = `acs:ram::${accountId}:oidc-provider/ci`;
const oidcToken = "header.payload.signature";
const hourMs = 60 * 60_000;

const deployer: Role = {
    arn: `acs:ram::${accountId}:role/deployer`,
    trusts: [caller.accessKeyId],
    externalId: "external-canary",
};
const chained: Role = { arn: `acs:ram::${accountId}:role/chained`, trusts: [deployer.arn] };
const pipeline: Role = { arn: `acs:ram::${accountId}:role/pipeline`, oidcProviderArn: providerArn };
const machine: Role = { arn: `acs:ram::${accountId}:role/machine` };

const tls = selfSigned(["127.0.0.1", "localhost", "sts.aliyuncs.com"]);

function policyOf(...Statement: RamStatement[]): RamPolicy {
    return { Version: "1", Statement };
}

type Operation = "DescribeLogstash" | "InterruptLogstashTask";

function call(url: string, credentials: Credentials, operation: Operation, clientToken?: string): Promise<object> {
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    const key = { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) };
    const client = new ROAClient({ endpoint: url, apiVersion: "2017-06-13", ...key });
    const path = `/openapi/logstashes/${instanceId}`;
    const headers = { "x-acs-action": operation, "x-acs-region-id": "cn-hangzhou" };
    const query = clientToken === undefined ? {} : { clientToken };
    return operation === "DescribeLogstash"
        ? client.request("GET", path, query, "", headers)
        : client.request("POST", `${path}/actions/interrupt`, query, "", headers);
}

describe("emulator: identities", () => {
    let emulator: Emulator;
    let clock: SteppedClock;
    let undo: () => void;
    let directory: string;
    let redirection: Redirection;

    const describeWith = (credentials: Credentials, url = emulator.plainUrl) =>
        call(url, credentials, "DescribeLogstash");
    const stsHost = () => `localhost:${new URL(emulator.url).port}`;
    const staticKey = ({ accessKeyId, accessKeySecret }: Credentials = caller) =>
        StaticAKCredentialsProvider.builder().withAccessKeyId(accessKeyId).withAccessKeySecret(accessKeySecret).build();
    const assume = (role: Role = deployer, previous: CredentialsProvider = staticKey()) =>
        RAMRoleARNCredentialsProvider.builder()
            .withCredentialsProvider(previous)
            .withStsEndpoint(stsHost())
            .withRoleArn(role.arn)
            .withRoleSessionName("session");
    const assumeWithOidc = (tokenFile: string, arn = providerArn) =>
        OIDCRoleArnCredentialsProvider.builder()
            .withRoleArn(pipeline.arn)
            .withOIDCProviderArn(arn)
            .withOIDCTokenFilePath(tokenFile)
            .withRoleSessionName("session")
            .withStsEndpoint(stsHost())
            .build();
    const file = (name: string, text: string) => {
        const path = join(directory, name);
        writeFileSync(path, text);
        return path;
    };

    async function start(options: EmulatorOptions = {}): Promise<void> {
        clock = new SteppedClock();
        emulator = await startEmulator({
            clock,
            tls,
            accounts: [caller],
            roles: [deployer, chained, pipeline, machine],
            oidcTokens: [oidcToken],
            metadata: { roleArn: machine.arn },
            instances: [{ instanceId }],
            ...options,
        });
        const { url, plainUrl } = emulator;
        const hosts = { "100.100.100.200": plainUrl, "sts.aliyuncs.com": url, localhost: url };
        redirection = { hosts, ca: tls.cert };
        undo = redirect(redirection);
    }

    before(() => {
        directory = mkdtempSync(join(tmpdir(), "identities-"));
    });
    after(() => rmSync(directory, { recursive: true }));
    afterEach(async () => {
        undo();
        await emulator.stop();
    });

    describe("AssumeRole", () => {
        it("gives credentials that are accepted with their token only", async () => {
            await start();
            const provider = assume().withExternalId("external-canary").withDurationSeconds(1800).build();
            const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials();
            await describeWith({ accessKeyId, accessKeySecret, securityToken });
            await describeWith({ accessKeyId, accessKeySecret, securityToken }, `https://${stsHost()}`);
            const code = "InvalidSecurityToken.Malformed";
            await assert.rejects(describeWith({ accessKeyId, accessKeySecret }), { code });
            await assert.rejects(describeWith({ accessKeyId, accessKeySecret, securityToken: `${securityToken}x` }), {
                code,
            });
            await assert.rejects(describeWith({ accessKeyId, accessKeySecret: "guessed", securityToken }), {
                code: "SignatureDoesNotMatch",
            });

            const [entry] = emulator.ledger.credentialsBy("AssumeRole");
            const { accessKeyId: asked, role, sessionName, durationSeconds, proof, outcome, issued } = entry ?? {};
            assert.deepEqual(
                { asked, role, sessionName, durationSeconds, proof, outcome, issued },
                {
                    asked: caller.accessKeyId,
                    role: deployer.arn,
                    sessionName: "session",
                    durationSeconds: "1800",
                    proof: "signature",
                    outcome: { kind: "answered", status: 200 },
                    issued: accessKeyId,
                },
            );
            const view = await (await fetch(`${emulator.plainUrl}/_emulator/state`)).text();
            for (const secret of [caller.accessKeySecret, accessKeySecret, securityToken, "external-canary"]) {
                assert.ok(!view.includes(secret));
            }
        });

        it("is found at the host that is built into the client", async () => {
            await start();
            const provider = assume().withStsEndpoint("sts.aliyuncs.com").withExternalId("external-canary").build();
            await describeWith(await provider.getCredentials());
        });

        for (const externalId of [undefined, "guessed"]) {
            it(`refuses the external ID ${externalId}`, async () => {
                await start();
                const builder = assume();
                const provider = (externalId === undefined ? builder : builder.withExternalId(externalId)).build();
                await assert.rejects(provider.getCredentials(), /NoPermission/);
                assert.deepEqual(emulator.ledger.credentials.at(-1)?.outcome, {
                    kind: "refused",
                    status: 403,
                    code: "NoPermission",
                });
                assert.equal(emulator.ledger.credentials.at(-1)?.issued, undefined);
            });
        }

        it("refuses a wrong secret, an unknown key, an unknown role, and who is not trusted", async () => {
            await start();
            const forger = staticKey({ ...caller, accessKeySecret: "guessed" });
            await assert.rejects(assume(deployer, forger).build().getCredentials(), /access key secret is invalid/);
            const stranger = staticKey({ accessKeyId: "nobody", accessKeySecret: "x" });
            await assert.rejects(assume(deployer, stranger).build().getCredentials(), /InvalidAccessKeyId\.NotFound/);
            const nothing = { arn: `acs:ram::${accountId}:role/nothing` };
            await assert.rejects(assume(nothing).build().getCredentials(), /EntityNotExist\.Role/);
            for (const role of [chained, pipeline, machine]) {
                await assert.rejects(assume(role).build().getCredentials(), /NoPermission/);
            }
        });

        it("refuses a caller whose own policy does not allow it", async () => {
            const policy = policyOf({ Effect: "Allow", Action: "elasticsearch:*", Resource: "*" });
            await start({ accounts: [{ ...caller, policy }] });
            const provider = assume().withExternalId("external-canary").build();
            await assert.rejects(provider.getCredentials(), /NoPermission/);
            await describeWith(caller);
        });

        it("narrows the role by the policy of the session", async () => {
            await start();
            const policy = JSON.stringify(
                policyOf({ Effect: "Allow", Action: "elasticsearch:Describe*", Resource: "*" }),
            );
            const provider = assume().withExternalId("external-canary").withPolicy(policy).build();
            const credentials = await provider.getCredentials();
            await describeWith(credentials);
            await assert.rejects(call(emulator.plainUrl, credentials, "InterruptLogstashTask"), {
                code: "Forbidden.RAM",
            });
            assert.equal(emulator.ledger.credentials.at(-1)?.policy, policy);
        });

        it("chains roles, over temporary credentials", async () => {
            await start();
            const first = assume().withExternalId("external-canary").build();
            const credentials = await assume(chained, first).build().getCredentials();
            await describeWith(credentials);
            const [, second] = emulator.ledger.credentialsBy("AssumeRole");
            assert.equal(second?.accessKeyId, (await first.getCredentials()).accessKeyId);
            assert.equal(second?.role, chained.arn);

            emulator.expireCredentials();
            await assert.rejects(assume(chained, first).build().getCredentials(), /InvalidSecurityToken\.Expired/);
        });

        it("serves pop-core's RPC client, by GET and by POST", async () => {
            await start({ roles: [{ ...deployer, externalId: "=,.@:/-_+ '()*!~ü" }, machine] });
            for (const method of ["GET", "POST"]) {
                const answer = await assumeByRpc(emulator.plainUrl, method, { ExternalId: "=,.@:/-_+ '()*!~ü" });
                const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = answer.Credentials;
                await describeWith({
                    accessKeyId: AccessKeyId,
                    accessKeySecret: AccessKeySecret,
                    securityToken: SecurityToken,
                });
                assert.equal(Math.round((Date.parse(Expiration) - clock.now()) / 1000 / 60), 60);
                assert.equal(answer.AssumedRoleUser.Arn, `${deployer.arn}/session`);
            }
        });

        const invalid: [code: string, parameters: Record<string, string>][] = [
            ...["899", "43201", "900.5", "x"].map((seconds): [string, Record<string, string>] => [
                "InvalidParameter.DurationSeconds",
                { DurationSeconds: seconds },
            ]),
            ["InvalidParameter.RoleSessionName", { RoleSessionName: "no spaces" }],
            ["InvalidParameter.PolicyGrammar", { Policy: '{"Version": "1"}' }],
            ["InvalidParameter.PolicySize", { Policy: " ".repeat(2049) }],
        ];
        it("refuses parameters that are out of range or malformed", async () => {
            await start();
            const good = { ExternalId: "external-canary" };
            for (const [code, parameters] of invalid) {
                const bad = { ...good, ...parameters };
                await assert.rejects(assumeByRpc(emulator.plainUrl, "POST", bad), { code }, JSON.stringify(parameters));
            }
            for (const DurationSeconds of ["900", "43200"]) {
                const { Credentials } = await assumeByRpc(emulator.plainUrl, "POST", { ...good, DurationSeconds });
                const seconds = Math.ceil((Date.parse(Credentials.Expiration) - clock.now()) / 1000);
                assert.equal(seconds, Number(DurationSeconds));
            }
        });

        it("takes a request once, in time, and unchanged", async () => {
            let skewMs = 0;
            await start({ signatureTime: () => Date.now() + skewMs });
            const path = await captureRpc({ ExternalId: "external-canary" });
            const codeOf = async (changed: string) => {
                const response = await fetch(`${emulator.plainUrl}${changed}`);
                return ((await response.json()) as { Code?: string }).Code;
            };
            const changes: [RegExp, string, string][] = [
                [/ExternalId=[^&]*/, "ExternalId=guessed", "SignatureDoesNotMatch"],
                [/SignatureNonce=[^&]*/, "SignatureNonce=fresh", "SignatureDoesNotMatch"],
                [/SignatureNonce=[^&]*&/, "", "SignatureDoesNotMatch"],
                [/Signature=[^&]*/, "Signature=", "SignatureDoesNotMatch"],
                [/Timestamp=[^&]*/, "Timestamp=yesterday", "InvalidTimeStamp.Format"],
                [/AccessKeyId=[^&]*&/, "", "MissingAccessKeyId"],
                [/$/, "&DurationSeconds=900", "SignatureDoesNotMatch"],
                [/$/, "&SecurityToken=x", "InvalidSecurityToken.Malformed"],
                [/&Version=[^&]*/, "&Version=2014-01-01", "InvalidVersion"],
                [/Action=[^&]*/, "Action=GetCallerIdentity", "InvalidAction.NotFound"],
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

    describe("AssumeRoleWithOIDC", () => {
        it("takes the identity provider's token", async () => {
            await start();
            await describeWith(await assumeWithOidc(file("good", oidcToken)).getCredentials());
            const [entry] = emulator.ledger.credentialsBy("AssumeRoleWithOIDC");
            assert.equal(entry?.proof, "OIDC token");
            assert.equal(entry?.accessKeyId, undefined);
            assert.ok(!JSON.stringify(emulator.ledger.credentials).includes(oidcToken));
        });

        it("refuses another token, none, and another provider", async () => {
            await start();
            const wrong = assumeWithOidc(file("wrong", `${oidcToken}x`)).getCredentials();
            await assert.rejects(wrong, /AuthenticationFail\.OIDCToken\.Invalid/);
            await assert.rejects(assumeWithOidc(file("empty", "")).getCredentials(), /MissingOIDCToken/);
            const foreign = assumeWithOidc(file("good", oidcToken), `${providerArn}-other`).getCredentials();
            await assert.rejects(foreign, /NoPermission/);
            assert.deepEqual(
                emulator.ledger.credentials.map(({ issued }) => issued),
                [undefined, undefined, undefined],
            );
        });
    });

    describe("ECS metadata", () => {
        const metadata = () => ECSRAMRoleCredentialsProvider.builder();
        const operations = () => emulator.ledger.credentials.map(({ operation, proof }) => [operation, proof]);

        it("name the role and give its credentials, to requests with a token", async () => {
            await start({ metadata: { roleArn: machine.arn, requireToken: true } });
            await describeWith(await metadata().build().getCredentials());
            assert.deepEqual(operations(), [
                ["GetMetadataToken", undefined],
                ["GetMetadataRoleName", "metadata token"],
                ["GetMetadataToken", undefined],
                ["GetMetadataCredentials", "metadata token"],
            ]);
        });

        it("are open to requests without a token, unless one is required", async () => {
            const url = (path: string) => `${emulator.plainUrl}/latest/meta-data/ram/security-credentials/${path}`;
            await start();
            assert.equal(await (await fetch(url(""))).text(), "machine");
            const body = (await (await fetch(url("machine"))).json()) as Record<string, string>;
            assert.equal(body.Code, "Success");
            assert.equal(new Date(body.Expiration ?? "").getTime(), Math.floor((clock.now() + hourMs) / 1000) * 1000);
            undo();
            await emulator.stop();

            await start({ metadata: { roleArn: machine.arn, requireToken: true } });
            assert.equal((await fetch(url(""))).status, 403);
            assert.equal((await fetch(url("machine"))).status, 403);
            const forged = { headers: { "x-aliyun-ecs-metadata-token": "guessed" } };
            assert.equal((await fetch(url("machine"), forged)).status, 403);
        });

        it("keep a token no longer than was asked", async () => {
            await start({ metadata: { roleArn: machine.arn, requireToken: true } });
            const askToken = (seconds: string) =>
                fetch(`${emulator.plainUrl}/latest/api/token`, {
                    method: "PUT",
                    headers: { "x-aliyun-ecs-metadata-token-ttl-seconds": seconds },
                });
            for (const seconds of ["0", "21601", "x"]) {
                assert.equal((await askToken(seconds)).status, 400);
            }
            const headers = { "x-aliyun-ecs-metadata-token": await (await askToken("60")).text() };
            const look = () => fetch(`${emulator.plainUrl}/latest/meta-data/ram/security-credentials/`, { headers });
            clock.advance(59_999);
            assert.equal((await look()).status, 200);
            clock.advance(1);
            assert.equal((await look()).status, 403);
        });

        it("know one role only", async () => {
            await start();
            await describeWith(await metadata().withRoleName("machine").build().getCredentials());
            await assert.rejects(metadata().withRoleName("deployer").build().getCredentials(), /404/);
        });

        it("are not there unless asked for, and not for a role that does not exist", async () => {
            await start({ metadata: { roleArn: machine.arn } });
            const stray = startEmulator({ metadata: { roleArn: machine.arn } });
            await assert.rejects(stray, /role\/machine" is none of the emulator's roles/);
            const bare = await startEmulator();
            assert.equal((await fetch(`${bare.url}/latest/meta-data/ram/security-credentials/`)).status, 404);
            await bare.stop();
        });
    });

    describe("credentials URIs", () => {
        const from = (name: string) =>
            URICredentialsProvider.builder()
                .withCredentialsURI(`${emulator.plainUrl}/_emulator/credentials-uri/${name}`)
                .build();

        it("give credentials of the role they name", async () => {
            await start();
            const credentials = await from("machine").getCredentials();
            await describeWith(credentials);
            const [entry] = emulator.ledger.credentialsBy("GetCredentialsUri");
            assert.equal(entry?.role, "machine");
            assert.equal(entry?.issued, credentials.accessKeyId);
        });

        it("answer 404 to another name", async () => {
            await start();
            await assert.rejects(from("nobody").getCredentials(), /404.*EntityNotExist\.Role/);
        });
    });

    describe("expiry", () => {
        const kinds: Record<string, () => CredentialsProvider> = {
            AssumeRole: () => assume().withExternalId("external-canary").build(),
            AssumeRoleWithOIDC: () => assumeWithOidc(file("good", oidcToken)),
            "ECS metadata": () => ECSRAMRoleCredentialsProvider.builder().build(),
            "credentials URI": () =>
                URICredentialsProvider.builder()
                    .withCredentialsURI(`${emulator.plainUrl}/_emulator/credentials-uri/machine`)
                    .build(),
        };
        for (const [kind, providerOf] of Object.entries(kinds)) {
            it(`ends credentials of ${kind} by the emulator's clock`, async () => {
                await start();
                const credentials = await providerOf().getCredentials();
                clock.advance(hourMs - 1);
                await describeWith(credentials);
                clock.advance(1);
                await assert.rejects(describeWith(credentials), {
                    code: "InvalidSecurityToken.Expired",
                    statusCode: 400,
                });
                await describeWith(await providerOf().getCredentials());
            });
        }

        it("comes no later than the emulator was told, whatever the client asks for", async () => {
            await start({ credentialsLifetimeMs: 60_000 });
            const provider = assume().withExternalId("external-canary").withDurationSeconds(43_200).build();
            const credentials = await provider.getCredentials();
            clock.advance(59_999);
            await describeWith(credentials);
            clock.advance(1);
            await assert.rejects(describeWith(credentials), { code: "InvalidSecurityToken.Expired" });
        });

        it("can come by hand, for temporary credentials only", async () => {
            await start();
            const credentials = await assume().withExternalId("external-canary").build().getCredentials();
            emulator.expireCredentials();
            await assert.rejects(describeWith(credentials), { code: "InvalidSecurityToken.Expired" });
            await describeWith(caller);
        });
    });

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
                    emulator.setStatus(instanceId, "activating");
                    assert.equal(await codeOf(describeWith(credentials)), expected.describe);
                    const interrupted = call(emulator.plainUrl, credentials, "InterruptLogstashTask");
                    assert.equal(await codeOf(interrupted), expected.interrupt);
                }
                assert.equal(emulator.ledger.effects.length, expected.interrupt === "done" ? 2 : 0);
            });
        }

        it("answer as the service does", async () => {
            await start({ accounts: [{ ...caller, policy: policyOf({ ...allowAll, Effect: "Deny" }) }] });
            await assert.rejects(describeWith(caller), {
                code: "Forbidden.RAM",
                statusCode: 403,
                message: /User not authorized to operate on the specified resource, or this API doesn't support RAM\./,
            });
        });
    });

    describe("the account of a role", () => {
        it("owns its client tokens, whichever key brings them", async () => {
            await start();
            const first = await call(emulator.plainUrl, caller, "InterruptLogstashTask", "token");
            emulator.startChange(instanceId);
            for (const provider of [
                assume().withExternalId("external-canary").build(),
                ECSRAMRoleCredentialsProvider.builder().build(),
            ]) {
                const credentials = await provider.getCredentials();
                assert.deepEqual(await call(emulator.plainUrl, credentials, "InterruptLogstashTask", "token"), first);
            }
            assert.equal(emulator.ledger.effects.length, 1);
        });

        it("is another account's if the ARN says so", async () => {
            await start({
                roles: [{ arn: "acs:ram::999:role/machine" }],
                metadata: { roleArn: "acs:ram::999:role/machine" },
            });
            await call(emulator.plainUrl, caller, "InterruptLogstashTask", "token");
            emulator.startChange(instanceId);
            const credentials = await ECSRAMRoleCredentialsProvider.builder().build().getCredentials();
            await call(emulator.plainUrl, credentials, "InterruptLogstashTask", "token");
            assert.equal(emulator.ledger.effects.length, 2);
        });

        it("shares its limit among its keys", async () => {
            await start({ limits: { requestsPerSecond: 2 } });
            const metadata = ECSRAMRoleCredentialsProvider.builder();
            await describeWith(caller);
            await describeWith(await metadata.build().getCredentials());
            await assert.rejects(describeWith(await metadata.build().getCredentials()), { code: "Throttling.User" });
        });
    });

    describe("another process", () => {
        // The official client, in a process of which only the environment is ours.
        const script = `
            const { RAMRoleARNCredentialsProvider, StaticAKCredentialsProvider, ECSRAMRoleCredentialsProvider } =
                require("@alicloud/credentials");
            const provider = process.env.STS_ENDPOINT
                ? RAMRoleARNCredentialsProvider.builder()
                      .withCredentialsProvider(StaticAKCredentialsProvider.builder().build())
                      .withStsEndpoint(process.env.STS_ENDPOINT)
                      .withExternalId("external-canary")
                      .build()
                : ECSRAMRoleCredentialsProvider.builder().build();
            provider.getCredentials().then(
                ({ accessKeyId, accessKeySecret, securityToken }) =>
                    console.log(JSON.stringify({ accessKeyId, accessKeySecret, securityToken })),
                (error) => {
                    console.error(error.message);
                    process.exitCode = 1;
                },
            );`;
        const credentialsIn = async (environment: Record<string, string>): Promise<Credentials> => {
            const env = { PATH: process.env.PATH ?? "", ...environment };
            const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { env });
            return JSON.parse(stdout) as Credentials;
        };
        const key = {
            ALIBABA_CLOUD_ACCESS_KEY_ID: caller.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: caller.accessKeySecret,
            ALIBABA_CLOUD_ROLE_ARN: deployer.arn,
        };

        it("trusts the token service through NODE_EXTRA_CA_CERTS, and not without", async () => {
            await start();
            const sts = { ...key, STS_ENDPOINT: new URL(emulator.url).host };
            const certificate = file("emulator.pem", tls.cert);
            await describeWith(await credentialsIn({ ...sts, NODE_EXTRA_CA_CERTS: certificate }));
            await assert.rejects(credentialsIn(sts), /self-signed certificate/);
        });

        it("is led to built-in addresses by its environment", async () => {
            await start();
            const preloads = [
                require.resolve("ts-node/register/transpile-only"),
                resolve("emulator/src/network/preload.ts"),
            ];
            const environment = {
                NODE_OPTIONS: preloads.map((path) => `--require=${JSON.stringify(path)}`).join(" "),
                EMULATOR_REDIRECTION: JSON.stringify(redirection),
            };
            await describeWith(await credentialsIn(environment));
            await describeWith(await credentialsIn({ ...environment, ...key, STS_ENDPOINT: "sts.aliyuncs.com" }));
        });
    });
});

function assumeByRpc(endpoint: string, method: string, parameters: Record<string, string>): Promise<AssumeRoleAnswer> {
    const client = new RPCClient({ ...caller, endpoint, apiVersion: "2015-04-01" });
    const basic = { RoleArn: deployer.arn, RoleSessionName: "session" };
    return client.request("AssumeRole", { ...basic, ...parameters }, { method });
}

/** The path and query of a signed AssumeRole that was sent elsewhere. */
async function captureRpc(parameters: Record<string, string>): Promise<string> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const called = assumeByRpc(`http://127.0.0.1:${port}`, "GET", parameters);
    const [incoming, outgoing] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    outgoing.setHeader("connection", "close").end("{}");
    await called;
    server.close();
    return incoming.url ?? "";
}

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

    it("reads policies, and refuses what it does not model", () => {
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
