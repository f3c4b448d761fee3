import { strict as assert } from "node:assert";
import { headersFor } from "../../provider/src/identity/headers";
import type { Identity } from "../../provider/src/identity/identity";
import type { ResolvedSetting } from "../../provider/src/identity/place";
import { regionFor } from "../../provider/src/identity/region";
import { baseOf, profileOf, resolve, type Setup, settingsOf, source, text, together } from "./identitySettings";

type Mode = keyof typeof profileOf;

interface Row {
    readonly what: string;
    /** Without its namespace; `block.name` for a field of a block. */
    readonly key: string;
    readonly variables: readonly string[];
    readonly field?: string;
    readonly modes?: readonly Mode[];
    /** What makes the rest of it complete. */
    readonly rest: Setup;
    /** What came of it. */
    readonly read: (setup: Setup) => ResolvedSetting | string | undefined;
}

const ofIdentity = (read: (identity: Identity) => ResolvedSetting | string | undefined) => (setup: Setup) =>
    read(resolve(setup));
const key = { accessKey: "rest-id", secretKey: "rest-secret" };
const oidc = { oidcProviderArn: "rest-provider", roleArn: "rest-role", oidcTokenFile: "/rest-token" };
const without = (values: Readonly<Record<string, string>>, name: string) =>
    Object.fromEntries(Object.entries(values).filter(([other]) => other !== name));
const oidcBut = (name: string): Setup => ({ config: { assumeRoleWithOidc: without(oidc, name) } });
const keyModes: readonly Mode[] = ["AK", "StsToken", "RamRoleArn", "OIDC"];
const all = Object.keys(profileOf) as Mode[];

/** Written by hand from the provider's source, attribute by attribute; the code has a table of its own. */
const rows: readonly Row[] = [
    {
        what: "access key ID",
        key: "accessKey",
        variables: ["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"],
        field: "access_key_id",
        modes: keyModes,
        rest: { config: without(key, "accessKey") },
        read: ofIdentity((identity) => baseOf(identity, "accessKey").accessKeyId),
    },
    {
        what: "access key secret",
        key: "secretKey",
        variables: ["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"],
        field: "access_key_secret",
        modes: keyModes,
        rest: { config: without(key, "secretKey") },
        read: ofIdentity((identity) => baseOf(identity, "accessKey").accessKeySecret),
    },
    {
        what: "security token",
        key: "securityToken",
        variables: ["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"],
        field: "sts_token",
        modes: ["StsToken"],
        rest: { config: key },
        read: ofIdentity((identity) => baseOf(identity, "accessKey").securityToken),
    },
    {
        what: "region",
        key: "region",
        variables: ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"],
        field: "region_id",
        modes: all,
        rest: {},
        read: (setup) => regionFor(settingsOf(setup), {}),
    },
    {
        what: "ECS role",
        key: "ecsRoleName",
        variables: ["ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"],
        field: "ram_role_name",
        modes: ["EcsRamRole"],
        rest: {},
        read: ofIdentity((identity) => baseOf(identity, "ecsRole").name),
    },
    {
        what: "credentials URI",
        key: "credentialsUri",
        variables: ["ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"],
        rest: {},
        read: ofIdentity((identity) => baseOf(identity, "credentialsUri").uri),
    },
    {
        what: "role to assume",
        key: "assumeRole.roleArn",
        variables: ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"],
        field: "ram_role_arn",
        modes: ["RamRoleArn"],
        rest: { config: key },
        read: ofIdentity(({ roles }) => roles[0]?.arn),
    },
    {
        what: "its session name",
        key: "assumeRole.sessionName",
        variables: ["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"],
        field: "ram_session_name",
        modes: ["RamRoleArn"],
        rest: { config: { ...key, assumeRole: { roleArn: "rest-role" } } },
        read: ofIdentity(({ roles }) => roles[0]?.sessionName),
    },
    {
        what: "its duration",
        key: "assumeRole.sessionExpiration",
        variables: ["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"],
        field: "expired_seconds",
        modes: ["RamRoleArn"],
        rest: { config: { ...key, assumeRole: { roleArn: "rest-role" } } },
        read: ofIdentity(({ roles }) => String(roles[0]?.durationSeconds)),
    },
    {
        what: "its policy",
        key: "assumeRole.policy",
        variables: [],
        rest: { config: { ...key, assumeRole: { roleArn: "rest-role" } } },
        read: ofIdentity(({ roles }) => roles[0]?.policy),
    },
    {
        what: "its external ID",
        key: "assumeRole.externalId",
        variables: [],
        field: "external_id",
        modes: ["RamRoleArn"],
        rest: { config: { ...key, assumeRole: { roleArn: "rest-role" } } },
        read: ofIdentity(({ roles }) => roles[0]?.externalId),
    },
    {
        what: "OIDC provider",
        key: "assumeRoleWithOidc.oidcProviderArn",
        variables: ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"],
        rest: oidcBut("oidcProviderArn"),
        read: ofIdentity((identity) => baseOf(identity, "oidc").providerArn),
    },
    {
        what: "OIDC role",
        key: "assumeRoleWithOidc.roleArn",
        variables: ["ALIBABA_CLOUD_ROLE_ARN"],
        rest: oidcBut("roleArn"),
        read: ofIdentity((identity) => baseOf(identity, "oidc").arn),
    },
    {
        what: "OIDC token's file",
        key: "assumeRoleWithOidc.oidcTokenFile",
        variables: ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"],
        rest: oidcBut("oidcTokenFile"),
        read: ofIdentity((identity) => baseOf(identity, "oidc").token.found),
    },
    {
        what: "OIDC token",
        key: "assumeRoleWithOidc.oidcToken",
        variables: ["ALIBABA_CLOUD_OIDC_TOKEN"],
        rest: oidcBut("oidcTokenFile"),
        read: ofIdentity((identity) => baseOf(identity, "oidc").token.found),
    },
    {
        what: "OIDC session name",
        key: "assumeRoleWithOidc.roleSessionName",
        variables: ["ALIBABA_CLOUD_ROLE_SESSION_NAME"],
        rest: { config: { assumeRoleWithOidc: oidc } },
        read: ofIdentity((identity) => baseOf(identity, "oidc").sessionName),
    },
    {
        what: "OIDC policy",
        key: "assumeRoleWithOidc.policy",
        variables: [],
        rest: { config: { assumeRoleWithOidc: oidc } },
        read: ofIdentity((identity) => baseOf(identity, "oidc").policy),
    },
    {
        what: "OIDC duration",
        key: "assumeRoleWithOidc.sessionExpiration",
        variables: [],
        rest: { config: { assumeRoleWithOidc: oidc } },
        read: ofIdentity((identity) => String(baseOf(identity, "oidc").durationSeconds)),
    },
    {
        what: "source IP",
        key: "sourceIp",
        variables: ["ALICLOUD_SOURCE_IP", "ALIBABA_CLOUD_SOURCE_IP"],
        rest: {},
        read: (setup) => headersFor(settingsOf(setup))["x-acs-source-ip"],
    },
    {
        what: "secure transport",
        key: "secureTransport",
        variables: ["ALICLOUD_SECURE_TRANSPORT", "ALIBABA_CLOUD_SECURE_TRANSPORT"],
        rest: {},
        read: (setup) => headersFor(settingsOf(setup))["x-acs-secure-transport"],
    },
    {
        what: "secure transport by its older key",
        key: "securityTransport",
        variables: ["ALICLOUD_SECURITY_TRANSPORT", "ALIBABA_CLOUD_SECURITY_TRANSPORT"],
        rest: {},
        read: (setup) => headersFor(settingsOf(setup))["x-acs-secure-transport"],
    },
];

/** Values that every attribute takes, each another one. */
const values = ["https://a.example/1001", "https://a.example/1002"] as const;
const durations = ["1001", "1002"] as const;

describe("the identity: each attribute by itself", () => {
    for (const row of rows) {
        const [one, other] = /duration/i.test(row.what) ? durations : values;
        const valueIn = (setup: Setup) => {
            const found = row.read(setup);
            return typeof found === "object" ? found.value : found;
        };
        const placeIn = (setup: Setup) => {
            const found = row.read(setup);
            return typeof found === "object" ? found.source : undefined;
        };
        const [block = "", blockField] = row.key.split(".");
        const blockIn = (setup: Setup) => (setup.config?.[block] ?? {}) as object;
        /** The rest, with the block, in which alone the variables of its fields count. */
        const rest = together(row.rest, blockField === undefined ? {} : { config: { [block]: blockIn(row.rest) } });
        const byKey = (value: string) =>
            blockField === undefined
                ? together(rest, { config: { [block]: value } })
                : together(rest, { config: { [block]: { ...blockIn(rest), [blockField]: value } } });
        const byVariable = (variable: string, value: string): Setup => ({ env: { [variable]: value } });
        const byProfile = (mode: Mode, value: string): Setup => ({
            config: { profile: "p" },
            profiles: [source, { name: "p", ...profileOf[mode], ...(row.field ? { [row.field]: value } : {}) }],
        });

        it(`${row.what} from the stack configuration, before the environment`, () => {
            const setup = row.variables.reduce((so, name) => together(so, byVariable(name, other)), byKey(one));
            assert.equal(valueIn(setup), one);
            const place = placeIn(setup);
            assert.ok(place === undefined || (place.kind === "stack" && place.key === `alicloud:${row.key}`));
        });
        for (const [index, variable] of row.variables.entries()) {
            it(`${row.what} from ${variable}, before the names after it`, () => {
                const later = row.variables.slice(index + 1).map((name) => byVariable(name, other));
                const setup = together(rest, byVariable(variable, one), ...later);
                assert.equal(valueIn(setup), one);
                const place = placeIn(setup);
                assert.ok(place === undefined || (place.kind === "variable" && place.name === variable));
            });
            it(`${row.what}: ${variable} that is empty or blank is no variable`, () => {
                for (const blank of ["", " ", "\t\n"]) {
                    const [next = variable] = row.variables.slice(index + 1);
                    const setup = together(rest, byVariable(next, one), byVariable(variable, blank));
                    assert.equal(
                        attempted(() => valueIn(setup)),
                        next === variable ? attempted(() => valueIn(rest)) : one,
                    );
                }
            });
        }
        for (const mode of row.modes ?? []) {
            it(`${row.what} from the profile's \`${row.field}\` in mode ${mode}, after the environment`, () => {
                const setup = together(withoutBlock(rest, row.key), byProfile(mode, one));
                assert.equal(valueIn(setup), one);
                for (const variable of row.variables.slice(0, 1)) {
                    assert.equal(valueIn(together(rest, setup, byVariable(variable, other))), other);
                }
            });
        }
        for (const mode of row.field === undefined ? [] : all.filter((name) => !row.modes?.includes(name))) {
            it(`${row.what} never from \`${row.field}\` in mode ${mode}`, () => {
                const setup = together(rest, byProfile(mode, "of another mode"));
                assert.notEqual(
                    attempted(() => valueIn(setup)),
                    "of another mode",
                );
            });
        }
        it(`${row.what} without blanks around it`, () => {
            assert.equal(valueIn(byKey(` ${one}\n`)), one);
            for (const variable of row.variables) {
                assert.equal(valueIn(together(rest, byVariable(variable, `\t${one} `))), one);
            }
        });
        if (blockField !== undefined && row.variables.length > 0) {
            it(`${row.what}: no variable counts without the block`, () => {
                const bare: Setup = { config: without((row.rest.config ?? {}) as Record<string, string>, block) };
                for (const variable of row.variables) {
                    const setup = together(bare, { config: key }, byVariable(variable, one));
                    assert.notEqual(
                        attempted(() => valueIn(setup)),
                        one,
                    );
                }
            });
        }
    }

    it("the profile's name and its file are attributes too, in every place", () => {
        const other = { "/other.json": text(JSON.stringify({ profiles: [{ name: "p", ...profileOf.AK }] })) };
        const names = ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"].map((name) => ({ env: { [name]: " p " } }));
        const files = ["ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"].map((name) => ({
            env: { [name]: "/other.json" },
        }));
        for (const name of [{ config: { profile: "p" } }, ...names]) {
            for (const file of [{ config: { sharedCredentialsFile: "/other.json" } }, ...files]) {
                const identity = resolve({ ...together(name, file), files: other });
                assert.equal(baseOf(identity, "accessKey").accessKeyId.value, "profile-id");
            }
        }
    });

    it("the file's path may begin with ~", () => {
        const files = {
            "/home/someone/keys.json": text(JSON.stringify({ profiles: [{ name: "p", ...profileOf.AK }] })),
        };
        const identity = resolve({ config: { profile: "p", sharedCredentialsFile: "~/keys.json" }, files });
        assert.equal(baseOf(identity, "accessKey").accessKeyId.value, "profile-id");
    });

    it("keys have the namespace that they are asked under, and no other", () => {
        const config = {
            "alicloud:accessKey": "theirs",
            "alicloud:secretKey": "theirs",
            accessKey: "ours",
            secretKey: "s",
        };
        const identity = resolve({ namespace: "alicloud-logstash", config });
        const { accessKeyId } = baseOf(identity, "accessKey");
        assert.deepEqual(accessKeyId, { value: "ours", source: { kind: "stack", key: "alicloud-logstash:accessKey" } });
    });
});

/** What it gives, or nothing where it is refused. */
function attempted<T>(act: () => T): T | undefined {
    try {
        return act();
    } catch {
        return undefined;
    }
}

/** The rest without what belongs to the attribute's block, so that a profile is asked. */
function withoutBlock(setup: Setup, path: string): Setup {
    const [block = ""] = path.split(".");
    return {
        ...setup,
        config: Object.fromEntries(Object.entries(setup.config ?? {}).filter(([name]) => name !== block)),
    };
}
