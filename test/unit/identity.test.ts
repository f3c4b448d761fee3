import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rateLimit } from "../../provider/src/cloud/rateLimit";
import {
    type Attribute,
    type AttributeName,
    attributes,
    type Mode,
    modes,
} from "../../provider/src/identity/attributes";
import { lookup } from "../../provider/src/identity/cliProfiles";
import { configHints } from "../../provider/src/identity/endpoint";
import { describeIdentity } from "../../provider/src/identity/identity";
import { howToSet, howToSetRegion } from "../../provider/src/identity/messages";
import { describeSource } from "../../provider/src/identity/sources";
import {
    clisFile,
    fileOf,
    home,
    identityOf,
    keyConfig,
    named,
    own,
    profileOf,
    type Setup,
    settingsOf,
    source,
    text,
    together,
    valuesOf,
    without,
} from "./identityFixture";

const keyModes = "AK,StsToken,RamRoleArn,OIDC,RsaKeyPair,RamRoleArnWithRoleName,CredentialsURI";
/**
 * Where each attribute comes from, in order: key, variables, field of a profile and the modes in which it counts. Written from
 * the source of `@pulumi/alicloud` and the CLI, and not from the table in the code.
 */
// biome-ignore format: a table, one row a line
const sourcesOf: Readonly<Record<AttributeName, string>> = {
    accessKeyId: `accessKey ALICLOUD_ACCESS_KEY ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABACLOUD_ACCESS_KEY_ID access_key_id@${keyModes}`,
    accessKeySecret: `secretKey ALICLOUD_SECRET_KEY ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABACLOUD_ACCESS_KEY_SECRET access_key_secret@${keyModes}`,
    securityToken: "securityToken ALICLOUD_SECURITY_TOKEN ALIBABA_CLOUD_SECURITY_TOKEN ALIBABACLOUD_SECURITY_TOKEN sts_token@StsToken,RamRoleArn",
    region: "region ALICLOUD_REGION ALIBABA_CLOUD_REGION region_id@all",
    sdkRegion: "ALIBABA_CLOUD_REGION_ID",
    ecsRoleName: "ecsRoleName ALICLOUD_ECS_ROLE_NAME ALIBABA_CLOUD_ECS_METADATA ram_role_name@EcsRamRole",
    credentialsUri: "credentialsUri ALICLOUD_CREDENTIALS_URI ALIBABA_CLOUD_CREDENTIALS_URI",
    profile: "profile ALICLOUD_PROFILE ALIBABA_CLOUD_PROFILE",
    credentialsFile: "sharedCredentialsFile ALICLOUD_SHARED_CREDENTIALS_FILE ALIBABA_CLOUD_CREDENTIALS_FILE",
    roleArn: "assumeRole.roleArn ALICLOUD_ASSUME_ROLE_ARN ALIBABA_CLOUD_ROLE_ARN ram_role_arn@RamRoleArn",
    sessionName: "assumeRole.sessionName ALICLOUD_ASSUME_ROLE_SESSION_NAME ALIBABA_CLOUD_ROLE_SESSION_NAME ram_session_name@RamRoleArn",
    sessionExpiration: "assumeRole.sessionExpiration ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION expired_seconds@RamRoleArn",
    policy: "assumeRole.policy",
    externalId: "assumeRole.externalId external_id@RamRoleArn",
    oidcProviderArn: "assumeRoleWithOidc.oidcProviderArn ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
    oidcRoleArn: "assumeRoleWithOidc.roleArn ALIBABA_CLOUD_ROLE_ARN",
    oidcTokenFile: "assumeRoleWithOidc.oidcTokenFile ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    oidcToken: "assumeRoleWithOidc.oidcToken ALIBABA_CLOUD_OIDC_TOKEN",
    oidcSessionName: "assumeRoleWithOidc.roleSessionName ALIBABA_CLOUD_ROLE_SESSION_NAME",
    oidcPolicy: "assumeRoleWithOidc.policy",
    oidcSessionExpiration: "assumeRoleWithOidc.sessionExpiration",
    stsHost: "endpoints.sts ALIBABA_CLOUD_STS_ENDPOINT sts_endpoint@all",
    stsRegion: "ALIBABA_CLOUD_STS_REGION sts_region@all",
    stsInVpc: "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED enable_vpc@all",
    endpoint: "endpoints.elasticsearch ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH",
    protocol: "protocol",
    sourceIp: "sourceIp ALICLOUD_SOURCE_IP ALIBABA_CLOUD_SOURCE_IP",
    secureTransport: "secureTransport ALICLOUD_SECURE_TRANSPORT ALIBABA_CLOUD_SECURE_TRANSPORT",
    securityTransport: "securityTransport ALICLOUD_SECURITY_TRANSPORT ALIBABA_CLOUD_SECURITY_TRANSPORT",
};

/** Looks up an attribute when places have values, with a profile of a mode. */
function found(name: AttributeName, values: readonly (readonly [place: string, value: unknown])[], mode: Mode) {
    const [config, env, fields] = [{}, {}, {}];
    for (const [place, value] of values) {
        const [path = "", modes] = place.split("@");
        const [key = "", field] = path.split(".");
        const target = modes !== undefined ? fields : /^[A-Z]/.test(key) ? env : config;
        Object.assign(target, { [key]: field === undefined ? value : { [field]: value } });
    }
    const file = { name: "", isClis: true, profiles: [] };
    const chosenBy = { kind: "variable", name: "" } as const;
    const profile = { name: "p", mode, chosenBy, isOwn: false, file, fields };
    return lookup(settingsOf({ config, env }), profile)(name);
}

const modeNames = Object.keys(modes) as Mode[];

describe("each attribute of an identity", () => {
    for (const name of Object.keys(attributes) as AttributeName[]) {
        const places = sourcesOf[name].split(" ");
        const [, modes = ""] = places.at(-1)?.split("@") ?? [];
        const counts = (mode: Mode) => modes === "all" || modes.split(",").includes(mode);

        it(`comes from the first place that is not blank when it is ${name}`, () => {
            for (const [n, place] of places.entries()) {
                const values = places.map((other, m) => [other, m < n ? "\t" : ` ${other}\n`] as const);
                const { value, source: from } = found(name, values, modeNames.find(counts) ?? "AK") ?? assert.fail();
                const [path = "", isField] = place.replace("endpoints.", "endpoints[0].").split("@");
                const ofSettings = /^[A-Z]/.test(path) ? `the variable ${path}` : `\`alicloud:${path}\``;
                assert.equal(value, place);
                assert.equal(describeSource(from), isField ? `\`${path}\` of the CLI profile "p"` : ofSettings);
            }
            for (const mode of modeNames) {
                const inProfile = found(name, [[places.at(-1) ?? "", "in the profile"]], mode);
                assert.equal(inProfile?.source.kind === "profile", counts(mode), mode);
            }
        });
    }

    it("is not that of a variable when the block of its key is not configured", () => {
        for (const place of ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"]) {
            assert.equal(found("roleArn", [[place, "role"]], "AK"), undefined);
        }
    });

    it("is text when it is a number or a boolean", () => {
        for (const value of [7, true]) {
            assert.equal(found("externalId", [["assumeRole.externalId", value]], "AK")?.value, String(value));
        }
    });
});

const { AK, StsToken, RamRoleArn, OIDC, OAuth, EcsRamRole, ChainableRamRoleArn: chained } = profileOf;
const keyVariables = { ALICLOUD_ACCESS_KEY: "env-id", ALICLOUD_SECRET_KEY: "env-secret" };
const oidcConfig = { oidcProviderArn: "provider", roleArn: "role", oidcTokenFile: "/file" };
const oidcVariables = {
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "provider",
    ALIBABA_CLOUD_ROLE_ARN: "env-role",
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/file",
};
const session = "pulumi-alicloud-logstash 3600";

/** The kinds of identity by rank, each in every source that can give it. Written from `providerConfigure`. */
const ranking: readonly (readonly [rank: number, values: string, setup: Setup])[] = [
    [1, "accessKey id secret", { config: keyConfig }],
    [1, "accessKey env-id env-secret", { env: keyVariables }],
    [1, "accessKey profile-id profile-secret", named(AK)],
    [1, "accessKey profile-id profile-secret profile-token", named(StsToken)],
    [2, "cliProfile CloudSSO", named(profileOf.CloudSSO)],
    [2, "cliProfile External", named(profileOf.External)],
    [2, "cliProfile OAuth", named(OAuth)],
    [2, `accessKey source-id profile-secret > last-role ${session}`, named(chained, source)],
    [2, `oidc profile-role provider file /file ${session}`, named(OIDC)],
    [3, "credentialsUri http://stack", { config: { credentialsUri: "http://stack" } }],
    [3, "credentialsUri https://env", { env: { ALIBABA_CLOUD_CREDENTIALS_URI: "https://env" } }],
    [4, "ecsRole stack-ecs", { config: { ecsRoleName: "stack-ecs" } }],
    [4, "ecsRole env-ecs", { env: { ALIBABA_CLOUD_ECS_METADATA: "env-ecs" } }],
    [4, "ecsRole profile-ecs", named({ ...EcsRamRole, ram_role_name: "profile-ecs" })],
    [4, "ecsRole EcsRamRole", named(EcsRamRole)],
    [5, `oidc role provider file /file ${session}`, { config: { assumeRoleWithOidc: oidcConfig } }],
    [5, `oidc env-role provider file /file ${session}`, { config: { assumeRoleWithOidc: {} }, env: oidcVariables }],
    [6, `oidc env-role provider file /file ${session}`, { env: oidcVariables }],
];

/** What a machine may have without being named, and what signs nothing. */
const ambient: Readonly<Record<string, Setup>> = {
    "the CLI has a current profile": { profiles: [source] },
    "the CLI's file is not JSON": { files: { [clisFile]: text("canary") } },
    "the CLI's file cannot be read": { files: { [clisFile]: { kind: "unreadable", code: "EACCES" } } },
    "the SDKs' file exists": { files: { [`${home}/.alibabacloud/credentials`]: text("[default]") } },
    "a role has no token": { env: { ALIBABA_CLOUD_ROLE_ARN: "role", ALIBABA_CLOUD_ROLE_SESSION_NAME: "s" } },
};

describe("the identity that signs", () => {
    const fields = { sessionName: "s", sessionExpiration: 900, policy: "{}", externalId: "x" };
    const roleConfig = { config: { assumeRole: { roleArn: "stack-role", ...fields } } };
    const ownKey = own(AK);

    for (const [rank, expected, setup] of ranking) {
        const of = Object.keys(setup).join(" and ");
        it(`is ${expected} by ${of} when kinds of a later rank are set too, and the stack's role`, () => {
            assert.equal(valuesOf(setup), expected);
            assert.equal(valuesOf(together(setup, roleConfig)), `${expected} > stack-role s 900 {} x`);
            for (const [otherRank, , other] of ranking) {
                // Only one profile can be named.
                if (otherRank > rank && !(setup.profiles && other.profiles)) {
                    assert.equal(valuesOf(together(other, setup)), expected);
                }
            }
            // The resource's own profile goes before all of that, and alone.
            const { profiles: _, ...rest } = setup;
            assert.equal(valuesOf(together(rest, roleConfig, ownKey), " p\n"), "accessKey profile-id profile-secret");
        });
    }

    for (const [what, setup] of Object.entries(ambient)) {
        it(`is missing when ${what}`, () => {
            assert.match(valuesOf(setup), /^error: no Alibaba Cloud credentials are set/);
            assert.match(valuesOf(setup), /with a profile of the aliyun CLI(; its file has "source")?\n/);
            assert.doesNotMatch(valuesOf(setup), /canary/);
            assert.equal(valuesOf(together(setup, { config: keyConfig })), "accessKey id secret");
        });
    }

    const sts_token = "profile-token";
    const role = (assumeRole: unknown): Setup => ({ config: { ...keyConfig, assumeRole } });
    const profileKey = "accessKey profile-id profile-secret";
    const profileRole = `${profileKey} > profile-role`;
    const ofOidc = `oidc profile-role provider file /file`;
    const set = { ram_session_name: "mine", expired_seconds: 1800, external_id: "x" };
    const tokenOf = (block: object, env: Readonly<Record<string, string>>, more: object = {}): Setup => ({
        config: { assumeRoleWithOidc: { ...without(oidcConfig, "oidcTokenFile"), ...block } },
        env,
        ...more,
    });
    const [fileVariable, textVariable] = [
        { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/env" },
        { ALIBABA_CLOUD_OIDC_TOKEN: "env" },
    ];
    const chain = (name: string, next: string, arn: string) => ({
        ...chained,
        name,
        source_profile: next,
        ram_role_arn: arn,
    });
    const [three, host] = [[chain("b", "c", "middle"), { ...RamRoleArn, name: "c" }], { sts_region: "eu-central-1" }];
    const inFile = (written: string, path: string): Setup => ({
        config: { profile: "p", sharedCredentialsFile: written },
        files: { [path]: fileOf({ name: "p", ...AK }) },
    });

    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, values: string, setup: Setup, own?: string])[] = [
        ["the namespace is the plugin's", "accessKey ours secret", { namespace: "alicloud-logstash", config: { ...keyConfig, accessKey: "ours", "alicloud:accessKey": "theirs" } }],
        ["the metadata service is disabled", "accessKey id secret", { config: keyConfig, env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" } }],
        ["the metadata service is not disabled", "ecsRole ecs", { config: { ecsRoleName: "ecs" }, env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "false" } }],
        ["the role's ARN is null", "accessKey id secret", role({ roleArn: null, sessionName: "s" })],
        ["the role's block is blank", "accessKey id secret", role(" ")],
        ["the role's block is null", "accessKey id secret", role("null")],
        ["the role has nothing but an ARN", `accessKey id secret > r ${session}`, role([{ roleArn: "r" }])],
        ["the key of a RamRoleArn profile is in the environment", `accessKey env-id env-secret > profile-role ${session}`, { ...named({ ...RamRoleArn, sts_token }), env: keyVariables }],
        ["the key and the token of a RamRoleArn profile are in the environment", `accessKey env-id env-secret env-token > profile-role ${session}`, { ...named(RamRoleArn), env: { ...keyVariables, ALICLOUD_SECURITY_TOKEN: "env-token" } }],
        ["the key of a StsToken profile is in the environment", `accessKey env-id env-secret ${sts_token}`, { ...named(StsToken), env: keyVariables }],
        ["the key of a StsToken profile without a token is in the environment", "accessKey env-id env-secret", { ...named(without(StsToken, "sts_token")), env: keyVariables }],
        ["the stack and the RamRoleArn profile have a role", `${profileKey} > stack-role ${session}`, together(named({ ...RamRoleArn, external_id: "x" }), { config: { assumeRole: { roleArn: "stack-role" } } })],
        ["a named RamRoleArn profile sets all fields", `${profileKey} ${sts_token} > profile-role mine 1800 x`, named({ ...RamRoleArn, ...set, sts_token })],
        ["a RamRoleArn profile sets all fields", `${profileKey} ${sts_token} > profile-role mine 1800 x`, own({ ...RamRoleArn, ...set, sts_token }), "p"],
        ["the CLI has written 0 for no duration", `${profileRole} ${session}`, own({ ...RamRoleArn, expired_seconds: 0 }), "p"],
        ["a duration is the shortest", `${profileRole} pulumi-alicloud-logstash 900`, own({ ...RamRoleArn, expired_seconds: 900 }), "p"],
        ["a duration is the longest", `${profileRole} pulumi-alicloud-logstash 43200`, own({ ...RamRoleArn, expired_seconds: 43_200 }), "p"],
        ["an EcsRamRole profile names a role", "ecsRole profile-ecs", own({ ...EcsRamRole, ram_role_name: "profile-ecs" }), "p"],
        ["a chained profile sets all fields", "accessKey source-id profile-secret > last-role mine 1800 x", own({ ...chained, ...set }, source), "p"],
        ["profiles are chained twice", `${profileRole} ${session} > middle ${session} > last-role ${session}`, own({ ...chained, source_profile: "b" }, ...three), "p"],
        ["the roles of a chain have the same STS host", `${profileRole} ${session} > last-role ${session}`, own({ ...chained, ...host }, { ...RamRoleArn, ...host, name: "source" }), "p"],
        ["the source of a chain assumes no role and has an STS host", `accessKey source-id profile-secret > last-role ${session}`, own(chained, { ...source, ...host }), "p"],
        ["an OIDC profile sets the CLI's duration", `${ofOidc} pulumi-alicloud-logstash 1900`, own({ ...OIDC, expired_seconds: 1900 }), "p"],
        ["an OIDC profile sets both durations", `${ofOidc} mine 2000`, own({ ...OIDC, ...set, duration_seconds: 2000 }), "p"],
        ["the OIDC role of the stack sets all fields", "oidc role provider file /file s 900 {}", { config: { assumeRoleWithOidc: { ...oidcConfig, roleSessionName: "s", sessionExpiration: 900, policy: "{}" } } }],
        ["the stack has the file of an OIDC token, and the environment the text", `oidc role provider file /stack ${session}`, tokenOf({ oidcTokenFile: "/stack" }, textVariable)],
        ["a declared provider has the file of an OIDC token, and the environment the text", `oidc role provider file /stack ${session}`, tokenOf({ oidcTokenFile: "/stack" }, textVariable, { declared: true })],
        ["the stack has the text of an OIDC token, and the environment the file", `oidc role provider text stack ${session}`, tokenOf({ oidcToken: "stack" }, fileVariable)],
        ["the environment has the text of an OIDC token", `oidc role provider text env ${session}`, tokenOf({}, textVariable)],
        ["a profile has no mode", profileKey, own(without(AK, "mode")), "p"],
        ["a profile has no mode and a token", `${profileKey} ${sts_token}`, named({ ...AK, mode: "", sts_token })],
        ["a profile of mode AK has a token", profileKey, own({ ...AK, sts_token }), "p"],
        ["an OAuth profile has its site in lower case", "cliProfile OAuth", own({ ...OAuth, oauth_site_type: "intl" }), "p"],
        ["the file is in the home directory", profileKey, inFile("~/keys.json", `${home}/keys.json`)],
        ["the file is in the home directory, on Windows", profileKey, inFile("~\\keys.json", `${home}\\keys.json`)],
        ["the file is the home directory itself", profileKey, inFile("~", home)],
        ["the file's path begins with a tilde and a name", profileKey, inFile("~other/keys.json", "~other/keys.json")],
        ["the file's path has a tilde inside", profileKey, inFile("/mnt/~/keys.json", "/mnt/~/keys.json")],
    ];
    for (const [when, values, setup, profile] of cases) {
        it(`is ${values} when ${when}`, () => assert.equal(valuesOf(setup, profile), values));
    }

    const ofProfile = (name: string) => `\`${name}\` of the CLI profile "p"`;
    const ofToken = `access key ID from ${ofProfile("access_key_id")}, secret from ${ofProfile("access_key_secret")}, security token from ${ofProfile("sts_token")}`;
    const provider = {
        config: { credentialsUri: "http://localhost/canary", assumeRole: { roleArn: "canary" } },
        declared: true,
    };
    // biome-ignore format: a table, one row a line
    const names: readonly (readonly [name: string, setup: Setup, own?: string])[] = [
        ["access key ID from `alicloud:accessKey`, secret from the variable ALICLOUD_SECRET_KEY", { config: { accessKey: "canary" }, env: { ALICLOUD_SECRET_KEY: "canary" } }],
        ["the role from the provider's `assumeRole.roleArn`, assumed with the credentials URI from the provider's `credentialsUri`", provider],
        ["the ECS role from the variable ALIBABA_CLOUD_ECS_METADATA", { env: { ALIBABA_CLOUD_ECS_METADATA: "canary" } }],
        ["the OIDC role from the variable ALIBABA_CLOUD_ROLE_ARN", { env: oidcVariables }],
        ['the CLI profile "p" of mode EcsRamRole, chosen by `alicloud:profile`', named(EcsRamRole)],
        ['the CLI profile "p" of mode External, chosen by the resource\'s `profile`', own(profileOf.External), "p"],
        [ofToken, own(StsToken), "p"],
    ];
    for (const [name, setup, profile] of names) {
        it(`is named by its sources when it is ${name}`, () => {
            assert.equal(describeIdentity(identityOf(setup, profile)), name);
        });
    }
});

describe("an identity is refused", () => {
    const key = { accessKey: "canary", secretKey: "canary" };
    const oidc = (config: object): Setup => ({ config: { assumeRoleWithOidc: config } });
    const role = (assumeRole: unknown): Setup => ({ config: { ...key, assumeRole } });
    const inFile = (content: string): Setup => ({ config: { profile: "p" }, files: { [clisFile]: text(content) } });
    const durationOf = (seconds: number) => own({ ...RamRoleArn, expired_seconds: seconds });
    const usable = Object.keys(profileOf).join(", ");

    for (const [mode, profile] of Object.entries(profileOf)) {
        for (const field of Object.keys(profile).slice(1)) {
            it(`when its own profile of mode ${mode} has no ${field}, though a key is complete`, () => {
                const setup = together(own(without(profile, field), source), { config: key });
                const message = `error: the CLI profile "p" of mode ${mode}, chosen by the resource's \`profile\`, has no \`${field}\``;
                assert.equal(valuesOf(setup, "p"), message);
            });
        }
    }

    /** Each with the message; `canary` is in every value that must not be in it. */
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, message: RegExp, own?: string])[] = [
        ["an ID has no secret", { config: { accessKey: "canary", credentialsUri: "http://localhost/" } }, /^error: there is an access key ID from `alicloud:accessKey`, but no secret; set `alicloud:secretKey` or the variable ALICLOUD_SECRET_KEY where `pulumi` is started$/],
        ["a secret has no ID", { env: { ALIBABACLOUD_ACCESS_KEY_SECRET: "canary" } }, /secret from the variable ALIBABACLOUD_ACCESS_KEY_SECRET, but no access key ID; set `alicloud:accessKey`/],
        ["only a security token is set", { env: { ALICLOUD_SECURITY_TOKEN: "canary" } }, /token from the variable ALICLOUD_SECURITY_TOKEN, but no access key; set `alicloud:accessKey`.*`alicloud:secretKey`/],
        ["a named profile of mode AK has no key", { ...named({ mode: "AK" }), env: { ALICLOUD_CREDENTIALS_URI: "http://localhost/" } }, /"p" of mode AK, chosen by `alicloud:profile`, has no `access_key_id`/],
        ["a named StsToken profile has no token", named(without(StsToken, "sts_token")), /has no `sts_token`/],
        ["a named RamRoleArn profile has no role", named(without(RamRoleArn, "ram_role_arn")), /has no `ram_role_arn`/],
        ["a named RamRoleArn profile has a token and no key", named({ mode: "RamRoleArn", ram_role_arn: "canary", sts_token: "canary" }), /of mode RamRoleArn.*has no `access_key_id`/],
        ["a named OIDC profile has no role, though a variable names one", { ...named(without(OIDC, "ram_role_arn")), env: { ALIBABA_CLOUD_ROLE_ARN: "other" } }, /of mode OIDC.*has no `ram_role_arn`/],
        ["an OAuth profile has another site before a known one", named({ ...OAuth, oauth_site_type: "canaryCN" }), /`oauth_site_type` of the CLI profile "p" must be "CN" or "INTL"$/],
        ["an OAuth profile has another site after a known one", named({ ...OAuth, oauth_site_type: "INTLcanary" }), /must be "CN" or "INTL"$/],
        ["an OAuth profile is in another file than the CLI's", { config: { profile: "p", sharedCredentialsFile: "/other" }, files: { "/other": fileOf({ name: "p", ...OAuth }) } }, /must be in ~\/\.aliyun\/config\.json/],
        ["the source of a chain does not exist", own(chained), /no profile "source", which `source_profile` of the CLI profile "p" names; it has "p"/, "p"],
        ["a chain is a cycle", own({ ...chained, source_profile: "b" }, { name: "b", ...chained, source_profile: "p" }), /"p" of mode ChainableRamRoleArn.*is its own `source_profile`/, "p"],
        ["the roles of a chain have two STS hosts", own(chained, { ...RamRoleArn, name: "source", sts_region: "canary" }), /`sts_region` of the CLI profile "source" differs from that of the CLI profile "p".*set the same in both/, "p"],
        ...["sts_endpoint", "enable_vpc"].map((field) => [`only the source of a chain with an OIDC role has ${field}`, own(chained, { name: "source", ...OIDC, [field]: "canary" }), new RegExp(`\`${field}\` of the CLI profile "source" differs`), "p"] as const),
        ["a mode is unknown", named({ mode: "Telepathy", access_key_id: "canary", access_key_secret: "canary" }), new RegExp(`"p" has the unknown mode "Telepathy"; usable are the modes ${usable}$`)],
        ["a mode cannot be used here", named({ mode: "RsaKeyPair" }), new RegExp(`of mode RsaKeyPair.*cannot be used here; usable are the modes ${usable}$`)],
        ["a profile without a mode could be another identity", named({ ...without(RamRoleArn, "mode"), access_key_id: "canary" }), /the CLI profile "p" has `ram_role_arn`, but no `mode` that gives it a meaning; set its `mode`/],
        ["a named profile does not exist, though a key is complete", { config: { ...key, profile: "q" }, profiles: [{ name: "p" }, source] }, /^error: the CLI's file has no profile "q", which `alicloud:profile` names; it has "p", "source"$/],
        ["a resource's own profile does not exist", { profiles: [source] }, /no profile "p", which the resource's `profile` names; it has "source"/, "p"],
        ["a profile is named and the CLI has no file", { env: { ALIBABA_CLOUD_PROFILE: "p" } }, /^error: the CLI's file ~\/\.aliyun\/config\.json does not exist; it must have the profile from the variable ALIBABA_CLOUD_PROFILE$/],
        ["a file does not exist", { config: { profile: "p", sharedCredentialsFile: "/canary" } }, /^error: the file that `alicloud:sharedCredentialsFile` names does not exist/],
        ["a file is set and no profile", { config: { sharedCredentialsFile: "/canary" } }, /`alicloud:sharedCredentialsFile` names a file of CLI profiles, but no profile is chosen; set `alicloud:profile`/],
        ["the file cannot be read", { config: { profile: "p" }, files: { [clisFile]: { kind: "unreadable", code: "EACCES" } } }, /^error: the CLI's file cannot be read: EACCES$/],
        ["the file has the SDKs' form", { env: { ALIBABA_CLOUD_PROFILE: "p", ALIBABA_CLOUD_CREDENTIALS_FILE: "/ini" }, files: { "/ini": text("[p]\naccess_key_id = canary\n") } }, /the file that the variable ALIBABA_CLOUD_CREDENTIALS_FILE names is not JSON, as the aliyun CLI writes it/],
        ["the file is a list", inFile('["canary"]'), /the CLI's file has no list of `profiles`/],
        ["the profiles are an object", inFile('{"profiles": {"p": "canary"}}'), /has no list of `profiles`/],
        ["the profiles are texts", inFile('{"profiles": ["canary"]}'), /has no list of `profiles`/],
        ["the file has no profiles", inFile("{}"), /has no profile "p".*it has none$/],
        ["the file's profile has no name", inFile('{"profiles": [{}]}'), /it has ""$/],
        ["the file has 21 other profiles", { profiles: Array.from({ length: 21 }, (_, index) => ({ name: `n${index + 1}` })) }, /"n1", .*"n20"$/, "p"],
        ["a role has nothing to assume it", { config: { assumeRole: { roleArn: "canary" } } }, /^error: no credentials are set to assume the role from `alicloud:assumeRole\.roleArn`; set one.*\n.*on a laptop/],
        ["the environment has only an OIDC token's file", { env: { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/canary" } }, /OIDC role from the variable ALIBABA_CLOUD_OIDC_TOKEN_FILE is incomplete/],
        ["the environment has only an OIDC token", { env: { ALIBABA_CLOUD_OIDC_TOKEN: "canary" } }, /OIDC role from the variable ALIBABA_CLOUD_OIDC_TOKEN is incomplete/],
        ["the environment has only an OIDC provider", { env: { ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "canary" } }, /OIDC role from the variable ALIBABA_CLOUD_OIDC_PROVIDER_ARN is incomplete/],
        ["an OIDC role has no part", oidc({}), /^error: the OIDC role is incomplete; set .*roleArn` or .*, and .*oidcProviderArn` or .*, and .*oidcTokenFile` or/],
        ...Object.keys(oidcConfig).map((field) => [`an OIDC role lacks only ${field}`, oidc(without(oidcConfig, field)), new RegExp(`is incomplete; set \`alicloud:assumeRoleWithOidc\\.${field}\` or the variable \\w+ where \`pulumi\` is started$`)] as const),
        ["there are two OIDC tokens in one source", oidc({ ...oidcConfig, oidcToken: "canary" }), /two OIDC tokens: a file from `alicloud:assumeRoleWithOidc\.oidcTokenFile`, and a text from/],
        ["a role is a text", role('"canary"'), /`alicloud:assumeRole` must be an object; set .*pulumi config set --path/],
        ["a role is not JSON", role("canary"), /`alicloud:assumeRole` must be an object; set .*pulumi config set/],
        ["a declared provider's role is not JSON", { ...role("canary"), declared: true }, /^error: the provider's `assumeRole` must be an object$/],
        ["there are two roles", role([{}, {}]), /`alicloud:assumeRole` must be an object/],
        ["a block has an unknown field", role({ role_arn: "canary" }), /`alicloud:assumeRole` has a field that is not supported; supported are roleArn, sessionName/],
        ["a field is not text", role({ roleArn: "r", policy: { v: "canary" } }), /`alicloud:assumeRole\.policy` is not text/],
        ...[899, 43_201, 1000.5].map((seconds) => [`a role lasts ${seconds} s`, durationOf(seconds), /`expired_seconds` of the CLI profile "p" is not a whole number of seconds from 900 to 43200/, "p"] as const),
        ["a credentials URI is not a URL", { env: { ALICLOUD_CREDENTIALS_URI: "canary secret" } }, /the variable ALICLOUD_CREDENTIALS_URI is not an http or https URL/],
        ["a credentials URI is not http", { config: { credentialsUri: "canary:secret" } }, /is not an http or https URL/],
        ["an ECS role is set and the metadata service disabled", { config: { ecsRoleName: "canary" }, env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: " TRUE" } }, /ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids/],
        ["a name in the file is not readable", { profiles: [{ name: `${"y".repeat(79)}canary` }] }, /it has "y{79}…"$/, "p"],
        ["a name in the file has control characters", { profiles: [{ name: `${"y".repeat(78)}\n\u001b` }] }, /it has "y{78}\\n\\u001b"$/, "p"],
    ];
    for (const [when, setup, message, profile] of cases) {
        it(`when ${when}`, () => {
            assert.match(valuesOf(setup, profile), message);
            assert.doesNotMatch(valuesOf(setup, profile), /canary/);
        });
    }

    it("with a hint for each kind of identity, and the profiles of the CLI's file, when nothing is set", () => {
        const profiles = ["one", "two"].map((name) => ({ name, ...AK }));
        const hints = [
            'on a laptop.*_PROFILE=NAME.*; its file has "one", "two"',
            "in CI.*_KEY_ID",
            "on ECS.*`pulumi config set alicloud:ecsRoleName.*_METADATA",
            "in Kubernetes.*_ROLE_ARN",
            "in the stack.*`pulumi config set alicloud:accessKey",
            "Set variables where `pulumi` is started",
        ];
        assert.match(valuesOf({ profiles }), new RegExp(hints.join("[\\s\\S]*\n *[\\s\\S]*")));
        assert.match(valuesOf({}), /a profile of the aliyun CLI\n/);
    });

    it("without keys of the stack when the provider is declared, and with those of the plugin when it is not", () => {
        const namespace = "alicloud-logstash";
        const declared = { namespace, declared: true, config: { requestsPerSecond: "many" } };
        const settings = settingsOf(declared);
        const hints = [
            ...(Object.keys(attributes) as AttributeName[]).map((name) => howToSet(settings, name)),
            ...Object.values(configHints(settings)),
            howToSetRegion(settings),
            valuesOf(declared),
        ].join("\n");
        assert.doesNotMatch(hints, /alicloud-logstash:|pulumi config/);
        for (const key of ["`region`", "`ecsRoleName`", "`accessKey` and `secretKey`"]) {
            assert.ok(hints.includes(`the provider's ${key}`), key);
        }
        assert.throws(() => rateLimit(settings), /^Error: the provider's `requestsPerSecond` is not a whole number/);
        assert.match(howToSetRegion(settingsOf({ namespace })), /pulumi config set alicloud-logstash:region/);
    });
});

describe("the settings of the vendor's tools", () => {
    /** Those that `@alicloud/credentials` reads itself, and those of its default chain, which is not used here. */
    const readLater = ["ALIBABA_CLOUD_IMDSV1_DISABLED", "ALIBABA_CLOUD_ECS_METADATA_DISABLED", "HOME"];
    const unused = ["ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "ALIBABA_CLOUD_ECS_IMDSV2_ENABLE"];

    it("are all attributes, or known not to be, when @alicloud/credentials reads them", () => {
        const folder = join(dirname(require.resolve("@alicloud/credentials")), "..");
        const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
        const code = files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
        const read = [...code.matchAll(/process\.env(?:\.|\[')([A-Z_0-9]+)/g)].map(([, name = ""]) => name);
        const rows: readonly Attribute[] = Object.values(attributes);
        const known = new Set([...rows.flatMap(({ variables }) => variables), ...readLater, ...unused]);
        assert.deepEqual(
            read.filter((name) => !known.has(name)),
            [],
        );
        assert.ok(read.length > unused.length);
    });
});
