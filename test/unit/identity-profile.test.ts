import { strict as assert } from "node:assert";
import type { Identity } from "../../provider/src/identity/identity";
import { baseOf, clisFile, home, profileOf, refusal, resolve, type Setup, source, text } from "./identitySettings";

/** The identity of a resource's own profile. */
const own = (profile: object): Identity => resolve({ profiles: [source, { name: "p", ...profile }] }, "p");
const refused = (profile: object): string => refusal({ profiles: [source, { name: "p", ...profile }] }, "p");
const named = (profile: object): Setup => ({ config: { profile: "p" }, profiles: [{ name: "p", ...profile }] });
const roleOf = ({ roles }: Identity) => roles[0];

describe("a resource's own profile", () => {
    it("brings its security token in the modes StsToken and RamRoleArn and without a mode, and in no other", () => {
        const sts_token = "profile-token";
        const tokens = [
            profileOf.StsToken,
            { ...profileOf.RamRoleArn, sts_token },
            { ...profileOf.AK, mode: "", sts_token },
            { ...profileOf.AK, mode: undefined, sts_token },
        ];
        for (const profile of tokens) {
            assert.equal(baseOf(own(profile), "accessKey").securityToken?.value, sts_token, String(profile.mode));
            assert.equal(baseOf(resolve(named(profile)), "accessKey").securityToken?.value, sts_token);
        }
        const left = { ...profileOf.AK, sts_token: "left behind" };
        assert.equal(baseOf(own(left), "accessKey").securityToken, undefined);
        assert.equal(baseOf(resolve(named(left)), "accessKey").securityToken, undefined);
    });

    it("brings the token of a RamRoleArn profile with the key beside it only", () => {
        const setup = named({ ...profileOf.RamRoleArn, sts_token: "profile-token" });
        const env = { ALICLOUD_ACCESS_KEY: "id", ALICLOUD_SECRET_KEY: "secret" };
        assert.equal(baseOf(resolve({ ...setup, env }), "accessKey").securityToken, undefined);
    });

    it("names the ECS role, or leaves it to the instance", () => {
        assert.equal(baseOf(own(profileOf.EcsRamRole), "ecsRole").name?.value, "profile-ecs");
        assert.equal(baseOf(own({ mode: "EcsRamRole" }), "ecsRole").name, undefined);
    });

    it("is a plain key where it has no mode", () => {
        const { mode: _, ...key } = profileOf.AK;
        assert.equal(baseOf(own(key), "accessKey").accessKeyId.value, "profile-id");
    });

    it("is signed in at one of the two sites, however that is written", () => {
        for (const site of ["CN", "INTL", "cn", "intl"]) {
            assert.equal(own({ ...profileOf.OAuth, oauth_site_type: site }).base.kind, "cliProfile");
        }
        for (const site of ["XCN", "CNX", "INTL2", "EU"]) {
            assert.match(refused({ ...profileOf.OAuth, oauth_site_type: site }), /`oauth_site_type`.*neither "CN"/);
        }
    });

    for (const mode of ["RsaKeyPair", "Telepathy"]) {
        it(`is refused in mode ${mode} with the modes that can be used, and no others`, () => {
            const [, listed] = /(?:usable are the modes|known are) (.*)$/.exec(refused({ mode })) ?? [];
            assert.equal(listed, Object.keys(profileOf).join(", "));
        });
    }

    it("is found with blanks around its name", () => {
        const profiles = [{ name: "p", ...profileOf.AK }];
        assert.equal(baseOf(resolve({ profiles }, " p\n"), "accessKey").accessKeyId.value, "profile-id");
    });
});

describe("the session of a profile's role", () => {
    const mine = { ram_session_name: "mine" };

    for (const mode of ["RamRoleArn", "ChainableRamRoleArn"] as const) {
        it(`has the external ID of the profile in mode ${mode}`, () => {
            const profile = { ...profileOf[mode], external_id: "ext-1" };
            const setup = { config: { profile: "p" }, profiles: [source, { name: "p", ...profile }] };
            assert.equal(roleOf(own(profile))?.externalId, "ext-1");
            assert.equal(roleOf(resolve(setup))?.externalId, "ext-1");
            const other = { ...setup, config: { profile: "p", assumeRole: { roleArn: "of the stack" } } };
            assert.equal(resolve(other).roles.at(-1)?.externalId, undefined);
        });

        it(`has the name and the duration of the profile in mode ${mode}`, () => {
            const role = roleOf(own({ ...profileOf[mode], ...mine, expired_seconds: 1800 }));
            assert.deepEqual([role?.sessionName, role?.durationSeconds], ["mine", 1800]);
        });
    }

    it("has the name and the duration of the profile in mode OIDC", () => {
        const session = (fields: object) => {
            const { sessionName, durationSeconds } = baseOf(own({ ...profileOf.OIDC, ...fields }), "oidc");
            return [sessionName, durationSeconds];
        };
        assert.deepEqual(session({ ...mine, duration_seconds: 1800 }), ["mine", 1800]);
        assert.deepEqual(session({ expired_seconds: 1900 }), ["pulumi-alicloud-logstash", 1900]);
        assert.deepEqual(session({ ...mine, duration_seconds: 1800, expired_seconds: 1900 }), ["mine", 1800]);
        assert.deepEqual(session({}), ["pulumi-alicloud-logstash", 3600]);
    });

    it("has our name and an hour where a chained profile says nothing", () => {
        const role = roleOf(own(profileOf.ChainableRamRoleArn));
        assert.deepEqual([role?.sessionName, role?.durationSeconds], ["pulumi-alicloud-logstash", 3600]);
    });

    it("lasts an hour where the CLI has written 0 for no duration", () => {
        assert.equal(roleOf(own({ ...profileOf.RamRoleArn, expired_seconds: 0 }))?.durationSeconds, 3600);
    });

    it("lasts from 15 minutes to 12 hours, both included", () => {
        for (const seconds of [900, 43_200]) {
            const role = roleOf(own({ ...profileOf.RamRoleArn, expired_seconds: seconds }));
            assert.equal(role?.durationSeconds, seconds);
        }
        for (const seconds of [899, 43_201, 1000.5]) {
            assert.match(
                refused({ ...profileOf.RamRoleArn, expired_seconds: seconds }),
                /`expired_seconds` of the CLI profile "p" is not a whole number of seconds/,
            );
        }
    });
});

describe("the file of profiles", () => {
    const holding = (content: object): Setup => ({ files: { [clisFile]: text(JSON.stringify(content)) } });

    it("may have no profiles, and a profile may have no name", () => {
        for (const content of [{}, { profiles: null }, { profiles: [] }]) {
            assert.match(refusal(holding(content), "p"), /has no profile "p".*it has none$/);
        }
        assert.match(refusal(holding({ profiles: [profileOf.AK] }), "p"), /it has ""$/);
    });

    it("is told by its first twenty profiles, where the one that is wanted is not there", () => {
        const profiles = Array.from({ length: 21 }, (_, index) => ({ name: `n${index + 1}` }));
        assert.match(refusal({ profiles }, "p"), /"n1", .*"n20"$/);
    });

    it("has `~` for the home directory only where that stands for it", () => {
        const content = text(JSON.stringify({ profiles: [{ name: "p", ...profileOf.AK }] }));
        const paths: readonly (readonly [written: string, path: string])[] = [
            ["~", home],
            ["~/keys.json", `${home}/keys.json`],
            ["~\\keys.json", `${home}\\keys.json`],
            ["~other/keys.json", "~other/keys.json"],
            ["/mnt/~/keys.json", "/mnt/~/keys.json"],
        ];
        for (const [written, path] of paths) {
            const setup = { config: { profile: "p", sharedCredentialsFile: written }, files: { [path]: content } };
            assert.equal(baseOf(resolve(setup), "accessKey").accessKeyId.value, "profile-id", written);
        }
    });
});
