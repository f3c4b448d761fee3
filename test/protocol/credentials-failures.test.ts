import { strict as assert } from "node:assert";
import { chmodSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer } from "node:https";
import { URICredentialsProvider } from "@alicloud/credentials";
import { selfSigned } from "pulumi-alicloud-logstash-emulator";
import { ConfigurationError } from "../../provider/src/configuration";
import { CredentialsUnavailable, credentialsFrom } from "../../provider/src/credentials/credentials";
import {
    CredentialsSite,
    caller,
    callerProfile,
    deployer,
    inputs,
    key,
    machine,
    oidcToken,
    pipeline,
    providerArn,
    session,
    sessionKey,
    ssoAnswer,
    ssoProfile,
} from "./credentialsSite";
import { until } from "./until";

type Answer = (response: ServerResponse) => unknown;

const json = (status: number, body: unknown): Answer => {
    return (response) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};
const text = (status: number, body: string): Answer => {
    return (response) => response.writeHead(status, { "content-type": "text/plain" }).end(body);
};
const credentials = {
    Code: "Success",
    AccessKeyId: session.accessKeyId,
    AccessKeySecret: session.accessKeySecret,
    SecurityToken: session.securityToken,
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
};
const place = { kind: "stack", key: "alicloud:credentialsUri" } as const;
/** What an answer may hold and no message may show. */
const telltale = { AccessKeySecret: "answered-canary", Message: "message-canary" };

const passing: readonly (readonly [what: string, answer: Answer, told: RegExp])[] = [
    ["500 in text", text(500, "answered-canary"), /HTTP 500 from/],
    ["502 of a proxy", text(502, "<html>answered-canary</html>"), /HTTP 502 from/],
    ["503 with a code", json(503, { Code: "ServiceUnavailable", ...telltale }), /HTTP 503 \(ServiceUnavailable\) from/],
    ["429", json(429, { Code: "TooManyRequests", ...telltale }), /HTTP 429 \(TooManyRequests\) from/],
    ["408", json(408, telltale), /HTTP 408 from/],
    ["400 SignatureNonceUsed", json(400, { Code: "SignatureNonceUsed" }), /HTTP 400 \(SignatureNonceUsed\) from/],
    ["400 TooManyRequests", json(400, { Code: "TooManyRequests" }), /HTTP 400 \(TooManyRequests\) from/],
    ["400 Throttling.User", json(400, { Code: "Throttling.User", ...telltale }), /HTTP 400 \(Throttling\.User\) from/],
    ["a connection that is reset", (response) => response.destroy(), /no answer \(ECONNRESET\) from/],
    [
        "an answer that breaks off",
        (response) => {
            response.writeHead(200, { "content-length": "1000" }).write('{"AccessKeySecret": "answered-canary"');
            setImmediate(() => response.destroy());
        },
        /no answer \(\w+\) from/,
    ],
];

const lasting: readonly (readonly [what: string, answer: Answer, told: RegExp])[] = [
    ["403 NoPermission", json(403, { Code: "NoPermission", ...telltale }), /HTTP 403 \(NoPermission\) from/],
    [
        "404 InvalidAccessKeyId",
        json(404, { Code: "InvalidAccessKeyId.NotFound" }),
        /HTTP 404 \(InvalidAccessKeyId\.NotFound\)/,
    ],
    ["a code that is none", json(403, { Code: "not a code: answered-canary" }), /HTTP 403 from/],
    ["a redirection", (response) => response.writeHead(302, { location: "/answered-canary" }).end(), /HTTP 302 from/],
    ["200 in text", text(200, "AccessKeySecret=answered-canary"), /the answer of 127\.0\.0\.1:\d+ holds none/],
    ["200 with a list", json(200, [telltale]), /the answer of 127\.0\.0\.1:\d+ holds none/],
    ["200 without a token", json(200, { AccessKeyId: "id", ...telltale }), /the answer of 127\.0\.0\.1:\d+ holds none/],
    ["200 with null", json(200, null), /the answer of 127\.0\.0\.1:\d+ holds none/],
];

describe("credentials that cannot be had", () => {
    const site = new CredentialsSite();
    beforeEach(() => site.start());
    afterEach(() => site.stop());

    /** A credentials URI with secrets of its own, whose answers come in this order, the last one for ever. */
    async function uriAnswering(...answers: readonly Answer[]): Promise<{ readonly uri: string; asked: number }> {
        const state = { uri: "", asked: 0 };
        const url = await site.serve((_request, response) => {
            answers[Math.min(state.asked, answers.length - 1)]?.(response);
            state.asked += 1;
        });
        state.uri = `${url}/canary-path?token=canary-query`;
        return state;
    }

    /** What asking once ends with; nothing of the answer may be in it. */
    async function failureOf(answer: Answer): Promise<Error> {
        const uri = { value: (await uriAnswering(answer)).uri, source: place };
        const source = credentialsFrom({ base: { kind: "credentialsUri", uri }, roles: [] }, "sts.example");
        const error: unknown = await source.get().then(
            () => assert.fail("it should have failed"),
            (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof Error);
        assert.doesNotMatch(error.message, /canary/);
        assert.match(
            error.message,
            /^credentials of the credentials URI from `alicloud:credentialsUri` could not be had: /,
        );
        return error;
    }

    for (const [what, answer, told] of passing) {
        it(`this time may be asked for again: ${what}`, async () => {
            const error = await failureOf(answer);
            assert.ok(error instanceof CredentialsUnavailable);
            assert.match(error.message, told);
        });
    }

    for (const [what, answer, told] of lasting) {
        it(`are not asked for again: ${what}`, async () => {
            const error = await failureOf(answer);
            assert.ok(error instanceof ConfigurationError);
            assert.match(error.message, told);
        });
    }

    const unavailable = json(503, { Code: "ServiceUnavailable", ...telltale });

    for (const half of [{ accessKeyId: "" }, { accessKeySecret: "" }]) {
        it(`sign nothing where the library takes half of them for whole: ${Object.keys(half)}`, async () => {
            const { uri } = await uriAnswering(json(200, credentials));
            const given = Object.assign(URICredentialsProvider.prototype, {
                getCredentials: async () => ({ ...session, ...half }),
            });
            try {
                const message = await site.messageWith({ "alicloud:credentialsUri": uri });
                assert.match(message, /not sent: credentials of the credentials URI.*failed before it asked/);
                assert.equal(site.emulator.ledger.requests.length, 0);
            } finally {
                Reflect.deleteProperty(given, "getCredentials");
            }
        });
    }

    it("this time are asked for until they are had", async () => {
        const state = await uriAnswering(unavailable, unavailable, json(200, credentials));
        assert.equal(await site.signedBy({ "alicloud:credentialsUri": state.uri }), session.accessKeyId);
        assert.equal(state.asked, 3);
    });

    it("to the end of the time budget leave nothing sent", async () => {
        const { uri } = await uriAnswering(unavailable);
        const message = await site.messageWith({ "alicloud:credentialsUri": uri }, {}, { timeoutSeconds: 1 });
        assert.match(message, /HTTP 503 \(ServiceUnavailable\) from 127\.0\.0\.1/);
        assert.equal(site.emulator.ledger.requests.length, 0);
    });

    it("for good end the operation at once", async () => {
        const state = await uriAnswering(json(403, { Code: "NoPermission", ...telltale }));
        const message = await site.messageWith({ "alicloud:credentialsUri": state.uri }, {}, { timeoutSeconds: 60 });
        assert.match(message, /not sent: credentials of the credentials URI.*HTTP 403 \(NoPermission\)/);
        assert.equal(state.asked, 1);
    });

    it("in the middle of a wait do not end it while their failure passes", async () => {
        const issue: Answer = async (response) => json(200, await (await fetch(site.machineUri)).json())(response);
        const state = await uriAnswering(issue, unavailable, unavailable, issue);
        const { ledger } = site.emulator;
        site.emulator.addInstance({ instanceId: inputs.instanceId, status: "activating", interruptMs: 1_500 });
        const host = await site.host({ "alicloud:credentialsUri": state.uri });
        const creating = host.create({ ...inputs, timeoutSeconds: 60 });
        await until(() => ledger.requestsTo("DescribeLogstash").length > 0);
        site.emulator.expireCredentials();
        assert.equal((await creating).outs.status, "suspended");
        assert.equal(state.asked, 4);
        assert.equal(ledger.effects.length, 1);
    });

    it("from an STS that is out of reach are asked for again, by whatever chain", async () => {
        const env = {
            ALIBABA_CLOUD_ROLE_ARN: pipeline.arn,
            ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
            ALIBABA_CLOUD_OIDC_TOKEN_FILE: site.file("token", oidcToken),
        };
        // The CLI's current profile would answer, and is somebody else.
        site.profiles({ name: "default", mode: "AK", ...callerProfile });
        const endpoints = site.endpoints({ sts: "127.0.0.1:1" });
        const message = await site.messageWith({ "alicloud:endpoints": endpoints }, env, { timeoutSeconds: 1 });
        assert.match(
            message,
            /the OIDC role from the variable ALIBABA_CLOUD_ROLE_ARN.*no answer \(ECONNREFUSED\) from 127\.0\.0\.1:1/,
        );
        assert.equal(site.emulator.ledger.requests.length, 0);
    });

    it("from an STS whose certificate nobody vouches for are told with the variable that would", async () => {
        const server = createServer(selfSigned(), (_request, response) => response.end());
        const endpoints = site.endpoints({ sts: `localhost:${await site.listen(server)}` });
        const role = JSON.stringify({ roleArn: deployer.arn });
        const message = await site.messageWith({
            ...key,
            "alicloud:endpoints": endpoints,
            "alicloud:assumeRole": role,
        });
        assert.match(message, /_CERT.*from localhost:\d+; trust the certificate's authority.*NODE_EXTRA_CA_CERTS/);
    });

    it("are named by the settings they come from: a wrong secret", async () => {
        const message = await site.messageWith({ ...sessionKey, "alicloud:secretKey": "wrong-canary" });
        assert.match(message, /SignatureDoesNotMatch/);
        assert.match(
            message,
            /signed with: +access key ID from `alicloud:accessKey`, secret from `alicloud:secretKey`, security token from `alicloud:securityToken`/,
        );
    });

    it("are named by the settings they come from: a role that may not be assumed", async () => {
        const assumeRole = JSON.stringify({ roleArn: deployer.arn, externalId: "wrong" });
        const message = await site.messageWith({ ...key, "alicloud:assumeRole": assumeRole });
        assert.match(
            message,
            /not sent: credentials of the role from `alicloud:assumeRole\.roleArn`, assumed with access key ID from `alicloud:accessKey`, secret from `alicloud:secretKey` could not be had: HTTP 403 \(NoPermission\) from localhost/,
        );
        assert.equal(site.emulator.ledger.credentials.length, 1);
    });

    it("are half of an access key", async () => {
        const message = await site.messageWith({ "alicloud:accessKey": caller.accessKeyId });
        assert.match(message, /not sent: there is an access key ID from `alicloud:accessKey`, and no secret/);
    });

    it("name a profile that is not there, and those that are", async () => {
        site.profiles({ name: "one", mode: "AK" }, { name: "two", mode: "AK" });
        const message = await site.messageWith({}, {}, { profile: "three" });
        assert.match(message, /has no profile "three", which the resource's `profile` names; it has "one", "two"/);
    });

    it("quote nothing of a broken file", async () => {
        site.file(".aliyun/config.json", '{"profiles": [{"access_key_secret": "secret-canary"');
        assert.match(await site.messageWith({}, {}, { profile: "one" }), /is not JSON/);
    });

    it("quote nothing of a command that fails, nor of what it prints", async () => {
        for (const script of [
            "echo out-canary; echo err-canary >&2; exit 3",
            'echo \'{"access_key_secret": "canary"\'',
        ]) {
            const program = site.file("process-canary", `#!/bin/sh\n${script}\n`);
            chmodSync(program, 0o700);
            const command = `${program} --password argument-canary`;
            site.profiles({ name: "external", mode: "External", process_command: command });
            const message = await site.messageWith({ "alicloud:profile": "external" });
            assert.match(
                message,
                /the CLI profile "external" of mode External.*its command failed, or printed no credentials/,
            );
        }
    });

    it("name a token's file that cannot be read, and not its path", async () => {
        const role = { oidcProviderArn: providerArn, roleArn: pipeline.arn, oidcTokenFile: "/nowhere/canary" };
        const message = await site.messageWith({ "alicloud:assumeRoleWithOidc": JSON.stringify(role) });
        assert.match(
            message,
            /the token's file, from `alicloud:assumeRoleWithOidc\.oidcTokenFile`, cannot be read: ENOENT/,
        );
    });

    it("ask for a new sign-in where that of CloudSSO is over", async () => {
        site.profiles(ssoProfile("https://signin-canary.example", 1));
        const message = await site.messageWith({ "alicloud:profile": "sso" });
        assert.match(message, /its sign-in is over; sign in again with the aliyun CLI/);
    });

    it("ask for a new sign-in where that of CloudSSO is refused", async () => {
        site.profiles(ssoProfile((await uriAnswering(json(401, { Code: "Unauthorized", ...telltale }))).uri));
        const message = await site.messageWith({ "alicloud:profile": "sso" });
        assert.match(
            message,
            /HTTP 401 \(Unauthorized\) from 127\.0\.0\.1:\d+; its sign-in is over; sign in again with the aliyun CLI/,
        );
    });

    it("ask for no sign-in where a session of CloudSSO may not assume the role", async () => {
        site.profiles(ssoProfile((await uriAnswering(json(200, ssoAnswer()))).uri));
        const assumeRole = JSON.stringify({ roleArn: deployer.arn, externalId: "wrong" });
        const message = await site.messageWith({ "alicloud:profile": "sso", "alicloud:assumeRole": assumeRole });
        assert.match(message, /HTTP 403 \(NoPermission\) from localhost:\d+$/m);
    });

    it("ask for no sign-in where a command's key may not assume the role", async () => {
        const program = site.file(
            "process",
            `#!/bin/sh\nprintf '%s' '${JSON.stringify({ mode: "AK", ...callerProfile })}'\n`,
        );
        chmodSync(program, 0o700);
        site.profiles({ name: "external", mode: "External", process_command: program });
        const assumeRole = JSON.stringify({ roleArn: deployer.arn, externalId: "wrong" });
        const message = await site.messageWith({ "alicloud:profile": "external", "alicloud:assumeRole": assumeRole });
        assert.match(message, /HTTP 403 \(NoPermission\) from localhost:\d+$/m);
    });

    it("are set by nobody: what lies about on the machine signs nothing, and is not asked", async () => {
        const metadata: unknown[] = [];
        site.withMetadata(await site.serve(({ url }, response) => metadata.push(url, response.end())));
        site.profiles({ name: "default", mode: "AK", ...callerProfile }, { name: "two", mode: "AK", ...callerProfile });
        const key = `access_key_id = ${caller.accessKeyId}\naccess_key_secret = ${caller.accessKeySecret}\n`;
        site.file(".alibabacloud/credentials", `[default]\nenable = true\ntype = access_key\n${key}`);
        const message = await site.messageWith({});
        assert.match(message, /not sent: no Alibaba Cloud credentials are set; name an identity in one of these ways/);
        assert.match(message, /`export ALIBABA_CLOUD_PROFILE=NAME`.*its file has "default", "two"/);
        assert.deepEqual([metadata, site.emulator.ledger.requests, site.emulator.ledger.credentials], [[], [], []]);
    });

    it("of a role are asked for again where STS calls the request a copy of one it has seen", async () => {
        let asked = 0;
        const server = createServer(site.tls, (_request, response) => {
            asked += 1;
            const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = credentials;
            const Credentials = { AccessKeyId, AccessKeySecret, SecurityToken, Expiration };
            (asked === 1 ? json(400, { Code: "SignatureNonceUsed", ...telltale }) : json(200, { Credentials }))(
                response,
            );
        });
        const endpoints = site.endpoints({ sts: `localhost:${await site.listen(server)}` });
        const config = {
            "alicloud:endpoints": endpoints,
            "alicloud:assumeRole": JSON.stringify({ roleArn: deployer.arn }),
        };
        assert.equal(await site.signedBy({ ...key, ...config }), session.accessKeyId);
        assert.equal(asked, 2);
    });

    it("are those of a role that the machine does not have, and not those of the one it has", async () => {
        await site.stop();
        await site.start({ metadata: { roleArn: machine.arn } });
        site.withMetadata();
        const message = await site.messageWith({ "alicloud:ecsRoleName": "other" });
        assert.match(
            message,
            /not sent: credentials of the ECS role from `alicloud:ecsRoleName` could not be had: HTTP 404 from 100\.100\.100\.200$/m,
        );
    });

    it("are temporary and expired, with none to follow: nobody asks twice", async () => {
        const issued = (await (await fetch(site.machineUri)).json()) as typeof credentials;
        site.emulator.expireCredentials();
        const message = await site.messageWith({
            "alicloud:accessKey": issued.AccessKeyId,
            "alicloud:secretKey": issued.AccessKeySecret,
            "alicloud:securityToken": issued.SecurityToken,
        });
        assert.match(message, /InvalidSecurityToken\.Expired/);
        assert.equal(site.emulator.ledger.requests.length, 1);
    });

    it("are temporary, with the token of another session", async () => {
        const message = await site.messageWith({ ...sessionKey, "alicloud:securityToken": "other-canary" });
        assert.match(message, /InvalidSecurityToken\.Malformed/);
    });

    it("are looked for at a preview where a resource names a new profile, and only then", async () => {
        site.profiles({ name: "one", mode: "AK" });
        const host = await site.host({});
        const failuresOf = async (profile: string, olds = {}) =>
            (await host.check(olds, { ...inputs, profile })).failures;
        const missing = [
            '|profile: the CLI\'s file has no profile "oen", which the resource\'s `profile` names; it has "one"',
        ];
        assert.deepEqual(await failuresOf("oen"), missing);
        assert.deepEqual(await failuresOf("oen", { ...inputs, profile: "one" }), missing);
        assert.deepEqual(await failuresOf("oen", { ...inputs, profile: "oen" }), []);
        assert.deepEqual(await failuresOf("one"), []);
    });

    it("are not looked for at a preview where there is no file of profiles", async () => {
        const { failures } = await (await site.host({})).check({}, { ...inputs, profile: "one" });
        assert.deepEqual(failures, []);
    });

    it("are no reason to stay: the region is asked for, with the CLI's broken file named", async () => {
        const { region: _, ...without } = inputs;
        site.file(".aliyun/config.json", "canary");
        const { failures } = await (await site.host({ "alicloud:profile": "one" })).check({}, without);
        assert.deepEqual(failures, ["|region: the CLI's file is not JSON, as the aliyun CLI writes it"]);
    });
});
