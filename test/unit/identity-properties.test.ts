import { strict as assert } from "node:assert";
import fc from "fast-check";
import { attributes } from "../../provider/src/identity/attributes";
import type { Identity } from "../../provider/src/identity/identity";
import { runsOf } from "../support/propertyRuns";
import { profileOf, resolve, type Setup, source } from "./identitySettings";

type Mode = keyof typeof profileOf;

/** Where the attributes of an identity are set in a generated setup, and which profile is named. */
interface Choice {
    readonly places: Readonly<Record<string, "stack" | "environment" | "both" | "nowhere">>;
    readonly role: "none" | "empty" | "stack" | "environment";
    readonly oidc: "none" | "empty" | "half" | "stack" | "environment" | "alone";
    readonly mode: Mode | "none" | "Telepathy" | "RsaKeyPair";
    readonly current: boolean;
}

/** The key, and the variable that is set, of each attribute that stands for itself. */
const single: Readonly<Record<string, readonly [key: string, variable: string]>> = {
    accessKeyId: ["accessKey", "ALIBABA_CLOUD_ACCESS_KEY_ID"],
    accessKeySecret: ["secretKey", "ALICLOUD_SECRET_KEY"],
    securityToken: ["securityToken", "ALIBABACLOUD_SECURITY_TOKEN"],
    credentialsUri: ["credentialsUri", "ALICLOUD_CREDENTIALS_URI"],
    ecsRoleName: ["ecsRoleName", "ALIBABA_CLOUD_ECS_METADATA"],
    credentialsFile: ["sharedCredentialsFile", "ALIBABA_CLOUD_CREDENTIALS_FILE"],
};
const place = fc.oneof(
    { weight: 4, arbitrary: fc.constant("nowhere" as const) },
    { weight: 1, arbitrary: fc.constantFrom("stack", "environment", "both" as const) },
);
const choices: fc.Arbitrary<Choice> = fc.record({
    places: fc.record(Object.fromEntries(Object.keys(single).map((name) => [name, place]))) as fc.Arbitrary<
        Choice["places"]
    >,
    role: fc.constantFrom("none", "none", "empty", "stack", "environment"),
    oidc: fc.constantFrom("none", "none", "empty", "half", "stack", "environment", "alone"),
    mode: fc.constantFrom(
        "none",
        "none",
        "none",
        "none",
        "Telepathy",
        "RsaKeyPair",
        ...(Object.keys(profileOf) as Mode[]),
    ),
    current: fc.boolean(),
});

const file = "/canary-file";

function setupOf({ places, role, oidc, mode, current }: Choice): Setup {
    const config: Record<string, unknown> = {};
    const env: Record<string, string> = {};
    for (const [name, [key, variable]] of Object.entries(single)) {
        const value = (where: string) => (name === "credentialsFile" ? file : `http://${where}-canary.example/${name}`);
        if (places[name] === "stack" || places[name] === "both") {
            config[key] = value("stack");
        }
        if (places[name] === "environment" || places[name] === "both") {
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
    const named = mode === "none" ? [] : [{ name: "p", ...(mode in profileOf ? profileOf[mode as Mode] : { mode }) }];
    const profiles = [source, ...named, { ...profileOf.AK, name: "c" }];
    const content = { kind: "text", text: JSON.stringify({ profiles }) } as const;
    return { config, env, profiles, ...(current ? { current: "c" } : {}), files: { [file]: content } };
}

/** The rank of what was decided, as the provider's documentation numbers the kinds. */
function rankOf({ base }: Identity): number {
    switch (base.kind) {
        case "accessKey": {
            const { source } = base.accessKeyId;
            assert.ok(source.kind !== "profile" || source.profile !== "c", "the CLI's current profile signs nothing");
            return source.kind === "profile" && source.profile === "source" ? 2 : 1;
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

/** The ranks of everything that is set, by hand and without the code's own table. */
function ranksSet({ places, oidc, mode }: Choice): number[] {
    const isSet = (name: string) => places[name] !== "nowhere";
    const ranks = [
        isSet("accessKeyId") || isSet("accessKeySecret") || isSet("securityToken") ? 1 : 7,
        isSet("credentialsUri") ? 3 : 7,
        isSet("ecsRoleName") ? 4 : 7,
        oidc === "none" ? 7 : 5,
    ];
    switch (mode) {
        case "none":
            return ranks;
        case "AK":
        case "StsToken":
        case "RamRoleArn":
        case "RsaKeyPair":
        case "Telepathy":
            return [...ranks, 1];
        case "EcsRamRole":
            return [...ranks, 4];
        case "OIDC":
        case "ChainableRamRoleArn":
        case "CloudSSO":
        case "External":
        case "OAuth":
            return [...ranks, 2];
    }
}

function attempt(setup: Setup): Identity | string {
    try {
        return resolve(setup);
    } catch (error) {
        return (error as Error).message;
    }
}

const runs = runsOf(2_000);
const blanks = fc.string({ unit: fc.constantFrom(" ", "\t", "\n"), maxLength: 3 });

describe("the identity, whatever is set", () => {
    it("passes nothing over without an error or a winner above it", () => {
        fc.assert(
            fc.property(choices, (choice) => {
                const identity = attempt(setupOf(choice));
                if (typeof identity === "string") {
                    return;
                }
                const rank = rankOf(identity);
                for (const set of ranksSet(choice)) {
                    assert.ok(rank <= set, `${rank} won over ${set}`);
                }
                const hasRole = choice.role === "stack" || choice.role === "environment";
                assert.equal(
                    identity.roles.some(({ arn }) => arn.value === "role-canary"),
                    hasRole,
                );
                const { base } = identity;
                if (base.kind === "accessKey" && rank === 1) {
                    assert.equal(
                        base.securityToken !== undefined,
                        choice.places.securityToken !== "nowhere" || choice.mode === "StsToken",
                    );
                }
            }),
            runs,
        );
    });

    it("is refused or decided, and both are reached often", () => {
        const outcomes = fc.sample(choices, { numRuns: 2_000, seed: 1 }).map((choice) => {
            const identity = attempt(setupOf(choice));
            return typeof identity === "string" ? "refused" : `rank ${rankOf(identity)}`;
        });
        for (const outcome of ["refused", "rank 1", "rank 2", "rank 3", "rank 4", "rank 5"]) {
            assert.ok(outcomes.filter((one) => one === outcome).length > 5, outcome);
        }
    });

    it("takes each attribute from the stack before the environment, and from there before the profile", () => {
        fc.assert(
            fc.property(choices, (choice) => {
                const { base } = withPlaces(attempt(setupOf(choice)));
                if (base?.kind !== "accessKey") {
                    return;
                }
                for (const name of ["accessKeyId", "accessKeySecret"] as const) {
                    const expected = { stack: "stack", both: "stack", environment: "variable", nowhere: "profile" };
                    assert.equal(base[name].source.kind, expected[choice.places[name] ?? "nowhere"]);
                }
            }),
            runs,
        );
    });

    it("is the same with blanks around every value", () => {
        fc.assert(
            fc.property(choices, blanks, blanks, (choice, before, after) => {
                const setup = setupOf(choice);
                const padded = (values: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
                    Object.fromEntries(
                        Object.entries(values).map(([name, value]) => [
                            name,
                            typeof value === "string" ? before + value + after : padded(value as object as never),
                        ]),
                    );
                const other = {
                    ...setup,
                    config: padded(setup.config),
                    env: padded(setup.env) as Record<string, string>,
                };
                assert.deepEqual(attempt(other), attempt(setup));
            }),
            runs,
        );
    });

    it("is the same with every other variable there, but empty or blank", () => {
        const names = Object.values(attributes).flatMap(({ variables }): readonly string[] => variables);
        fc.assert(
            fc.property(choices, blanks, (choice, blank) => {
                const setup = setupOf(choice);
                const empty = Object.fromEntries(names.map((name) => [name, blank]));
                assert.deepEqual(attempt({ ...setup, env: { ...empty, ...setup.env } }), attempt(setup));
            }),
            runs,
        );
    });

    it("is never told with a value in an error", () => {
        fc.assert(
            fc.property(choices, (choice) => {
                const identity = attempt(setupOf(choice));
                assert.ok(typeof identity !== "string" || !/canary|profile-(id|secret|token)/.test(identity));
            }),
            runs,
        );
    });
});

function withPlaces(identity: Identity | string): Partial<Identity> {
    return typeof identity === "string" ? {} : identity;
}
