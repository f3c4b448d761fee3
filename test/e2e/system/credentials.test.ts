import { strict as assert } from "node:assert";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, type Emulator, type Role, selfSigned, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { Host } from "../../integration/provider/host";
import { accountId, identityProviderArn, roleArn } from "../../support/account";
import { writeCliProfiles } from "../../support/cliProfiles";
import { urnOf } from "../../support/urns";

const instanceId = "ls-cn-system0001";
const metadataHost = "100.100.100.200";
const caller: Account = { accessKeyId: "LTAI-caller", accessKeySecret: "caller-secret", accountId };
const machine: Role = { arn: roleArn("machine") };
const first: Role = { arn: roleArn("first"), trusts: [caller.accessKeyId] };
const second: Role = { arn: roleArn("second"), trusts: [first.arn] };
const oidcProviderArn = identityProviderArn("ci");
const pipeline: Role = { arn: roleArn("pipeline"), oidcProviderArn };

const metadataCalls = ["GetMetadataToken", "GetMetadataCredentials"];
const ecsRole = { "alicloud:ecsRoleName": "machine" };

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

        const session = { ram_session_name: "cli", expired_seconds: 3600 };
        const key = { access_key_id: caller.accessKeyId, access_key_secret: caller.accessKeySecret, ...session };
        const chained = { mode: "ChainableRamRoleArn", source_profile: "first", ...session };
        const token = { oidc_token_file: file("token", "token"), oidc_provider_arn: oidcProviderArn, ...session };
        writeCliProfiles(
            home,
            { name: "ecs", mode: "EcsRamRole", ram_role_name: "machine" },
            { name: "first", mode: "RamRoleArn", ...key, ram_role_arn: first.arn },
            { name: "second", ...chained, ram_role_arn: second.arn },
            { name: "oidc", mode: "OIDC", ...token, ram_role_arn: pipeline.arn },
        );
    });
    afterEach(async () => {
        metadata.close();
        await emulator.stop();
    });

    function file(name: string, text: string): string {
        writeFileSync(join(home, name), text);
        return join(home, name);
    }
    /** Interrupts with what is set, and returns the calls for credentials. */
    async function requestedFor(config: Record<string, string>, env: Record<string, string> = {}): Promise<string[]> {
        const host = await Host.start({
            config: { "alicloud:endpoints": JSON.stringify([{ elasticsearch: emulator.plainUrl }]), ...config },
            env: { HOME: home, NODE_EXTRA_CA_CERTS: file("ca.pem", tls.cert), ...env },
        });
        try {
            const resource = { __provider: providerStub, instanceId, region: "cn-hangzhou" };
            const { outs } = await host.create({ ...resource, resourceUrn: urnOf("pause") });
            assert.equal(outs.status, "suspended");
            assert.equal(emulator.ledger.effects.length, 1);
            assert.match(String(emulator.ledger.requests.at(-1)?.accessKeyId), /^STS\./);
            return emulator.ledger.credentials.map(({ operation }) => operation);
        } finally {
            await host.stop();
        }
    }

    const profile = (name: string) => ({ "alicloud:profile": name });
    for (const [when, config, env, expected] of [
        ["the stack names an ECS role", ecsRole, {}, metadataCalls],
        ["a profile names an ECS role", profile("ecs"), {}, metadataCalls],
        ["the environment names an ECS role", {}, { ALIBABA_CLOUD_ECS_METADATA: "machine" }, metadataCalls],
        ["a profile is chained", profile("second"), {}, ["AssumeRole", "AssumeRole"]],
        ["a profile has an OIDC role", profile("oidc"), {}, ["AssumeRoleWithOIDC"]],
    ] as const) {
        it(`come from the host for it when ${when}`, async () =>
            assert.deepEqual(await requestedFor(config, env), expected));
    }

    it("are missing when nothing names an identity: the role of the machine is not requested", async () => {
        await assert.rejects(requestedFor({}), /not sent[\s\S]*alicloud:ecsRoleName/);
        assert.deepEqual([emulator.ledger.requests, emulator.ledger.credentials], [[], []]);
    });
});
