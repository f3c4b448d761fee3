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
const metadataHost = "100.100.100.200";
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
        }).listen(80, metadataHost);
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

    /** Interrupts with what is set, and returns the calls for credentials. */
    async function requestedFor(
        config: Record<string, string>,
        env: Record<string, string> = {},
        timeoutSeconds = 600,
    ): Promise<string[]> {
        emulator.setStatus(instanceId, "activating");
        const [calls, effects] = [emulator.ledger.credentials.length, emulator.ledger.effects.length];
        const host = await Host.start({
            config: { "alicloud:endpoints": JSON.stringify([{ elasticsearch: emulator.plainUrl }]), ...config },
            env: { HOME: home, NODE_EXTRA_CA_CERTS: file("ca.pem", tls.cert), ...env },
        });
        try {
            // A request of its own each time.
            const triggers = [effects];
            const resource = { __provider: providerStub, instanceId, region: "cn-hangzhou", timeoutSeconds, triggers };
            const { outs } = await host.create({ ...resource, resourceUrn: urnOf("pause") });
            assert.equal(outs.status, "suspended");
            assert.equal(emulator.ledger.effects.length, effects + 1);
            assert.match(String(emulator.ledger.requests.at(-1)?.accessKeyId), /^STS\./);
            return emulator.ledger.credentials.slice(calls).map(({ operation }) => operation);
        } finally {
            await host.stop();
        }
    }

    const metadataCalls = ["GetMetadataToken", "GetMetadataCredentials"];
    const ecsRole = { "alicloud:ecsRoleName": "machine" };
    const key = { access_key_id: caller.accessKeyId, access_key_secret: caller.accessKeySecret };
    const session = { ram_session_name: "cli", expired_seconds: 3600 };

    it("come from the metadata service when the stack, a profile or the environment names an ECS role", async () => {
        profiles({ name: "ecs", mode: "EcsRamRole", ram_role_name: "machine" });
        assert.deepEqual(await requestedFor(ecsRole), metadataCalls);
        assert.deepEqual(await requestedFor({ "alicloud:profile": "ecs" }), metadataCalls);
        assert.deepEqual(await requestedFor({}, { ALIBABA_CLOUD_ECS_METADATA: "machine" }), metadataCalls);
    });

    it("come from two roles in a row when a profile is chained", async () => {
        profiles(
            { name: "first", mode: "RamRoleArn", ...key, ...session, ram_role_arn: first.arn },
            {
                name: "second",
                mode: "ChainableRamRoleArn",
                source_profile: "first",
                ...session,
                ram_role_arn: second.arn,
            },
        );
        assert.deepEqual(await requestedFor({ "alicloud:profile": "second" }), ["AssumeRole", "AssumeRole"]);
    });

    it("come from the region's STS when a profile or the environment has an OIDC role", async () => {
        const oidc_token_file = file("token", "token");
        const role = { oidc_provider_arn: providerArn, ram_role_arn: pipeline.arn, ram_session_name: "cli" };
        profiles({ name: "oidc", mode: "OIDC", oidc_token_file, ...role });
        assert.deepEqual(await requestedFor({ "alicloud:profile": "oidc" }), ["AssumeRoleWithOIDC"]);
        const variables = {
            ALIBABA_CLOUD_ROLE_ARN: pipeline.arn,
            ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
            ALIBABA_CLOUD_OIDC_TOKEN_FILE: oidc_token_file,
        };
        assert.deepEqual(await requestedFor({}, variables), ["AssumeRoleWithOIDC"]);
    });

    it("are missing when nothing names an identity: the role of the machine is not requested", async () => {
        await assert.rejects(requestedFor({}), /not sent[\s\S]*alicloud:ecsRoleName/);
        assert.deepEqual([emulator.ledger.requests, emulator.ledger.credentials], [[], []]);
    });

    it("name the metadata service when it fails for a while or refuses connections", async () => {
        metadata.close();
        await assert.rejects(
            requestedFor(ecsRole, {}, 2),
            /alicloud:ecsRoleName[\s\S]*ECONNREFUSED[\s\S]*100\.100\.100\.200/,
        );
        const failing = createHttpServer((_request, response) => response.writeHead(503).end("canary"));
        failing.listen(80, metadataHost);
        await once(failing, "listening");
        try {
            await assert.rejects(requestedFor(ecsRole, {}, 2), (error: Error) => {
                assert.match(error.message, /HTTP 503.*100\.100\.100\.200/);
                assert.doesNotMatch(error.message, /canary/);
                return true;
            });
        } finally {
            failing.close();
        }
    });
});
