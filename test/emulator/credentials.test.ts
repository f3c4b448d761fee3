import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type CredentialsProvider, ECSRAMRoleCredentialsProvider, URICredentialsProvider } from "@alicloud/credentials";
import { type EmulatorOptions, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { call, caller, deployer, IdentitySite, instanceId, machine, oidcToken } from "./identitySite";
import type { Credentials } from "./popCore";

const hourMs = 60 * 60_000;

describe("emulator: credentials", () => {
    let site: IdentitySite;
    async function start(options: EmulatorOptions = {}): Promise<void> {
        site = await IdentitySite.start(options);
    }
    afterEach(() => site.stop());

    describe("ECS metadata", () => {
        const metadata = () => ECSRAMRoleCredentialsProvider.builder();
        const operations = () => site.emulator.ledger.credentials.map(({ operation, proof }) => [operation, proof]);

        it("name the role and give its credentials, to requests with a token", async () => {
            await start({ metadata: { roleArn: machine.arn, requireToken: true } });
            await site.describeWith(await metadata().build().getCredentials());
            assert.deepEqual(operations(), [
                ["GetMetadataToken", undefined],
                ["GetMetadataRoleName", "metadata token"],
                ["GetMetadataToken", undefined],
                ["GetMetadataCredentials", "metadata token"],
            ]);
        });

        it("are open to requests without a token, unless one is required", async () => {
            const url = (path: string) => `${site.emulator.plainUrl}/latest/meta-data/ram/security-credentials/${path}`;
            await start();
            assert.equal(await (await fetch(url(""))).text(), "machine");
            const body = (await (await fetch(url("machine"))).json()) as Record<string, string>;
            assert.equal(body.Code, "Success");
            assert.equal(
                new Date(body.Expiration ?? "").getTime(),
                Math.floor((site.clock.now() + hourMs) / 1000) * 1000,
            );
            await site.stop();

            await start({ metadata: { roleArn: machine.arn, requireToken: true } });
            assert.equal((await fetch(url(""))).status, 403);
            assert.equal((await fetch(url("machine"))).status, 403);
            const forged = { headers: { "x-aliyun-ecs-metadata-token": "guessed" } };
            assert.equal((await fetch(url("machine"), forged)).status, 403);
        });

        it("keep a token no longer than was asked", async () => {
            await start({ metadata: { roleArn: machine.arn, requireToken: true } });
            const askToken = (seconds: string) =>
                fetch(`${site.emulator.plainUrl}/latest/api/token`, {
                    method: "PUT",
                    headers: { "x-aliyun-ecs-metadata-token-ttl-seconds": seconds },
                });
            for (const seconds of ["0", "21601", "x"]) {
                assert.equal((await askToken(seconds)).status, 400);
            }
            const headers = { "x-aliyun-ecs-metadata-token": await (await askToken("60")).text() };
            const look = () =>
                fetch(`${site.emulator.plainUrl}/latest/meta-data/ram/security-credentials/`, { headers });
            site.clock.advance(59_999);
            assert.equal((await look()).status, 200);
            site.clock.advance(1);
            assert.equal((await look()).status, 403);
        });

        it("know one role only", async () => {
            await start();
            await site.describeWith(await metadata().withRoleName("machine").build().getCredentials());
            await assert.rejects(metadata().withRoleName("deployer").build().getCredentials(), /404/);
        });

        it("are not there unless asked for, and not for a role that does not exist", async () => {
            await start({ metadata: { roleArn: machine.arn } });
            const stray = startEmulator({ metadata: { roleArn: machine.arn } });
            await assert.rejects(stray, /role\/machine" is not one of the emulator's roles/);
            const bare = await startEmulator();
            assert.equal((await fetch(`${bare.url}/latest/meta-data/ram/security-credentials/`)).status, 404);
            await bare.stop();
        });
    });

    describe("credentials URIs", () => {
        const from = (name: string) =>
            URICredentialsProvider.builder()
                .withCredentialsURI(`${site.emulator.plainUrl}/_emulator/credentials-uri/${name}`)
                .build();

        it("give credentials of the role they name", async () => {
            await start();
            const credentials = await from("machine").getCredentials();
            await site.describeWith(credentials);
            const [entry] = site.emulator.ledger.credentialsBy("GetCredentialsUri");
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
            AssumeRole: () => site.assume().withExternalId("external-canary").build(),
            AssumeRoleWithOIDC: () => site.assumeWithOidc(site.file("good", oidcToken)),
            "ECS metadata": () => ECSRAMRoleCredentialsProvider.builder().build(),
            "credentials URI": () =>
                URICredentialsProvider.builder()
                    .withCredentialsURI(`${site.emulator.plainUrl}/_emulator/credentials-uri/machine`)
                    .build(),
        };
        for (const [kind, providerOf] of Object.entries(kinds)) {
            it(`ends credentials of ${kind} by the emulator's clock`, async () => {
                await start();
                const credentials = await providerOf().getCredentials();
                site.clock.advance(hourMs - 1);
                await site.describeWith(credentials);
                site.clock.advance(1);
                await assert.rejects(site.describeWith(credentials), {
                    code: "InvalidSecurityToken.Expired",
                    statusCode: 400,
                });
                await site.describeWith(await providerOf().getCredentials());
            });
        }

        it("comes no later than the emulator was told, whatever the client asks for", async () => {
            await start({ credentialsLifetimeMs: 60_000 });
            const provider = site.assume().withExternalId("external-canary").withDurationSeconds(43_200).build();
            const credentials = await provider.getCredentials();
            site.clock.advance(59_999);
            await site.describeWith(credentials);
            site.clock.advance(1);
            await assert.rejects(site.describeWith(credentials), { code: "InvalidSecurityToken.Expired" });
        });

        it("can come by hand, for temporary credentials only", async () => {
            await start();
            const credentials = await site.assume().withExternalId("external-canary").build().getCredentials();
            site.emulator.expireCredentials();
            await assert.rejects(site.describeWith(credentials), { code: "InvalidSecurityToken.Expired" });
            await site.describeWith(caller);
        });
    });

    describe("the account of a role", () => {
        it("owns its client tokens, whichever key brings them", async () => {
            await start();
            const first = await call(site.emulator.plainUrl, caller, "InterruptLogstashTask", "token");
            site.emulator.startChange(instanceId);
            for (const provider of [
                site.assume().withExternalId("external-canary").build(),
                ECSRAMRoleCredentialsProvider.builder().build(),
            ]) {
                const credentials = await provider.getCredentials();
                assert.deepEqual(
                    await call(site.emulator.plainUrl, credentials, "InterruptLogstashTask", "token"),
                    first,
                );
            }
            assert.equal(site.emulator.ledger.effects.length, 1);
        });

        it("is another account's if the ARN says so", async () => {
            await start({
                roles: [{ arn: "acs:ram::999:role/machine" }],
                metadata: { roleArn: "acs:ram::999:role/machine" },
            });
            await call(site.emulator.plainUrl, caller, "InterruptLogstashTask", "token");
            site.emulator.startChange(instanceId);
            const credentials = await ECSRAMRoleCredentialsProvider.builder().build().getCredentials();
            await call(site.emulator.plainUrl, credentials, "InterruptLogstashTask", "token");
            assert.equal(site.emulator.ledger.effects.length, 2);
        });

        it("shares its limit among its keys", async () => {
            await start({ limits: { requestsPerSecond: 2 } });
            const metadata = ECSRAMRoleCredentialsProvider.builder();
            await site.describeWith(caller);
            await site.describeWith(await metadata.build().getCredentials());
            await assert.rejects(site.describeWith(await metadata.build().getCredentials()), {
                code: "Throttling.User",
            });
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
            const sts = { ...key, STS_ENDPOINT: new URL(site.emulator.url).host };
            const certificate = site.certificateFile();
            await site.describeWith(await credentialsIn({ ...sts, NODE_EXTRA_CA_CERTS: certificate }));
            await assert.rejects(credentialsIn(sts), /self-signed certificate/);
        });

        it("is led to built-in addresses by its environment", async () => {
            await start();
            const preload = require.resolve("pulumi-alicloud-logstash-emulator/redirect");
            const environment = {
                NODE_OPTIONS: `--require=${JSON.stringify(preload)}`,
                EMULATOR_REDIRECTION: JSON.stringify(site.redirection),
            };
            await site.describeWith(await credentialsIn(environment));
            await site.describeWith(await credentialsIn({ ...environment, ...key, STS_ENDPOINT: "sts.aliyuncs.com" }));
        });
    });
});
