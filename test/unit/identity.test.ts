import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { rateLimit } from "../../provider/src/cloud/rateLimit";
import { ConfigurationError } from "../../provider/src/configuration";
import { type Attribute, type AttributeName, attributes } from "../../provider/src/identity/attributes";
import { regionFor } from "../../provider/src/identity/call";
import { profileFor } from "../../provider/src/identity/cliProfiles";
import { configHints, endpointFor, stsHostFor } from "../../provider/src/identity/endpoint";
import { describeIdentity, type Identity } from "../../provider/src/identity/identity";
import { howToSet, howToSetRegion } from "../../provider/src/identity/messages";
import { lookupInSettings } from "../../provider/src/identity/settings";
import { describeSource, type ResolvedSetting } from "../../provider/src/identity/sources";
import { runsOf } from "../support/propertyRuns";
import {
    allModes,
    baseOf,
    callOf,
    clisFile,
    errorOf,
    fileOf,
    home,
    keyConfig,
    keyVariables,
    type Mode,
    named,
    oidcConfig,
    oidcVariables,
    own,
    profileOf,
    region,
    resolve,
    type Setup,
    settingsOf,
    source,
    text,
    together,
    without,
} from "./identityFixture";
import * as vendor from "./vendorSettings";

const endpointsKey = { kind: "stack", key: "alicloud:endpoints[0].elasticsearch" };
const publicEndpoint = "elasticsearch.cn-hangzhou.aliyuncs.com";

/** The result, or nothing if there is an error. */
function attempted<T>(act: () => T): T | undefined {
    try {
        return act();
    } catch {
        return undefined;
    }
}

describe("each attribute of an identity", () => {
    type Part = ResolvedSetting | string | undefined;
    const ofKey = (part: "accessKeyId" | "accessKeySecret" | "securityToken") => (setup: Setup) =>
        baseOf(resolve(setup), "accessKey")[part];
    const ofRole = (read: (role: Identity["roles"][number] | undefined) => Part) => (setup: Setup) =>
        read(resolve(setup).roles[0]);
    const ofOidc = (read: (base: ReturnType<typeof baseOf<"oidc">>) => Part) => (setup: Setup) =>
        read(baseOf(resolve(setup), "oidc"));
    const ofHeader = (name: string) => (setup: Setup) => callOf(setup).headers[name];
    const key = { config: keyConfig };
    const role = { config: { ...keyConfig, assumeRole: { roleArn: "rest-role" } } };
    const oidc = { config: { assumeRoleWithOidc: oidcConfig } };
    const oidcBut = (name: string) => ({ config: { assumeRoleWithOidc: without(oidcConfig, name) } });
    const keyModes = ["AK", "StsToken", "RamRoleArn", "OIDC"] as const;

    /** Written from the source of `@pulumi/alicloud`, and not from the table in the code. */
    // biome-ignore format: a table, one row a line
    const rows: readonly (readonly [what: string, key: string, variables: string, rest: Setup, read: (setup: Setup) => Part, profileField?: string, ...modes: readonly Mode[]])[] = [
        ["access key ID", "accessKey", "ALICLOUD_ACCESS_KEY ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABACLOUD_ACCESS_KEY_ID", { config: without(keyConfig, "accessKey") }, ofKey("accessKeyId"), "access_key_id", ...keyModes],
        ["access key secret", "secretKey", "ALICLOUD_SECRET_KEY ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABACLOUD_ACCESS_KEY_SECRET", { config: without(keyConfig, "secretKey") }, ofKey("accessKeySecret"), "access_key_secret", ...keyModes],
        ["security token", "securityToken", "ALICLOUD_SECURITY_TOKEN ALIBABA_CLOUD_SECURITY_TOKEN ALIBABACLOUD_SECURITY_TOKEN", key, ofKey("securityToken"), "sts_token", "StsToken"],
        ["region", "region", "ALICLOUD_REGION ALIBABA_CLOUD_REGION", {}, (setup) => regionFor(settingsOf(setup)), "region_id", ...allModes],
        ["ECS role", "ecsRoleName", "ALICLOUD_ECS_ROLE_NAME ALIBABA_CLOUD_ECS_METADATA", {}, (setup) => baseOf(resolve(setup), "ecsRole").name, "ram_role_name", "EcsRamRole"],
        ["credentials URI", "credentialsUri", "ALICLOUD_CREDENTIALS_URI ALIBABA_CLOUD_CREDENTIALS_URI", {}, (setup) => baseOf(resolve(setup), "credentialsUri").uri],
        ["role to assume", "assumeRole.roleArn", "ALICLOUD_ASSUME_ROLE_ARN ALIBABA_CLOUD_ROLE_ARN", key, ofRole((assumed) => assumed?.arn), "ram_role_arn", "RamRoleArn"],
        ["session name", "assumeRole.sessionName", "ALICLOUD_ASSUME_ROLE_SESSION_NAME ALIBABA_CLOUD_ROLE_SESSION_NAME", role, ofRole((assumed) => assumed?.sessionName), "ram_session_name", "RamRoleArn"],
        ["duration", "assumeRole.sessionExpiration", "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", role, ofRole((assumed) => String(assumed?.durationSeconds)), "expired_seconds", "RamRoleArn"],
        ["policy", "assumeRole.policy", "", role, ofRole((assumed) => assumed?.policy)],
        ["external ID", "assumeRole.externalId", "", role, ofRole((assumed) => assumed?.externalId), "external_id", "RamRoleArn"],
        ["OIDC provider", "assumeRoleWithOidc.oidcProviderArn", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", oidcBut("oidcProviderArn"), ofOidc(({ providerArn }) => providerArn)],
        ["OIDC role", "assumeRoleWithOidc.roleArn", "ALIBABA_CLOUD_ROLE_ARN", oidcBut("roleArn"), ofOidc(({ arn }) => arn)],
        ["OIDC token's file", "assumeRoleWithOidc.oidcTokenFile", "ALIBABA_CLOUD_OIDC_TOKEN_FILE", oidcBut("oidcTokenFile"), ofOidc(({ token }) => token.setting)],
        ["OIDC token", "assumeRoleWithOidc.oidcToken", "ALIBABA_CLOUD_OIDC_TOKEN", oidcBut("oidcTokenFile"), ofOidc(({ token }) => token.setting)],
        ["OIDC session name", "assumeRoleWithOidc.roleSessionName", "ALIBABA_CLOUD_ROLE_SESSION_NAME", oidc, ofOidc(({ sessionName }) => sessionName)],
        ["OIDC policy", "assumeRoleWithOidc.policy", "", oidc, ofOidc(({ policy }) => policy)],
        ["OIDC duration", "assumeRoleWithOidc.sessionExpiration", "", oidc, ofOidc(({ durationSeconds }) => String(durationSeconds))],
        ["source IP", "sourceIp", "ALICLOUD_SOURCE_IP ALIBABA_CLOUD_SOURCE_IP", key, ofHeader("x-acs-source-ip")],
        ["secure transport", "secureTransport", "ALICLOUD_SECURE_TRANSPORT ALIBABA_CLOUD_SECURE_TRANSPORT", key, ofHeader("x-acs-secure-transport")],
        ["older secure transport", "securityTransport", "ALICLOUD_SECURITY_TRANSPORT ALIBABA_CLOUD_SECURITY_TRANSPORT", key, ofHeader("x-acs-secure-transport")],
    ];

    for (const [what, path, variableNames, bare, read, profileField = "", ...modes] of rows) {
        const variables = variableNames.split(" ").filter(Boolean);
        const [one, other] = /duration/.test(what)
            ? (["1001", "1002"] as const)
            : (["https://a.example/1001", "https://a.example/1002"] as const);
        const valueIn = (setup: Setup) => {
            const setting = read(setup);
            return typeof setting === "object" ? setting.value : setting;
        };
        const valueIfAny = (setup: Setup) => attempted(() => valueIn(setup));
        const expectSource = (setup: Setup, expected: object) => {
            const setting = read(setup);
            if (typeof setting === "object") {
                assert.deepEqual(setting.source, expected);
            }
        };
        const [block = "", field] = path.split(".");
        const fieldsOf = (setup: Setup) => (setup.config?.[block] ?? {}) as object;
        /** With the block, without which the variables of its fields are not read. */
        const rest = together(bare, field === undefined ? {} : { config: { [block]: fieldsOf(bare) } });
        const byKey = (value: string) =>
            together(rest, {
                config: { [block]: field === undefined ? value : { ...fieldsOf(rest), [field]: value } },
            });
        const byVariable = (variable: string, value: string): Setup => ({ env: { [variable]: value } });
        const byProfile = (mode: Mode, value: string) => named({ ...profileOf[mode], [profileField]: value }, source);

        it(`is the ${what} of the configuration when variables are set too`, () => {
            const setup = together(byKey(one), ...variables.map((name) => byVariable(name, other)));
            assert.equal(valueIn(setup), one);
            expectSource(setup, { kind: "stack", key: `alicloud:${path}` });
        });
        for (const [index, variable] of variables.entries()) {
            const later = variables.slice(index + 1);
            it(`is the ${what} of ${variable} when ${later.length} later variables are set too`, () => {
                const setup = together(
                    rest,
                    byVariable(variable, one),
                    ...later.map((name) => byVariable(name, other)),
                );
                assert.equal(valueIn(setup), one);
                expectSource(setup, { kind: "variable", name: variable });
            });
            it(`is not the ${what} of ${variable} when that is empty or blank`, () => {
                const [next] = later;
                const expected = next === undefined ? valueIfAny(rest) : one;
                for (const blank of ["", " ", "\t\n"]) {
                    const setup = together(rest, next ? byVariable(next, one) : {}, byVariable(variable, blank));
                    assert.equal(valueIfAny(setup), expected);
                }
            });
        }
        for (const mode of modes.length === 0 ? [] : allModes) {
            if (modes.includes(mode)) {
                it(`is the ${what} of \`${profileField}\` when no variable is set and the mode is ${mode}`, () => {
                    const setup = together(
                        { ...rest, config: without(rest.config ?? {}, block) },
                        byProfile(mode, one),
                    );
                    assert.equal(valueIn(setup), one);
                    for (const variable of variables.slice(0, 1)) {
                        assert.equal(valueIn(together(rest, setup, byVariable(variable, other))), other);
                    }
                });
            } else {
                it(`is never the ${what} of \`${profileField}\` when the mode is ${mode}`, () => {
                    const setup = together(rest, byProfile(mode, "of another mode"));
                    assert.notEqual(valueIfAny(setup), "of another mode");
                });
            }
        }
        it(`is the ${what} without the blanks when the value has some around it`, () => {
            assert.equal(valueIn(byKey(` ${one}\n`)), one);
            for (const variable of variables) {
                assert.equal(valueIn(together(rest, byVariable(variable, `\t${one} `))), one);
            }
        });
        if (field !== undefined && variables.length > 0) {
            it(`is the ${what} of no variable when the block is not configured`, () => {
                for (const variable of variables) {
                    const config = { ...without(bare.config ?? {}, block), ...keyConfig };
                    assert.notEqual(valueIfAny({ config, ...byVariable(variable, one) }), one);
                }
            });
        }
    }

    it("is read from the named profile of the named file when both names are in any source", () => {
        const names = ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"].map((name) => ({ env: { [name]: " p " } }));
        const paths = ["ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"];
        const files = { "/other.json": fileOf({ name: "p", ...profileOf.AK }) };
        for (const name of [{ config: { profile: "p" } }, ...names]) {
            for (const file of [
                { config: { sharedCredentialsFile: "/other.json" } },
                ...paths.map((path) => ({ env: { [path]: "/other.json" } })),
            ]) {
                const identity = resolve({ ...together(name, file), files });
                assert.equal(baseOf(identity, "accessKey").accessKeyId.value, "profile-id");
            }
        }
    });

    it("is read in the given namespace when another one has the same key", () => {
        const theirs = { "alicloud:accessKey": "theirs", "alicloud:secretKey": "theirs" };
        const setup = { namespace: "alicloud-logstash", config: { ...theirs, accessKey: "ours", secretKey: "s" } };
        assert.deepEqual(baseOf(resolve(setup), "accessKey").accessKeyId, {
            value: "ours",
            source: { kind: "stack", key: "alicloud-logstash:accessKey" },
        });
    });

    it("is text when a field of a block is a number or a boolean", () => {
        for (const externalId of [7, true]) {
            const config = { ...keyConfig, assumeRole: { roleArn: "role", externalId } };
            assert.equal(resolve({ config }).roles[0]?.externalId, String(externalId));
        }
    });
});

/** The kinds of identity, by rank: each in every source that can give it. Written from `providerConfigure`. */
// biome-ignore format: a table, one row a line
const ranking: readonly (readonly (readonly [kind: string, from: string, setup: Setup])[])[] = [
    [
        ["accessKey", "stack", { config: { accessKey: "id", secretKey: "secret" } }],
        ["accessKey", "environment", { env: keyVariables }],
        ["accessKey", "profile AK", named(profileOf.AK)],
        ["accessKey", "profile StsToken", named(profileOf.StsToken)],
        ["accessKey", "profile RamRoleArn", named(profileOf.RamRoleArn)],
    ],
    [
        ["cliProfile", "profile CloudSSO", named(profileOf.CloudSSO)],
        ["cliProfile", "profile External", named(profileOf.External)],
        ["cliProfile", "profile OAuth", named(profileOf.OAuth)],
        ["accessKey", "profile ChainableRamRoleArn", named(profileOf.ChainableRamRoleArn, source)],
        ["oidc", "profile OIDC", named(profileOf.OIDC)],
    ],
    [["credentialsUri", "stack", { config: { credentialsUri: "http://localhost/uri" } }], ["credentialsUri", "environment", { env: { ALIBABA_CLOUD_CREDENTIALS_URI: "http://localhost/uri" } }]],
    [["ecsRole", "stack", { config: { ecsRoleName: "ecs" } }], ["ecsRole", "environment", { env: { ALIBABA_CLOUD_ECS_METADATA: "ecs" } }], ["ecsRole", "profile EcsRamRole", named(profileOf.EcsRamRole)]],
    [["oidc", "stack", { config: { assumeRoleWithOidc: oidcConfig } }], ["oidc", "environment", { config: { assumeRoleWithOidc: {} }, env: oidcVariables }]],
    [["oidc", "environment alone", { env: oidcVariables }]],
];

/** What a machine may have without being named, and what signs nothing. */
// biome-ignore format: a table, one row a line
const ambient: readonly (readonly [what: string, setup: Setup])[] = [
    ...allModes.map((mode) => [`the CLI's current profile has the mode ${mode}`, { current: "c", profiles: [{ ...profileOf[mode], name: "c" }, source] }] as const),
    ["the CLI's current profile has an unknown mode", { current: "c", profiles: [{ name: "c", mode: "Telepathy" }] }],
    ["the CLI's file is not JSON", { files: { [clisFile]: text("canary") } }],
    ["the CLI's file cannot be read", { files: { [clisFile]: { kind: "unreadable", code: "EACCES" } } }],
    ["the SDKs' file exists", { files: { [`${home}/.alibabacloud/credentials`]: text("[default]") } }],
    ["a role has no token", { env: { ALIBABA_CLOUD_ROLE_ARN: "role", ALIBABA_CLOUD_ROLE_SESSION_NAME: "s" } }],
    ["the metadata service is not disabled", { env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "false" } }],
];

/** A fingerprint of an identity, by its values. */
function who(identity: Identity): string {
    const values = (value: unknown): string[] =>
        typeof value === "object" && value !== null
            ? Object.entries(value).flatMap(([name, inner]) => (name === "source" ? [] : values(inner)))
            : [String(value)];
    return JSON.stringify([identity.base.kind, describeIdentity(identity), values(identity.roles)]);
}

describe("the identity that signs", () => {
    for (const [rank, winners] of ranking.entries()) {
        for (const [kind, from, setup] of winners) {
            it(`is ${kind} of ${from} when nothing else is set`, () => {
                assert.equal(resolve(setup).base.kind, kind);
            });
            it(`is ${kind} of ${from} when the machine has identities that nothing names`, () => {
                const expected = who(resolve(setup));
                for (const [what, { profiles = [], ...machine }] of ambient) {
                    // The named profile is in the file.
                    const files = setup.profiles === undefined ? (machine.files ?? {}) : {};
                    const others = profiles.filter((profile) => profile !== source);
                    const whole = together({ ...machine, files, profiles: [...others, source] }, setup);
                    assert.equal(who(resolve(whole)), expected, what);
                }
            });
            for (const [otherKind, otherFrom, other] of ranking.slice(rank + 1).flat()) {
                if (from.startsWith("profile") && otherFrom.startsWith("profile")) {
                    // Only one profile can be named.
                    continue;
                }
                it(`is ${kind} of ${from} when ${otherKind} of ${otherFrom} is set too`, () => {
                    const expected = who(resolve(setup));
                    assert.equal(who(resolve(together(setup, other))), expected);
                    assert.equal(who(resolve(together(other, setup))), expected);
                });
            }
        }
    }

    it("is a key of the environment when a profile of mode StsToken lacks its token", () => {
        const setup = together(named(without(profileOf.StsToken, "sts_token")), { env: keyVariables });
        const { accessKeyId, securityToken } = baseOf(resolve(setup), "accessKey");
        assert.deepEqual([accessKeyId.value, securityToken], ["id", undefined]);
    });

    it("may be a key when the metadata service is disabled", () => {
        const env = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" };
        assert.equal(resolve({ config: keyConfig, env }).base.kind, "accessKey");
    });

    it("is a resource's own profile alone when anything else is set", () => {
        const profile = own({ ...profileOf.AK, access_key_id: "own-id" });
        const expected = who(resolve(profile, "p"));
        const role = { config: { assumeRole: { roleArn: "stack-role" }, securityToken: "stack-token" } };
        for (const [, , setup] of ranking.flat()) {
            const { profiles: _, ...rest } = setup;
            assert.equal(who(resolve(together(rest, role, profile), " p\n")), expected);
        }
    });

    for (const [what, setup] of ambient) {
        for (const namespace of ["alicloud", "alicloud-logstash"]) {
            it(`is missing in ${namespace} when ${what}`, () => {
                const message = errorOf(() => resolve({ ...setup, namespace }));
                assert.match(message, /^no Alibaba Cloud credentials are set/);
                assert.ok(message.includes(`pulumi config set ${namespace}:ecsRoleName`));
                assert.doesNotMatch(message, /canary/);
            });
        }
    }

    // biome-ignore format: a table, one row a line
    const names: readonly (readonly [setup: Setup, name: string, own?: string])[] = [
        [{ config: { accessKey: "canary" }, env: { ALICLOUD_SECRET_KEY: "canary" } }, "access key ID from `alicloud:accessKey`, secret from the variable ALICLOUD_SECRET_KEY"],
        [named({ ...profileOf.StsToken, sts_token: "canary" }), 'access key ID from `access_key_id` of the CLI profile "p", secret from `access_key_secret` of the CLI profile "p", security token from `sts_token` of the CLI profile "p"'],
        [{ config: { credentialsUri: "http://localhost/canary", assumeRole: { roleArn: "canary" } } }, "the role from `alicloud:assumeRole.roleArn`, assumed with the credentials URI from `alicloud:credentialsUri`"],
        [{ env: { ALIBABA_CLOUD_ECS_METADATA: "canary" } }, "the ECS role from the variable ALIBABA_CLOUD_ECS_METADATA"],
        [{ env: oidcVariables }, "the OIDC role from the variable ALIBABA_CLOUD_ROLE_ARN"],
        [named({ mode: "EcsRamRole" }), 'the CLI profile "p" of mode EcsRamRole, chosen by `alicloud:profile`'],
        [own(profileOf.External), 'the CLI profile "p" of mode External, chosen by the resource\'s `profile`', "p"],
    ];
    for (const [setup, name, profile] of names) {
        it(`is named by its sources when it is ${name}`, () => {
            assert.equal(describeIdentity(resolve(setup, profile)), name);
        });
    }
});

describe("the roles of an identity", () => {
    const arns = ({ roles }: Identity) => roles.map(({ arn }) => arn.value);
    const assumeRole = {
        roleArn: "stack-role",
        sessionName: "s",
        sessionExpiration: 900,
        policy: "{}",
        externalId: "x",
    };

    it("are the stack's with all its fields when the base is a key", () => {
        const [{ arn, ...rest } = { arn: undefined }] = resolve({ config: { ...keyConfig, assumeRole } }).roles;
        assert.equal(arn?.value, "stack-role");
        assert.deepEqual(rest, { sessionName: "s", durationSeconds: 900, policy: "{}", externalId: "x" });
    });

    it("are the role of a RamRoleArn profile when the key is of the environment", () => {
        const identity = resolve(together(named(profileOf.RamRoleArn), { env: keyVariables }));
        assert.equal(baseOf(identity, "accessKey").accessKeyId.value, "id");
        assert.deepEqual(arns(identity), ["profile-role"]);
    });

    it("are the stack's alone when a RamRoleArn profile has one too", () => {
        const identity = resolve(together(named(profileOf.RamRoleArn), { config: { assumeRole } }));
        assert.equal(baseOf(identity, "accessKey").accessKeyId.value, "profile-id");
        assert.deepEqual(arns(identity), ["stack-role"]);
    });

    for (const [kind, from, setup] of ranking.slice(1).flat()) {
        it(`end with the stack's when the base is ${kind} of ${from}`, () => {
            const before = arns(resolve(setup));
            const role: Setup = { config: { assumeRole }, env: { ALIBABA_CLOUD_ROLE_ARN: "oidc-role" } };
            assert.deepEqual(arns(resolve(together(setup, role))), [...before, "stack-role"]);
        });
    }

    it("begin with that of the source when profiles are chained", () => {
        const chain = (name: string, next: string, arn: string) => ({
            ...profileOf.ChainableRamRoleArn,
            name,
            source_profile: next,
            ram_role_arn: arn,
        });
        const first = { name: "c", ...profileOf.RamRoleArn, ram_role_arn: "first" };
        const profiles = [chain("a", "b", "last"), chain("b", "c", "middle"), first];
        assert.deepEqual(arns(resolve({ profiles }, "a")), ["first", "middle", "last"]);
    });

    it("may have an STS host when it is the same in both profiles of a chain, or the source assumes no role", () => {
        const [host, { RamRoleArn: role, ChainableRamRoleArn: chain }] = [{ sts_region: "eu-central-1" }, profileOf];
        assert.equal(resolve(named({ ...chain, ...host }, { name: "source", ...role, ...host })).roles.length, 2);
        assert.equal(resolve(named(chain, { ...source, ...host })).roles.length, 1);
    });

    it("are none when the ARN is empty", () => {
        for (const roleArn of ["", " ", null, undefined]) {
            assert.deepEqual(
                arns(resolve({ config: { ...keyConfig, assumeRole: { roleArn, sessionName: "s" } } })),
                [],
            );
        }
    });

    it("are none when the block is empty or blank", () => {
        for (const blank of ["", "  ", "null"]) {
            assert.deepEqual(arns(resolve({ config: { ...keyConfig, assumeRole: blank } })), []);
        }
    });

    const session = ({ roles: [role] }: Identity) => [role?.sessionName, role?.durationSeconds];
    const defaults = ["pulumi-alicloud-logstash", 3600];
    const set = { ram_session_name: "mine", expired_seconds: 1800 };
    const { RamRoleArn, ChainableRamRoleArn: chained, OIDC } = profileOf;
    const oidcSession = (fields: object) => {
        const { sessionName, durationSeconds, token } = baseOf(resolve(own({ ...OIDC, ...fields }), "p"), "oidc");
        assert.deepEqual([token.kind, token.setting.value], ["file", "/profile-token"]);
        return [sessionName, durationSeconds];
    };
    // biome-ignore format: a table, one row a line
    const sessions: readonly (readonly [what: string, actual: () => unknown[], expected: unknown[]])[] = [
        ["the stack sets neither", () => session(resolve({ config: { ...keyConfig, assumeRole: { roleArn: "r" } } })), defaults],
        ["a RamRoleArn profile sets both", () => session(resolve(own({ ...RamRoleArn, ...set }), "p")), ["mine", 1800]],
        ["the CLI has written 0 for no duration", () => session(resolve(own({ ...RamRoleArn, expired_seconds: 0 }), "p")), ["profile-session", 3600]],
        ["a chained profile sets both", () => session(resolve(own({ ...chained, ...set }, source), "p")), ["mine", 1800]],
        ["a chained profile sets neither", () => session(resolve(own(chained, source), "p")), defaults],
        ["an OIDC profile sets neither", () => oidcSession({}), defaults],
        ["an OIDC profile sets the CLI's duration", () => oidcSession({ expired_seconds: 1900 }), [defaults[0], 1900]],
        ["an OIDC profile sets both durations", () => oidcSession({ ...set, duration_seconds: 2000 }), ["mine", 2000]],
        ["an OIDC profile sets the library's duration", () => oidcSession({ duration_seconds: 2000 }), [defaults[0], 2000]],
    ];
    for (const [what, actual, expected] of sessions) {
        it(`have the session ${expected.join(" of ")} s when ${what}`, () => assert.deepEqual(actual(), expected));
    }

    it("last from 15 minutes to 12 hours, both included, when a duration is set", () => {
        const of = (seconds: number) => resolve(own({ ...RamRoleArn, expired_seconds: seconds }), "p");
        for (const seconds of [900, 43_200]) {
            assert.equal(of(seconds).roles[0]?.durationSeconds, seconds);
        }
        for (const seconds of [899, 43_201, 1000.5]) {
            assert.throws(() => of(seconds), /`expired_seconds` of the CLI profile "p" is not a whole number/);
        }
    });

    for (const mode of ["RamRoleArn", "ChainableRamRoleArn"] as const) {
        it(`have the profile's external ID when the role is that of the profile in mode ${mode}`, () => {
            const profile = { ...profileOf[mode], external_id: "ext-1" };
            assert.equal(resolve(own(profile, source), "p").roles[0]?.externalId, "ext-1");
            assert.equal(resolve(named(profile, source)).roles[0]?.externalId, "ext-1");
            const other = { config: { profile: "p", assumeRole: { roleArn: "of the stack" } } };
            assert.equal(resolve({ ...named(profile, source), ...other }).roles.at(-1)?.externalId, undefined);
        });
    }
});

describe("a token of an identity", () => {
    const sts_token = "profile-token";
    // biome-ignore format: a table, one row a line
    const tokens: readonly (readonly [what: string, profile: object, token?: string])[] = [
        ["mode is StsToken", profileOf.StsToken, sts_token],
        ["mode is RamRoleArn", { ...profileOf.RamRoleArn, sts_token }, sts_token],
        ["mode is empty", { ...profileOf.AK, mode: "", sts_token }, sts_token],
        ["mode is absent", { ...without(profileOf.AK, "mode"), sts_token }, sts_token],
        ["mode is AK", { ...profileOf.AK, sts_token }],
        ["mode is absent and no token is there", without(profileOf.AK, "mode")],
    ];
    for (const [what, profile, token] of tokens) {
        it(`is ${token ? "" : "not "}that of a profile when its ${what}`, () => {
            for (const identity of [resolve(own(profile), "p"), resolve(named(profile))]) {
                const { accessKeyId, securityToken } = baseOf(identity, "accessKey");
                assert.deepEqual([accessKeyId.value, securityToken?.value], ["profile-id", token]);
            }
        });
    }

    it("is not that of a RamRoleArn profile when the key comes from elsewhere", () => {
        const setup = { ...named({ ...profileOf.RamRoleArn, sts_token }), env: keyVariables };
        assert.equal(baseOf(resolve(setup), "accessKey").securityToken, undefined);
    });

    const file = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
    const env = { [file]: "/environment", ALIBABA_CLOUD_OIDC_TOKEN: "of the environment" };
    // biome-ignore format: a table, one row a line
    const oidcTokens: readonly (readonly [block: object, variable: keyof typeof env, kind: string, value: string])[] = [
        [{ oidcTokenFile: "/stack" }, "ALIBABA_CLOUD_OIDC_TOKEN", "file", "/stack"],
        [{ oidcToken: "of the stack" }, file, "text", "of the stack"],
        [{}, file, "file", "/environment"],
        [{}, "ALIBABA_CLOUD_OIDC_TOKEN", "text", "of the environment"],
    ];
    for (const declared of [false, true]) {
        for (const [block, variable, kind, value] of oidcTokens) {
            const what = `${declared ? "a declared provider" : "the stack"} has ${JSON.stringify(block)}`;
            it(`is the OIDC token ${value} when ${what} and ${variable} is set`, () => {
                const assumeRoleWithOidc = { ...without(oidcConfig, "oidcTokenFile"), ...block };
                const setup = { config: { assumeRoleWithOidc }, env: { [variable]: env[variable] }, declared };
                const { token } = baseOf(resolve(setup), "oidc");
                assert.deepEqual([token.kind, token.setting.value], [kind, value]);
            });
        }
    }
});

describe("an identity is refused", () => {
    const { StsToken, RamRoleArn, CloudSSO, OAuth, OIDC, ChainableRamRoleArn: chained } = profileOf;
    const key = { accessKey: "canary", secretKey: "canary" };
    const oidc = (config: object): Setup => ({ config: { assumeRoleWithOidc: config } });
    const role = (assumeRole: unknown): Setup => ({ config: { ...key, assumeRole } });
    const inFile = (content: string): Setup => ({ config: { profile: "p" }, files: { [clisFile]: text(content) } });
    const modes = Object.keys(profileOf).join(", ");

    /** Each with the message; `canary` is in every value that must not be in it. */
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, message: RegExp, own?: string])[] = [
        ["an ID has no secret", { config: { accessKey: "canary" } }, /^there is an access key ID from `alicloud:accessKey`, but no secret; set `alicloud:secretKey` or the variable ALICLOUD_SECRET_KEY where `pulumi` is started$/],
        ["a secret has no ID", { env: { ALIBABACLOUD_ACCESS_KEY_SECRET: "canary" } }, /secret from the variable ALIBABACLOUD_ACCESS_KEY_SECRET, but no access key ID; set `alicloud:accessKey`/],
        ["half a key is set before a complete kind", { config: { accessKey: "canary", credentialsUri: "http://localhost/" }, env: { ALICLOUD_ECS_ROLE_NAME: "e" } }, /but no secret/],
        ["only a security token is set", { env: { ALICLOUD_SECURITY_TOKEN: "canary" } }, /token from the variable ALICLOUD_SECURITY_TOKEN, but no access key; set `alicloud:accessKey`.*`alicloud:secretKey`/],
        ["the key of the plugin's configuration is half", { namespace: "alicloud-logstash", config: { accessKey: "canary" } }, /`alicloud-logstash:accessKey`, but no secret; set `alicloud-logstash:secretKey`/],
        ["a profile of mode AK has no key before a complete kind", { ...named({ mode: "AK" }), env: { ALICLOUD_CREDENTIALS_URI: "http://localhost/" } }, /"p" of mode AK, chosen by `alicloud:profile`, has no `access_key_id`/],
        ["a StsToken profile has no token", named(without(StsToken, "sts_token")), /has no `sts_token`/],
        ["a RamRoleArn profile has no role", named(without(RamRoleArn, "ram_role_arn")), /has no `ram_role_arn`/],
        ["a CloudSSO profile has no token", named(without(CloudSSO, "access_token")), /no `access_token`/],
        ["an External profile has no command", named({ mode: "External" }), /has no `process_command`/],
        ...["XCN", "CNX", "INTL2", "canary"].map((site) => [`an OAuth profile has the site ${site}`, named({ ...OAuth, oauth_site_type: site }), /`oauth_site_type` of the CLI profile "p" must be "CN" or "INTL"$/] as const),
        ["an OAuth profile is in another file than the CLI's", { config: { profile: "p", sharedCredentialsFile: "/other" }, files: { "/other": fileOf({ name: "p", ...OAuth }) } }, /must be in ~\/\.aliyun\/config\.json/],
        ["an OIDC profile has no role, though a variable names one", { ...named(without(OIDC, "ram_role_arn")), env: { ALIBABA_CLOUD_ROLE_ARN: "other" } }, /of mode OIDC.*has no `ram_role_arn`/],
        ["a chain has no source", own(without(chained, "source_profile")), /has no `source_profile`/, "p"],
        ["the source of a chain does not exist", own(chained), /no profile "source", which `source_profile` of the CLI profile "p" names; it has "p"/, "p"],
        ["a chain is a cycle", own({ ...chained, source_profile: "b" }, { name: "b", ...chained, source_profile: "p" }), /"p" of mode ChainableRamRoleArn.*is its own `source_profile`/, "p"],
        ["the roles of a chain have two STS hosts", named(chained, { name: "source", ...RamRoleArn, sts_region: "canary" }), /`sts_region` of the CLI profile "source" differs from that of the CLI profile "p".*set the same in both/],
        ...["sts_endpoint", "enable_vpc"].map((field) => [`${field} is only in the source of a chain with an OIDC role`, named(chained, { name: "source", ...OIDC, [field]: "canary" }), new RegExp(`^\`${field}\` of the CLI profile "source" differs`)] as const),
        ["a mode is unknown", named({ mode: "Telepathy", access_key_id: "canary", access_key_secret: "canary" }), new RegExp(`"p" has the unknown mode "Telepathy"; usable are the modes ${modes}$`)],
        ["a mode cannot be used here", named({ mode: "RsaKeyPair" }), new RegExp(`of mode RsaKeyPair.*cannot be used here; usable are the modes ${modes}$`), "p"],
        ["a profile has a bearer token and a key", named({ ...profileOf.AK, mode: "BearerToken", bearer_token: "canary" }), /of mode BearerToken.*cannot be used here/],
        ["a profile without a mode could be another identity", named({ ...without(RamRoleArn, "mode"), access_key_id: "canary" }), /the CLI profile "p" has `ram_role_arn`, but no `mode` that gives it a meaning; set its `mode`/],
        ["a named profile does not exist, though a key is complete", { config: { ...key, profile: "q" }, profiles: [{ name: "p" }, source] }, /^the CLI's file has no profile "q", which `alicloud:profile` names; it has "p", "source"$/],
        ["a profile is named and the CLI has no file", { env: { ALIBABA_CLOUD_PROFILE: "p" } }, /^the CLI's file ~\/\.aliyun\/config\.json does not exist; it must have the profile from the variable ALIBABA_CLOUD_PROFILE$/],
        ["a file does not exist", { config: { profile: "p", sharedCredentialsFile: "/canary" } }, /^the file that `alicloud:sharedCredentialsFile` names does not exist/],
        ["the file cannot be read", { config: { profile: "p" }, files: { [clisFile]: { kind: "unreadable", code: "EACCES" } } }, /^the CLI's file cannot be read: EACCES$/],
        ["the file is not JSON", inFile('{"access_key_secret": "canary"'), /^the CLI's file is not JSON/],
        [
            "the file has the SDKs' form",
            { env: { ALIBABA_CLOUD_PROFILE: "p", ALIBABA_CLOUD_CREDENTIALS_FILE: "/ini" }, files: { "/ini": text("[p]\ntype = access_key\naccess_key_id = canary\n") } },
            /the file that the variable ALIBABA_CLOUD_CREDENTIALS_FILE names is not JSON, as the aliyun CLI writes it/,
        ],
        ["the file is a list", inFile('["canary"]'), /has no list of `profiles`/],
        ["the profiles are texts", inFile('{"profiles": ["canary"]}'), /has no list of `profiles`/],
        ...["{}", '{"profiles": null}', '{"profiles": []}'].map((content) => [`the file is ${content}`, inFile(content), /has no profile "p".*it has none$/] as const),
        ["the file's profile has no name", inFile('{"profiles": [{}]}'), /it has ""$/],
        ["the file has 21 other profiles", { profiles: Array.from({ length: 21 }, (_, index) => ({ name: `n${index + 1}` })) }, /"n1", .*"n20"$/, "p"],
        ["a file is set and no profile", { config: { sharedCredentialsFile: "/canary" } }, /`alicloud:sharedCredentialsFile` names a file of CLI profiles, but no profile is chosen; set `alicloud:profile`/],
        ["a role has nothing to assume it", { config: { assumeRole: { roleArn: "canary" } } }, /^no credentials are set to assume the role from `alicloud:assumeRole\.roleArn`; set one.*\n.*on a laptop/],
        ["a block has a role by a variable, and nothing to assume it", { config: { assumeRole: {} }, env: { ALICLOUD_ASSUME_ROLE_ARN: "canary" } }, /to assume the role from the variable ALICLOUD_ASSUME_ROLE_ARN/],
        ["a variable has a file and no profile is set", { env: { ALIBABA_CLOUD_CREDENTIALS_FILE: "/canary" } }, /CREDENTIALS_FILE names a file of CLI profiles, but no profile is chosen/],
        ["the environment has only an OIDC token's file", { env: { ALIBABA_CLOUD_OIDC_TOKEN_FILE: "/canary" } }, /OIDC role from the variable ALIBABA_CLOUD_OIDC_TOKEN_FILE is incomplete/],
        ["the environment has only an OIDC provider", { env: { ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "canary" } }, /OIDC role from the variable ALIBABA_CLOUD_OIDC_PROVIDER_ARN is incomplete/],
        ["a role is a text", role('"canary"'), /`alicloud:assumeRole` must be an object; set .*pulumi config set --path/],
        ["a role is not JSON", role("canary"), /`alicloud:assumeRole` must be an object; set .*pulumi config set/],
        ["a declared provider's role is not JSON", { ...role("canary"), declared: true }, /^the provider's `assumeRole` must be an object$/],
        ["there are two roles", role([{}, {}]), /`alicloud:assumeRole` must be an object/],
        ["a block has an unknown field", role({ role_arn: "canary" }), /`alicloud:assumeRole` has a field that is not supported; supported are roleArn, sessionName/],
        ["a field is not text", role({ roleArn: "r", policy: { v: "canary" } }), /`alicloud:assumeRole\.policy` is not text/],
        ["a duration is out of bounds", role({ roleArn: "r", sessionExpiration: 5 }), /`alicloud:assumeRole\.sessionExpiration` is not a whole number of seconds from 900 to 43200/],
        ["a variable for the duration is not a number", { ...role({ roleArn: "r" }), env: { ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION: "canary" } }, /the variable ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION is not a whole number of seconds/],
        ["an OIDC role has one of three parts", oidc({ roleArn: "canary" }), /OIDC role from `alicloud:assumeRoleWithOidc\.roleArn` is incomplete; set `alicloud:assumeRoleWithOidc\.oidcProviderArn`.*, and `alicloud:assumeRoleWithOidc\.oidcTokenFile`/],
        ["an OIDC role has no part", oidc({}), /^the OIDC role is incomplete; set .*roleArn`.*oidcProviderArn`.*oidcTokenFile`/],
        ...Object.keys(oidcConfig).map((field) => [`an OIDC role lacks only ${field}`, oidc(without(oidcConfig, field)), new RegExp(`is incomplete; set \`alicloud:assumeRoleWithOidc\\.${field}\` or the variable \\w+ where \`pulumi\` is started$`)] as const),
        ["there are two OIDC tokens in one source", oidc({ ...oidcConfig, oidcToken: "canary" }), /two OIDC tokens: a file from `alicloud:assumeRoleWithOidc\.oidcTokenFile`, and a text from/],
        ["a credentials URI is not a URL", { env: { ALICLOUD_CREDENTIALS_URI: "canary:secret" } }, /the variable ALICLOUD_CREDENTIALS_URI is not an http or https URL/],
        ["an ECS role is set and the metadata service disabled", { config: { ecsRoleName: "canary" }, env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" } }, /ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids/],
        ["a resource's own profile does not exist", { profiles: [source] }, /no profile "p", which the resource's `profile` names; it has "source"/, "p"],
        ["a resource's own profile is incomplete, though a key is complete", { ...own({ ...without(profileOf.AK, "access_key_secret"), access_key_id: "canary" }), config: key }, /"p" of mode AK, chosen by the resource's `profile`, has no `access_key_secret`/, "p"],
    ];
    for (const [when, setup, message, profile] of cases) {
        it(`when ${when}`, () => {
            assert.throws(() => resolve(setup, profile), ConfigurationError);
            const actual = errorOf(() => resolve(setup, profile));
            assert.match(actual, message);
            assert.doesNotMatch(actual, /canary/);
            if (setup.profiles === undefined && setup.files === undefined && profile === undefined) {
                // The CLI's current profile does not complete it.
                const current = { current: "c", profiles: [{ name: "c", ...profileOf.AK }] };
                assert.throws(() => resolve({ ...setup, ...current }), ConfigurationError);
            }
        });
    }

    it("with one line for each identity when nothing is set", () => {
        const lines = errorOf(() => resolve({})).split("\n");
        const hints = [
            /on a laptop.*_PROFILE=NAME/,
            /in CI.*_KEY_ID/,
            /on ECS.*_METADATA/,
            /in Kubernetes.*_ROLE_ARN/,
            /in the stack/,
        ];
        const found = hints.map((hint) => lines.findIndex((line) => hint.test(line)));
        assert.ok(!found.includes(-1) && new Set(found).size === hints.length, lines.join("\n"));
        assert.match(lines.join("\n"), /Variables count where `pulumi` is started: those that a program writes/);
    });

    it("with the profiles of the CLI's file when nothing is set", () => {
        const profiles = ["one", "two"].map((name) => ({ name, ...profileOf.AK }));
        assert.throws(
            () => resolve({ current: "two", profiles }),
            /a profile of the aliyun CLI; its file has "one", "two"\n/,
        );
        assert.throws(() => resolve({ profiles: [] }), /a profile of the aliyun CLI\n/);
    });

    it("with a readable message when a name in the file is not", () => {
        const listed = (name: string) => errorOf(() => resolve({ profiles: [{ name }] }, "p"));
        const message = listed(`${"x".repeat(200)}\n\u001b[31m`);
        assert.ok([...message].every((character) => character >= " ") && message.length < 300, message);
        assert.ok(listed("x".repeat(80)).endsWith(`it has "${"x".repeat(80)}"`));
        assert.ok(listed("y".repeat(81)).endsWith(`it has "${"y".repeat(79)}…"`));
    });
});

describe("a CLI profile", () => {
    it("gives the ECS role that it names, or that of the instance when it names none", () => {
        assert.equal(baseOf(resolve(own(profileOf.EcsRamRole), "p"), "ecsRole").name?.value, "profile-ecs");
        assert.equal(baseOf(resolve(own({ mode: "EcsRamRole" }), "p"), "ecsRole").name, undefined);
    });

    it("is signed in at one of two sites when its mode is OAuth, in upper or lower case", () => {
        for (const site of ["CN", "INTL", "cn", "intl"]) {
            assert.equal(resolve(own({ ...profileOf.OAuth, oauth_site_type: site }), "p").base.kind, "cliProfile");
        }
    });

    it("is in a file of the home directory when the path begins with `~` and a slash", () => {
        for (const [written, path] of [
            ["~", home],
            ["~/keys.json", `${home}/keys.json`],
            ["~\\keys.json", `${home}\\keys.json`],
            ["~other/keys.json", "~other/keys.json"],
            ["/mnt/~/keys.json", "/mnt/~/keys.json"],
        ] as const) {
            const files = { [path]: fileOf({ name: "p", ...profileOf.AK }) };
            const setup = { config: { profile: "p", sharedCredentialsFile: written }, files };
            assert.equal(baseOf(resolve(setup), "accessKey").accessKeyId.value, "profile-id", written);
        }
    });
});

describe("the region of a resource", () => {
    const env = { ALICLOUD_REGION: "cn-first", ALIBABA_CLOUD_REGION: "cn-second", ALIBABA_CLOUD_REGION_ID: "cn-sdk" };
    const sdk = { env: { ALIBABA_CLOUD_REGION_ID: "cn-sdk" } };
    const stack = { config: { region: " cn-stack " } };
    const withRegion = { ...profileOf.AK, region_id: "cn-profile" };
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, expected?: string | undefined, own?: string])[] = [
        ["the stack and the environment have one", { ...stack, env }, "cn-stack"],
        ["both variables have one", { env }, "cn-first"],
        ["the first variable is empty", { env: { ...env, ALICLOUD_REGION: "" } }, "cn-second"],
        ["the named profile and the SDKs' variable have one", { ...named(withRegion), ...sdk }, "cn-profile"],
        ["the named profile and the environment have one", { ...named(withRegion), env }, "cn-first"],
        ["the named profile has an empty one", { ...named({ ...withRegion, region_id: "" }), ...sdk }, "cn-sdk"],
        ["only the current profile has one", { current: "p", ...own(withRegion) }],
        ["nothing has one", {}],
        ["its own profile, the stack and the environment have one", { ...own(withRegion), ...stack, env }, "cn-profile", "p"],
        ["its own profile has none, and the stack one", { ...own(profileOf.AK), ...stack, env }, "cn-stack", "p"],
        ["only the SDKs' variable has one", { ...own(profileOf.AK), ...sdk }, "cn-sdk", "p"],
        ["only the stack's profile has one", named(withRegion, { name: "own", ...profileOf.AK }), undefined, "own"],
    ];
    for (const [when, setup, expected, profile] of cases) {
        it(`is ${expected} when ${when}${profile === undefined ? "" : ", and it names a profile"}`, () => {
            assert.equal(regionFor(settingsOf(setup), profile)?.value, expected);
        });
    }

    it("has its source when it is that of a profile", () => {
        const { source: from } = regionFor(settingsOf(named(withRegion))) ?? {};
        assert.deepEqual(from, { kind: "profile", profile: "p", field: "region_id" });
    });

    it("is an error when its own profile does not exist", () => {
        assert.throws(() => regionFor(settingsOf(own(withRegion)), "missing"), ConfigurationError);
    });
});

describe("the endpoint", () => {
    const at = (elasticsearch: unknown, more: object = {}): Setup => ({
        config: { endpoints: [{ elasticsearch }], ...more },
    });
    const allowed = { "alicloud-logstash:allowHttp": " true\n" };
    const variable = { kind: "variable", name: "ALIBABA_CLOUD_ENDPOINT_ELASTICSEARCH" };
    const byVariable = { env: { [variable.name]: " vpc.example " } };
    const several = [{ ecs: "e.example" }, { elasticsearch: "host.example:8443", sts: "" }];
    // biome-ignore format: a table, one row a line
    const urls: readonly (readonly [when: string, setup: Setup, url: string, from?: object])[] = [
        ["nothing is set", {}, `https://${publicEndpoint}`],
        ["the stack and the environment have a host", together(at("a.example"), byVariable), "https://a.example", endpointsKey],
        ["the environment has a host", byVariable, "https://vpc.example", variable],
        ["applications have a variable", { env: { ELASTICSEARCH_ENDPOINT: "theirs.example" } }, `https://${publicEndpoint}`],
        ["a later entry has a host", { config: { endpoints: several } }, "https://host.example:8443", endpointsKey],
        ["the block is an object", { config: { endpoints: { elasticsearch: "https://h.example/" } } }, "https://h.example", endpointsKey],
        ["it is http to this machine", at("http://127.0.0.1:80"), "http://127.0.0.1", endpointsKey],
        ["it is http to another loopback address", at("http://127.10.200.30:9000"), "http://127.10.200.30:9000", endpointsKey],
        ["an earlier entry is empty", { config: { endpoints: [{ elasticsearch: "" }, { elasticsearch: "h" }] } }, "https://h", endpointsKey],
        ["`protocol` is HTTP, to this machine", at("[::1]:9000", { protocol: "HTTP" }), "http://[::1]:9000", endpointsKey],
        ["`protocol` and the URL differ", at("https://h.example", { protocol: "http" }), "https://h.example", endpointsKey],
        ["http is allowed", { config: { protocol: "HTTP", ...allowed } }, `http://${publicEndpoint}`],
        ["`protocol` is https", { config: { protocol: "https" } }, `https://${publicEndpoint}`],
    ];
    for (const [when, setup, url, from] of urls) {
        it(`is ${url} when ${when}`, () => {
            const { override, ...endpoint } = endpointFor(settingsOf(setup), region);
            const { host } = new URL(url);
            const hints = { region: "`alicloud:region`", endpoint: "`alicloud:endpoints[0].elasticsearch`" };
            assert.deepEqual(endpoint, { url, endpoint: host, hints });
            assert.equal(override, from && `${host}, from ${describeSource(from as ResolvedSetting["source"])}`);
        });
    }

    // biome-ignore format: a list
    const invalid = [
        "elasticsearch-vpc.{region}.aliyuncs.com", "https://elasticsearch-vpc.{region}.aliyuncs.com", "https://user:pw@host.example", "https://host.example/path",
        "https://host.example?x=y", "https://host.example#x", "ftp://host.example", "a b", "x?y=z", "-host.example", "host..example", "host.example:99999", "https://",
    ];
    for (const host of invalid) {
        it(`is refused when it is ${host}`, () => {
            const braces = host.includes("{") ? ", with the region itself in place of the braces" : "";
            assert.equal(
                errorOf(() => endpointFor(settingsOf(at(host)), region)),
                `\`alicloud:endpoints[0].elasticsearch\` must be a host or an http(s) URL without a path${braces}, such as elasticsearch-vpc.cn-hangzhou.aliyuncs.com`,
            );
        });
    }

    // biome-ignore format: a table, one row a line
    const refused: readonly (readonly [when: string, setup: Setup, message: RegExp])[] = [
        ["`protocol` is HTTP", { config: { protocol: "HTTP" } }, /http:\/\/elasticsearch\.cn-hangzhou\.aliyuncs\.com is not encrypted, because of `alicloud:protocol`; use https, or run `pulumi config set alicloud-logstash:allowHttp true`/],
        ["the URL is http", at("http://host.example"), /is not encrypted, because of `alicloud:endpoints\[0\]\.elasticsearch`/],
        ["a declared provider has an http URL", { ...at("http://host.example"), declared: true }, /because of the provider's `endpoints\[0\]\.elasticsearch`; use https, or set the provider's `allowHttp`$/],
        ["`protocol` is HTTP and a host is set", at("host.example", { protocol: "HTTP" }), /http:\/\/host\.example is .*`alicloud:protocol`/],
        ["the host begins like this machine", at("http://localhost.example"), /is not encrypted/],
        ["the host ends like this machine", at("http://not-localhost"), /is not encrypted/],
        ["`protocol` is another one", { config: { protocol: "gopher" } }, /`alicloud:protocol` must be "HTTPS" or "HTTP"/],
        ["it is set twice", { config: { endpoints: [{ elasticsearch: "a" }, { elasticsearch: "b" }] } }, /is given 2 times with different values/],
        ["the list has a text", { config: { endpoints: ["a.example"] } }, /`alicloud:endpoints` must be an object/],
    ];
    for (const [when, setup, message] of refused) {
        it(`is refused when ${when}`, () => {
            assert.throws(() => endpointFor(settingsOf(setup), region), message);
        });
    }

    for (const field of [{ endpoint_type: "vpc" }, { endpoint_type: "VPC" }, { endpoint: "ecs.example" }]) {
        for (const [how, of, profile] of [
            ["the named profile", named, undefined],
            ["the resource's own profile", own, "p"],
        ] as const) {
            it(`is refused when ${how} has ${JSON.stringify(field)} and the settings have none`, () => {
                const setup = together(of({ ...profileOf.AK, ...field }), { env: keyVariables });
                const [name] = Object.keys(field);
                assert.match(
                    errorOf(() => callOf(setup, profile)),
                    new RegExp(`^\`${name}\` of the CLI profile .* set \`alicloud:endpoints.*elasticsearch-vpc\\.`),
                );
                assert.equal(callOf(together(setup, at("host.example")), profile).endpoint.url, "https://host.example");
            });
        }
    }

    for (const field of [{ endpoint_type: "public" }, { endpoint_type: "" }, { endpoint: "" }]) {
        it(`is the public one when the profile has ${JSON.stringify(field)}`, () => {
            assert.equal(callOf(named({ ...profileOf.AK, ...field })).endpoint.endpoint, publicEndpoint);
        });
    }
});

describe("the STS host", () => {
    const role = profileOf.RamRoleArn;
    const stack: Setup = { config: { endpoints: [{ sts: "https://sts-vpc.cn-hangzhou.aliyuncs.com/" }] } };
    const host = { ALIBABA_CLOUD_STS_ENDPOINT: " h " };
    const inVpc = { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "TRUE" };
    const stsRegion = { ALIBABA_CLOUD_STS_REGION: "eu-central-1" };
    // biome-ignore format: a table, one row a line
    const fields: readonly (readonly [fields: object, host: string])[] = [
        [{}, "sts.cn-hangzhou.aliyuncs.com"],
        [{ sts_endpoint: "sts.example" }, "sts.example"],
        [{ sts_region: "eu-central-1" }, "sts.eu-central-1.aliyuncs.com"],
        [{ enable_vpc: true }, "sts-vpc.cn-hangzhou.aliyuncs.com"],
        [{ enable_vpc: true, sts_region: "cn-beijing" }, "sts-vpc.cn-beijing.aliyuncs.com"],
        [{ enable_vpc: false }, "sts.cn-hangzhou.aliyuncs.com"],
        [{ enable_vpc: true, sts_endpoint: "h.example" }, "h.example"],
    ];
    const [vpc, ofRegion] = ["sts-vpc.cn-hangzhou.aliyuncs.com", "sts.eu-central-1.aliyuncs.com"];
    // biome-ignore format: a table, one row a line
    const cases: readonly (readonly [when: string, setup: Setup, host: string, own?: string])[] = [
        ["nothing is set", {}, "sts.cn-hangzhou.aliyuncs.com"],
        ["the stack has one", stack, vpc],
        ["the current profile has one", { current: "p", ...own({ ...role, sts_endpoint: "x" }) }, "sts.cn-hangzhou.aliyuncs.com"],
        ["the environment has one", { env: host }, "h"],
        ["the environment has the VPC and a region", { env: { ...inVpc, ...stsRegion } }, "sts-vpc.eu-central-1.aliyuncs.com"],
        ["the environment has the VPC", { env: inVpc }, vpc],
        ["the environment has no VPC", { env: { ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "false" } }, "sts.cn-hangzhou.aliyuncs.com"],
        ["the environment has a region", { env: stsRegion }, ofRegion],
        ["the stack and the environment have one", { ...stack, env: { ...host, ...inVpc, ...stsRegion } }, vpc],
        ["the stack and the named profile have one", together(named({ ...role, sts_endpoint: "x" }), stack), vpc],
        ["the environment and the named profile have one", { ...named({ ...role, sts_region: "x" }), env: stsRegion }, ofRegion],
        ...fields.flatMap(([of, expected]) => [[`the named profile has ${JSON.stringify(of)}`, named({ ...role, ...of }), expected] as const, [`the resource's own profile has ${JSON.stringify(of)}`, own({ ...role, ...of }), expected, "p"] as const]),
        ["the resource's own profile and all else have one", { ...own({ ...role, sts_endpoint: "x" }), ...stack, env: host }, "x", "p"],
        ["the resource's own profile has only a region", { ...own({ ...role, sts_region: "eu-central-1" }), env: host }, ofRegion, "p"],
        ["the resource's own profile has none, and the stack one", { ...own(role), ...stack }, vpc, "p"],
        ["the resource's own profile has none, and the environment one", { ...own(role), env: inVpc }, vpc, "p"],
    ];
    for (const [when, setup, expected, profile] of cases) {
        it(`is ${expected} when ${when}`, () => {
            const settings = settingsOf(setup);
            assert.equal(stsHostFor(settings, region, profileFor(settings, profile)), expected);
        });
    }

    it("is refused when it is not https or no host", () => {
        for (const sts of ["http://sts.example", "sts.{region}.aliyuncs.com", "sts.example/x"]) {
            const settings = settingsOf({ config: { endpoints: [{ sts }] } });
            assert.throws(() => stsHostFor(settings, region), /`alicloud:endpoints\[0\]\.sts` must be/);
        }
        const settings = settingsOf({ env: { ALIBABA_CLOUD_STS_REGION: "x y" } });
        assert.throws(() => stsHostFor(settings, region), /the variable ALIBABA_CLOUD_STS_REGION must be a host/);
    });
});

describe("the headers of a call", () => {
    const headersOf = (setup: Setup) => callOf(together({ config: keyConfig }, setup)).headers;

    it("are none when nothing is set", () => assert.deepEqual(headersOf({}), {}));

    it("are both when both are set", () => {
        const setup = { config: { sourceIp: "10.0.0.1" }, env: { ALIBABA_CLOUD_SECURE_TRANSPORT: "true" } };
        assert.deepEqual(headersOf(setup), { "x-acs-source-ip": "10.0.0.1", "x-acs-secure-transport": "true" });
    });

    it("have the newer name's value when the older name of secure transport is set before it", () => {
        const setup = { config: { securityTransport: "older" }, env: { ALIBABA_CLOUD_SECURE_TRANSPORT: "newer" } };
        assert.deepEqual(headersOf(setup), { "x-acs-secure-transport": "newer" });
    });

    it("are refused when a value has a line break", () => {
        const setup = { config: { sourceIp: "10.0.0.1\r\nx-acs-action: Delete" } };
        assert.throws(() => headersOf(setup), /`alicloud:sourceIp` cannot be sent as a header/);
    });
});

describe("the settings of a declared provider", () => {
    const namespace = "alicloud-logstash";
    const declared = (config: Readonly<Record<string, unknown>> = {}) => ({ namespace, declared: true, config });
    const names = Object.keys(attributes) as AttributeName[];

    for (const name of names) {
        const { keys }: Attribute = attributes[name];
        for (const key of keys) {
            it(`are its arguments, also in messages, when ${key} is set`, () => {
                const [block = "", field] = key.split(".");
                const setup = declared({ [block]: field === undefined ? "x" : { [field]: "x" } });
                const setting = lookupInSettings(settingsOf(setup))(name);
                assert.equal(setting?.value, "x");
                const path = block === "endpoints" ? `endpoints[0].${field}` : key;
                assert.equal(describeSource(setting.source), `the provider's \`${path}\``);
            });
        }
    }

    it("are not keys of the stack when a message says how to set one", () => {
        const settings = settingsOf(declared());
        const noCredentials = errorOf(() => resolve(declared()));
        const hints = [...names.map((name) => howToSet(settings, name)), ...Object.values(configHints(settings))];
        for (const hint of [...hints, howToSetRegion(settings), noCredentials]) {
            assert.doesNotMatch(hint, /alicloud-logstash:|pulumi config/);
        }
        for (const name of ["accessKey", "secretKey", "ecsRoleName"]) {
            assert.ok(noCredentials.includes(`\`${name}\``), name);
        }
        const limit = settingsOf(declared({ requestsPerSecond: "many" }));
        assert.throws(() => rateLimit(limit), /^Error: the provider's `requestsPerSecond` is not a whole number/);
    });

    it("are keys of the stack in the plugin's namespace when the provider is the default one", () => {
        assert.match(howToSetRegion(settingsOf({ namespace })), /pulumi config set alicloud-logstash:region/);
    });
});

describe("the identity of any settings", () => {
    /** Where each attribute is set in a generated setup, and which profile is named. */
    interface Choice {
        readonly sources: Readonly<Record<string, "stack" | "environment" | "both" | "none">>;
        readonly role: "none" | "empty" | "stack" | "environment";
        readonly oidc: "none" | "empty" | "half" | "stack" | "environment" | "alone";
        readonly mode: Mode | "none" | "Telepathy" | "RsaKeyPair";
        readonly current: boolean;
    }
    const single: Readonly<Record<string, readonly [key: string, variable: string]>> = {
        accessKeyId: ["accessKey", "ALIBABA_CLOUD_ACCESS_KEY_ID"],
        accessKeySecret: ["secretKey", "ALICLOUD_SECRET_KEY"],
        securityToken: ["securityToken", "ALIBABACLOUD_SECURITY_TOKEN"],
        credentialsUri: ["credentialsUri", "ALICLOUD_CREDENTIALS_URI"],
        ecsRoleName: ["ecsRoleName", "ALIBABA_CLOUD_ECS_METADATA"],
        credentialsFile: ["sharedCredentialsFile", "ALIBABA_CLOUD_CREDENTIALS_FILE"],
    };
    const anySource = fc.oneof(
        { weight: 4, arbitrary: fc.constant("none" as const) },
        { weight: 1, arbitrary: fc.constantFrom("stack", "environment", "both" as const) },
    );
    const choices: fc.Arbitrary<Choice> = fc.record({
        sources: fc.record(Object.fromEntries(Object.keys(single).map((name) => [name, anySource]))) as fc.Arbitrary<
            Choice["sources"]
        >,
        role: fc.constantFrom("none", "none", "empty", "stack", "environment"),
        oidc: fc.constantFrom("none", "none", "empty", "half", "stack", "environment", "alone"),
        mode: fc.oneof(
            { weight: 4, arbitrary: fc.constant("none" as const) },
            { weight: 11, arbitrary: fc.constantFrom("Telepathy" as const, "RsaKeyPair" as const, ...allModes) },
        ),
        current: fc.boolean(),
    });
    const file = "/canary-file";

    function setupOf({ sources, role, oidc, mode, current }: Choice): Setup {
        const config: Record<string, unknown> = {};
        const env: Record<string, string> = {};
        for (const [name, [key, variable]] of Object.entries(single)) {
            const value = (from: string) =>
                name === "credentialsFile" ? file : `http://${from}-canary.example/${name}`;
            if (sources[name] === "stack" || sources[name] === "both") {
                config[key] = value("stack");
            }
            if (sources[name] === "environment" || sources[name] === "both") {
                env[variable] = value("environment");
            }
        }
        if (role !== "none") {
            config.assumeRole = { roleArn: role === "stack" ? "role-canary" : "" };
        }
        if (role === "environment") {
            env.ALICLOUD_ASSUME_ROLE_ARN = "role-canary";
        }
        if (oidc !== "none" && oidc !== "alone") {
            const half = { oidcProviderArn: "provider-canary" };
            const whole = { ...half, roleArn: "oidc-canary", oidcToken: "token-canary" };
            config.assumeRoleWithOidc = oidc === "stack" ? whole : oidc === "half" ? half : {};
        }
        if (oidc === "environment" || oidc === "alone") {
            env.ALIBABA_CLOUD_OIDC_PROVIDER_ARN = "provider-canary";
            env.ALIBABA_CLOUD_ROLE_ARN = "oidc-canary";
            env.ALIBABA_CLOUD_OIDC_TOKEN_FILE = "file-canary";
        }
        if (mode !== "none") {
            config.profile = "p";
        }
        const p = mode === "none" ? [] : [{ name: "p", ...(mode in profileOf ? profileOf[mode as Mode] : { mode }) }];
        const profiles = [source, ...p, { ...profileOf.AK, name: "c" }];
        return { config, env, profiles, ...(current && { current: "c" }), files: { [file]: fileOf(...profiles) } };
    }

    /** The rank of an identity in the list of the documentation. */
    function rankOf({ base }: Identity): number {
        switch (base.kind) {
            case "accessKey": {
                const { source: from } = base.accessKeyId;
                assert.ok(from.kind !== "profile" || from.profile !== "c", "the CLI's current profile signs nothing");
                return from.kind === "profile" && from.profile === "source" ? 2 : 1;
            }
            case "cliProfile":
                return 2;
            case "credentialsUri":
                return 3;
            case "ecsRole":
                return 4;
            case "oidc":
                return base.arn.source.kind === "profile" ? 2 : 5;
        }
    }

    // biome-ignore format: a table
    const rankOfMode: Readonly<Record<Choice["mode"], number>> = {
        none: 7, AK: 1, StsToken: 1, RamRoleArn: 1, RsaKeyPair: 1, Telepathy: 1, EcsRamRole: 4, OIDC: 2, ChainableRamRoleArn: 2, CloudSSO: 2, External: 2, OAuth: 2,
    };
    /** The rank of the first kind that is set. */
    function firstRankSet({ sources, oidc, mode }: Choice): number {
        const isSet = (name: string) => sources[name] !== "none";
        return Math.min(
            isSet("accessKeyId") || isSet("accessKeySecret") || isSet("securityToken") ? 1 : 7,
            isSet("credentialsUri") ? 3 : 7,
            isSet("ecsRoleName") ? 4 : 7,
            oidc === "none" ? 7 : 5,
            rankOfMode[mode],
        );
    }
    const attempt = (setup: Setup): Identity | string => {
        try {
            return resolve(setup);
        } catch (error) {
            return (error as Error).message;
        }
    };
    const runs = runsOf(2_000);

    it("is of the first kind that is set, with the stack's role, or an error", () => {
        const check = (choice: Choice) => {
            const identity = attempt(setupOf(choice));
            if (typeof identity === "string") {
                return;
            }
            const { base, roles } = identity;
            assert.ok(rankOf(identity) <= firstRankSet(choice));
            const hasRole = choice.role === "stack" || choice.role === "environment";
            assert.equal(
                roles.some(({ arn }) => arn.value === "role-canary"),
                hasRole,
            );
            if (base.kind === "accessKey" && rankOf(identity) === 1) {
                const hasToken = choice.sources.securityToken !== "none" || choice.mode === "StsToken";
                assert.equal(base.securityToken !== undefined, hasToken);
            }
        };
        fc.assert(fc.property(choices, check), runs);
    });

    it("is an error or of each rank when enough setups are generated", () => {
        const outcomes = fc.sample(choices, { numRuns: 2_000, seed: 1 }).map((choice) => {
            const identity = attempt(setupOf(choice));
            return typeof identity === "string" ? 0 : rankOf(identity);
        });
        for (const outcome of [0, 1, 2, 3, 4, 5]) {
            assert.ok(outcomes.filter((one) => one === outcome).length > 5, String(outcome));
        }
    });

    it("is never in an error with a value", () => {
        const check = (choice: Choice) => {
            const identity = attempt(setupOf(choice));
            assert.ok(typeof identity !== "string" || !/canary|profile-(id|secret|token)/.test(identity));
        };
        fc.assert(fc.property(choices, check), runs);
    });
});

describe("the settings of the vendor's tools", () => {
    const libraryRoot = join(dirname(require.resolve("@alicloud/credentials")), "..", "..");
    const librarySources = readdirSync(join(libraryRoot, "dist", "src"), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".js"))
        .map((name) => readFileSync(join(libraryRoot, "dist", "src", name), "utf8"));
    const namesIn = (pattern: RegExp): ReadonlySet<string> =>
        new Set(librarySources.flatMap((code) => [...code.matchAll(pattern)].map(([, name = ""]) => name)));
    /** What the library takes from a profile that it runs itself. */
    const fieldsOfLibrary = namesIn(/\bp\.([a-z_]+)/g);
    const variables = { ...vendor.libraryVariables, ...vendor.terraformVariables, ...vendor.otherVariables };
    const fields = { ...vendor.profileFields, ...vendor.libraryFields };

    /** The region and the whole call of a setup, or the error. */
    function result(setup: Setup): string {
        try {
            const { identity, ...call } = callOf(setup);
            const { base, roles } = identity;
            const ran = base.kind === "cliProfile" ? Object.entries(base.profile.fields) : [];
            const used = ran.filter(([name]) => fieldsOfLibrary.has(name));
            return JSON.stringify([{ ...base, profile: undefined }, used, roles, call, regionFor(settingsOf(setup))]);
        } catch (error) {
            return `error: ${(error as Error).message}`;
        }
    }

    /** A setting is used if it changes a result, and refused if it changes results only to errors that name it. */
    function verdict(name: string, pairs: readonly (readonly [without: Setup, given: Setup])[]): vendor.Verdict {
        const changed = pairs.map((pair) => pair.map(result)).filter(([before, after]) => before !== after);
        if (changed.length === 0) {
            return "unused";
        }
        return changed.every(([, after = ""]) => after.startsWith("error: ") && after.includes(`\`${name}\``))
            ? "refused"
            : "used";
    }

    const setups: readonly Setup[] = [
        {},
        { config: keyConfig },
        { config: { ...keyConfig, assumeRole: {} } },
        { config: { ...keyConfig, assumeRole: { roleArn: "r" } } },
        { config: { assumeRoleWithOidc: {} } },
        { config: { assumeRoleWithOidc: oidcConfig } },
        { config: { ecsRoleName: "machine" } },
    ];
    for (const [name, expected] of Object.entries(variables).filter(([name]) => !vendor.readLater.includes(name))) {
        it(`are ${expected} when the variable ${name} is set`, () => {
            const pairs = setups.flatMap((setup) =>
                ["1000", "true"].map((value) => [setup, together(setup, { env: { [name]: value } })] as const),
            );
            assert.equal(verdict(name, pairs), expected);
        });
    }

    for (const [name, expected] of Object.entries(fields)) {
        it(`are ${expected} when a profile has ${name}`, () => {
            const profiles = [...Object.values(profileOf), { ...profileOf.AK, mode: "" }];
            const values = name === "endpoint_type" ? ["vpc"] : ["1000", true];
            const pairs = profiles.flatMap((profile) =>
                values.map((value) => [named(profile, source), named({ ...profile, [name]: value }, source)] as const),
            );
            assert.equal(verdict(name, pairs), expected);
        });
    }

    it(`are those of @alicloud/credentials when they were reviewed, on ${vendor.reviewed}`, () => {
        const { version } = JSON.parse(readFileSync(join(libraryRoot, "package.json"), "utf8")) as { version: string };
        assert.equal(version, vendor.libraryVersion, "review what is new in it, then update the lists and their date");
        const read = namesIn(/process\.env(?:\.|\[')([A-Z_0-9]+)/g);
        assert.deepEqual([...read].sort(), Object.keys(vendor.libraryVariables).sort());
        assert.deepEqual(
            [...fieldsOfLibrary].filter((name) => !Object.hasOwn(fields, name)),
            [],
        );
    });

    it("are in a list when an attribute reads them", () => {
        const rows: readonly Attribute[] = Object.values(attributes);
        assert.deepEqual(
            rows.flatMap((row) => row.variables).filter((name) => variables[name] !== "used"),
            [],
        );
        assert.deepEqual(
            rows.flatMap(({ profile }) => profile?.field ?? []).filter((name) => fields[name] !== "used"),
            [],
        );
    });
});
