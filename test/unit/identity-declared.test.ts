import { strict as assert } from "node:assert";
import { rateLimit } from "../../provider/src/cloud/rateLimit";
import { type Attribute, type AttributeName, attributes } from "../../provider/src/identity/attributes";
import { configHints } from "../../provider/src/identity/endpoint";
import { finder, howToSet } from "../../provider/src/identity/finder";
import { describeSource } from "../../provider/src/identity/place";
import { howToSetRegion } from "../../provider/src/identity/region";
import { howToNameIdentity, identityFor } from "../../provider/src/identity/resolution";
import { baseOf, refusal, settingsOf } from "./identitySettings";

const namespace = "alicloud-logstash";
const declared = (config: Readonly<Record<string, unknown>> = {}) => ({
    ...settingsOf({ namespace, config }),
    declared: true,
});

describe("the settings of a provider that the program declares", () => {
    for (const name of Object.keys(attributes) as AttributeName[]) {
        const { keys }: Attribute = attributes[name];
        for (const key of keys) {
            it(`are found, and named, as its arguments: ${key}`, () => {
                const [block = "", field] = key.split(".");
                const found = finder(declared({ [block]: field === undefined ? "x" : { [field]: "x" } }))(name);
                assert.equal(found?.value, "x");
                const path = block === "endpoints" ? `endpoints[0].${field}` : key;
                assert.equal(describeSource(found.source), `the provider's \`${path}\``);
            });
        }
    }

    it("are named so wherever something is missing or wrong, and not as keys of the stack", () => {
        const settings = declared();
        const texts = [
            ...(Object.keys(attributes) as AttributeName[]).map((name) => howToSet(settings, name)),
            ...Object.values(configHints(settings)),
            howToSetRegion(settings),
            howToNameIdentity(settings),
        ];
        for (const text of texts) {
            assert.doesNotMatch(text, /alicloud-logstash:|pulumi config/);
        }
        const limit = declared({ requestsPerSecond: "many" });
        assert.throws(() => rateLimit(limit), /^Error: the provider's `requestsPerSecond` is not a whole number/);
    });

    it("are advised by name where nothing is set", () => {
        const advice = howToNameIdentity(declared());
        for (const name of ["accessKey", "secretKey", "ecsRoleName"]) {
            assert.ok(advice.includes(`\`${name}\``), name);
        }
    });

    it("are refused without advice on the command line", () => {
        const settings = declared({ assumeRole: "no object" });
        assert.throws(() => identityFor(settings), /the provider's `assumeRole` must be structured$/);
    });

    it("go before the environment, also as the other form of an OIDC token", () => {
        const assumeRoleWithOidc = { roleArn: "r", oidcProviderArn: "p", oidcTokenFile: "/ours" };
        const env = { ALIBABA_CLOUD_OIDC_TOKEN: "of the environment" };
        const { token } = baseOf(identityFor({ ...declared({ assumeRoleWithOidc }), env }), "oidc");
        assert.deepEqual([token.kind, token.found.value], ["file", "/ours"]);
    });

    it("are keys of the stack for the default provider", () => {
        const setup = { namespace, config: { accessKey: "x" } };
        assert.match(
            refusal(setup),
            /`alicloud-logstash:accessKey`, and no secret[\s\S]*`alicloud-logstash:secretKey`/,
        );
    });
});
