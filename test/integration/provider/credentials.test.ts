import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { URICredentialsProvider } from "@alicloud/credentials";
import { install } from "@sinonjs/fake-timers";
import { parsePolicy, selfSigned } from "pulumi-alicloud-logstash-emulator";
import { ConfigurationError } from "../../../provider/src/configuration";
import {
    type CredentialsSource,
    CredentialsUnavailable,
    credentialsFrom,
} from "../../../provider/src/credentials/credentials";
import { ExchangeFailure, exchange } from "../../../provider/src/credentials/exchange";
import {
    CredentialsFixture,
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
    ssoProfile,
    ssoResponse,
} from "./credentialsFixture";
import { enterEnvironment, leaveEnvironment } from "./environment";
import { until } from "./until";

type Texts = Readonly<Record<string, string>>;
type Respond = (response: ServerResponse) => unknown;

const respondJson = (status: number, body: unknown): Respond => {
    return (response) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};
const respondText = (status: number, body: string): Respond => {
    return (response) => response.writeHead(status, { "content-type": "text/plain" }).end(body);
};
const assumeRoleWith = (more: object) => ({
    "alicloud:assumeRole": JSON.stringify({ roleArn: deployer.arn, ...more }),
});
const assumeRole = assumeRoleWith({ externalId: "external" });
const oidcRole = { oidcProviderArn: providerArn, roleArn: pipeline.arn, oidcToken };
const named = (profile: string) => ({ "alicloud:profile": profile });
const policy = JSON.stringify({
    Version: "1",
    Statement: [{ Effect: "Allow", Action: "elasticsearch:*", Resource: "*" }],
});
const sessionProfile = {
    access_key_id: session.accessKeyId,
    access_key_secret: session.accessKeySecret,
    sts_token: session.securityToken,
};
const plainProfile = { name: "default", mode: "AK", ...callerProfile };
const roleProfile = { name: "p", mode: "RamRoleArn", ...callerProfile, ram_role_arn: machine.arn };
const chainedProfile = {
    name: "p",
    mode: "ChainableRamRoleArn",
    source_profile: "default",
    ram_role_arn: machine.arn,
    ram_session_name: "cli",
};
const toDeployer = { ram_role_arn: deployer.arn, external_id: "external" };

describe("credentials", () => {
    const fixture = new CredentialsFixture();
    beforeEach(() => fixture.start());
    afterEach(() => fixture.stop());

    const signedBy: CredentialsFixture["signedBy"] = (...args) => fixture.signedBy(...args);
    const messageWith: CredentialsFixture["messageWith"] = (...args) => fixture.messageWith(...args);
    const nothingSent = () => assert.deepEqual(fixture.emulator.ledger.requests, []);
    const oidcProfile = () => ({
        name: "p",
        mode: "OIDC",
        oidc_provider_arn: providerArn,
        oidc_token_file: fixture.file("token", oidcToken),
        ram_role_arn: pipeline.arn,
    });
    const printing = (credentials: object) =>
        fixture.command("process", `printf '%s' '${JSON.stringify(credentials)}'`);

    describe("sign a call", () => {
        interface Settings {
            readonly config?: Texts;
            readonly env?: Texts;
            readonly profiles?: readonly object[];
            readonly profile?: string;
        }
        const byDeployer = `AssumeRole ${deployer.arn}`;
        const byMachine = `AssumeRole ${machine.arn}`;
        const byPipeline = `AssumeRoleWithOIDC ${pipeline.arn}`;
        const byUri = "GetCredentialsUri machine";
        const byMetadata = "GetMetadataCredentials machine";
        const oidcBlock = (block: object) => ({ "alicloud:assumeRoleWithOidc": JSON.stringify(block) });
        const machineUri = () => ({ "alicloud:credentialsUri": fixture.machineUri });
        const withProfile = (...profiles: readonly object[]) => ({ config: named("p"), profiles });

        /** The signing key, or the operation and the role that gave it. */
        // biome-ignore format: a table, one row a line
        const cases: readonly (readonly [when: string, signer: string, settings: () => Settings])[] = [
            ["the stack has an access key", caller.accessKeyId, () => ({ config: key })],
            ["the stack has an STS token", session.accessKeyId, () => ({ config: sessionKey })],
            ["the environment has half of an access key and the stack the other", caller.accessKeyId, () => ({ config: { "alicloud:accessKey": caller.accessKeyId }, env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: ` ${caller.accessKeySecret}\n` } })],
            ["an STS token assumes a role", byDeployer, () => ({ config: { ...sessionKey, ...assumeRole } })],
            ["a block has an OIDC token and the environment the rest", byPipeline, () => ({ config: oidcBlock({ oidcToken }), env: { ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn, ALIBABA_CLOUD_ROLE_ARN: pipeline.arn } })],
            ["Kubernetes has set an OIDC role, and the CLI has a current profile", byPipeline, () => ({ env: fixture.rrsa(), profiles: [plainProfile] })],
            ["the file of an OIDC token ends with a newline", byPipeline, () => ({ env: fixture.rrsa(`${oidcToken}\n`) })],
            ["the stack has a credentials URI", byUri, () => ({ config: machineUri() })],
            ["the environment has a credentials URI, and the CLI has a current profile", byUri, () => ({ env: { ALIBABA_CLOUD_CREDENTIALS_URI: fixture.machineUri }, profiles: [plainProfile] })],
            ["a credentials URI assumes a role", byDeployer, () => ({ config: { ...machineUri(), ...assumeRole } })],
            ["a profile has the mode StsToken", session.accessKeyId, () => withProfile({ name: "p", mode: "StsToken", ...sessionProfile })],
            ["a profile has a token and no mode", session.accessKeyId, () => withProfile({ name: "p", mode: "", ...sessionProfile })],
            ["a profile has the mode RamRoleArn", byMachine, () => ({ env: { ALIBABA_CLOUD_PROFILE: "p" }, profiles: [{ ...roleProfile, ram_session_name: "cli", expired_seconds: 900 }] })],
            ["a RamRoleArn profile has an external ID", byDeployer, () => withProfile({ ...roleProfile, ...toDeployer })],
            ["a RamRoleArn profile has a token", byDeployer, () => withProfile({ ...roleProfile, ...sessionProfile, ...toDeployer })],
            ["a key of the stack assumes the role of a RamRoleArn profile", byMachine, () => ({ config: { ...key, ...named("p") }, profiles: [{ ...roleProfile, access_key_id: "LTAI-other", access_key_secret: "nothing" }] })],
            ["the stack's role replaces that of a RamRoleArn profile", byDeployer, () => ({ config: { ...assumeRole, ...named("p") }, profiles: [roleProfile] })],
            ["a profile has the mode ChainableRamRoleArn", byMachine, () => withProfile(chainedProfile, plainProfile)],
            ["a chained profile has an external ID", byDeployer, () => withProfile({ ...chainedProfile, ...toDeployer }, plainProfile)],
            ["a profile has the mode OIDC", byPipeline, () => withProfile(oidcProfile())],
            ["a resource's own profile has a key, and the stack a key and a role", caller.accessKeyId, () => ({ config: { ...sessionKey, ...assumeRole }, profiles: [{ ...plainProfile, name: "own" }], profile: "own" })],
            ["a resource's own profile has an STS host", byMachine, () => ({ config: { "alicloud:endpoints": fixture.endpoints({ sts: "127.0.0.1:1" }) }, profiles: [{ ...roleProfile, name: "own", sts_endpoint: fixture.stsHost }], profile: "own" })],
        ];
        async function expectSigner(expected: string, { config = {}, env = {}, profiles, profile }: Settings) {
            if (profiles !== undefined) {
                fixture.profiles(...profiles);
            }
            const signer = await signedBy(config, env, profile === undefined ? {} : { profile });
            const { credentials } = fixture.emulator.ledger;
            assert.equal(expected.includes(" ") ? fixture.issuedBy(signer) : signer, expected);
            const assumed = credentials.filter(({ operation }) => operation.startsWith("AssumeRole"));
            assert.ok(assumed.length <= 1 && (expected.includes(" ") || credentials.length === 0));
        }
        for (const [when, signer, settings] of cases) {
            it(`when ${when}`, async () => expectSigner(signer, settings()));
        }

        // biome-ignore format: a table, one row a line
        const ecsCases: readonly (readonly [when: string, signer: string, settings: Settings])[] = [
            ["the stack names the ECS role, and other variables another one and a proxy", byMetadata, { config: { "alicloud:ecsRoleName": "machine" }, env: { ALIBABA_CLOUD_ECS_METADATA: "other", HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "127.0.0.1" } }],
            ["the environment names the ECS role", byMetadata, { env: { ALIBABA_CLOUD_ECS_METADATA: "machine" } }],
            ["the ECS role assumes another role", byDeployer, { config: { ...assumeRole, "alicloud:ecsRoleName": "machine" } }],
            ["a profile has the mode EcsRamRole and no name", byMetadata, { config: named("p"), profiles: [{ name: "p", mode: "EcsRamRole" }] }],
            ["a resource's own profile has the mode EcsRamRole and no name, and a variable another", byMetadata, { env: { ALIBABA_CLOUD_ECS_METADATA: "other" }, profiles: [{ name: "own", mode: "EcsRamRole" }], profile: "own" }],
        ];
        for (const [when, signer, settings] of ecsCases) {
            it(`when ${when}`, async () => {
                await fixture.restart({ metadata: { roleArn: machine.arn, requireToken: true } });
                fixture.withMetadata();
                await expectSigner(signer, settings);
            });
        }

        it("with the role's policy, session name and duration when the stack has them", async () => {
            const more = { externalId: "external", sessionName: "release", sessionExpiration: 900, policy };
            assert.equal(fixture.issuedBy(await signedBy({ ...key, ...assumeRoleWith(more) })), byDeployer);
            const [issued = assert.fail()] = fixture.emulator.ledger.credentials;
            assert.deepEqual([issued.sessionName, issued.durationSeconds, issued.policy], ["release", "900", policy]);
        });

        it("with the OIDC role's policy and session name when the stack has them", async () => {
            const { oidcToken: _, ...role } = oidcRole;
            const more = { oidcTokenFile: fixture.file("token", oidcToken), roleSessionName: "pipeline", policy };
            assert.equal(fixture.issuedBy(await signedBy(oidcBlock({ ...role, ...more }))), byPipeline);
            const [issued = assert.fail()] = fixture.emulator.ledger.credentials;
            assert.deepEqual([issued.sessionName, issued.policy], ["pipeline", policy]);
        });

        it("and are written nowhere when a command of a profile prints them", async () => {
            const external = {
                name: "p",
                mode: "External",
                process_command: printing({ mode: "AK", ...callerProfile }),
            };
            const clis = fixture.profiles(external);
            const shared = fixture.file("elsewhere.json", JSON.stringify({ profiles: [external] }));
            const contents = () => [clis, shared].map((path) => readFileSync(path, "utf8"));
            const before = contents();
            const other = { instanceId: "ls-cn-credentials0002" };
            fixture.emulator.addInstance({ ...other, status: "activating" });
            const inShared = { ...named("p"), "alicloud:sharedCredentialsFile": shared };
            assert.equal(await signedBy(inShared), caller.accessKeyId);
            assert.equal(await signedBy(named("p"), {}, other), caller.accessKeyId);
            assert.deepEqual(contents(), before);
        });

        it("when a profile has the mode CloudSSO", async () => {
            const requests: unknown[] = [];
            const url = await fixture.serve(async (request, response) => {
                const body = Buffer.concat(await request.toArray()).toString();
                const { authorization, "content-type": type } = request.headers;
                requests.push([request.url, authorization, type, JSON.parse(body)]);
                response.end(JSON.stringify(ssoResponse()));
            });
            fixture.profiles(ssoProfile(url));
            assert.equal(await signedBy(named("sso")), session.accessKeyId);
            const body = { AccountId: "1234", AccessConfigurationId: "ac-1" };
            assert.deepEqual(requests, [["/cloud-credentials", "Bearer sso-canary", "application/json", body]]);
        });

        it("and the renewed sign-in is in the CLI's file when a profile has the mode OAuth", async () => {
            let signIn = "";
            const server = createServer(fixture.tls, async (request, response) => {
                const body = Buffer.concat(await request.toArray()).toString();
                const { accountId: _, ...issued } = session;
                const expiration = new Date(Date.now() + 3_600_000).toISOString();
                const isSignIn = request.url === "/v1/token";
                signIn = isSignIn ? body : signIn;
                const tokens = { access_token: "access-2", refresh_token: "refresh-2", expires_in: 3_600 };
                response.end(JSON.stringify(isSignIn ? tokens : { ...issued, expiration }));
            });
            const proxy = await fixture.redirectingProxy(await fixture.listen(server));
            const oauth = { name: "p", mode: "OAuth", oauth_site_type: "CN", oauth_refresh_token: "refresh-1" };
            const clis = fixture.profiles(oauth);
            assert.equal(await signedBy(named("p"), { HTTPS_PROXY: proxy.url }), session.accessKeyId);
            assert.deepEqual([...new Set(proxy.targets)], ["oauth.aliyun.com:443"]);
            assert.match(signIn, /^grant_type=refresh_token&refresh_token=refresh-1&/);
            assert.match(readFileSync(clis, "utf8"), /"oauth_refresh_token": "refresh-2"/);
        });

        it("with the headers that policies depend on when those are set", async () => {
            const received: unknown[] = [];
            const { port } = new URL(fixture.emulator.plainUrl);
            const { request: forward } = await import("node:http");
            const url = await fixture.serve(({ method = "", url: path = "", headers }, response) => {
                received.push([headers["x-acs-source-ip"], headers["x-acs-secure-transport"]]);
                forward({ port, host: "127.0.0.1", method, path, headers }, (inner) => {
                    response.writeHead(inner.statusCode ?? 0, inner.headers);
                    inner.pipe(response);
                }).end();
            });
            const endpoints = JSON.stringify([{ elasticsearch: url }]);
            const config = { ...key, "alicloud:endpoints": endpoints, "alicloud:sourceIp": "10.0.0.1" };
            assert.equal(await signedBy(config, { ALICLOUD_SECURE_TRANSPORT: "true" }), caller.accessKeyId);
            assert.deepEqual(received, Array(2).fill(["10.0.0.1", "true"]));
        });

        it("when the policy is the README's, and the missing action is named when it allows less", async () => {
            const readme = readFileSync(join(__dirname, "..", "..", "..", "README.md"), "utf8");
            const allowed = parsePolicy(/```json\n(\{\s+"Version": "1"[\s\S]*?)```/.exec(readme)?.[1] ?? "");
            assert.ok(allowed !== undefined);
            const limit = (limited: typeof allowed) =>
                fixture.restart({ accounts: [{ ...caller, policy: limited }], roles: [] });
            await limit(allowed);
            assert.equal(await signedBy(key), caller.accessKeyId);
            for (const action of ["InterruptLogstashTask", "DescribeLogstash"]) {
                const [statement] = allowed.Statement;
                const Action = [statement?.Action ?? []].flat().filter((name) => !name.endsWith(action));
                await limit({ Version: "1", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
                await assert.rejects((await fixture.host(key)).create(inputs), new RegExp(`elasticsearch:${action}`));
            }
        });
    });

    describe("of one operation", () => {
        it("are renewed when they expire while it polls", async () => {
            fixture.emulator.addInstance({ instanceId, status: "activating", interruptMs: 1_500, changeMs: 60_000 });
            const host = await fixture.host({ ...key, ...assumeRole });
            const creating = host.create({ ...inputs, timeoutSeconds: 30 });
            const { ledger } = fixture.emulator;
            await until(() => ledger.requestsTo("DescribeLogstash").length > 0);
            fixture.emulator.expireCredentials();
            assert.equal((await creating).outs.status, "suspended");
            const codes = ledger.requests.map(({ outcome }) => JSON.stringify(outcome));
            assert.ok(codes.some((code) => code.includes("InvalidSecurityToken.Expired")));
            assert.equal(ledger.effects.length, 1);
        });

        it("are issued once when many resources in two regions use one STS host", async () => {
            const many = Array.from({ length: 20 }, (_, n) => ({
                instanceId: `ls-cn-many${n}`,
                region: n < 10 ? "cn-hangzhou" : "cn-beijing",
            }));
            for (const instance of many) {
                fixture.emulator.addInstance({ ...instance, status: "activating" });
            }
            const host = await fixture.host({ ...key, ...assumeRole });
            await Promise.all(many.map((instance) => host.create({ ...inputs, ...instance })));
            const { effects, requests, credentials } = fixture.emulator.ledger;
            assert.equal(effects.length, many.length);
            assert.equal(new Set(requests.map(({ accessKeyId }) => accessKeyId)).size, 1);
            assert.equal(credentials.length, 1);
        });
    });

    describe("come from the right host", () => {
        const emulatorPort = () => Number(new URL(fixture.emulator.url).port);
        const machineRole = { "alicloud:assumeRole": JSON.stringify({ roleArn: machine.arn }) };
        const byProfile = (...profiles: readonly object[]) => {
            fixture.profiles(...profiles);
            return named("p");
        };
        const kinds: readonly (readonly [kind: string, config: () => Texts])[] = [
            ["an access key with a role", () => ({ ...key, ...machineRole })],
            ["an OIDC role", () => ({ "alicloud:assumeRoleWithOidc": JSON.stringify(oidcRole) })],
            ["a RamRoleArn profile", () => byProfile(roleProfile)],
            ["a ChainableRamRoleArn profile", () => byProfile(chainedProfile, plainProfile)],
            ["an OIDC profile", () => byProfile(oidcProfile())],
            [
                "a credentials URI with a role",
                () => ({ "alicloud:credentialsUri": fixture.machineUri, ...machineRole }),
            ],
        ];
        for (const [kind, config] of kinds) {
            it(`by the proxy, the STS of the region, when ${kind} is set`, async () => {
                const trusts = [caller.accessKeyId, machine.arn];
                await fixture.restart({
                    roles: [
                        { ...machine, trusts },
                        { ...pipeline, trusts: [] },
                    ],
                });
                const proxy = await fixture.redirectingProxy(emulatorPort());
                const whole = { ...config(), "alicloud:endpoints": fixture.endpoints({}) };
                assert.match(await signedBy(whole, { HTTPS_PROXY: proxy.url }), /^STS\./);
                assert.deepEqual([...new Set(proxy.targets)], [`sts.${region}.aliyuncs.com:443`]);
            });
        }

        for (const [env, host] of [
            [
                { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true", ALIBABA_CLOUD_STS_REGION: "cn-beijing" },
                "sts-vpc.cn-beijing.aliyuncs.com",
            ],
            [{ ALIBABA_CLOUD_STS_ENDPOINT: "sts.example" }, "sts.example"],
        ] as const) {
            it(`${host}, when a pod has an OIDC role and ${Object.keys(env).join(" and ")}`, async () => {
                const proxy = await fixture.redirectingProxy(emulatorPort());
                const config = { "alicloud:endpoints": fixture.endpoints({}) };
                assert.match(await signedBy(config, { ...fixture.rrsa(), ...env, HTTPS_PROXY: proxy.url }), /^STS\./);
                assert.deepEqual([...new Set(proxy.targets)], [`${host}:443`]);
            });
        }

        for (const [what, env] of [
            ["one connection", {}],
            ["no connection", { NO_PROXY: "localhost" }],
        ] as const) {
            it(`by ${what} through the proxy when HTTPS_PROXY is set, and ${JSON.stringify(env)}`, async () => {
                const proxy = await fixture.proxy();
                await signedBy({ ...key, ...machineRole }, { HTTPS_PROXY: proxy.url, ...env });
                assert.deepEqual(proxy.requests, "NO_PROXY" in env ? [] : [`connect ${fixture.stsHost}`]);
            });
        }

        it("by HTTP_PROXY when a credentials URI is elsewhere", async () => {
            const proxy = await fixture.proxy();
            // This machine too, but not by a name of loopback.
            const uri = fixture.machineUri.replace("127.0.0.1", "0.0.0.0");
            await signedBy({ "alicloud:credentialsUri": uri }, { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" });
            assert.deepEqual(proxy.requests, [`request ${uri}`]);
        });

        it("without HTTP_PROXY when a credentials URI is on loopback", async () => {
            const proxy = await fixture.proxy();
            await signedBy({ "alicloud:credentialsUri": fixture.machineUri }, { HTTP_PROXY: proxy.url });
            assert.ok(proxy.requests.length > 0);
            assert.ok(proxy.requests.every((request) => !request.includes("credentials-uri")));
        });
    });

    describe("cannot be obtained", () => {
        const uriSource = { kind: "stack", key: "alicloud:credentialsUri" } as const;
        /** What a response may hold and no message may show. */
        const secrets = { AccessKeySecret: "response-canary", Message: "message-canary" };
        const issued = {
            Code: "Success",
            AccessKeyId: session.accessKeyId,
            AccessKeySecret: session.accessKeySecret,
            SecurityToken: session.securityToken,
            Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        };
        const unavailable = respondJson(503, { Code: "ServiceUnavailable", ...secrets });

        /** A credentials URI with secrets of its own, which gives these responses in order, the last one repeatedly. */
        async function uriWith(...responses: readonly Respond[]): Promise<{ readonly uri: string; requests: number }> {
            const state = { uri: "", requests: 0 };
            const url = await fixture.serve((_request, response) => {
                responses[Math.min(state.requests, responses.length - 1)]?.(response);
                state.requests += 1;
            });
            state.uri = `${url}/canary-path?token=canary-query`;
            return state;
        }

        const brokenOff: Respond = (response) => {
            response.writeHead(200, { "content-length": "1000" }).write('{"AccessKeySecret": "response-canary"');
            setImmediate(() => response.destroy());
        };
        // biome-ignore format: a table, one row a line
        const responses: readonly (readonly [when: string, isTemporary: boolean, respond: Respond, message: RegExp])[] = [
            ["500 in text", true, respondText(500, "response-canary"), /HTTP 500 from/],
            ["502 of a proxy", true, respondText(502, "<html>response-canary</html>"), /HTTP 502 from/],
            ["503 with a code", true, unavailable, /HTTP 503 \(ServiceUnavailable\) from/],
            ["429", true, respondJson(429, { Code: "TooManyRequests", ...secrets }), /HTTP 429 \(TooManyRequests\) from/],
            ["408", true, respondJson(408, secrets), /HTTP 408 from/],
            ["400 SignatureNonceUsed", true, respondJson(400, { Code: "SignatureNonceUsed" }), /HTTP 400 \(SignatureNonceUsed\) from/],
            ["400 TooManyRequests", true, respondJson(400, { Code: "TooManyRequests" }), /HTTP 400 \(TooManyRequests\) from/],
            ["400 Throttling.User", true, respondJson(400, { Code: "Throttling.User", ...secrets }), /HTTP 400 \(Throttling\.User\) from/],
            ["a reset", true, (response) => response.destroy(), /no response \(ECONNRESET\) from/],
            ["an incomplete body", true, brokenOff, /no response \(\w+\) from/],
            ["403 NoPermission", false, respondJson(403, { Code: "NoPermission", ...secrets }), /HTTP 403 \(NoPermission\) from/],
            ["404 with a code", false, respondJson(404, { Code: "InvalidAccessKeyId.NotFound" }), /HTTP 404 \(InvalidAccessKeyId\.NotFound\)/],
            ["403 with a text for a code", false, respondJson(403, { Code: "not a code: response-canary" }), /HTTP 403 from/],
            ["a redirect", false, (response) => response.writeHead(302, { location: "/response-canary" }).end(), /HTTP 302 from/],
            ["200 in text", false, respondText(200, "AccessKeySecret=response-canary"), /the response of 127\.0\.0\.1:\d+ contains none/],
            ["200 with a list", false, respondJson(200, [secrets]), /the response of 127\.0\.0\.1:\d+ contains none/],
            ["200 without a token", false, respondJson(200, { AccessKeyId: "id", ...secrets }), /the response of 127\.0\.0\.1:\d+ contains none/],
            ["200 with null", false, respondJson(200, null), /the response of 127\.0\.0\.1:\d+ contains none/],
        ];
        for (const [when, isTemporary, respond, message] of responses) {
            it(`${isTemporary ? "for now" : "at all"} when the response is ${when}`, async () => {
                const uri = { value: (await uriWith(respond)).uri, source: uriSource };
                const source = credentialsFrom({ base: { kind: "credentialsUri", uri }, roles: [] }, "sts.example");
                await assert.rejects(source.get(), (error: Error) => {
                    assert.ok(error instanceof (isTemporary ? CredentialsUnavailable : ConfigurationError));
                    assert.doesNotMatch(error.message, /canary/);
                    assert.match(
                        error.message,
                        /^could not get credentials of the credentials URI from `alicloud:cred/,
                    );
                    assert.match(error.message, message);
                    return true;
                });
            });
        }

        for (const half of [{ accessKeyId: "" }, { accessKeySecret: "" }]) {
            it(`when the library gives an empty ${Object.keys(half)}: nothing unsigned is sent`, async () => {
                const { uri } = await uriWith(respondJson(200, issued));
                const patched = Object.assign(URICredentialsProvider.prototype, {
                    getCredentials: async () => ({ ...session, ...half }),
                });
                try {
                    const message = await messageWith({ "alicloud:credentialsUri": uri });
                    assert.match(
                        message,
                        /not sent: could not get credentials of the credentials URI.*failed before it sent/,
                    );
                    nothingSent();
                } finally {
                    Reflect.deleteProperty(patched, "getCredentials");
                }
            });
        }

        it("until the host recovers: the request waits", async () => {
            const state = await uriWith(unavailable, unavailable, respondJson(200, issued));
            assert.equal(await signedBy({ "alicloud:credentialsUri": state.uri }), session.accessKeyId);
            assert.equal(state.requests, 3);
        });

        it("until the budget ends: nothing is sent", async () => {
            const { uri } = await uriWith(unavailable);
            const message = await messageWith({ "alicloud:credentialsUri": uri }, {}, { timeoutSeconds: 1 });
            assert.match(message, /HTTP 503 \(ServiceUnavailable\) from 127\.0\.0\.1/);
            nothingSent();
        });

        it("at all: the operation ends at once", async () => {
            const state = await uriWith(respondJson(403, { Code: "NoPermission", ...secrets }));
            const message = await messageWith({ "alicloud:credentialsUri": state.uri }, {}, { timeoutSeconds: 60 });
            assert.match(
                message,
                /not sent: could not get credentials of the credentials URI.*HTTP 403 \(NoPermission\)/,
            );
            assert.equal(state.requests, 1);
        });

        it("for now while the operation polls: it continues", async () => {
            const issue: Respond = async (response) =>
                respondJson(200, await (await fetch(fixture.machineUri)).json())(response);
            const state = await uriWith(issue, unavailable, unavailable, issue);
            const { ledger } = fixture.emulator;
            fixture.emulator.addInstance({ instanceId, status: "activating", interruptMs: 1_500 });
            const host = await fixture.host({ "alicloud:credentialsUri": state.uri });
            const creating = host.create({ ...inputs, timeoutSeconds: 60 });
            await until(() => ledger.requestsTo("DescribeLogstash").length > 0);
            fixture.emulator.expireCredentials();
            assert.equal((await creating).outs.status, "suspended");
            assert.deepEqual([state.requests, ledger.effects.length], [4, 1]);
        });

        it("for now when STS calls the request a copy: it is repeated", async () => {
            let requests = 0;
            const server = createServer(fixture.tls, (_request, response) => {
                requests += 1;
                const { Code: _, ...Credentials } = issued;
                const copy = respondJson(400, { Code: "SignatureNonceUsed", ...secrets });
                (requests === 1 ? copy : respondJson(200, { Credentials }))(response);
            });
            const endpoints = fixture.endpoints({ sts: `localhost:${await fixture.listen(server)}` });
            const signer = await signedBy({ ...key, ...assumeRole, "alicloud:endpoints": endpoints });
            assert.deepEqual([signer, requests], [session.accessKeyId, 2]);
        });

        it("when the sources are ambient only: nothing is requested", async () => {
            const metadata: unknown[] = [];
            fixture.withMetadata(await fixture.serve(({ url }, response) => metadata.push(url, response.end())));
            fixture.profiles(plainProfile, { ...plainProfile, name: "two" });
            const ini = `access_key_id = ${caller.accessKeyId}\naccess_key_secret = ${caller.accessKeySecret}\n`;
            fixture.file(".alibabacloud/credentials", `[default]\nenable = true\ntype = access_key\n${ini}`);
            const message = await messageWith({});
            assert.match(message, /not sent: no Alibaba Cloud credentials are set/);
            assert.match(message, /`export ALIBABA_CLOUD_PROFILE=NAME`.*its file has "default", "two"/);
            const { requests, credentials } = fixture.emulator.ledger;
            assert.deepEqual([metadata, requests, credentials], [[], [], []]);
        });

        it("when they are temporary, expired and set: one request is sent", async () => {
            const set = (await (await fetch(fixture.machineUri)).json()) as typeof issued;
            fixture.emulator.expireCredentials();
            const message = await messageWith({
                "alicloud:accessKey": set.AccessKeyId,
                "alicloud:secretKey": set.AccessKeySecret,
                "alicloud:securityToken": set.SecurityToken,
            });
            assert.match(message, /InvalidSecurityToken\.Expired/);
            assert.equal(fixture.emulator.ledger.requests.length, 1);
        });

        const command = (script: string) => () => {
            const path = fixture.command("process-canary", script);
            const process_command = `${path} --password argument-canary`;
            fixture.profiles({ name: "p", mode: "External", process_command });
            return named("p");
        };
        const sso = async (response: Respond) => {
            fixture.profiles(ssoProfile((await uriWith(response)).uri));
            return named("sso");
        };
        const wrongRole = assumeRoleWith({ externalId: "wrong" });
        const refusing = async () => {
            const server = createHttpServer().on("connect", (_request, socket) => {
                socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
            });
            return `http://user:password-canary@127.0.0.1:${await fixture.listen(server)}`;
        };
        const endpointsWith = (sts: string) => ({ "alicloud:endpoints": fixture.endpoints({ sts }) });
        const untrusted = async () =>
            fixture.listen(createServer(selfSigned(), (_request, response) => response.end()));
        /** The settings, and the message; `canary` must not be in it. */
        // biome-ignore format: a table, one row a line
        const messages: readonly (readonly [when: string, config: () => Texts | Promise<Texts>, message: RegExp, env?: (() => Texts | Promise<Texts>) | undefined, more?: object])[] = [
            ["STS refuses the connection", () => endpointsWith("127.0.0.1:1"), /the OIDC role from the variable ALIBABA_CLOUD_ROLE_ARN: no response \(ECONNREFUSED\) from 127\.0\.0\.1:1/, () => fixture.rrsa(), { timeoutSeconds: 1 }],
            ["the certificate of STS is not trusted", async () => ({ ...key, ...assumeRole, ...endpointsWith(`localhost:${await untrusted()}`) }), /_CERT.*from localhost:\d+; trust the certificate's authority.*NODE_EXTRA_CA_CERTS/],
            ["the proxy rejects the connection", () => ({ ...key, ...assumeRole }), /HTTP 407 from localhost:\d+ through the proxy of HTTPS_PROXY/, async () => ({ HTTPS_PROXY: await refusing() })],
            ["the proxy's variable has a SOCKS proxy", () => ({ ...key, ...assumeRole }), /not sent: .*the variable HTTPS_PROXY must be the URL of an http or https proxy/, () => ({ HTTPS_PROXY: "socks5://127.0.0.1:1080" })],
            ["the secret is wrong", () => ({ ...sessionKey, "alicloud:secretKey": "wrong-canary" }), /SignatureDoesNotMatch[\s\S]*signed with: +access key ID from `alicloud:accessKey`, secret from `alicloud:secretKey`, security token from `alicloud:securityToken`/],
            ["the token is of another session", () => ({ ...sessionKey, "alicloud:securityToken": "other-canary" }), /InvalidSecurityToken\.Malformed/],
            ["the role may not be assumed", () => ({ ...key, ...wrongRole }), /not sent: could not get credentials of the role from `alicloud:assumeRole\.roleArn`, assumed with access key ID from `alicloud:accessKey`, secret from `alicloud:secretKey`: HTTP 403 \(NoPermission\) from localhost:\d+$/m],
            ["an access key has no secret", () => ({ "alicloud:accessKey": caller.accessKeyId }), /not sent: there is an access key ID from `alicloud:accessKey`, but no secret/],
            ["a profile does not exist", () => { fixture.profiles({ name: "one", mode: "AK" }); return {}; }, /has no profile "three", which the resource's `profile` names; it has "one"/, undefined, { profile: "three" }],
            ["the CLI's file is not JSON", () => { fixture.file(".aliyun/config.json", '{"access_key_secret": "canary"'); return {}; }, /is not JSON/, undefined, { profile: "one" }],
            ["a command fails", command("echo out-canary; echo err-canary >&2; exit 3"), /the CLI profile "p" of mode External.*its command failed, or printed no credentials/],
            ["a command prints no JSON", command('echo \'{"access_key_secret": "canary"\''), /the CLI profile "p" of mode External.*its command failed, or printed no credentials/],
            ["a command's key may not assume the role", () => ({ ...command(`printf '%s' '${JSON.stringify({ mode: "AK", ...callerProfile })}'`)(), ...wrongRole }), /HTTP 403 \(NoPermission\) from localhost:\d+$/m],
            ["the token's file cannot be read", () => ({ "alicloud:assumeRoleWithOidc": JSON.stringify({ ...oidcRole, oidcToken: undefined, oidcTokenFile: "/nowhere/canary" }) }), /the token's file, from `alicloud:assumeRoleWithOidc\.oidcTokenFile`, cannot be read: ENOENT/],
            ["the sign-in to CloudSSO has expired", () => { fixture.profiles(ssoProfile("https://signin-canary.example", 1)); return named("sso"); }, /mode CloudSSO.*: its sign-in has expired; sign in again with the aliyun CLI/],
            ["CloudSSO rejects the sign-in", () => sso(respondJson(401, { Code: "Unauthorized", ...secrets })), /HTTP 401 \(Unauthorized\) from 127\.0\.0\.1:\d+; its sign-in has expired; sign in again with the aliyun CLI/],
            ["a session of CloudSSO may not assume the role", async () => ({ ...(await sso(respondJson(200, ssoResponse()))), ...wrongRole }), /HTTP 403 \(NoPermission\) from localhost:\d+$/m],
        ];
        for (const [when, config, message, env, more] of messages) {
            it(`when ${when}: the message has no secret`, async () => {
                // Another identity, which must not sign instead.
                fixture.profiles(plainProfile);
                const whole = await config();
                assert.match(await messageWith(whole, await env?.(), more), message);
            });
        }

        it("when the machine has another role than the named one", async () => {
            await fixture.restart({ metadata: { roleArn: machine.arn } });
            fixture.withMetadata();
            const message = await messageWith({ "alicloud:ecsRoleName": "other" });
            assert.match(message, /the ECS role from `alicloud:ecsRoleName`: HTTP 404 from 100\.100\.100\.200$/m);
        });
    });

    describe("in a preview", () => {
        it("are checked when a resource names a new profile", async () => {
            fixture.profiles({ name: "one", mode: "AK" });
            const host = await fixture.host({});
            const failuresOf = async (profile: string, olds = {}) =>
                (await host.check(olds, { ...inputs, profile })).failures;
            const missing = /^\|profile: the CLI's file has no profile "oen".*it has "one"$/;
            assert.match((await failuresOf("oen")).join(), missing);
            assert.match((await failuresOf("oen", { ...inputs, profile: "one" })).join(), missing);
            assert.deepEqual(await failuresOf("oen", { ...inputs, profile: "oen" }), []);
            assert.deepEqual(await failuresOf("one"), []);
        });

        it("are not checked when there is no CLI file", async () => {
            const { failures } = await (await fixture.host({})).check({}, { ...inputs, profile: "one" });
            assert.deepEqual(failures, []);
        });

        it("are an error with the reason when the region would come from an invalid CLI file", async () => {
            const { region: _, ...without } = inputs;
            fixture.file(".aliyun/config.json", "canary");
            const { failures } = await (await fixture.host(named("one"))).check({}, without);
            assert.match(failures.join(), /^\|region: the CLI's file is not JSON/);
        });
    });

    describe("that are temporary", () => {
        /** A source whose sessions, each with a token of its own, last for these minutes. */
        async function sourceOf(minutes: number): Promise<CredentialsSource> {
            let sessions = 0;
            const value = await fixture.serve((_request, response) => {
                sessions += 1;
                const { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret } = session;
                const Expiration = new Date(Date.now() + minutes * 60_000).toISOString();
                const SecurityToken = `token ${sessions}`;
                response.end(JSON.stringify({ AccessKeyId, AccessKeySecret, SecurityToken, Expiration }));
            });
            const uri = { value, source: { kind: "stack", key: "alicloud:credentialsUri" } } as const;
            return credentialsFrom({ base: { kind: "credentialsUri", uri }, roles: [] }, "sts.example");
        }
        const tokenOf = async (source: CredentialsSource) => (await source.get()).securityToken;

        it("are shared for five seconds when they soon expire", async () => {
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

        it("are renewed once when several requests report them expired", async () => {
            const source = await sourceOf(60);
            const expired = await source.get();
            for (const _request of ["first", "second"]) {
                source.renew?.(expired);
                assert.equal(await tokenOf(source), "token 2");
            }
        });

        it("have no token when a command prints none: its text would be masked in every message", async () => {
            const fields = {
                name: "p",
                mode: "External",
                process_command: printing({ mode: "AK", ...callerProfile }),
            } as const;
            const file = { name: "the file", isClis: false, profiles: [fields] };
            const chosenBy = { kind: "argument", name: "profile" } as const;
            const profile = { name: "p", mode: fields.mode, chosenBy, isOwn: true, file, fields };
            const base = { kind: "cliProfile", profile } as const;
            const { accessKeyId, accessKeySecret } = caller;
            const given = await credentialsFrom({ base, roles: [] }, "sts.example").get();
            assert.deepEqual(given, { accessKeyId, accessKeySecret });
        });
    });
});

describe("an exchange for credentials", () => {
    const fixture = new CredentialsFixture();
    afterEach(() => fixture.stop());

    const request = (url: string, readTimeout = 5_000) => ({
        toRequestURL: () => url,
        method: "GET",
        headers: {},
        connectTimeout: 200,
        readTimeout,
    });
    async function failureOf(url: string, proxy?: string, readTimeout = 200): Promise<ExchangeFailure> {
        try {
            if (proxy !== undefined) {
                enterEnvironment({ HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
            }
            await exchange(request(url, readTimeout));
            return assert.fail("there should be an error");
        } catch (error) {
            assert.ok(error instanceof ExchangeFailure);
            return error;
        } finally {
            leaveEnvironment();
        }
    }
    const timedOut = { kind: "noResponse", code: "ETIMEDOUT" };

    it("has no body when there are no fields", async () => {
        const received: unknown[] = [];
        const url = await fixture.serve(({ method, headers }, response) => {
            received.push(method, headers["content-type"], headers["content-length"]);
            response.end("body");
        });
        const { body } = await exchange(request(url));
        assert.equal(body.toString(), "body");
        assert.deepEqual(received, ["GET", undefined, undefined]);
    });

    it("leaves no timer when it succeeds, is rejected or fails", async () => {
        const urls = [
            await fixture.serve((_request, response) => response.end("body")),
            await fixture.serve((_request, response) => response.writeHead(403).end()),
            "http://127.0.0.1:1",
        ];
        const clock = install({ toFake: ["setTimeout", "clearTimeout"] });
        try {
            for (const url of urls) {
                await exchange(request(url)).catch(() => undefined);
                assert.equal(clock.countTimers(), 0, url);
            }
        } finally {
            clock.uninstall();
        }
    });

    it("times out and closes its connection when a server does not respond", async () => {
        let closed = false;
        const url = await fixture.serve(({ socket }) =>
            socket.once("close", () => {
                closed = true;
            }),
        );
        assert.deepEqual((await failureOf(url)).problem, timedOut);
        await until(() => closed);
    });

    it("times out when an HTTP proxy does not respond", async () => {
        const { problem, proxy } = await failureOf("http://sts.example", await fixture.serve(() => undefined));
        assert.deepEqual([problem, proxy], [timedOut, "HTTP_PROXY"]);
    });

    it("times out and closes its connection when a proxy does not open the tunnel", async () => {
        let closed = false;
        const silent = createTcpServer((socket) => {
            socket.on("error", () => {}).resume();
            socket.once("close", () => {
                closed = true;
            });
        });
        const url = `http://127.0.0.1:${await fixture.listen(silent)}`;
        const { problem, proxy } = await failureOf("https://sts.example", url);
        assert.deepEqual([problem, proxy], [timedOut, "HTTPS_PROXY"]);
        await until(() => closed);
    });

    it("fails when the response is too large", async () => {
        const url = await fixture.serve((_request, response) => {
            const more = () => {
                while (!response.destroyed && response.write(Buffer.alloc(65_536))) {}
            };
            response.on("drain", more);
            more();
        });
        const { problem } = await failureOf(url, undefined, 60_000);
        assert.deepEqual(problem, { kind: "noResponse", code: "EMSGSIZE" });
    });

    it("fails with the host alone when the connection is refused", async () => {
        const { problem, host } = await failureOf("http://127.0.0.1:1/canary?canary");
        assert.deepEqual(problem, { kind: "noResponse", code: "ECONNREFUSED" });
        assert.equal(host, "127.0.0.1:1");
    });
});
