import { strict as assert } from "node:assert";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Account, type Emulator, type Role, selfSigned, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { Host } from "../../integration/provider/host";
import { accountId, identityProviderArn, roleArn } from "../../support/account";
import { type CliProfile, writeCliProfiles } from "../../support/cliProfiles";
import { urnOf } from "../../support/urns";

const instanceId = "ls-cn-system0001";
const caller: Account = { accessKeyId: "LTAI-caller", accessKeySecret: "caller-secret", accountId };
const machine: Role = { arn: roleArn("machine") };
const first: Role = { arn: roleArn("first"), trusts: [caller.accessKeyId] };
const second: Role = { arn: roleArn("second"), trusts: [first.arn] };
const providerArn = identityProviderArn("ci");
const pipeline: Role = { arn: roleArn("pipeline"), oidcProviderArn: providerArn };

describe("credentials from hosts that cannot be configured", () => {
    const tls = selfSigned(["127.0.0.1", "localhost", "sts.cn-hangzhou.aliyuncs.com"]);
    let emulator: Emulator;
    let metadata: Server;
    let home: string;

    beforeEach(async () => {
        home = mkdtempSync(join(tmpdir(), "logstash-home-"));
        emulator = await startEmulator({
            tls,
            port: 443,
            accounts: [caller],
            roles: [machine, first, second, pipeline],
            oidcTokens: ["token"],
            metadata: { roleArn: machine.arn, requireToken: true },
            instances: [{ instanceId, status: "activating" }],
        });
        const { port } = new URL(emulator.plainUrl);
        metadata = createServer((socket) => {
            const inner = connect(Number(port), "127.0.0.1");
            socket.pipe(inner).pipe(socket);
            socket.on("error", () => inner.destroy());
            inner.on("error", () => socket.destroy());
        }).listen(80, "100.100.100.200");
        await once(metadata, "listening");
    });
    afterEach(async () => {
        metadata.close();
        await emulator.stop();
        rmSync(home, { recursive: true });
    });

    const file = (path: string, text: string) => {
        const whole = join(home, path);
        mkdirSync(dirname(whole), { recursive: true });
        writeFileSync(whole, text);
        return whole;
    };
    const profiles = (...list: readonly CliProfile[]) => writeCliProfiles(home, ...list);

    /** Interrupts with what is set, and returns what was asked for credentials. */
    async function askedFor(
        config: Record<string, string>,
        env: Record<string, string> = {},
        more: object = {},
    ): Promise<string[]> {
        const host = await Host.start({
            config: { "alicloud:endpoints": JSON.stringify([{ elasticsearch: emulator.plainUrl }]), ...config },
            env: { HOME: home, NODE_EXTRA_CA_CERTS: file("ca.pem", tls.cert), ...env },
        });
        try {
            const { outs } = await host.create({
                __provider: providerStub,
                instanceId,
                region: "cn-hangzhou",
                ...more,
                resourceUrn: urnOf("pause"),
            });
            assert.equal(outs.status, "suspended");
            assert.equal(emulator.ledger.effects.length, 1);
            assert.match(String(emulator.ledger.requests[0]?.accessKeyId), /^STS\./);
            return [...new Set(emulator.ledger.credentials.map(({ operation }) => operation))];
        } finally {
            await host.stop();
        }
    }

    it("stack configuration × ECS RAM role", async () => {
        const asked = await askedFor({ "alicloud:ecsRoleName": "machine" });
        assert.deepEqual(asked, ["GetMetadataToken", "GetMetadataCredentials"]);
    });

    it("CLI profile × EcsRamRole", async () => {
        profiles({ name: "ecs", mode: "EcsRamRole", ram_role_name: "machine" });
        assert.deepEqual(await askedFor({ "alicloud:profile": "ecs" }), ["GetMetadataToken", "GetMetadataCredentials"]);
    });

    it("CLI profile × ChainableRamRoleArn", async () => {
        const key = { access_key_id: caller.accessKeyId, access_key_secret: caller.accessKeySecret };
        const role = { ram_session_name: "cli", expired_seconds: 3600 };
        profiles(
            { name: "first", mode: "RamRoleArn", ...key, ...role, ram_role_arn: first.arn },
            { name: "second", mode: "ChainableRamRoleArn", source_profile: "first", ...role, ram_role_arn: second.arn },
        );
        assert.deepEqual(await askedFor({ "alicloud:profile": "second" }), ["AssumeRole"]);
        assert.equal(emulator.ledger.credentialsBy("AssumeRole").length, 2);
    });

    it("CLI profile × OIDC", async () => {
        profiles({
            name: "oidc",
            mode: "OIDC",
            oidc_provider_arn: providerArn,
            oidc_token_file: file("token", "token"),
            ram_role_arn: pipeline.arn,
            ram_session_name: "cli",
        });
        assert.deepEqual(await askedFor({ "alicloud:profile": "oidc" }), ["AssumeRoleWithOIDC"]);
    });

    it("environment × OIDC", async () => {
        const asked = await askedFor(
            {},
            {
                ALIBABA_CLOUD_ROLE_ARN: pipeline.arn,
                ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
                ALIBABA_CLOUD_OIDC_TOKEN_FILE: file("token", "token"),
            },
        );
        assert.deepEqual(asked, ["AssumeRoleWithOIDC"]);
    });

    it("environment × ECS RAM role", async () => {
        const asked = await askedFor({}, { ALIBABA_CLOUD_ECS_METADATA: "machine" });
        assert.ok(asked.includes("GetMetadataCredentials"));
    });

    it("environment × credentials URI", async () => {
        metadata.close();
        const uri = `${emulator.plainUrl}/_emulator/credentials-uri/machine`;
        const asked = await askedFor(
            {},
            { ALIBABA_CLOUD_CREDENTIALS_URI: uri, ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" },
        );
        assert.deepEqual(asked, ["GetCredentialsUri"]);
    });

    it("none at all: the message lists how to name an identity, and the role of the machine is not asked for", async () => {
        await assert.rejects(askedFor({}), /not sent: no Alibaba Cloud credentials are set[\s\S]*alicloud:ecsRoleName/);
        assert.deepEqual([emulator.ledger.requests, emulator.ledger.credentials], [[], []]);
    });

    it("a metadata service that fails for a while is asked again, and named", async () => {
        metadata.close();
        const answers = createHttpServer((_request, response) => response.writeHead(503).end("canary"));
        answers.listen(80, "100.100.100.200");
        await once(answers, "listening");
        try {
            const config = { "alicloud:ecsRoleName": "machine" };
            await assert.rejects(askedFor(config, {}, { timeoutSeconds: 2 }), (error: Error) => {
                assert.match(error.message, /HTTP 503 from 100\.100\.100\.200/);
                assert.doesNotMatch(error.message, /canary/);
                return true;
            });
        } finally {
            answers.close();
        }
    });

    it("an ECS role that is set, where nobody answers: it is asked for again, and named", async () => {
        metadata.close();
        const config = { "alicloud:ecsRoleName": "machine" };
        await assert.rejects(
            askedFor(config, {}, { timeoutSeconds: 2 }),
            /the ECS role from `alicloud:ecsRoleName`.*no answer \(ECONNREFUSED\) from 100\.100\.100\.200/,
        );
    });
});
