import { strict as assert } from "node:assert";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Account, type Emulator, type Role, selfSigned } from "pulumi-alicloud-logstash-emulator";
import { accountId, identityProviderArn, roleArn } from "../../support/account";
import { textOfCliProfiles } from "../../support/cliProfiles";
import { Fixture } from "../../support/fixture";
import { programOf } from "../../support/programs";
import { expectFailure, expectSuccess, type Stack } from "../../support/stack";

/** One that is interrupted, one that does not exist, and one whose refusal quotes what was sent. */
const instances = { done: "ls-cn-secrets0001", missing: "ls-cn-nosuch0001", quoted: "ls-cn-secrets0002" } as const;
const caller: Account = { accessKeyId: "LTAI-key-canary", accessKeySecret: "secret+canary/1", accountId };
const session: Account = {
    accessKeyId: "STS.key-canary",
    accessKeySecret: "session+canary/2",
    securityToken: "token+canary/3==",
    accountId,
};
const role: Role = {
    arn: roleArn("deployer"),
    trusts: [caller.accessKeyId],
    oidcProviderArn: identityProviderArn("ci"),
};
const oidcToken = "oidc-canary-4";

/** What would give a secret away: as it is, in base64, in a URL. */
const telltales = [caller, session]
    .flatMap(({ accessKeyId, accessKeySecret, securityToken = "" }) => [accessKeyId, accessKeySecret, securityToken])
    .concat(oidcToken)
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)]);

interface Kind {
    readonly what: string;
    readonly config?: (emulator: Emulator, stack: Stack) => Record<string, unknown>;
    readonly env?: Record<string, string>;
    /** Files of the user's own, which may contain secrets. */
    readonly files?: Record<string, string>;
    /** Whether the engine itself holds the secret, and so prints it in its trace. */
    readonly heldByEngine?: boolean;
}

const keyInEnv = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: caller.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: caller.accessKeySecret,
};
const none = { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" };
const kinds: readonly Kind[] = [
    {
        what: "temporary credentials in the environment",
        env: {
            ALIBABA_CLOUD_ACCESS_KEY_ID: session.accessKeyId,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: session.accessKeySecret,
            ALIBABA_CLOUD_SECURITY_TOKEN: String(session.securityToken),
        },
    },
    { what: "an access key in the stack configuration", env: none, heldByEngine: true },
    {
        what: "a role assumed with a key of the environment",
        env: keyInEnv,
        config: () => ({ "alicloud:assumeRole": { roleArn: role.arn } }),
    },
    {
        what: "an OIDC role",
        env: none,
        files: { "secret-files/token": oidcToken },
        config: (_emulator, stack) => ({
            "alicloud:assumeRoleWithOidc": {
                roleArn: role.arn,
                oidcProviderArn: role.oidcProviderArn,
                oidcTokenFile: stack.path("secret-files", "token"),
            },
        }),
    },
    {
        what: "the profile of a laptop's CLI that the environment names",
        env: { ...none, ALIBABA_CLOUD_PROFILE: "default" },
        config: () => ({}),
        files: {
            "home/.aliyun/config.json": textOfCliProfiles({
                name: "default",
                mode: "AK",
                access_key_id: caller.accessKeyId,
                access_key_secret: caller.accessKeySecret,
            }),
        },
    },
    {
        what: "a CLI profile whose command prints the key",
        env: none,
        files: {
            "secret-files/key.json": JSON.stringify({
                mode: "AK",
                access_key_id: caller.accessKeyId,
                access_key_secret: caller.accessKeySecret,
            }),
        },
        config: (_emulator, stack) => {
            const process_command = `cat ${stack.path("secret-files", "key.json")}`;
            const file = stack.path("secret-files", "config.json");
            writeFileSync(file, textOfCliProfiles({ name: "p", mode: "External", process_command }));
            return { "alicloud:profile": "p", "alicloud:sharedCredentialsFile": file };
        },
    },
];

/** Files of the user's own, which may contain secrets. */
const ownFiles = /secret-files|\.aliyun/;

describe("a deployment stores and prints no secret", () => {
    const tls = selfSigned();

    for (const { what, config, env = {}, files = {}, heldByEngine = false } of kinds) {
        it(`when it calls with ${what}`, async () => {
            const { done, missing, quoted } = instances;
            const fixture = await Fixture.open({
                tls,
                accounts: [caller, session],
                roles: [role],
                oidcTokens: [oidcToken],
                instances: [done, quoted],
                program: programOf({
                    done: { args: { instanceId: done } },
                    missing: { args: { instanceId: missing } },
                    quoted: { args: { instanceId: quoted } },
                }),
                env: { ...env, DEBUG: "*" },
            });
            const { emulator, stack } = fixture;
            try {
                for (const [path, text] of Object.entries({ ...files, "secret-files/ca.pem": tls.cert })) {
                    mkdirSync(dirname(stack.path(path)), { recursive: true });
                    writeFileSync(stack.path(path), text);
                }
                const sts = `localhost:${new URL(emulator.url).port}`;
                stack.environment({ NODE_EXTRA_CA_CERTS: stack.path("secret-files", "ca.pem") });
                stack.configure({
                    "alicloud:endpoints": [{ elasticsearch: emulator.plainUrl, sts }],
                    ...config?.(emulator, stack),
                });
                const secrets = heldByEngine
                    ? [
                          ["alicloud:accessKey", caller.accessKeyId],
                          ["alicloud:secretKey", caller.accessKeySecret],
                      ]
                    : [];
                for (const [key = "", value = ""] of secrets) {
                    expectSuccess(await stack.pulumi("config", "set", "--secret", key, value));
                }
                // What a role or a file gives, the test does not know.
                const known = config === undefined ? Object.values(env) : [];
                const sent = heldByEngine ? secrets.map(([, value = ""]) => value) : known;
                const message = `you sent ${sent.flatMap((value) => [value, encodeURIComponent(value)]).join(" ")}`;
                emulator.faults.add({
                    instanceId: quoted,
                    fault: { kind: "rejection", status: 400, code: "Odd", message },
                });
                const trace = heldByEngine ? [] : ["-v=9", "--logtostderr"];
                const { text } = expectFailure(await stack.up("--continue-on-error", ...trace));
                assert.deepEqual(
                    emulator.ledger.effects.map(({ instanceId }) => instanceId),
                    [done],
                );
                assert.match(text, /InstanceNotFound/);
                assert.match(text, /Odd \(HTTP 400\)/);
                for (const telltale of telltales) {
                    assert.ok(!text.includes(telltale), `the CLI printed ${telltale}`);
                }
                for (const file of filesIn(stack.path()).filter((path) => !ownFiles.test(path))) {
                    const content = readFileSync(file, "utf8");
                    for (const telltale of telltales) {
                        assert.ok(!content.includes(telltale), `${file} contains ${telltale}`);
                    }
                }
            } finally {
                await fixture.close();
            }
        });
    }
});

function filesIn(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((path) => !path.includes("node_modules"))
        .map((path) => join(folder, path))
        .filter((path) => statSync(path).isFile());
}
