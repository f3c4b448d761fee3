import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EmulatorOptions, TemporaryCredentials } from "pulumi-alicloud-logstash-emulator";
import {
    accountId,
    call,
    caller,
    chained,
    deployer,
    IdentitySite,
    machine,
    oidcToken,
    pipeline,
    policyOf,
    providerArn,
    staticKey,
} from "./identitySite";
import { RPCClient } from "./popCore";

interface AssumeRoleAnswer {
    readonly AssumedRoleUser: { readonly Arn: string };
    readonly Credentials: TemporaryCredentials;
}

describe("emulator: token service", () => {
    let site: IdentitySite;
    async function start(options: EmulatorOptions = {}): Promise<void> {
        site = await IdentitySite.start(options);
    }
    afterEach(() => site.stop());

    describe("AssumeRole", () => {
        it("gives credentials that are accepted with their token only", async () => {
            await start();
            const provider = site.assume().withExternalId("external-canary").withDurationSeconds(1800).build();
            const { accessKeyId, accessKeySecret, securityToken } = await provider.getCredentials();
            await site.describeWith({ accessKeyId, accessKeySecret, securityToken });
            await site.describeWith({ accessKeyId, accessKeySecret, securityToken }, `https://${site.stsHost}`);
            const code = "InvalidSecurityToken.Malformed";
            await assert.rejects(site.describeWith({ accessKeyId, accessKeySecret }), { code });
            await assert.rejects(
                site.describeWith({ accessKeyId, accessKeySecret, securityToken: `${securityToken}x` }),
                {
                    code,
                },
            );
            await assert.rejects(site.describeWith({ accessKeyId, accessKeySecret: "guessed", securityToken }), {
                code: "SignatureDoesNotMatch",
            });

            const [entry] = site.emulator.ledger.credentialsBy("AssumeRole");
            const { accessKeyId: asked, role, sessionName, durationSeconds, proof, outcome, issued } = entry ?? {};
            assert.deepEqual(
                { asked, role, sessionName, durationSeconds, proof, outcome, issued },
                {
                    asked: caller.accessKeyId,
                    role: deployer.arn,
                    sessionName: "session",
                    durationSeconds: "1800",
                    proof: "signature",
                    outcome: { kind: "responded", status: 200 },
                    issued: accessKeyId,
                },
            );
            const view = await (await fetch(`${site.emulator.plainUrl}/_emulator/state`)).text();
            for (const secret of [caller.accessKeySecret, accessKeySecret, securityToken, "external-canary"]) {
                assert.ok(!view.includes(secret));
            }
        });

        it("is found at the host that is built into the client", async () => {
            await start();
            const provider = site
                .assume()
                .withStsEndpoint("sts.aliyuncs.com")
                .withExternalId("external-canary")
                .build();
            await site.describeWith(await provider.getCredentials());
        });

        for (const externalId of [undefined, "guessed"]) {
            it(`rejects the external ID ${externalId}`, async () => {
                await start();
                const builder = site.assume();
                const provider = (externalId === undefined ? builder : builder.withExternalId(externalId)).build();
                await assert.rejects(provider.getCredentials(), /NoPermission/);
                assert.deepEqual(site.emulator.ledger.credentials.at(-1)?.outcome, {
                    kind: "rejected",
                    status: 403,
                    code: "NoPermission",
                });
                assert.equal(site.emulator.ledger.credentials.at(-1)?.issued, undefined);
            });
        }

        it("rejects a wrong secret, an unknown key, an unknown role, and who is not trusted", async () => {
            await start();
            const forger = staticKey({ ...caller, accessKeySecret: "guessed" });
            await assert.rejects(
                site.assume(deployer, forger).build().getCredentials(),
                /access key secret is invalid/,
            );
            const stranger = staticKey({ accessKeyId: "nobody", accessKeySecret: "x" });
            await assert.rejects(
                site.assume(deployer, stranger).build().getCredentials(),
                /InvalidAccessKeyId\.NotFound/,
            );
            const nothing = { arn: `acs:ram::${accountId}:role/nothing` };
            await assert.rejects(site.assume(nothing).build().getCredentials(), /EntityNotExist\.Role/);
            for (const role of [chained, pipeline, machine]) {
                await assert.rejects(site.assume(role).build().getCredentials(), /NoPermission/);
            }
        });

        it("rejects a caller whose own policy does not allow it", async () => {
            const policy = policyOf({ Effect: "Allow", Action: "elasticsearch:*", Resource: "*" });
            await start({ accounts: [{ ...caller, policy }] });
            const provider = site.assume().withExternalId("external-canary").build();
            await assert.rejects(provider.getCredentials(), /NoPermission/);
            await site.describeWith(caller);
        });

        it("narrows the role by the policy of the session", async () => {
            await start();
            const policy = JSON.stringify(
                policyOf({ Effect: "Allow", Action: "elasticsearch:Describe*", Resource: "*" }),
            );
            const provider = site.assume().withExternalId("external-canary").withPolicy(policy).build();
            const credentials = await provider.getCredentials();
            await site.describeWith(credentials);
            await assert.rejects(call(site.emulator.plainUrl, credentials, "InterruptLogstashTask"), {
                code: "Forbidden.RAM",
            });
            assert.equal(site.emulator.ledger.credentials.at(-1)?.policy, policy);
        });

        it("chains roles, over temporary credentials", async () => {
            await start();
            const first = site.assume().withExternalId("external-canary").build();
            const credentials = await site.assume(chained, first).build().getCredentials();
            await site.describeWith(credentials);
            const [, second] = site.emulator.ledger.credentialsBy("AssumeRole");
            assert.equal(second?.accessKeyId, (await first.getCredentials()).accessKeyId);
            assert.equal(second?.role, chained.arn);

            site.emulator.expireCredentials();
            await assert.rejects(site.assume(chained, first).build().getCredentials(), /InvalidSecurityToken\.Expired/);
        });

        it("serves pop-core's RPC client, by GET and by POST", async () => {
            await start({ roles: [{ ...deployer, externalId: "=,.@:/-_+ '()*!~ü" }, machine] });
            for (const method of ["GET", "POST"]) {
                const answer = await assumeByRpc(site.emulator.plainUrl, method, { ExternalId: "=,.@:/-_+ '()*!~ü" });
                const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = answer.Credentials;
                await site.describeWith({
                    accessKeyId: AccessKeyId,
                    accessKeySecret: AccessKeySecret,
                    securityToken: SecurityToken,
                });
                assert.equal(Math.round((Date.parse(Expiration) - site.clock.now()) / 1000 / 60), 60);
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
        it("rejects parameters that are out of range or malformed", async () => {
            await start();
            const good = { ExternalId: "external-canary" };
            for (const [code, parameters] of invalid) {
                const bad = { ...good, ...parameters };
                await assert.rejects(
                    assumeByRpc(site.emulator.plainUrl, "POST", bad),
                    { code },
                    JSON.stringify(parameters),
                );
            }
            for (const DurationSeconds of ["900", "43200"]) {
                const { Credentials } = await assumeByRpc(site.emulator.plainUrl, "POST", { ...good, DurationSeconds });
                const seconds = Math.ceil((Date.parse(Credentials.Expiration) - site.clock.now()) / 1000);
                assert.equal(seconds, Number(DurationSeconds));
            }
        });

        it("takes a request once, in time, and unchanged", async () => {
            let skewMs = 0;
            await start({ signatureTime: () => Date.now() + skewMs });
            const path = await captureRpc({ ExternalId: "external-canary" });
            const codeOf = async (changed: string) => {
                const response = await fetch(`${site.emulator.plainUrl}${changed}`);
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
            await site.describeWith(await site.assumeWithOidc(site.file("good", oidcToken)).getCredentials());
            const [entry] = site.emulator.ledger.credentialsBy("AssumeRoleWithOIDC");
            assert.equal(entry?.proof, "OIDC token");
            assert.equal(entry?.accessKeyId, undefined);
            assert.ok(!JSON.stringify(site.emulator.ledger.credentials).includes(oidcToken));
        });

        it("rejects another token, none, and another provider", async () => {
            await start();
            const wrong = site.assumeWithOidc(site.file("wrong", `${oidcToken}x`)).getCredentials();
            await assert.rejects(wrong, /AuthenticationFail\.OIDCToken\.Invalid/);
            await assert.rejects(site.assumeWithOidc(site.file("empty", "")).getCredentials(), /MissingOIDCToken/);
            const foreign = site.assumeWithOidc(site.file("good", oidcToken), `${providerArn}-other`).getCredentials();
            await assert.rejects(foreign, /NoPermission/);
            assert.deepEqual(
                site.emulator.ledger.credentials.map(({ issued }) => issued),
                [undefined, undefined, undefined],
            );
        });
    });
});

async function assumeByRpc(
    endpoint: string,
    method: string,
    parameters: Record<string, string>,
): Promise<AssumeRoleAnswer> {
    const client = new RPCClient({ ...caller, endpoint, apiVersion: "2015-04-01" });
    const basic = { RoleArn: deployer.arn, RoleSessionName: "session" };
    return (await client.request("AssumeRole", { ...basic, ...parameters }, { method })) as AssumeRoleAnswer;
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
