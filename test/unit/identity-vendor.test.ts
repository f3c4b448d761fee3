import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Attribute, attributes } from "../../provider/src/identity/attributes";
import { callFor } from "../../provider/src/identity/call";
import { regionFor } from "../../provider/src/identity/region";
import { profileOf, type Setup, settingsOf, source, together } from "./identitySettings";
import {
    libraryFields,
    libraryVariables,
    libraryVersion,
    otherVariables,
    profileFields,
    readLater,
    reviewed,
    terraformVariables,
    type Verdict,
} from "./vendorSettings";

const libraryRoot = join(dirname(require.resolve("@alicloud/credentials")), "..", "..");
const librarySources = readdirSync(join(libraryRoot, "dist", "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(libraryRoot, "dist", "src", name), "utf8"));
/** What the library takes from a profile that it carries out itself. */
const fieldsOfLibrary = namesIn(/\bp\.([a-z_]+)/g);
const variables = { ...libraryVariables, ...terraformVariables, ...otherVariables };

function namesIn(pattern: RegExp): ReadonlySet<string> {
    return new Set(librarySources.flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name)));
}

/** What a setup comes to: the region and the whole call, or an error. */
function result(setup: Setup): string {
    try {
        const settings = settingsOf(setup);
        const { identity, ...call } = callFor(settings, "cn-hangzhou");
        const { base, roles } = identity;
        const region = regionFor(settings, {});
        const fields = base.kind === "cliProfile" ? Object.entries(base.profile.fields) : [];
        const carriedOut = fields.filter(([name]) => fieldsOfLibrary.has(name));
        const { profile: _, ...rest } = { profile: undefined, ...base };
        return JSON.stringify([rest, carriedOut, roles, call, region]);
    } catch (error) {
        return `error: ${(error as Error).message}`;
    }
}

/** Whether a setting changes what setups come to; where it does only by an error that names it, it is refused. */
function verdict(name: string, pairs: readonly (readonly [without: Setup, given: Setup])[]): Verdict {
    const changed = pairs.map(([without, given]) => [result(without), result(given)]).filter(([a, b]) => a !== b);
    if (changed.length === 0) {
        return "no part";
    }
    return changed.every(([, after = ""]) => after.startsWith("error: ") && after.includes(`\`${name}\``))
        ? "refused"
        : "used";
}

const key = { accessKey: "id", secretKey: "secret" };
const oidc = { oidcProviderArn: "p", roleArn: "r", oidcTokenFile: "/t" };
const setups: readonly Setup[] = [
    {},
    { config: key },
    { config: { ...key, assumeRole: {} } },
    { config: { ...key, assumeRole: { roleArn: "r" } } },
    { config: { assumeRoleWithOidc: {} } },
    { config: { assumeRoleWithOidc: oidc } },
    { config: { ecsRoleName: "machine" } },
];

describe("the settings of the vendor's tools", () => {
    for (const [name, expected] of Object.entries(variables).filter(([name]) => !readLater.includes(name))) {
        it(`the variable ${name}: ${expected}`, () => {
            const values = ["1000", "true"];
            const pairs = setups.flatMap((setup) =>
                values.map((value) => [setup, together(setup, { env: { [name]: value } })] as const),
            );
            assert.equal(verdict(name, pairs), expected);
        });
    }

    const withProfile = (profile: object): Setup => ({
        config: { profile: "p" },
        profiles: [source, { name: "p", ...profile }],
    });
    for (const [name, expected] of Object.entries({ ...profileFields, ...libraryFields })) {
        it(`the profile's field ${name}: ${expected}`, () => {
            const profiles = [...Object.values(profileOf), { ...profileOf.AK, mode: "" }];
            const values = name === "endpoint_type" ? ["vpc"] : ["1000", true];
            const pairs = profiles.flatMap((profile) =>
                values.map((value) => [withProfile(profile), withProfile({ ...profile, [name]: value })] as const),
            );
            assert.equal(verdict(name, pairs), expected);
        });
    }

    it(`are those of @alicloud/credentials as of ${reviewed}`, () => {
        const { version } = JSON.parse(readFileSync(join(libraryRoot, "package.json"), "utf8")) as { version: string };
        assert.equal(version, libraryVersion, "review what is new in it, and then update the list and its date");
        const found = namesIn(/process\.env(?:\.|\[')([A-Z_0-9]+)/g);
        assert.deepEqual([...found].sort(), Object.keys(libraryVariables).sort());
        const known = { ...profileFields, ...libraryFields };
        assert.deepEqual(
            [...fieldsOfLibrary].filter((name) => !Object.hasOwn(known, name)),
            [],
        );
    });

    it("are all that is read here", () => {
        const rows: readonly Attribute[] = Object.values(attributes);
        const used = (names: Readonly<Record<string, Verdict>>) =>
            Object.keys(names).filter((name) => names[name] === "used");
        const read = rows.flatMap((row) => row.variables);
        assert.deepEqual(
            read.filter((name) => !used(variables).includes(name)),
            [],
        );
        const fields = rows.flatMap(({ profile }) => (profile === undefined ? [] : [profile.field]));
        assert.deepEqual(
            fields.filter((name) => !used({ ...profileFields, ...libraryFields }).includes(name)),
            [],
        );
    });
});
