import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { URICredentialsProvider } from "@alicloud/credentials";
import { install } from "@sinonjs/fake-timers";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { ConfigurationError } from "../../../provider/src/configuration";
import {
    type CredentialsSource,
    CredentialsUnavailable,
    credentialsFrom,
} from "../../../provider/src/credentials/credentials";
import { ExchangeFailure, exchange } from "../../../provider/src/credentials/exchange";
import { caller, oidcToken, pipeline, providerArn } from "../emulator/identityFixture";
import {
    callerProfile,
    credentialsFixture,
    deployer,
    inputs,
    instanceId,
    key,
    machine,
    session,
} from "./credentialsFixture";
import { enterEnvironment, leaveEnvironment } from "./environment";
import type { Properties } from "./host";
import { loopback } from "./loopback";
import { until } from "./until";

type Texts = Readonly<Record<string, string>>;
type Respond = (response: ServerResponse) => unknown;

const respondJson = (status: number, body: unknown): Respond => {
    return (response) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};
const respondText = (status: number, body: string): Respond => {
    return (response) => response.writeHead(status, { "content-type": "text/plain" }).end(body);
};
const assumeRoleWith = (more: object) => ({ assumeRole: { roleArn: deployer.arn, externalId: "external", ...more } });
const assumeRole = assumeRoleWith({});
const wrongRole = assumeRoleWith({ externalId: "wrong" });
const oidcBlock = (block: object) => ({ assumeRoleWithOidc: block });
const oidcRole = { oidcProviderArn: providerArn, roleArn: pipeline.arn };
const named = (profile: string) => ({ profile });
const sessionKey = {
    accessKey: session.accessKeyId,
    secretKey: session.accessKeySecret,
    securityToken: session.securityToken,
};
const policy = JSON.stringify({
    Version: "1",
    Statement: [{ Effect: "Allow", Action: "elasticsearch:*", Resource: "*" }],
});
const plainProfile = { name: "default", mode: "AK", ...callerProfile };
const byDeployer = `AssumeRole ${deployer.arn}`;
const byPipeline = `AssumeRoleWithOIDC ${pipeline.arn}`;

/** A profile of the CLI that is signed in to CloudSSO, until a time in seconds. */
const ssoProfile = (url: string, expire = Math.floor(Date.now() / 1000) + 3_600) => ({
    name: "sso",
    mode: "CloudSSO",
    cloud_sso_sign_in_url: url,
    cloud_sso_account_id: "1234",
    cloud_sso_access_config: "ac-1",
    access_token: "sso-canary",
    cloud_sso_access_token_expire: expire,
});

/** The credentials of a credentials URI. */
function sourceOf(value: string): CredentialsSource {
    const uri = { value, source: { kind: "stack", key: "alicloud:credentialsUri" } } as const;
    return credentialsFrom({ base: { kind: "credentialsUri", uri }, roles: [] }, "sts.example");
}

describe("credentials", () => {
    const fixture = credentialsFixture();
    const { signedBy, messageWith } = fixture;
    const external = (script: string) => ({
        name: "p",
        mode: "External",
        process_command: `sh ${fixture.file("process-canary", script)} --password argument-canary`,
    });
    const printingKey = () => external(`printf '%s' '${JSON.stringify({ mode: "AK", ...callerProfile })}'`);

    /** What a response may hold and no message may show. */
    const secrets = { AccessKeySecret: "response-canary", Message: "message-canary" };
    const issued = {
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

    describe("sign a call", () => {
        interface Settings {
            readonly config?: Properties;
            readonly env?: Texts;
            readonly profiles?: readonly object[];
            readonly profile?: string;
        }
        /** The signing key, or the operation and the role that gave it. */
        // biome-ignore format: a table, one row a line
        const cases: readonly (readonly [when: string, signer: string, settings: () => Settings])[] = [
            ["the stack has an STS token", session.accessKeyId, () => ({ config: sessionKey })],
            ["an STS token assumes a role", byDeployer, () => ({ config: { ...sessionKey, ...assumeRole } })],
            ["a block has an OIDC token and the environment the rest", byPipeline, () => ({ config: oidcBlock({ oidcToken }), env: { ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn, ALIBABA_CLOUD_ROLE_ARN: pipeline.arn } })],
            ["Kubernetes has set an OIDC role, whose token ends with a newline, and the CLI has a current profile", byPipeline, () => ({ env: fixture.rrsa(`${oidcToken}\n`), profiles: [plainProfile] })],
            ["the stack has a credentials URI", "GetCredentialsUri machine", () => ({ config: { credentialsUri: fixture.machineUri() } })],
            ["a profile chains roles", byDeployer, () => ({
                config: named("p"),
                profiles: [
                    { name: "p", mode: "ChainableRamRoleArn", source_profile: "r", ram_role_arn: deployer.arn, external_id: "external" },
                    { name: "r", mode: "RamRoleArn", ...callerProfile, ram_role_arn: machine.arn },
                ],
            })],
            ["the stack names the ECS role, and the environment another one and a proxy", "GetMetadataCredentials machine", () => ({ config: { ecsRoleName: "machine" }, env: { ALIBABA_CLOUD_ECS_METADATA: "other", HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "127.0.0.1" } })],
            ["a resource's own profile has the mode EcsRamRole and no name", "GetMetadataCredentials machine", () => ({ env: { ALIBABA_CLOUD_ECS_METADATA: "other" }, profiles: [{ name: "own", mode: "EcsRamRole" }], profile: "own" })],
        ];
        for (const [when, expected, settings] of cases) {
            it(`when ${when}`, async () => {
                await fixture.start({ metadata: { roleArn: machine.arn, requireToken: true } });
                fixture.withMetadata();
                const { config = {}, env = {}, profiles, profile } = settings();
                if (profiles !== undefined) {
                    fixture.profiles(...profiles);
                }
                const signer = await signedBy(config, env, profile === undefined ? {} : { profile });
                assert.equal(expected.includes(" ") ? fixture.issuedBy(signer) : signer, expected);
            });
        }

        it("with the role's policy, session name and duration when the stack has them", async () => {
            const more = { sessionName: "release", sessionExpiration: 900, policy };
            assert.equal(fixture.issuedBy(await signedBy({ ...key, ...assumeRoleWith(more) })), byDeployer);
            const [issued = assert.fail()] = fixture.emulator().ledger.credentials;
            assert.deepEqual([issued.sessionName, issued.durationSeconds, issued.policy], ["release", "900", policy]);
        });

        it("with the OIDC role's policy and session name when the stack has them", async () => {
            const more = { oidcTokenFile: fixture.file("token", oidcToken), roleSessionName: "pipeline", policy };
            assert.equal(fixture.issuedBy(await signedBy(oidcBlock({ ...oidcRole, ...more }))), byPipeline);
            const [issued = assert.fail()] = fixture.emulator().ledger.credentials;
            assert.deepEqual([issued.sessionName, issued.policy], ["pipeline", policy]);
        });

        it("and are not written into the CLI's file when a command of a profile prints them", async () => {
            const clis = fixture.profiles(printingKey());
            const before = readFileSync(clis, "utf8");
            assert.equal(await signedBy(named("p")), caller.accessKeyId);
            assert.equal(readFileSync(clis, "utf8"), before);
        });

        it("when a profile has the mode CloudSSO", async () => {
            const requests: unknown[] = [];
            const url = await fixture.serve(async (request, response) => {
                const body = Buffer.concat(await request.toArray()).toString();
                const { authorization, "content-type": type } = request.headers;
                requests.push([request.url, authorization, type, JSON.parse(body)]);
                response.end(JSON.stringify({ CloudCredential: issued }));
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
                const expiration = new Date(Date.now() + 3_600_000).toISOString();
                const isSignIn = request.url === "/v1/token";
                signIn = isSignIn ? body : signIn;
                const tokens = { access_token: "access-2", refresh_token: "refresh-2", expires_in: 3_600 };
                response.end(JSON.stringify(isSignIn ? tokens : { ...session, expiration }));
            });
            const proxy = await fixture.redirectingProxy(await fixture.listen(server));
            const oauth = { name: "p", mode: "OAuth", oauth_site_type: "CN", oauth_refresh_token: "refresh-1" };
            const clis = fixture.profiles(oauth);
            assert.equal(await signedBy(named("p"), { HTTPS_PROXY: proxy.url }), session.accessKeyId);
            assert.deepEqual([...new Set(proxy.targets)], ["oauth.aliyun.com:443"]);
            assert.match(signIn, /^grant_type=refresh_token&refresh_token=refresh-1&/);
            assert.match(readFileSync(clis, "utf8"), /"oauth_refresh_token": "refresh-2"/);
        });
    });

    describe("of one operation", () => {
        it("are renewed when they expire while it polls, even if their host is unavailable then", async () => {
            const issue: Respond = async (response) =>
                respondJson(200, await (await fetch(fixture.machineUri())).json())(response);
            const state = await uriWith(issue, unavailable, unavailable, issue);
            const { ledger } = fixture.emulator();
            fixture.emulator().addInstance({ instanceId, status: "activating", interruptMs: 1_500 });
            const host = await fixture.resource({ credentialsUri: state.uri, ...assumeRole });
            const creating = host.create({ ...inputs, timeoutSeconds: 60 });
            await until(() => ledger.requestsTo("DescribeLogstash").length > 0);
            fixture.emulator().expireCredentials();
            assert.equal((await creating).outs.status, "suspended");
            assert.deepEqual([state.requests, ledger.effects.length], [4, 1]);
        });

        it("are waited for when their host is unavailable before the request", async () => {
            const state = await uriWith(unavailable, respondJson(200, { Code: "Success", ...issued }));
            assert.equal(await signedBy({ credentialsUri: state.uri }), session.accessKeyId);
            assert.equal(state.requests, 2);
        });

        it("end it at once when they are denied", async () => {
            const state = await uriWith(respondJson(403, { Code: "NoPermission", ...secrets }));
            const message = await messageWith({ credentialsUri: state.uri }, {}, { timeoutSeconds: 60 });
            assert.match(message, /not sent: could not get credentials.*HTTP 403 \(NoPermission\)/);
            assert.equal(state.requests, 1);
        });

        it("are not renewed when they are set: one request is sent", async () => {
            const set = (await (await fetch(fixture.machineUri())).json()) as typeof issued;
            fixture.emulator().expireCredentials();
            const key = { accessKey: set.AccessKeyId, secretKey: set.AccessKeySecret };
            const message = await messageWith({ ...key, securityToken: set.SecurityToken });
            assert.match(message, /InvalidSecurityToken\.Expired/);
            assert.equal(fixture.emulator().ledger.requests.length, 1);
        });

        it("are issued once when many resources in two regions use one STS host", async () => {
            const many = ["cn-hangzhou", "cn-hangzhou", "cn-beijing", "cn-beijing"].map((each, n) => ({
                instanceId: `ls-cn-many${n}`,
                region: each,
            }));
            for (const instance of many) {
                fixture.emulator().addInstance({ ...instance, status: "activating" });
            }
            const host = await fixture.resource({ ...key, ...assumeRole });
            await Promise.all(many.map((instance) => host.create({ ...inputs, ...instance })));
            const { effects, credentials } = fixture.emulator().ledger;
            assert.deepEqual([effects.length, credentials.length], [many.length, 1]);
        });
    });

    describe("come from the right host", () => {
        const machineRole = { assumeRole: { roleArn: machine.arn } };
        const inVpc = { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "true", ALIBABA_CLOUD_STS_REGION: "cn-beijing" };
        for (const [host, when, config, env] of [
            ["sts.cn-hangzhou.aliyuncs.com", "a key assumes a role", { ...key, ...machineRole }, () => ({})],
            ["sts-vpc.cn-beijing.aliyuncs.com", "a pod in a VPC has one", {}, () => ({ ...fixture.rrsa(), ...inVpc })],
        ] as const) {
            it(`by the proxy, ${host}, when ${when}`, async () => {
                const proxy = await fixture.redirectingProxy();
                const whole = { ...config, ...fixture.endpoints({}) };
                assert.match(await signedBy(whole, { ...env(), HTTPS_PROXY: proxy.url }), /^STS\./);
                assert.deepEqual(proxy.targets, [`${host}:443`]);
            });
        }

        it("by HTTP_PROXY when a credentials URI is elsewhere, but not when it is on loopback", async () => {
            const proxy = await fixture.proxy();
            await signedBy({ credentialsUri: fixture.machineUri() }, { HTTP_PROXY: proxy.url });
            assert.doesNotMatch(proxy.requests.join(), /credentials-uri/);
            proxy.requests.splice(0);
            // This machine too, but not by a name of loopback.
            const uri = fixture.machineUri().replace("127.0.0.1", "0.0.0.0");
            fixture.emulator().setStatus(instanceId, "activating");
            const other = { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" };
            await signedBy({ credentialsUri: uri }, other, { triggers: ["another"] });
            assert.deepEqual(proxy.requests, [`request ${uri}`]);
        });
    });

    describe("cannot be obtained", () => {
        // biome-ignore format: a table, one row a line
        const responses: readonly (readonly [when: string, isTemporary: boolean, respond: Respond, message: RegExp])[] = [
            ["500 in text", true, respondText(500, "response-canary"), /HTTP 500 from/],
            ["429", true, respondJson(429, { Code: "TooManyRequests", ...secrets }), /HTTP 429 \(TooManyRequests\) from/],
            ["408", true, respondJson(408, secrets), /HTTP 408 from/],
            ["400 SignatureNonceUsed", true, respondJson(400, { Code: "SignatureNonceUsed" }), /HTTP 400 \(SignatureNonceUsed\) from/],
            ["400 TooManyRequests", true, respondJson(400, { Code: "TooManyRequests" }), /HTTP 400 \(TooManyRequests\) from/],
            ["400 Throttling.User", true, respondJson(400, { Code: "Throttling.User", ...secrets }), /HTTP 400 \(Throttling\.User\) from/],
            ["a reset", true, (response) => response.destroy(), /no response \(ECONNRESET\) from/],
            ["403 NoPermission", false, respondJson(403, { Code: "NoPermission", ...secrets }), /HTTP 403 \(NoPermission\) from/],
            ["403 with a text for a code", false, respondJson(403, { Code: "not a code: response-canary" }), /HTTP 403 from/],
            ["200 with a list", false, respondJson(200, [secrets]), /the response of 127\.0\.0\.1:\d+ contains none/],
        ];
        for (const [when, isTemporary, respond, message] of responses) {
            it(`${isTemporary ? "for now" : "at all"} when the response is ${when}`, async () => {
                const error: Error = await sourceOf((await uriWith(respond)).uri)
                    .get()
                    .then(
                        () => assert.fail("it should have failed"),
                        (e) => e,
                    );
                assert.ok(error instanceof (isTemporary ? CredentialsUnavailable : ConfigurationError));
                assert.doesNotMatch(error.message, /canary/);
                assert.match(error.message, /^could not get credentials of the credentials URI from `alicloud:cred/);
                assert.match(error.message, message);
            });
        }

        it("when the library gives an empty ID or secret, with which the service would get an unsigned request", async () => {
            for (const half of [{ accessKeyId: "" }, { accessKeySecret: "" }]) {
                const getCredentials = async () => ({ ...session, ...half });
                const patched = Object.assign(URICredentialsProvider.prototype, { getCredentials });
                const message = /could not get credentials.*failed before it sent/;
                await assert.rejects(sourceOf("http://127.0.0.1:1").get(), { message });
                Reflect.deleteProperty(patched, "getCredentials");
            }
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
            const { requests, credentials } = fixture.emulator().ledger;
            assert.deepEqual([metadata, requests, credentials], [[], [], []]);
        });

        const sso = async (response: Respond) => {
            fixture.profiles(ssoProfile((await uriWith(response)).uri));
            return named("sso");
        };
        const refusing = async () => {
            const server = createHttpServer().on("connect", (_request, socket) => {
                socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
            });
            return `http://user:password-canary@127.0.0.1:${await fixture.listen(server)}`;
        };
        const endpointsWith = (sts: string) => fixture.endpoints({ sts });
        const untrusted = async () =>
            fixture.listen(createServer(selfSigned(), (_request, response) => response.end()));
        /** The settings, and the message; `canary` must not be in it. */
        // biome-ignore format: a table, one row a line
        const messages: readonly (readonly [when: string, config: () => Properties | Promise<Properties>, message: RegExp, env?: (() => Texts | Promise<Texts>) | undefined, more?: object])[] = [
            ["STS refuses the connection", () => endpointsWith("127.0.0.1:1"), /the OIDC role from the variable ALIBABA_CLOUD_ROLE_ARN: no response \(ECONNREFUSED\) from 127\.0\.0\.1:1/, () => fixture.rrsa(), { timeoutSeconds: 1 }],
            ["the certificate of STS is not trusted", async () => ({ ...key, ...assumeRole, ...endpointsWith(`localhost:${await untrusted()}`) }), /_CERT.*from localhost:\d+; trust the certificate's authority.*NODE_EXTRA_CA_CERTS/],
            ["the proxy rejects the connection", () => ({ ...key, ...assumeRole }), /HTTP 407 from localhost:\d+ through the proxy of HTTPS_PROXY/, async () => ({ HTTPS_PROXY: await refusing() })],
            ["the proxy's variable has a SOCKS proxy", () => ({ ...key, ...assumeRole }), /not sent: .*the variable HTTPS_PROXY must be the URL of an http or https proxy/, () => ({ HTTPS_PROXY: "socks5://127.0.0.1:1080" })],
            ["the secret is wrong", () => ({ ...sessionKey, secretKey: "wrong-canary" }), /SignatureDoesNotMatch[\s\S]*signed with: +access key ID from `alicloud:accessKey`, secret from `alicloud:secretKey`, security token from `alicloud:securityToken`/],
            ["the role may not be assumed", () => ({ ...key, ...wrongRole }), /not sent: could not get credentials of the role from `alicloud:assumeRole\.roleArn`, assumed with access key ID from `alicloud:accessKey`, secret from `alicloud:secretKey`: HTTP 403 \(NoPermission\) from localhost:\d+$/m],
            ["a command fails", () => { fixture.profiles(external("echo out-canary; echo err-canary >&2; exit 3")); return named("p"); }, /the CLI profile "p" of mode External.*its command failed, or printed no credentials/],
            ["the token's file cannot be read", () => (oidcBlock({ ...oidcRole, oidcTokenFile: "/nowhere/canary" })), /the token's file, from `alicloud:assumeRoleWithOidc\.oidcTokenFile`, cannot be read: ENOENT/],
            ["the sign-in to CloudSSO has expired", () => { fixture.profiles(ssoProfile("https://signin-canary.example", 1)); return named("sso"); }, /mode CloudSSO.*: its sign-in has expired; sign in again with the aliyun CLI/],
            ["CloudSSO rejects the sign-in", () => sso(respondJson(401, { Code: "Unauthorized", ...secrets })), /HTTP 401 \(Unauthorized\) from 127\.0\.0\.1:\d+; its sign-in has expired; sign in again with the aliyun CLI/],
            ["a session of CloudSSO may not assume the role", async () => ({ ...(await sso(respondJson(200, { CloudCredential: issued }))), ...wrongRole }), /HTTP 403 \(NoPermission\) from localhost:\d+$/m],
        ];
        for (const [when, config, message, env, more] of messages) {
            it(`when ${when}: the message has no secret`, async () => {
                // Another identity, which must not sign instead.
                fixture.profiles(plainProfile);
                const whole = await config();
                assert.match(await messageWith(whole, await env?.(), more), message);
            });
        }
    });

    describe("that are temporary", () => {
        /** A source whose sessions, each with a token of its own, last for these minutes. */
        async function sessionsOf(minutes: number): Promise<CredentialsSource> {
            let sessions = 0;
            const url = await fixture.serve((_request, response) => {
                sessions += 1;
                const Expiration = new Date(Date.now() + minutes * 60_000).toISOString();
                response.end(JSON.stringify({ ...issued, SecurityToken: `token ${sessions}`, Expiration }));
            });
            return sourceOf(url);
        }
        const tokenOf = async (source: CredentialsSource) => (await source.get()).securityToken;

        it("are shared for five seconds when they soon expire", async () => {
            const source = await sessionsOf(5);
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
            const source = await sessionsOf(60);
            const expired = await source.get();
            for (const _request of ["first", "second"]) {
                source.renew?.(expired);
                assert.equal(await tokenOf(source), "token 2");
            }
        });

        it("have no token when a command prints none: its text would be masked in every message", async () => {
            const fields = { ...printingKey(), mode: "External" } as const;
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
    const { listen, serve } = loopback();

    const request = (url: string, readTimeout = 200) => ({
        ...{ toRequestURL: () => url, method: "GET", headers: {} },
        ...{ connectTimeout: 200, readTimeout },
    });
    async function failureOf(url: string, proxy?: string, readTimeout?: number): Promise<ExchangeFailure> {
        enterEnvironment(proxy === undefined ? {} : { HTTPS_PROXY: proxy });
        const error: unknown = await exchange(request(url, readTimeout)).then(
            () => assert.fail("it should have failed"),
            (e) => e,
        );
        leaveEnvironment();
        assert.ok(error instanceof ExchangeFailure);
        return error;
    }
    const timedOut = { kind: "noResponse", code: "ETIMEDOUT" };

    it("waits for a response longer than for a connection", async () => {
        const url = await serve((_request, response) => setTimeout(() => response.end("late"), 300));
        const { body } = await exchange(request(url, 5_000));
        assert.equal(body.toString(), "late");
    });

    it("has no body when there are no fields", async () => {
        const received: unknown[] = [];
        const url = await serve(({ method, headers }, response) => {
            received.push(method, headers["content-type"], headers["content-length"]);
            response.end("body");
        });
        const { body } = await exchange(request(url));
        assert.equal(body.toString(), "body");
        assert.deepEqual(received, ["GET", undefined, undefined]);
    });

    it("leaves no timer when it succeeds, is rejected or fails", async () => {
        const urls = [
            await serve((_request, response) => response.end("body")),
            await serve((_request, response) => response.writeHead(403).end()),
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

    for (const [what, target, proxied] of [
        ["a server does not respond", "http://HOST", undefined],
        ["a proxy does not open the tunnel", "https://sts.example", "HTTPS_PROXY"],
    ] as const) {
        it(`times out and closes its connection when ${what}`, async () => {
            let isClosed = false;
            const silent = createTcpServer((socket) => {
                socket.on("error", () => {}).resume();
                socket.once("close", () => {
                    isClosed = true;
                });
            });
            const url = `http://127.0.0.1:${await listen(silent)}`;
            const failure = await failureOf(target.replace("http://HOST", url), proxied && url);
            assert.deepEqual([failure.problem, failure.proxy], [timedOut, proxied]);
            await until(() => isClosed);
        });
    }

    it("fails when the response is too large", async () => {
        const url = await serve((_request, response) => {
            const more = () => {
                while (!response.destroyed && response.write(Buffer.alloc(65_536))) {}
            };
            response.on("drain", more);
            more();
        });
        const { problem } = await failureOf(url, undefined, 60_000);
        assert.deepEqual(problem, { kind: "noResponse", code: "EMSGSIZE" });
    });
});
