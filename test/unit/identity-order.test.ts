import { strict as assert } from "node:assert";
import { type Identity, identityText } from "../../provider/src/identity/identity";
import {
    baseOf,
    clisFile,
    home,
    profileOf,
    refusal,
    resolve,
    type Setup,
    sdksFile,
    source,
    text,
    together,
} from "./identitySettings";

/** One kind of identity, set in one place. */
interface Way {
    readonly kind: string;
    readonly place: string;
    readonly setup: Setup;
}

const named = (profile: object, ...more: readonly object[]): Setup => ({
    config: { profile: "p" },
    profiles: [{ name: "p", ...profile }, ...more],
});
const oidc = { oidcProviderArn: "provider", roleArn: "oidc-role", oidcTokenFile: "/token" };
const oidcVariables = {
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
    ALIBABA_CLOUD_ROLE_ARN: "oidc-role",
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/token",
};

/** First the kinds that win; written by hand from the provider's `providerConfigure`. */
const ranking: readonly (readonly Way[])[] = [
    [
        { kind: "accessKey", place: "stack", setup: { config: { accessKey: "id", secretKey: "secret" } } },
        {
            kind: "accessKey",
            place: "environment",
            setup: { env: { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" } },
        },
        { kind: "accessKey", place: "profile AK", setup: named(profileOf.AK) },
        { kind: "accessKey", place: "profile StsToken", setup: named(profileOf.StsToken) },
        { kind: "accessKey", place: "profile RamRoleArn", setup: named(profileOf.RamRoleArn) },
    ],
    [
        { kind: "cliProfile", place: "profile CloudSSO", setup: named(profileOf.CloudSSO) },
        { kind: "cliProfile", place: "profile External", setup: named(profileOf.External) },
        { kind: "cliProfile", place: "profile OAuth", setup: named(profileOf.OAuth) },
        {
            kind: "accessKey",
            place: "profile ChainableRamRoleArn",
            setup: named(profileOf.ChainableRamRoleArn, source),
        },
        { kind: "oidc", place: "profile OIDC", setup: named(profileOf.OIDC) },
    ],
    [
        { kind: "credentialsUri", place: "stack", setup: { config: { credentialsUri: "http://localhost/uri" } } },
        {
            kind: "credentialsUri",
            place: "environment",
            setup: { env: { ALIBABA_CLOUD_CREDENTIALS_URI: "http://localhost/uri" } },
        },
    ],
    [
        { kind: "ecsRole", place: "stack", setup: { config: { ecsRoleName: "ecs" } } },
        { kind: "ecsRole", place: "environment", setup: { env: { ALIBABA_CLOUD_ECS_METADATA: "ecs" } } },
        { kind: "ecsRole", place: "profile EcsRamRole", setup: named(profileOf.EcsRamRole) },
    ],
    [
        { kind: "oidc", place: "stack", setup: { config: { assumeRoleWithOidc: oidc } } },
        { kind: "oidc", place: "environment", setup: { config: { assumeRoleWithOidc: {} }, env: oidcVariables } },
    ],
    [{ kind: "oidc", place: "environment alone", setup: { env: oidcVariables } }],
];

/** What lies about on a machine, and signs nothing: nobody has named it. */
const ambient: readonly (readonly [what: string, setup: Setup])[] = [
    ...Object.entries(profileOf).map(
        ([mode, profile]) =>
            [
                `the CLI's current profile of mode ${mode}`,
                { current: "c", profiles: [{ ...profile, name: "c" }, source] },
            ] as const,
    ),
    ["a current profile of a mode that nobody knows", { current: "c", profiles: [{ name: "c", mode: "Telepathy" }] }],
    ["a broken file of the CLI", { files: { [clisFile]: text("canary") } }],
    ["a file of the CLI that cannot be read", { files: { [clisFile]: { kind: "unreadable", code: "EACCES" } } }],
    ["the SDKs' file", { files: { [sdksFile]: text("[default]") } }],
    ["a role without a token", { env: { ALIBABA_CLOUD_ROLE_ARN: "role", ALIBABA_CLOUD_ROLE_SESSION_NAME: "s" } }],
    ["the variables of an ECS instance's SDK", { env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "false" } }],
];

/** A fingerprint of who it is, by the values that decide. */
function who(identity: Identity): string {
    const values = (value: unknown): string[] =>
        typeof value === "object" && value !== null
            ? Object.entries(value).flatMap(([name, inner]) => (name === "source" ? [] : values(inner)))
            : [String(value)];
    return JSON.stringify([identity.base.kind, identityText(identity), values(identity.roles)]);
}

describe("the identity: which kind wins", () => {
    for (const [rank, winners] of ranking.entries()) {
        for (const winner of winners) {
            it(`${winner.kind} of ${winner.place} alone`, () => {
                assert.equal(resolve(winner.setup).base.kind, winner.kind);
            });
            it(`${winner.kind} of ${winner.place}, whatever else lies about on the machine`, () => {
                const expected = who(resolve(winner.setup));
                for (const [what, { profiles = [], ...setup }] of ambient) {
                    // A broken file is no place for the profile that is named.
                    const files = winner.setup.profiles === undefined ? setup.files : {};
                    const others = profiles.filter((profile) => profile !== source);
                    const machine = { ...setup, files: files ?? {}, profiles: [...others, source] };
                    const withSource = { ...winner.setup, profiles: winner.setup.profiles ?? [] };
                    assert.equal(who(resolve(together(machine, withSource))), expected, what);
                }
            });
            for (const loser of ranking.slice(rank + 1).flat()) {
                const both = [winner, loser].every(({ place }) => /^profile/.test(place));
                if (both) {
                    // One profile is named at a time.
                    continue;
                }
                it(`${winner.kind} of ${winner.place} before ${loser.kind} of ${loser.place}, however they are written`, () => {
                    const expected = who(resolve(winner.setup));
                    assert.equal(who(resolve(together(winner.setup, loser.setup))), expected);
                    assert.equal(who(resolve(together(loser.setup, winner.setup))), expected);
                });
            }
        }
    }

    it("a key of the environment is complete without the token that a profile of mode StsToken should have", () => {
        const { sts_token: _, ...profile } = profileOf.StsToken;
        const env = { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" };
        const base = baseOf(resolve(together(named(profile), { env })), "accessKey");
        assert.deepEqual([base.accessKeyId.value, base.securityToken], ["id", undefined]);
    });

    it("a key is no matter of the metadata service, so it may be forbidden", () => {
        const setup = { config: { accessKey: "id", secretKey: "secret" } };
        const env = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" };
        assert.equal(resolve({ ...setup, env }).base.kind, "accessKey");
    });

    it("a block that is empty or blank is none", () => {
        const config = { accessKey: "id", secretKey: "secret" };
        for (const blank of ["", "  ", "null"]) {
            assert.deepEqual(resolve({ config: { ...config, assumeRole: blank } }).roles, []);
        }
    });

    it("a field of a block may be a number or a boolean", () => {
        for (const externalId of [7, true]) {
            const config = { accessKey: "id", secretKey: "secret", assumeRole: { roleArn: "role", externalId } };
            assert.equal(resolve({ config }).roles[0]?.externalId, String(externalId));
        }
    });

    it("a resource's own profile is taken alone, whatever else is set", () => {
        const own = { profiles: [{ name: "own", ...profileOf.AK, access_key_id: "own-id" }] };
        const expected = who(resolve(own, "own"));
        const role = { config: { assumeRole: { roleArn: "stack-role" }, securityToken: "stack-token" } };
        for (const { setup } of ranking.flat()) {
            assert.equal(who(resolve(together(setup, role, own), "own")), expected);
        }
    });
});

describe("the identity: roles", () => {
    const assumeRole = {
        roleArn: "stack-role",
        sessionName: "s",
        sessionExpiration: 900,
        policy: "{}",
        externalId: "x",
    };
    const arns = ({ roles }: Identity) => roles.map(({ arn }) => arn.value);

    it("a key assumes the stack's role", () => {
        const { roles } = resolve({ config: { accessKey: "id", secretKey: "secret", assumeRole } });
        const [{ arn, ...rest } = { arn: undefined }] = roles;
        assert.equal(arn?.value, "stack-role");
        assert.deepEqual(rest, { sessionName: "s", durationSeconds: 900, policy: "{}", externalId: "x" });
    });

    it("a key of the environment assumes the role of a RamRoleArn profile", () => {
        const env = { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" };
        const identity = resolve(together(named(profileOf.RamRoleArn), { env }));
        assert.equal(baseOf(identity, "accessKey").accessKeyId.value, "id");
        assert.deepEqual(arns(identity), ["profile-role"]);
    });

    it("the stack's role goes in place of a RamRoleArn profile's, not by way of it", () => {
        const identity = resolve(together(named(profileOf.RamRoleArn), { config: { assumeRole } }));
        assert.equal(baseOf(identity, "accessKey").accessKeyId.value, "profile-id");
        assert.deepEqual(arns(identity), ["stack-role"]);
    });

    for (const { place, setup } of ranking.slice(1).flat()) {
        it(`the stack's role is assumed with what ${place} gives`, () => {
            const bare = arns(resolve(setup));
            const env = { ALIBABA_CLOUD_ROLE_ARN: "oidc-role" };
            assert.deepEqual(arns(resolve(together(setup, { config: { assumeRole }, env }))), [...bare, "stack-role"]);
        });
    }

    it("a chain of profiles is a chain of roles, from the source on", () => {
        const profiles = [
            { name: "a", ...profileOf.ChainableRamRoleArn, source_profile: "b", ram_role_arn: "last" },
            { name: "b", ...profileOf.ChainableRamRoleArn, source_profile: "c", ram_role_arn: "middle" },
            { name: "c", ...profileOf.RamRoleArn, ram_role_arn: "first" },
        ];
        assert.deepEqual(arns(resolve({ profiles }, "a")), ["first", "middle", "last"]);
    });

    it("a chain that closes is refused", () => {
        const profiles = [
            { name: "a", ...profileOf.ChainableRamRoleArn, source_profile: "b" },
            { name: "b", ...profileOf.ChainableRamRoleArn, source_profile: "a" },
        ];
        assert.match(refusal({ profiles }, "a"), /"a" of mode ChainableRamRoleArn.*is its own `source_profile`/);
    });

    it("an empty ARN is no role", () => {
        for (const roleArn of ["", " ", null, undefined]) {
            const config = { accessKey: "id", secretKey: "secret", assumeRole: { roleArn, sessionName: "s" } };
            assert.deepEqual(arns(resolve({ config })), []);
        }
    });

    it("a session has our name and an hour where nothing says otherwise", () => {
        const { roles } = resolve({ config: { accessKey: "id", secretKey: "s", assumeRole: { roleArn: "r" } } });
        assert.equal(roles[0]?.sessionName, "pulumi-alicloud-logstash");
        assert.equal(roles[0]?.durationSeconds, 3600);
    });
});

describe("the identity: the OIDC token", () => {
    const env = { ALIBABA_CLOUD_OIDC_TOKEN: "of the environment", ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/environment" };
    const { oidcTokenFile: _, ...block } = oidc;
    const tokenOf = (token: object, variable: keyof typeof env) => {
        const setup = { config: { assumeRoleWithOidc: { ...block, ...token } }, env: { [variable]: env[variable] } };
        return baseOf(resolve(setup), "oidc").token.found.value;
    };

    it("is the stack's, as a file or as text, before the environment's in the other form", () => {
        assert.equal(tokenOf({ oidcTokenFile: "/stack" }, "ALIBABA_CLOUD_OIDC_TOKEN"), "/stack");
        assert.equal(tokenOf({ oidcToken: "of the stack" }, "ALIBABA_CLOUD_OIDC_TOKEN_FILE"), "of the stack");
    });

    it("is the environment's, as a file or as text", () => {
        assert.equal(tokenOf({}, "ALIBABA_CLOUD_OIDC_TOKEN_FILE"), "/environment");
        assert.equal(tokenOf({}, "ALIBABA_CLOUD_OIDC_TOKEN"), "of the environment");
    });
});

describe("the identity: what nobody has named signs nothing:", () => {
    for (const [what, setup] of ambient) {
        for (const namespace of ["alicloud", "alicloud-logstash"]) {
            it(`${what}, in ${namespace}`, () => {
                const message = refusal({ ...setup, namespace });
                assert.match(message, /^no Alibaba Cloud credentials are set; name an identity/);
                assert.match(message, /on a laptop: `export ALIBABA_CLOUD_PROFILE=NAME`/);
                assert.ok(message.includes(`pulumi config set ${namespace}:ecsRoleName`));
                assert.doesNotMatch(message, /canary/);
            });
        }
    }

    it("nothing at all", () => assert.match(refusal({}), /^no Alibaba Cloud credentials are set/));

    it("the names in the CLI's file are listed, and none if it has none", () => {
        const profiles = ["one", "two"].map((name) => ({ name, ...profileOf.AK }));
        assert.match(refusal({ current: "two", profiles }), /a profile of the aliyun CLI; its file has "one", "two"\n/);
        assert.match(refusal({ profiles: [] }), /a profile of the aliyun CLI\n/);
    });

    it("what is set in part is named", () => {
        const current: Setup = { current: "c", profiles: [{ name: "c", ...profileOf.AK }] };
        const settings: readonly (readonly [setup: Setup, message: RegExp])[] = [
            [{ config: { accessKey: "id" } }, /half of an access key/],
            [{ env: { ALICLOUD_SECRET_KEY: "secret" } }, /half of an access key/],
            [{ config: { securityToken: "token" } }, /no access key/],
            [{ config: { assumeRole: { roleArn: "role" } } }, /no credentials to assume the role/],
            [{ config: { assumeRole: {} }, env: { ALICLOUD_ASSUME_ROLE_ARN: "role" } }, /no credentials to assume/],
            [{ config: { assumeRoleWithOidc: {} } }, /OIDC role is not complete/],
            [{ config: { sharedCredentialsFile: `${home}/.aliyun/config.json` } }, /no profile is chosen/],
            [{ env: { ALIBABA_CLOUD_CREDENTIALS_FILE: "/keys" } }, /no profile is chosen/],
            [{ env: { ALICLOUD_PROFILE: "nobody" } }, /has no profile "nobody"/],
            [{ env: { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/token" } }, /OIDC role .* is not complete/],
            [{ env: { ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider" } }, /OIDC role .* is not complete/],
        ];
        for (const [setting, message] of settings) {
            assert.match(refusal(together(current, setting)), message);
        }
    });
});
