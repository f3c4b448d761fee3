import { strict as assert } from "node:assert";
import { chmodSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { install } from "@sinonjs/fake-timers";
import { parsePolicy } from "pulumi-alicloud-logstash-emulator";
import { type CredentialsSource, credentialsFrom } from "../../provider/src/credentials/credentials";
import {
    CredentialsSite,
    caller,
    callerProfile,
    deployer,
    inputs,
    instanceId,
    key,
    machine,
    oidcToken,
    pipeline,
    providerArn,
    region,
    session,
    sessionKey,
    ssoAnswer,
    ssoProfile,
} from "./credentialsSite";
import { until } from "./until";

const fs = require("node:fs") as typeof import("node:fs");

const assumeRole = { "alicloud:assumeRole": JSON.stringify({ roleArn: deployer.arn, externalId: "external" }) };
const byDeployer = `AssumeRole ${deployer.arn}`;
const byMachine = `AssumeRole ${machine.arn}`;
const byPipeline = `AssumeRoleWithOIDC ${pipeline.arn}`;

describe("credentials", () => {
    const site = new CredentialsSite();
    beforeEach(() => site.start());
    afterEach(() => site.stop());

    const signedBy: CredentialsSite["signedBy"] = (...args) => site.signedBy(...args);
    const issuedFor = async (...args: Parameters<typeof signedBy>) => site.issuedBy(await signedBy(...args));

    it("stack configuration × access key", async () => {
        assert.equal(await signedBy(key), caller.accessKeyId);
    });

    it("stack configuration × STS token", async () => {
        assert.equal(await signedBy(sessionKey), session.accessKeyId);
    });

    const spellings = [
        ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"],
        ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"],
        ["ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"],
    ] as const;
    for (const [id, secret, token] of spellings) {
        it(`environment × access key and STS token: ${id}`, async () => {
            const env = {
                [id]: session.accessKeyId,
                [secret]: session.accessKeySecret,
                [token]: session.securityToken,
            };
            assert.equal(await signedBy({}, env), session.accessKeyId);
        });
    }

    it("stack configuration and environment × one access key out of both", async () => {
        const env = { ALIBABA_CLOUD_ACCESS_KEY_SECRET: ` ${caller.accessKeySecret}\n` };
        assert.equal(await signedBy({ "alicloud:accessKey": caller.accessKeyId }, env), caller.accessKeyId);
    });

    it("stack configuration × role to assume, with external ID, policy, session name and duration", async () => {
        const Statement = [{ Effect: "Allow", Action: "elasticsearch:*", Resource: "*" }];
        const role = {
            roleArn: deployer.arn,
            externalId: "external",
            sessionName: "release",
            sessionExpiration: 900,
            policy: JSON.stringify({ Version: "1", Statement }),
        };
        assert.equal(await issuedFor({ ...key, "alicloud:assumeRole": JSON.stringify(role) }), byDeployer);
        const [{ sessionName, durationSeconds, policy } = assert.fail()] = site.emulator.ledger.credentials;
        assert.deepEqual([sessionName, durationSeconds, policy], ["release", "900", role.policy]);
    });

    it("environment × role to assume", async () => {
        const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: caller.accessKeyId, ALICLOUD_SECRET_KEY: caller.accessKeySecret };
        assert.equal(await issuedFor(assumeRole, env), byDeployer);
    });

    it("stack configuration × STS token that assumes a role", async () => {
        assert.equal(await issuedFor({ ...sessionKey, ...assumeRole }), byDeployer);
    });

    it("stack configuration × OIDC role by a file, with policy and session name", async () => {
        const Statement = [{ Effect: "Allow", Action: "elasticsearch:*", Resource: "*" }];
        const role = {
            oidcProviderArn: providerArn,
            roleArn: pipeline.arn,
            oidcTokenFile: site.file("token", oidcToken),
            roleSessionName: "pipeline",
            policy: JSON.stringify({ Version: "1", Statement }),
        };
        assert.equal(await issuedFor({ "alicloud:assumeRoleWithOidc": JSON.stringify(role) }), byPipeline);
        const [{ sessionName, policy } = assert.fail()] = site.emulator.ledger.credentials;
        assert.deepEqual([sessionName, policy], ["pipeline", role.policy]);
    });

    it("stack configuration × OIDC role by a token, the rest from the environment", async () => {
        const env = { ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn, ALIBABA_CLOUD_ROLE_ARN: pipeline.arn };
        const config = { "alicloud:assumeRoleWithOidc": JSON.stringify({ oidcToken }) };
        assert.equal(await issuedFor(config, env), byPipeline);
    });

    it("stack configuration × credentials URI", async () => {
        assert.equal(await issuedFor({ "alicloud:credentialsUri": site.machineUri }), "GetCredentialsUri machine");
    });

    it("environment × credentials URI, and never the CLI's current profile", async () => {
        site.profiles({ name: "default", mode: "AK", ...callerProfile });
        const env = { ALIBABA_CLOUD_CREDENTIALS_URI: site.machineUri };
        assert.equal(await issuedFor({}, env), "GetCredentialsUri machine");
    });

    it("credentials URI × role to assume with it", async () => {
        assert.equal(await issuedFor({ ...assumeRole, "alicloud:credentialsUri": site.machineUri }), byDeployer);
    });

    it("CLI profile × AK: the resource's own goes before all else, and without the stack's role", async () => {
        site.profiles({ name: "other", mode: "AK", ...callerProfile });
        assert.equal(await signedBy({ ...sessionKey, ...assumeRole }, {}, { profile: "other" }), caller.accessKeyId);
        assert.deepEqual(site.emulator.ledger.credentials, []);
    });

    it("CLI profile × StsToken: `alicloud:profile`", async () => {
        site.profiles({
            name: "sts",
            mode: "StsToken",
            access_key_id: session.accessKeyId,
            access_key_secret: session.accessKeySecret,
            sts_token: session.securityToken,
        });
        assert.equal(await signedBy({ "alicloud:profile": "sts" }), session.accessKeyId);
    });

    const roleProfile = {
        name: "role",
        mode: "RamRoleArn",
        ...callerProfile,
        ram_role_arn: machine.arn,
        ram_session_name: "cli",
        expired_seconds: 900,
    };

    it("CLI profile × RamRoleArn: the variable ALIBABA_CLOUD_PROFILE", async () => {
        site.profiles(roleProfile);
        assert.equal(await issuedFor({}, { ALIBABA_CLOUD_PROFILE: "role" }), byMachine);
    });

    it("CLI profile × RamRoleArn: a key of the stack assumes its role", async () => {
        site.profiles({ ...roleProfile, access_key_id: "LTAI-nobody", access_key_secret: "nothing" });
        assert.equal(await issuedFor({ ...key, "alicloud:profile": "role" }), byMachine);
    });

    it("CLI profile × RamRoleArn: the stack's role is assumed in place of its own", async () => {
        site.profiles(roleProfile);
        assert.equal(await issuedFor({ ...assumeRole, "alicloud:profile": "role" }), byDeployer);
        assert.equal(site.emulator.ledger.credentials.length, 1);
    });

    it("CLI profile × ChainableRamRoleArn", async () => {
        const chained = { name: "chained", mode: "ChainableRamRoleArn", source_profile: "default" };
        site.profiles(
            { ...chained, ram_role_arn: machine.arn, ram_session_name: "cli" },
            { name: "default", mode: "AK", ...callerProfile },
        );
        assert.equal(await issuedFor({ "alicloud:profile": "chained" }), byMachine);
    });

    it("CLI profile × OIDC", async () => {
        site.profiles({
            name: "oidc",
            mode: "OIDC",
            oidc_provider_arn: providerArn,
            oidc_token_file: site.file("token", oidcToken),
            ram_role_arn: pipeline.arn,
        });
        assert.equal(await issuedFor({ "alicloud:profile": "oidc" }), byPipeline);
    });

    it("CLI profile × External: `alicloud:sharedCredentialsFile`, and its keys are written nowhere", async () => {
        const printed = JSON.stringify({ mode: "AK", ...callerProfile });
        const program = site.file("process", `#!/bin/sh\nprintf '%s' '${printed}'\n`);
        chmodSync(program, 0o700);
        const external = { profiles: [{ name: "external", mode: "External", process_command: program }] };
        const clis = site.profiles(...external.profiles);
        const shared = site.file("elsewhere.json", JSON.stringify(external));
        const [before, elsewhere] = [clis, shared].map((path) => readFileSync(path, "utf8"));
        const config = { "alicloud:profile": "external", "alicloud:sharedCredentialsFile": shared };
        assert.equal(await signedBy(config), caller.accessKeyId);
        assert.equal(
            await signedBy({ "alicloud:profile": "external" }, {}, { instanceId: another() }),
            caller.accessKeyId,
        );
        assert.deepEqual(
            [before, elsewhere],
            [clis, shared].map((path) => readFileSync(path, "utf8")),
        );
    });

    it("CLI profile × CloudSSO", async () => {
        const asked: unknown[] = [];
        const url = await site.serve(async (request, response) => {
            const body = Buffer.concat(await request.toArray()).toString();
            const { authorization, "content-type": type } = request.headers;
            asked.push([request.url, authorization, type, JSON.parse(body)]);
            response.end(JSON.stringify(ssoAnswer()));
        });
        site.profiles(ssoProfile(url));
        assert.equal(await signedBy({ "alicloud:profile": "sso" }), session.accessKeyId);
        const body = { AccountId: "1234", AccessConfigurationId: "ac-1" };
        assert.deepEqual(asked, [["/cloud-credentials", "Bearer sso-canary", "application/json", body]]);
    });

    it("CLI profile × OAuth, whose renewed sign-in stays in the CLI's file", async () => {
        let signIn = "";
        const server = createServer(site.tls, async (request, response) => {
            const { accessKeyId, accessKeySecret, securityToken } = session;
            const body = Buffer.concat(await request.toArray()).toString();
            if (request.url === "/v1/token") {
                signIn = body;
            }
            const expiration = new Date(Date.now() + 3_600_000).toISOString();
            const answer =
                request.url === "/v1/token"
                    ? { access_token: "access-2", refresh_token: "refresh-2", expires_in: 3_600 }
                    : { accessKeyId, accessKeySecret, securityToken, expiration };
            response.end(JSON.stringify(answer));
        });
        const proxy = await site.redirectingProxy(await site.listen(server));
        const oauth = { name: "oauth", mode: "OAuth", oauth_site_type: "CN", oauth_refresh_token: "refresh-1" };
        const clis = site.profiles(oauth);
        const signer = await signedBy({ "alicloud:profile": "oauth" }, { HTTPS_PROXY: proxy.url });
        assert.equal(signer, session.accessKeyId);
        assert.deepEqual([...new Set(proxy.asked)], ["oauth.aliyun.com:443"]);
        assert.match(signIn, /^grant_type=refresh_token&refresh_token=refresh-1&/);
        assert.match(readFileSync(clis, "utf8"), /"oauth_refresh_token": "refresh-2"/);
    });

    const rrsa = (token = oidcToken) => ({
        ALIBABA_CLOUD_ROLE_ARN: pipeline.arn,
        ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
        ALIBABA_CLOUD_OIDC_TOKEN_FILE: site.file("token", token),
    });

    it("environment × OIDC role, as Kubernetes sets it, and never the CLI's current profile", async () => {
        site.profiles({ name: "default", mode: "AK", ...callerProfile });
        assert.equal(await issuedFor({}, rrsa()), byPipeline);
    });

    it("environment × OIDC role: the newline at the end of the token's file is not sent", async () => {
        assert.equal(await issuedFor({}, rrsa(`${oidcToken}\n`)), byPipeline);
    });

    it("CLI profile × RamRoleArn: with an external ID", async () => {
        site.profiles({ ...roleProfile, ram_role_arn: deployer.arn, external_id: "external" });
        assert.equal(await issuedFor({ "alicloud:profile": "role" }), byDeployer);
    });

    it("CLI profile × ChainableRamRoleArn: with an external ID", async () => {
        const chained = { name: "chained", mode: "ChainableRamRoleArn", source_profile: "default" };
        site.profiles(
            { ...chained, ram_role_arn: deployer.arn, external_id: "external" },
            { name: "default", mode: "AK", ...callerProfile },
        );
        assert.equal(await issuedFor({ "alicloud:profile": "chained" }), byDeployer);
    });

    const sessionProfile = {
        access_key_id: session.accessKeyId,
        access_key_secret: session.accessKeySecret,
        sts_token: session.securityToken,
    };

    it("CLI profile × RamRoleArn: by a temporary key with its token", async () => {
        const role = { ram_role_arn: deployer.arn, external_id: "external" };
        site.profiles({ name: "role", mode: "RamRoleArn", ...sessionProfile, ...role });
        assert.equal(await issuedFor({ "alicloud:profile": "role" }), byDeployer);
    });

    it("CLI profile × no mode: a temporary key with its token", async () => {
        site.profiles({ name: "plain", mode: "", ...sessionProfile });
        assert.equal(await signedBy({ "alicloud:profile": "plain" }), session.accessKeyId);
    });

    it("CLI profile: its file is read once for each operation", async () => {
        const path = site.profiles({ ...roleProfile, region_id: region });
        const host = await site.host({ "alicloud:profile": "role" });
        let reads = 0;
        const { readFileSync: read } = fs;
        const counting = (file: unknown, ...rest: unknown[]) => {
            reads += file === path ? 1 : 0;
            return Reflect.apply(read, fs, [file, ...rest]);
        };
        Object.assign(fs, { readFileSync: counting });
        try {
            const { region: _, ...news } = inputs;
            for (const profile of [{}, { profile: "role" }]) {
                reads = 0;
                await host.check({}, { ...news, ...profile });
                assert.equal(reads, 1);
                await host.create({ ...inputs, ...profile });
                assert.equal(reads, 2);
            }
        } finally {
            Object.assign(fs, { readFileSync: read });
        }
    });

    describe("of the machine's role", () => {
        beforeEach(async () => {
            await site.stop();
            await site.start({ metadata: { roleArn: machine.arn, requireToken: true } });
            site.withMetadata();
        });
        const metadata = "GetMetadataCredentials machine";

        it("stack configuration × ECS RAM role, which no other variable completes", async () => {
            const env = {
                ALIBABA_CLOUD_ECS_METADATA: "other",
                HTTP_PROXY: "http://127.0.0.1:1",
                NO_PROXY: "127.0.0.1",
            };
            assert.equal(await issuedFor({ "alicloud:ecsRoleName": "machine" }, env), metadata);
        });

        it("environment × ECS RAM role", async () => {
            assert.equal(await issuedFor({}, { ALIBABA_CLOUD_ECS_METADATA: "machine" }), metadata);
        });

        it("ECS RAM role × role to assume with it", async () => {
            assert.equal(await issuedFor({ ...assumeRole, "alicloud:ecsRoleName": "machine" }), byDeployer);
        });

        it("CLI profile × EcsRamRole: without a name it is whichever the machine has", async () => {
            site.profiles({ name: "ecs", mode: "EcsRamRole" });
            assert.equal(await issuedFor({ "alicloud:profile": "ecs" }), metadata);
        });

        it("CLI profile × EcsRamRole: a resource's own without a name is completed by no variable", async () => {
            site.profiles({ name: "ecs", mode: "EcsRamRole" });
            const env = { ALIBABA_CLOUD_ECS_METADATA: "other" };
            assert.equal(await issuedFor({}, env, { profile: "ecs" }), metadata);
        });
    });

    it("the stack configuration goes before the environment, and that before a profile", async () => {
        site.profiles({ name: "default", mode: "AK", access_key_id: "LTAI-nobody", access_key_secret: "nothing" });
        const env = {
            ALIBABA_CLOUD_ACCESS_KEY_ID: caller.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: caller.accessKeySecret,
            ALIBABA_CLOUD_PROFILE: "default",
        };
        assert.equal(await signedBy(sessionKey, env), session.accessKeyId);
        assert.equal(await signedBy({}, env, { instanceId: another() }), caller.accessKeyId);
    });

    /** One more instance whose change is running. */
    function another(): string {
        site.emulator.addInstance({ instanceId: "ls-cn-credentials0002", status: "activating" });
        return "ls-cn-credentials0002";
    }

    it("that expire during a wait are renewed, and the request repeated", async () => {
        site.emulator.addInstance({ instanceId, status: "activating", interruptMs: 1_500, changeMs: 60_000 });
        const host = await site.host({ ...key, ...assumeRole });
        const creating = host.create({ ...inputs, timeoutSeconds: 30 });
        const { ledger } = site.emulator;
        await until(() => ledger.requestsTo("DescribeLogstash").length > 0);
        site.emulator.expireCredentials();
        assert.equal((await creating).outs.status, "suspended");
        const codes = ledger.requests.map(({ outcome }) => (outcome.kind === "rejected" ? outcome.code : ""));
        assert.ok(codes.includes("InvalidSecurityToken.Expired"));
        assert.equal(ledger.effects.length, 1);
    });

    it("are had once for many resources at the same time, in regions that ask the same host for them", async () => {
        const many = Array.from({ length: 20 }, (_, n) => ({
            instanceId: `ls-cn-many${n}`,
            region: n < 10 ? "cn-hangzhou" : "cn-beijing",
        }));
        for (const place of many) {
            site.emulator.addInstance({ ...place, status: "activating" });
        }
        const host = await site.host({ ...key, ...assumeRole });
        await Promise.all(many.map((place) => host.create({ ...inputs, ...place })));
        assert.equal(site.emulator.ledger.effects.length, many.length);
        assert.equal(new Set(site.emulator.ledger.requests.map(({ accessKeyId }) => accessKeyId)).size, 1);
        assert.equal(site.emulator.ledger.credentials.length, 1);
    });

    it("with the README's policy are enough, and with less the missing action is named", async () => {
        const readme = readFileSync(join(__dirname, "..", "..", "README.md"), "utf8");
        const policy = parsePolicy(/```json\n(\{\s+"Version": "1"[\s\S]*?)```/.exec(readme)?.[1] ?? "");
        assert.ok(policy !== undefined);
        const limited = async (allowed: typeof policy) => {
            await site.stop();
            await site.start({ accounts: [{ ...caller, policy: allowed }], roles: [] });
        };
        await limited(policy);
        assert.equal(await signedBy(key), caller.accessKeyId);
        for (const action of ["InterruptLogstashTask", "DescribeLogstash"]) {
            const [statement] = policy.Statement;
            const Action = [statement?.Action ?? []].flat().filter((name) => !name.endsWith(action));
            await limited({ Version: "1", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
            await assert.rejects((await site.host(key)).create(inputs), new RegExp(`elasticsearch:${action}`));
        }
    });
});

describe("a source of temporary credentials", () => {
    const site = new CredentialsSite();
    afterEach(() => site.stop());

    /** One whose sessions, each with a token of its own, run out after so many minutes. */
    async function sourceOf(minutes: number): Promise<CredentialsSource> {
        let issued = 0;
        const value = await site.serve((_request, response) => {
            issued += 1;
            const { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret } = session;
            const Expiration = new Date(Date.now() + minutes * 60_000).toISOString();
            response.end(
                JSON.stringify({ AccessKeyId, AccessKeySecret, SecurityToken: `token ${issued}`, Expiration }),
            );
        });
        const uri = { value, source: { kind: "stack", key: "alicloud:credentialsUri" } } as const;
        return credentialsFrom({ base: { kind: "credentialsUri", uri }, roles: [] }, "sts.example");
    }
    const tokenOf = async (source: CredentialsSource) => (await source.get()).securityToken;

    it("gives one session for five seconds, and then asks for another that lasts", async () => {
        const source = await sourceOf(5);
        const clock = install({ toFake: ["performance"] });
        try {
            assert.equal(await tokenOf(source), "token 1");
            clock.tick(5_000);
            assert.equal(await tokenOf(source), "token 1");
            clock.tick(1);
            assert.equal(await tokenOf(source), "token 2");
        } finally {
            clock.uninstall();
        }
    });

    it("gives no token with a key that has none, whose text would be kept out of every message", async () => {
        const printed = JSON.stringify({ mode: "AK", ...callerProfile });
        const fields = { name: "external", mode: "External", process_command: `printf %s '${printed}'` } as const;
        const file = { name: "the file", isClis: false, profiles: [fields] };
        const chosenBy = { kind: "argument", name: "profile" } as const;
        const profile = { name: fields.name, mode: fields.mode, chosenBy, file, fields };
        const base = { kind: "cliProfile", mode: fields.mode, profile } as const;
        const { accessKeyId, accessKeySecret } = caller;
        const given = await credentialsFrom({ base, roles: [] }, "sts.example").get();
        assert.deepEqual(given, { accessKeyId, accessKeySecret });
    });

    it("renews a session once for all whose requests it failed", async () => {
        const source = await sourceOf(60);
        const expired = await source.get();
        for (const _request of ["first", "second"]) {
            source.renew?.(expired);
            assert.equal(await tokenOf(source), "token 2");
        }
    });
});
