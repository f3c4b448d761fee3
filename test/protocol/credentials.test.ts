import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
    type Account,
    type Emulator,
    parsePolicy,
    type Role,
    selfSigned,
    startEmulator,
} from "pulumi-alicloud-logstash-emulator";
import { pointer } from "../../provider/src/host/pointer";
import { Host } from "./host";

const accountId = "1234567890123456";
const providerArn = `acs:ram::${accountId}:oidc-provider/ci`;
const oidcToken = "header.payload.oidc-canary";
const instanceId = "ls-cn-credentials0001";
const caller: Account = { accessKeyId: "LTAI-ak-canary", accessKeySecret: "secret-canary", accountId };
const session: Account = {
    accessKeyId: "STS.session-canary",
    accessKeySecret: "session-secret-canary",
    securityToken: "session-token-canary",
    accountId,
};
const deployer: Role = {
    arn: `acs:ram::${accountId}:role/deployer`,
    trusts: [caller.accessKeyId],
    externalId: "external",
};
const pipeline: Role = { arn: `acs:ram::${accountId}:role/pipeline`, oidcProviderArn: providerArn };
const machine: Role = { arn: `acs:ram::${accountId}:role/machine` };
const inputs = {
    __provider: pointer,
    instanceId,
    region: "cn-hangzhou",
    timeoutSeconds: 5,
    resourceUrn: "urn:pulumi:dev::test::pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt::pause",
};

describe("credentials", () => {
    const tls = selfSigned();
    let emulator: Emulator;
    let home: string;
    let host: Host | undefined;

    beforeEach(async () => {
        home = mkdtempSync(join(tmpdir(), "logstash-home-"));
        emulator = await startEmulator({
            tls,
            accounts: [caller, session],
            roles: [deployer, pipeline, machine],
            oidcTokens: [oidcToken],
            metadata: { roleArn: machine.arn },
            instances: [{ instanceId, status: "activating" }],
        });
    });
    afterEach(async () => {
        await host?.stop();
        host = undefined;
        await emulator.stop();
        rmSync(home, { recursive: true });
    });

    const file = (path: string, text: string): string => {
        const whole = join(home, path);
        mkdirSync(dirname(whole), { recursive: true });
        writeFileSync(whole, text);
        return whole;
    };
    const profiles = (...list: readonly object[]) =>
        file(".aliyun/config.json", JSON.stringify({ current: "default", profiles: list }));
    const stsHost = () => `localhost:${new URL(emulator.url).port}`;
    const start = async (config: Record<string, string>, env: Record<string, string> = {}) => {
        host = await Host.start({
            config: {
                "alicloud:endpoints": JSON.stringify([{ elasticsearch: emulator.plainUrl, sts: stsHost() }]),
                ...config,
            },
            env: { HOME: home, NODE_EXTRA_CA_CERTS: file("ca.pem", tls.cert), ...env },
        });
        return host;
    };
    /** Interrupts with what is set, and returns the access key that signed. */
    async function signedBy(config: Record<string, string>, env: Record<string, string> = {}, more: object = {}) {
        const { outs } = await (await start(config, env)).create({ ...inputs, ...more });
        assert.equal(outs.status, "suspended");
        assert.equal(emulator.ledger.effects.length, 1);
        assert.doesNotMatch(JSON.stringify(outs), /canary/);
        const keys = new Set(emulator.ledger.requests.map(({ accessKeyId }) => accessKeyId));
        assert.equal(keys.size, 1);
        return String([...keys][0]);
    }
    const key = { "alicloud:accessKey": caller.accessKeyId, "alicloud:secretKey": caller.accessKeySecret };
    const sessionKey = {
        "alicloud:accessKey": session.accessKeyId,
        "alicloud:secretKey": session.accessKeySecret,
        "alicloud:securityToken": String(session.securityToken),
    };

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
                [token]: String(session.securityToken),
            };
            assert.equal(await signedBy({}, env), session.accessKeyId);
        });
    }

    it("environment × access key, never with the security token of another spelling", async () => {
        const env = {
            ALICLOUD_ACCESS_KEY: caller.accessKeyId,
            ALICLOUD_SECRET_KEY: caller.accessKeySecret,
            ALIBABA_CLOUD_ACCESS_KEY_ID: session.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: session.accessKeySecret,
            ALIBABA_CLOUD_SECURITY_TOKEN: String(session.securityToken),
        };
        assert.equal(await signedBy({}, env), caller.accessKeyId);
    });

    it("stack configuration × role to assume, with external ID, policy, session name and duration", async () => {
        const assumeRole = JSON.stringify({
            roleArn: deployer.arn,
            externalId: "external",
            sessionName: "release",
            sessionExpiration: 900,
            policy: JSON.stringify({
                Version: "1",
                Statement: [{ Effect: "Allow", Action: "elasticsearch:*", Resource: "*" }],
            }),
        });
        const signer = await signedBy({ ...key, "alicloud:assumeRole": assumeRole });
        assert.match(signer, /^STS\./);
        assert.notEqual(signer, session.accessKeyId);
    });

    it("environment × role to assume", async () => {
        const assumeRole = JSON.stringify({ roleArn: deployer.arn, externalId: "external" });
        const env = {
            ALIBABA_CLOUD_ACCESS_KEY_ID: caller.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: caller.accessKeySecret,
        };
        assert.match(await signedBy({ "alicloud:assumeRole": assumeRole }, env), /^STS\./);
    });

    it("stack configuration × OIDC role", async () => {
        const assumeRoleWithOidc = JSON.stringify({
            oidcProviderArn: providerArn,
            roleArn: pipeline.arn,
            oidcTokenFile: file("token", oidcToken),
            roleSessionName: "pipeline",
        });
        assert.match(await signedBy({ "alicloud:assumeRoleWithOidc": assumeRoleWithOidc }), /^STS\./);
    });

    it("stack configuration × credentials URI", async () => {
        const uri = `${emulator.plainUrl}/_emulator/credentials-uri/machine`;
        assert.match(await signedBy({ "alicloud:credentialsUri": uri }), /^STS\./);
    });

    it("CLI profile × AK: the resource's own goes before all else", async () => {
        profiles({
            name: "other",
            mode: "AK",
            access_key_id: caller.accessKeyId,
            access_key_secret: caller.accessKeySecret,
        });
        assert.equal(await signedBy(sessionKey, {}, { profile: "other" }), caller.accessKeyId);
    });

    it("CLI profile × StsToken: `alicloud:profile`", async () => {
        profiles({
            name: "sts",
            mode: "StsToken",
            access_key_id: session.accessKeyId,
            access_key_secret: session.accessKeySecret,
            sts_token: session.securityToken,
        });
        assert.equal(await signedBy({ "alicloud:profile": "sts" }), session.accessKeyId);
    });

    it("CLI profile × RamRoleArn: the variable ALIBABA_CLOUD_PROFILE", async () => {
        const role = {
            name: "role",
            mode: "RamRoleArn",
            access_key_id: caller.accessKeyId,
            access_key_secret: caller.accessKeySecret,
            ram_role_arn: machine.arn,
            ram_session_name: "cli",
            expired_seconds: 900,
            sts_endpoint: stsHost(),
        };
        profiles(role);
        await emulator.stop();
        emulator = await startEmulator({
            tls,
            accounts: [caller],
            roles: [{ ...machine, trusts: [caller.accessKeyId] }],
            instances: [{ instanceId }],
        });
        profiles({ ...role, sts_endpoint: stsHost() });
        assert.match(await signedBy({}, { ALIBABA_CLOUD_PROFILE: "role" }), /^STS\./);
    });

    it("CLI profile × External: `alicloud:sharedCredentialsFile`", async () => {
        const printed = JSON.stringify({
            mode: "AK",
            access_key_id: caller.accessKeyId,
            access_key_secret: caller.accessKeySecret,
        });
        const program = file("process", `#!/bin/sh\nprintf '%s' '${printed}'\n`);
        chmodSync(program, 0o700);
        const shared = file(
            "elsewhere.json",
            JSON.stringify({ profiles: [{ name: "external", mode: "External", process_command: program }] }),
        );
        const config = { "alicloud:profile": "external", "alicloud:sharedCredentialsFile": shared };
        assert.equal(await signedBy(config), caller.accessKeyId);
    });

    it("default chain × the credentials file of the SDKs", async () => {
        file(
            ".alibabacloud/credentials",
            `[default]\nenable = true\ntype = access_key\naccess_key_id = ${caller.accessKeyId}\n` +
                `access_key_secret = ${caller.accessKeySecret}\n`,
        );
        assert.equal(await signedBy({}), caller.accessKeyId);
    });

    it("default chain × the current profile of the CLI", async () => {
        profiles({
            name: "default",
            mode: "AK",
            access_key_id: caller.accessKeyId,
            access_key_secret: caller.accessKeySecret,
        });
        assert.equal(await signedBy({}), caller.accessKeyId);
    });

    it("the stack configuration goes before the environment, and that before a profile", async () => {
        profiles({ name: "default", mode: "AK", access_key_id: "LTAI-nobody", access_key_secret: "nothing" });
        const env = {
            ALIBABA_CLOUD_ACCESS_KEY_ID: session.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: session.accessKeySecret,
            ALIBABA_CLOUD_SECURITY_TOKEN: String(session.securityToken),
            ALIBABA_CLOUD_PROFILE: "default",
        };
        assert.equal(await signedBy(key, env), caller.accessKeyId);
        await host?.stop();
        emulator.startChange(instanceId);
        const { outs } = await (await start({}, env)).create({ ...inputs, triggers: ["again"] });
        assert.equal(outs.status, "suspended");
        assert.equal(emulator.ledger.requests.at(-1)?.accessKeyId, session.accessKeyId);
    });

    it("that expire during a wait are renewed, and the request repeated", async () => {
        emulator.addInstance({ instanceId, status: "activating", interruptMs: 1_500, changeMs: 60_000 });
        const assumeRole = JSON.stringify({ roleArn: deployer.arn, externalId: "external" });
        const creating = (await start({ ...key, "alicloud:assumeRole": assumeRole })).create({
            ...inputs,
            timeoutSeconds: 30,
        });
        await until(() => emulator.ledger.requestsTo("DescribeLogstash").length > 0);
        emulator.expireCredentials();
        assert.equal((await creating).outs.status, "suspended");
        const codes = emulator.ledger.requests.map(({ outcome }) => (outcome.kind === "refused" ? outcome.code : ""));
        assert.ok(codes.includes("InvalidSecurityToken.Expired"));
        assert.equal(emulator.ledger.effects.length, 1);
    });

    it("are had once for many resources at the same time", async () => {
        const many = Array.from({ length: 20 }, (_, n) => `ls-cn-many${n}`);
        for (const id of many) {
            emulator.addInstance({ instanceId: id, status: "activating" });
        }
        const assumeRole = JSON.stringify({ roleArn: deployer.arn, externalId: "external" });
        const started = await start({ ...key, "alicloud:assumeRole": assumeRole });
        await Promise.all(many.map((id) => started.create({ ...inputs, instanceId: id })));
        assert.equal(new Set(emulator.ledger.requests.map(({ accessKeyId }) => accessKeyId)).size, 1);
    });

    describe("that do not work", () => {
        async function messageWith(
            config: Record<string, string>,
            env: Record<string, string> = {},
            more: object = {},
        ) {
            const creating = (await start(config, env)).create({ ...inputs, ...more });
            const error: unknown = await creating.then(
                () => assert.fail("it should have failed"),
                (thrown: unknown) => thrown,
            );
            const { message } = error as Error;
            assert.doesNotMatch(message, /canary/);
            assert.equal(emulator.ledger.effects.length, 0);
            return message;
        }

        it("are named by the setting they come from: a wrong secret", async () => {
            const message = await messageWith({ ...sessionKey, "alicloud:secretKey": "wrong-canary" });
            assert.match(message, /SignatureDoesNotMatch/);
            assert.match(message, /signed with: +the stack configuration/);
        });

        it("are named by the setting they come from: a role that may not be assumed", async () => {
            const assumeRole = JSON.stringify({ roleArn: deployer.arn, externalId: "wrong" });
            const message = await messageWith({ ...key, "alicloud:assumeRole": assumeRole });
            assert.match(
                message,
                /not sent: credentials from `alicloud:assumeRole` with the stack configuration could not be had/,
            );
            assert.match(message, /NoPermission/);
        });

        it("are not taken half from one place and half from another", async () => {
            const env = { ALIBABA_CLOUD_ACCESS_KEY_SECRET: caller.accessKeySecret };
            const message = await messageWith({ "alicloud:accessKey": caller.accessKeyId }, env);
            assert.match(message, /the stack configuration has half of an access key: alicloud:secretKey is missing/);
        });

        it("name a profile that is not there, and those that are", async () => {
            profiles({ name: "one", mode: "AK" }, { name: "two", mode: "AK" });
            assert.match(await messageWith({}, {}, { profile: "three" }), /has no profile "three"; it has one, two/);
        });

        it("quote nothing of a broken file", async () => {
            file(".aliyun/config.json", '{"profiles": [{"access_key_secret": "secret-canary"');
            assert.match(await messageWith({}, {}, { profile: "one" }), /is not JSON/);
        });

        it("are temporary and expired, with none to follow", async () => {
            emulator.expireCredentials();
            const message = await messageWith({ ...sessionKey, "alicloud:securityToken": "other-canary" });
            assert.match(message, /InvalidSecurityToken\.Malformed/);
        });
    });

    it("with the README's policy are enough, and with less the missing action is named", async () => {
        const { readFileSync } = await import("node:fs");
        const readme = readFileSync(join(__dirname, "..", "..", "README.md"), "utf8");
        const policy = parsePolicy(/```json\n(\{\s+"Version": "1"[\s\S]*?)```/.exec(readme)?.[1] ?? "");
        assert.ok(policy !== undefined);
        const limited = async (allowed: typeof policy) => {
            await host?.stop();
            await emulator.stop();
            emulator = await startEmulator({
                tls,
                accounts: [{ ...caller, policy: allowed }],
                instances: [{ instanceId }],
            });
        };
        await limited(policy);
        assert.equal(await signedBy(key), caller.accessKeyId);
        for (const action of ["InterruptLogstashTask", "DescribeLogstash"]) {
            const [statement] = policy.Statement;
            const Action = [statement?.Action ?? []].flat().filter((name) => !name.endsWith(action));
            await limited({ Version: "1", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
            await assert.rejects((await start(key)).create(inputs), new RegExp(`elasticsearch:${action}`));
        }
    });
});

/** Resolves when something has become true; fails after ten seconds. */
async function until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!condition()) {
        assert.ok(Date.now() < deadline, "it did not become true within 10 s");
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
}
