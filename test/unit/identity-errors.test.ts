import { strict as assert } from "node:assert";
import { ConfigurationError } from "../../provider/src/configuration";
import { howToSet } from "../../provider/src/identity/finder";
import { identityText } from "../../provider/src/identity/identity";
import { identityFor } from "../../provider/src/identity/resolution";
import { clisFile, profileOf, refusal, resolve, type Setup, settingsOf, source, text } from "./identitySettings";

const named = (profile: object): Setup => ({ config: { profile: "p" }, profiles: [{ name: "p", ...profile }] });
const but = (profile: object, field: string) =>
    Object.fromEntries(Object.entries(profile).filter(([name]) => name !== field));

/** Each with the sentence it ends with; `canary` stands in every value that must not be in it. */
const refusals: readonly (readonly [what: string, setup: Setup, message: RegExp, own?: string])[] = [
    [
        "an ID without a secret names where the ID is from and how to set the other",
        { config: { accessKey: "canary" } },
        /access key ID from `alicloud:accessKey`, and no secret.*set `alicloud:secretKey` or the variable ALICLOUD_SECRET_KEY/,
    ],
    [
        "a secret of the environment without an ID",
        { env: { ALIBABACLOUD_ACCESS_KEY_SECRET: "canary" } },
        /secret from the variable ALIBABACLOUD_ACCESS_KEY_SECRET, and no access key ID.*set `alicloud:accessKey`/,
    ],
    [
        "half a key is not passed over for a kind below that is complete",
        { config: { accessKey: "canary", credentialsUri: "http://localhost/" }, env: { ALICLOUD_ECS_ROLE_NAME: "e" } },
        /half of an access key/,
    ],
    [
        "a security token alone",
        { env: { ALICLOUD_SECURITY_TOKEN: "canary" } },
        /security token from the variable ALICLOUD_SECURITY_TOKEN, and no access key.*`alicloud:accessKey`.*`alicloud:secretKey`/,
    ],
    ["a profile of mode AK with no key", named({ mode: "AK" }), /"p" of mode AK.*has no `access_key_id`/],
    [
        "a profile of mode AK with no key, though a kind below is complete",
        { ...named({ mode: "AK" }), env: { ALICLOUD_CREDENTIALS_URI: "http://localhost/" } },
        /"p" of mode AK, chosen by `alicloud:profile`, has no `access_key_id`/,
    ],
    [
        "a profile of mode StsToken without its token",
        named(but(profileOf.StsToken, "sts_token")),
        /of mode StsToken.*has no `sts_token`/,
    ],
    [
        "a profile of mode RamRoleArn without its role is not the plain key",
        named(but(profileOf.RamRoleArn, "ram_role_arn")),
        /of mode RamRoleArn.*has no `ram_role_arn`/,
    ],
    [
        "a profile of mode CloudSSO without its token",
        named(but(profileOf.CloudSSO, "access_token")),
        /no `access_token`/,
    ],
    ["a profile of mode External without its command", named({ mode: "External" }), /has no `process_command`/],
    [
        "a profile of mode OAuth with an unknown site",
        named({ ...profileOf.OAuth, oauth_site_type: "canary" }),
        /`oauth_site_type` of the CLI profile "p" is neither "CN" nor "INTL"/,
    ],
    [
        "a profile of mode OAuth that the CLI does not look after",
        {
            config: { profile: "p", sharedCredentialsFile: "/other" },
            files: { "/other": text(JSON.stringify({ profiles: [{ name: "p", ...profileOf.OAuth }] })) },
        },
        /must be in ~\/\.aliyun\/config\.json/,
    ],
    [
        "a profile of mode OIDC without its role is not completed from the environment",
        { ...named(but(profileOf.OIDC, "ram_role_arn")), env: { ALIBABA_CLOUD_ROLE_ARN: "other" } },
        /of mode OIDC.*has no `ram_role_arn`/,
    ],
    [
        "a chain without a source",
        { profiles: [{ name: "p", ...but(profileOf.ChainableRamRoleArn, "source_profile") }] },
        /has no `source_profile`/,
        "p",
    ],
    [
        "a chain whose source is not there",
        { profiles: [{ name: "p", ...profileOf.ChainableRamRoleArn }] },
        /no profile "source", which `source_profile` of the CLI profile "p" names; it has "p"/,
        "p",
    ],
    [
        "a mode that nobody knows",
        named({ mode: "Telepathy", access_key_id: "canary", access_key_secret: "canary" }),
        /"p" has the mode "Telepathy", which is not known here; known are AK, StsToken/,
    ],
    [
        "a mode of the CLI that cannot be used here",
        named({ mode: "RsaKeyPair" }),
        /of mode RsaKeyPair.*cannot be used here; usable are the modes AK/,
    ],
    [
        "a named profile that is not there, though a key is complete",
        { config: { accessKey: "canary", secretKey: "canary", profile: "q" }, profiles: [{ name: "p" }, source] },
        /the CLI's file has no profile "q", which `alicloud:profile` names; it has "p", "source"/,
    ],
    [
        "a named profile without a file",
        { env: { ALIBABA_CLOUD_PROFILE: "p" } },
        /`~\/\.aliyun\/config\.json`, does not exist/,
    ],
    [
        "a file that is not there",
        { config: { profile: "p", sharedCredentialsFile: "/canary" } },
        /the file of CLI profiles, which `alicloud:sharedCredentialsFile` names, does not exist/,
    ],
    [
        "a file that cannot be read",
        { config: { profile: "p" }, files: { [clisFile]: { kind: "unreadable", code: "EACCES" } } },
        /the CLI's file cannot be read: EACCES/,
    ],
    [
        "a file that is not JSON",
        { config: { profile: "p" }, files: { [clisFile]: text('{"access_key_secret": "canary"') } },
        /the CLI's file is not JSON/,
    ],
    [
        "a file of the SDKs' form where the CLI's is expected",
        {
            env: { ALIBABA_CLOUD_PROFILE: "p", ALIBABA_CLOUD_CREDENTIALS_FILE: "/ini" },
            files: { "/ini": text("[p]\ntype = access_key\naccess_key_id = canary\n") },
        },
        /the file that the variable ALIBABA_CLOUD_CREDENTIALS_FILE names is not JSON, as the aliyun CLI writes it/,
    ],
    [
        "a file without profiles",
        { config: { profile: "p" }, files: { [clisFile]: text('["canary"]') } },
        /has no list of `profiles`/,
    ],
    [
        "a file, and no profile chosen in it",
        { config: { sharedCredentialsFile: "/canary" } },
        /`alicloud:sharedCredentialsFile` names a file of CLI profiles, and no profile is chosen; set `alicloud:profile`/,
    ],
    [
        "a role, and nobody to assume it",
        { config: { assumeRole: { roleArn: "canary" } } },
        /no credentials to assume the role from `alicloud:assumeRole\.roleArn` with/,
    ],
    ["a role that is no object", { config: { assumeRole: '"canary"' } }, /`alicloud:assumeRole` is not an object/],
    ["a role that is not JSON", { config: { assumeRole: "canary" } }, /`alicloud:assumeRole` must be structured/],
    [
        "two roles",
        { config: { assumeRole: [{}, {}] } },
        /`alicloud:assumeRole` is a list of 2; it can be one object only/,
    ],
    [
        "a field that is not known",
        { config: { accessKey: "canary", secretKey: "canary", assumeRole: { role_arn: "canary" } } },
        /`alicloud:assumeRole` has a field that is not known here; known are roleArn, sessionName/,
    ],
    [
        "a field that is no text",
        { config: { accessKey: "canary", secretKey: "canary", assumeRole: { roleArn: "r", policy: { v: "canary" } } } },
        /`alicloud:assumeRole\.policy` is not text/,
    ],
    [
        "a duration out of bounds",
        { config: { accessKey: "k", secretKey: "k", assumeRole: { roleArn: "r", sessionExpiration: 5 } } },
        /`alicloud:assumeRole\.sessionExpiration` is not a whole number of seconds from 900 to 43200/,
    ],
    [
        "a duration of the environment that is no number",
        {
            config: { accessKey: "k", secretKey: "k", assumeRole: { roleArn: "r" } },
            env: { ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION: "canary" },
        },
        /the variable ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION is not a whole number of seconds/,
    ],
    [
        "an OIDC role in part names what it has and all that it lacks",
        { config: { assumeRoleWithOidc: { roleArn: "canary" } } },
        /OIDC role from `alicloud:assumeRoleWithOidc\.roleArn` is not complete: set `alicloud:assumeRoleWithOidc\.oidcProviderArn`.*, and `alicloud:assumeRoleWithOidc\.oidcTokenFile`/,
    ],
    [
        "an OIDC role that has nothing names all that it lacks",
        { config: { assumeRoleWithOidc: {} } },
        /^an OIDC role is not complete: set .*roleArn`.*oidcProviderArn`.*oidcTokenFile`/,
    ],
    [
        "an OIDC role of the environment in part is not passed over for the CLI's current profile",
        {
            env: { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/canary" },
            current: "c",
            profiles: [{ name: "c", ...profileOf.AK }],
        },
        /OIDC role from the variable ALIBABA_CLOUD_OIDC_TOKEN_FILE is not complete/,
    ],
    [
        "two OIDC tokens in one place",
        {
            config: {
                assumeRoleWithOidc: { roleArn: "r", oidcProviderArn: "p", oidcToken: "canary", oidcTokenFile: "/f" },
            },
        },
        /two OIDC tokens, a file's from `alicloud:assumeRoleWithOidc\.oidcTokenFile` and one from/,
    ],
    [
        "a credentials URI that is none",
        { env: { ALICLOUD_CREDENTIALS_URI: "canary:secret" } },
        /the variable ALICLOUD_CREDENTIALS_URI is not an http or https URL/,
    ],
    [
        "an ECS role where the metadata service must not be asked",
        { config: { ecsRoleName: "canary" }, env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" } },
        /ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids/,
    ],
    [
        "a profile without a mode whose fields could mean another identity",
        named({ ...but(profileOf.RamRoleArn, "mode"), access_key_id: "canary" }),
        /the CLI profile "p" has `ram_role_arn`, and no `mode` that says what it is for; set its `mode`/,
    ],
    [
        "a profile with a bearer token, though it has a key too",
        named({ ...profileOf.AK, mode: "BearerToken", bearer_token: "canary" }),
        /of mode BearerToken.*cannot be used here/,
    ],
    [
        "a chain whose roles would be asked for at two STS hosts",
        {
            config: { profile: "p" },
            profiles: [
                { name: "p", ...profileOf.ChainableRamRoleArn },
                { name: "source", ...profileOf.RamRoleArn, sts_region: "canary" },
            ],
        },
        /`sts_region` of the CLI profile "source" is not that of the CLI profile "p".*set the same in both/,
    ],
    [
        "a resource's own profile that is not there",
        { profiles: [source] },
        /no profile "p", which the resource's `profile` names; it has "source"/,
        "p",
    ],
    [
        "a resource's own profile that is not complete is not completed",
        {
            config: { accessKey: "canary", secretKey: "canary" },
            profiles: [{ name: "p", ...but(profileOf.AK, "access_key_secret"), access_key_id: "canary" }],
        },
        /"p" of mode AK, chosen by the resource's `profile`, has no `access_key_secret`/,
        "p",
    ],
];

describe("the identity: what is refused", () => {
    for (const [what, setup, message, own] of refusals) {
        it(what, () => {
            assert.throws(() => identityFor(settingsOf(setup), own), ConfigurationError);
            const found = refusal(setup, own);
            assert.match(found, message);
            assert.doesNotMatch(found, /canary/);
        });
    }
});

describe("the identity: what an error advises", () => {
    it("is the one way of the configuration and the one of the environment that are asked first", () => {
        assert.match(
            refusal({ config: { accessKey: "x" } }),
            /set `alicloud:secretKey` or the variable \w+ where `pulumi` is started$/,
        );
        assert.doesNotMatch(howToSet(settingsOf({}), "secureTransport"), /securityTransport/);
    });

    it("is the one part that an OIDC role lacks, and none that it has", () => {
        const whole = { roleArn: "r", oidcProviderArn: "p", oidcTokenFile: "/t" };
        for (const lacking of Object.keys(whole)) {
            const message = refusal({ config: { assumeRoleWithOidc: but(whole, lacking) } });
            const [, advice = ""] = message.split(": set ");
            for (const field of Object.keys(whole)) {
                assert.equal(advice.includes(`assumeRoleWithOidc.${field}\``), field === lacking, message);
            }
        }
    });

    it("is one way a line where nothing at all is set", () => {
        const lines = refusal({}).split("\n");
        const hints = [
            /on a laptop.*_PROFILE/,
            /in CI.*_KEY_ID/,
            /on ECS.*_METADATA/,
            /in Kubernetes.*_ROLE_ARN/,
            /in the stack/,
        ];
        const found = hints.map((hint) => lines.findIndex((line) => hint.test(line)));
        assert.ok(!found.includes(-1) && new Set(found).size === hints.length, lines.join("\n"));
    });

    it("says where a variable has to be set: a program's own process is another one", () => {
        assert.match(
            refusal({}),
            /Variables count where `pulumi` is started: those that a program writes.*do not arrive/,
        );
        assert.match(
            refusal({ config: { accessKey: "x" } }),
            /the variable ALICLOUD_SECRET_KEY where `pulumi` is started/,
        );
    });
});

describe("the identity: its name", () => {
    const names: readonly (readonly [setup: Setup, name: string, own?: string])[] = [
        [
            { config: { accessKey: "canary" }, env: { ALICLOUD_SECRET_KEY: "canary" } },
            "access key ID from `alicloud:accessKey`, secret from the variable ALICLOUD_SECRET_KEY",
        ],
        [
            named({ ...profileOf.StsToken, sts_token: "canary" }),
            'access key ID from `access_key_id` of the CLI profile "p", ' +
                'secret from `access_key_secret` of the CLI profile "p", ' +
                'security token from `sts_token` of the CLI profile "p"',
        ],
        [
            { config: { credentialsUri: "http://localhost/canary", assumeRole: { roleArn: "canary" } } },
            "the role from `alicloud:assumeRole.roleArn`, assumed with the credentials URI from `alicloud:credentialsUri`",
        ],
        [
            { env: { ALIBABA_CLOUD_ECS_METADATA: "canary" } },
            "the ECS role from the variable ALIBABA_CLOUD_ECS_METADATA",
        ],
        [named({ mode: "EcsRamRole" }), 'the CLI profile "p" of mode EcsRamRole, chosen by `alicloud:profile`'],
        [
            { profiles: [{ name: "p", ...profileOf.External }] },
            'the CLI profile "p" of mode External, chosen by the resource\'s `profile`',
            "p",
        ],
    ];
    for (const [setup, name, own] of names) {
        it(name, () => assert.equal(identityText(resolve(setup, own)), name));
    }

    it("cannot break a message by what a file holds", () => {
        const name = `${"x".repeat(200)}\n\u001b[31m`;
        const message = refusal({ profiles: [{ name }] }, "p");
        assert.ok([...message].every((character) => character >= " "));
        assert.ok(message.length < 300, message);
    });

    it("is whole up to 80 characters, and cut beyond", () => {
        const fits = "x".repeat(80);
        assert.ok(refusal({ profiles: [{ name: fits }] }, "p").endsWith(`it has "${fits}"`));
        const cut = `${"y".repeat(79)}…`;
        assert.ok(refusal({ profiles: [{ name: "y".repeat(81) }] }, "p").endsWith(`it has "${cut}"`));
    });
});
