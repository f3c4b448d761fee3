import { strict as assert } from "node:assert";
import type { Identity } from "../../provider/src/core/identity/identity";
import { baseOf, clisFile, home, profileOf, refusal, resolve, type Setup, source, text } from "./identitySettings";

/** The identity of a resource's own profile. */
const own = (profile: object): Identity => resolve({ profiles: [source, { name: "p", ...profile }] }, "p");
const refused = (profile: object): string => refusal({ profiles: [source, { name: "p", ...profile }] }, "p");
const roleOf = ({ roles }: Identity) => roles[0];

describe("a resource's own profile", () => {
    it("brings its security token in mode StsToken, and in no other", () => {
        assert.equal(baseOf(own(profileOf.StsToken), "accessKey").securityToken?.value, "profile-token");
        const left = { ...profileOf.AK, sts_token: "left behind" };
        assert.equal(baseOf(own(left), "accessKey").securityToken, undefined);
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
    const named = { ram_session_name: "mine" };

    for (const mode of ["RamRoleArn", "ChainableRamRoleArn"] as const) {
        it(`has the name and the duration of the profile in mode ${mode}`, () => {
            const role = roleOf(own({ ...profileOf[mode], ...named, expired_seconds: 1800 }));
            assert.deepEqual([role?.sessionName, role?.durationSeconds], ["mine", 1800]);
        });
    }

    it("has the name and the duration of the profile in mode OIDC", () => {
        const session = (fields: object) => {
            const { sessionName, durationSeconds } = baseOf(own({ ...profileOf.OIDC, ...fields }), "oidc");
            return [sessionName, durationSeconds];
        };
        assert.deepEqual(session({ ...named, duration_seconds: 1800 }), ["mine", 1800]);
        assert.deepEqual(session({ expired_seconds: 1900 }), ["pulumi-alicloud-logstash", 1900]);
        assert.deepEqual(session({ ...named, duration_seconds: 1800, expired_seconds: 1900 }), ["mine", 1800]);
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

    it("chooses the current profile with blanks around its name", () => {
        const setup = { current: " c ", profiles: [{ name: "c", ...profileOf.AK }] };
        assert.equal(baseOf(resolve(setup), "accessKey").accessKeyId.value, "profile-id");
    });

    it("is not passed over where its current profile holds half of a key", () => {
        for (const [has, lacks] of [
            ["access_key_id", "access_key_secret"],
            ["access_key_secret", "access_key_id"],
        ] as const) {
            const message = refusal({ current: "c", profiles: [{ name: "c", mode: "AK", [has]: "x" }] });
            assert.ok(message.includes(`has no \`${lacks}\``), message);
        }
    });
});
