import { strict as assert } from "node:assert";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Account, type Role, selfSigned } from "pulumi-alicloud-logstash-emulator";
import { accountId, identityProviderArn, roleArn } from "../../support/account";
import { textOfCliProfiles } from "../../support/cliProfiles";
import { repository } from "../../support/commands";
import { Fixture } from "../../support/fixture";
import { pluginHeader } from "../../support/pluginPrograms";
import { header, programOf } from "../../support/programs";
import { expectFailure, expectSuccess } from "../../support/stack";

/** One that is interrupted, and one whose rejection quotes what was sent. */
const [done, quoted] = ["ls-cn-identity0001", "ls-cn-identity0002"];
const caller: Account = { accessKeyId: "LTAI-key-canary", accessKeySecret: "secret+canary/1", accountId };
const session: Account = {
    accessKeyId: "STS.key-canary",
    accessKeySecret: "session+canary/2",
    securityToken: "token+canary/3==",
    accountId,
};
const role: Role = { arn: roleArn("deployer"), oidcProviderArn: identityProviderArn("ci") };
const oidcToken = "oidc-canary-4";
const noKey = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };

/** Files of the user's own, which may contain secrets. */
const ownFiles = /secret-files|\.aliyun/;
const secretsOf = ({ accessKeyId, accessKeySecret, securityToken }: Account) =>
    [accessKeyId, accessKeySecret, securityToken].filter((secret) => secret !== undefined);
/** What would give a secret away: as it is, in base64, in a URL. */
const telltales = [...secretsOf(caller), ...secretsOf(session), oidcToken].flatMap((secret) => {
    return [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)];
});

describe("the identity of a deployment", () => {
    const tls = selfSigned();
    let fixture: Fixture;

    beforeEach(async () => {
        const emulated = { tls, accounts: [caller, session], roles: [role], oidcTokens: [oidcToken] };
        fixture = await Fixture.open({ ...emulated, instances: [done, quoted], env: { ...noKey, DEBUG: "*" } });
        // A laptop whose CLI has a current profile that the service would accept.
        const key = { access_key_id: caller.accessKeyId, access_key_secret: caller.accessKeySecret };
        const files = {
            "home/.aliyun/config.json": textOfCliProfiles({ name: "default", mode: "AK", ...key }),
            "secret-files/token": oidcToken,
            "secret-files/ca.pem": tls.cert,
        };
        const { stack } = fixture;
        for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(stack.path(path)), { recursive: true });
            writeFileSync(stack.path(path), text);
        }
        stack.environment({ NODE_EXTRA_CA_CERTS: stack.path("secret-files/ca.pem") });
        configure({});
        stack.program(programOf({ done: { args: { instanceId: done } }, quoted: { args: { instanceId: quoted } } }));
    });
    afterEach(() => fixture.close());

    function configure(config: Readonly<Record<string, unknown>>): void {
        const { plainUrl, url } = fixture.emulator;
        const sts = `localhost:${new URL(url).port}`;
        fixture.stack.configure({ "alicloud:endpoints": [{ elasticsearch: plainUrl, sts }], ...config });
    }
    async function expectNothingSent(words: RegExp): Promise<void> {
        assert.match(expectFailure(await fixture.withoutRequests(() => fixture.stack.up())).text, words);
    }
    /** One interrupt is signed by that key; no secret is stored or printed, even if the service quotes what was sent. */
    async function expectSigned(
        accessKeyId: RegExp,
        sent: readonly string[],
        ...flags: readonly string[]
    ): Promise<void> {
        const { emulator, stack } = fixture;
        const message = `you sent ${sent.flatMap((text) => [text, encodeURIComponent(text)]).join(" ")}`;
        emulator.faults.add({ instanceId: quoted, fault: { kind: "rejection", status: 400, code: "Odd", message } });
        const { text } = expectFailure(await stack.up("--continue-on-error", ...flags));
        assert.deepEqual(
            emulator.ledger.effects.map(({ instanceId }) => instanceId),
            [done],
        );
        assert.ok(emulator.ledger.requests.every((request) => accessKeyId.test(String(request.accessKeyId))));
        assert.match(text, /Odd \(HTTP 400\)/);
        const files = readdirSync(stack.path(), { recursive: true, encoding: "utf8" })
            .map((path) => stack.path(path))
            .filter((path) => !/node_modules/.test(path) && !ownFiles.test(path) && statSync(path).isFile());
        const texts = {
            "the CLI": text,
            ...Object.fromEntries(files.map((file) => [file, readFileSync(file, "utf8")])),
        };
        const found = Object.entries(texts).flatMap(([place, content]) =>
            telltales.filter((telltale) => content.includes(telltale)).map((telltale) => `${telltale} in ${place}`),
        );
        assert.deepEqual(found, []);
    }

    it("is missing when the stack, the environment and a named profile give none", () =>
        expectNothingSent(/ALIBABA_CLOUD_PROFILE=NAME.*"default"/));

    it("is missing when a component has an explicit provider of pulumi-nodejs, which gets no configuration", async () => {
        configure({ "alicloud:accessKey": caller.accessKeyId, "alicloud:secretKey": caller.accessKeySecret });
        fixture.stack.program(`${header}
            const js = new pulumi.ProviderResource("pulumi-nodejs", "js", {});
            const providers = { "pulumi-nodejs": js };
            const parent = new pulumi.ComponentResource("test:index:C", "c", {}, { providers });
            new LogstashTaskInterrupt("pause", { instanceId: "${done}", profile: "default" }, { parent });`);
        await expectNothingSent(/pulumi-nodejs[\s\S]*plugin/);
    });

    // The engine's own trace prints what it holds itself, but nothing of the following.
    const trace = ["-v=9", "--logtostderr"];

    it("is the profile, and none of its secrets is stored or printed, when the environment names one", async () => {
        fixture.stack.environment({ ALIBABA_CLOUD_PROFILE: "default" });
        await expectSigned(/^LTAI-key-canary$/, secretsOf(caller), ...trace);
    });

    it("is the session, and none of its secrets is stored or printed, when the environment has one", async () => {
        fixture.stack.environment({
            ALIBABA_CLOUD_ACCESS_KEY_ID: session.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: session.accessKeySecret,
            ALIBABA_CLOUD_SECURITY_TOKEN: String(session.securityToken),
        });
        await expectSigned(/^STS\.key-canary$/, secretsOf(session), ...trace);
    });

    it("is the role, and none of its secrets is stored or printed, when the stack has an OIDC role", async () => {
        const oidcTokenFile = fixture.stack.path("secret-files", "token");
        const { arn, oidcProviderArn } = role;
        configure({ "alicloud:assumeRoleWithOidc": { roleArn: arn, oidcProviderArn, oidcTokenFile } });
        await expectSigned(/^STS\./, [], ...trace);
    });

    it("is the key, and none of its secrets is stored or printed, when the stack has one as a secret", async () => {
        for (const [name, value] of Object.entries({
            accessKey: caller.accessKeyId,
            secretKey: caller.accessKeySecret,
        })) {
            expectSuccess(await fixture.stack.pulumi("config", "set", "--secret", `alicloud:${name}`, value));
        }
        await expectSigned(/^LTAI-key-canary$/, secretsOf(caller));
    });

    it("is found as always when the project has the plugin's name and keys of its own", async () => {
        const { stack } = fixture;
        const path = join(repository, "node_modules", "pulumi-alicloud-logstash", "bin");
        const plugins = { providers: [{ name: "alicloud-logstash", path }] };
        const runtime = { name: "nodejs", options: { typescript: false } };
        stack.write("Pulumi.yaml", JSON.stringify({ name: "alicloud-logstash", runtime, plugins }));
        configure({ "alicloud-logstash:instanceId": done, "alicloud-logstash:region": "cn-hangzhou" });
        stack.program(`${pluginHeader}
            new Interrupt("pause", { instanceId: new pulumi.Config().require("instanceId") });`);
        expectSuccess(await stack.pulumi("stack", "init", "dev"));
        expectSuccess(await stack.preview());
    });
});
