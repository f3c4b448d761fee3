import { strict as assert } from "node:assert";
import { type Identity, identityText } from "../../provider/src/core/identity/identity";
import {
    baseOf,
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
    [
        { kind: "accessKey", place: "current profile", setup: { current: "c", profiles: [{ ...source, name: "c" }] } },
        { kind: "credentialsFile", place: "SDKs' file", setup: { files: { [sdksFile]: text("[default]") } } },
    ],
];

/** A fingerprint of who it is, by the values that decide. */
function who(identity: Identity): string {
    const values = (value: unknown): string[] =>
        typeof value === "object" && value !== null
            ? Object.entries(value).flatMap(([name, inner]) => (name === "place" ? [] : values(inner)))
            : [String(value)];
    return JSON.stringify([identity.base.kind, identityText(identity), values(identity.roles)]);
}

describe("the identity: which kind wins", () => {
    for (const [rank, winners] of ranking.entries()) {
        for (const winner of winners) {
            it(`${winner.kind} of ${winner.place} alone`, () => {
                assert.equal(resolve(winner.setup).base.kind, winner.kind);
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

    for (const { place, setup } of ranking.slice(1, 5).flat()) {
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

describe("the identity: the last resort", () => {
    it("is the OIDC role of the environment, before the CLI's current profile", () => {
        const current = { current: "c", profiles: [{ name: "c", ...profileOf.AK }] };
        assert.equal(resolve({ env: oidcVariables }).base.kind, "oidc");
        assert.equal(resolve(together(current, { env: oidcVariables })).base.kind, "oidc");
    });

    for (const [mode, kind] of [
        ["AK", "accessKey"],
        ["RamRoleArn", "accessKey"],
        ["EcsRamRole", "ecsRole"],
        ["OIDC", "oidc"],
        ["CloudSSO", "cliProfile"],
        ["OAuth", "cliProfile"],
    ] as const) {
        it(`is the CLI's current profile of mode ${mode}, before the SDKs' file`, () => {
            const profiles = [{ name: "c", ...profileOf[mode] }];
            const identity = resolve({ current: "c", profiles, files: { [sdksFile]: text("[default]") } });
            assert.equal(identity.base.kind, kind);
        });
    }

    it("is the SDKs' file, where the CLI has none, or one that nobody has filled", () => {
        const files = { [sdksFile]: text("[default]") };
        assert.equal(baseOf(resolve({ files }), "credentialsFile").path, sdksFile);
        const empty = { current: "default", profiles: [{ name: "default", mode: "AK", access_key_id: "" }] };
        assert.equal(resolve({ ...empty, files }).base.kind, "credentialsFile");
        assert.equal(resolve({ profiles: [], files }).base.kind, "credentialsFile");
    });

    it("is the role of the instance, where nothing else is there", () => {
        assert.match(
            baseOf(resolve({}), "instanceRole").waysToGiveCredentials,
            /no Alibaba Cloud credentials were found/,
        );
    });

    it("is none where the variables that forbid it say so", () => {
        const env = { ALIBABA_CLOUD_CLI_PROFILE_DISABLED: "true", ALIBABA_CLOUD_ECS_METADATA_DISABLED: "TRUE" };
        const current = { current: "c", profiles: [{ name: "c", ...profileOf.AK }] };
        assert.match(refusal({ ...current, env }), /^no Alibaba Cloud credentials were found/);
    });

    it("is never asked by a front end that has none; its own keys are in the message", () => {
        const current = { current: "c", profiles: [{ name: "c", ...profileOf.AK }] };
        const message = refusal({ ...current, env: oidcVariables, namespace: "alicloud-logstash", lastResort: false });
        assert.match(message, /^no Alibaba Cloud credentials were found[\s\S]*alicloud-logstash:accessKey/);
        assert.doesNotMatch(message, /alicloud:/);
    });

    it("is never asked where something was set that is no identity by itself", () => {
        const current: Setup = { current: "c", profiles: [{ name: "c", ...profileOf.AK }] };
        const settings: readonly Setup[] = [
            { config: { accessKey: "id" } },
            { env: { ALICLOUD_SECRET_KEY: "secret" } },
            { config: { securityToken: "token" } },
            { config: { assumeRole: { roleArn: "role" } } },
            { config: { assumeRole: {} }, env: { ALICLOUD_ASSUME_ROLE_ARN: "role" } },
            { config: { assumeRoleWithOidc: {} } },
            { config: { sharedCredentialsFile: `${home}/.aliyun/config.json` } },
            { env: { ALIBABA_CLOUD_CREDENTIALS_FILE: "/keys" } },
            { env: { ALICLOUD_PROFILE: "nobody" } },
            { env: { ALIBABA_CLOUD_ROLE_ARN: "role" } },
            { env: { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/token" } },
        ];
        for (const setting of settings) {
            assert.notEqual(refusal(together(current, setting)), "");
        }
    });
});
