import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { providerKeys } from "../../../provider/src/identity/attributes";
import { argumentsOf } from "../../../provider/src/lifecycle/arguments";
import { outputNames } from "../../../provider/src/lifecycle/outputs";
import { pluginTypeTokenOf } from "../../../provider/src/lifecycle/urn";
import { type Operation, operations } from "../../../provider/src/operations/operations";
import { schema } from "../../../scripts/schema";
import { repository } from "../../support/commands";

interface Properties {
    readonly [name: string]: { readonly description: string; readonly secret?: boolean };
}

interface Schema {
    readonly version: string;
    readonly config: { readonly variables: Properties };
    readonly types: Readonly<Record<string, { readonly properties: Properties }>>;
    readonly provider: { readonly inputProperties: Properties };
    readonly resources: Readonly<
        Record<
            string,
            {
                readonly inputProperties: Properties;
                readonly properties: Properties;
                readonly required: readonly string[];
            }
        >
    >;
}

describe("the schema of the plugin", () => {
    const text = readFileSync(join(repository, "provider", "schema.json"), "utf8");
    const published = JSON.parse(text) as Schema;

    it("is what the tables and the comments of the TypeScript form say: `npx ts-node scripts/schema.ts` writes it", () => {
        assert.equal(text, `${JSON.stringify(schema(), undefined, 4)}\n`);
    });

    it("has every argument and output of each resource, and every setting", () => {
        for (const operation of Object.keys(operations) as Operation[]) {
            const resource = published.resources[pluginTypeTokenOf(operation)];
            assert.deepEqual(Object.keys(resource?.inputProperties ?? {}), Object.keys(argumentsOf(operation)));
            assert.deepEqual(Object.keys(resource?.properties ?? {}).sort(), [...outputNames(operation)].sort());
        }
        for (const settings of [published.config.variables, published.provider.inputProperties]) {
            assert.deepEqual(Object.keys(settings).sort(), [...providerKeys].sort());
        }
    });

    it("requires no output that can be absent, because Go would read it as an empty text", () => {
        const requiredOf = (operation: Operation) => published.resources[pluginTypeTokenOf(operation)]?.required ?? [];
        assert.deepEqual(requiredOf("InterruptLogstashTask"), [
            "instanceId",
            "region",
            "clientToken",
            "status",
            "interrupted",
        ]);
        assert.deepEqual(requiredOf("ResumeLogstashTask"), ["instanceId", "region", "status", "resumed"]);
    });

    it("describes the interrupt without the resume's words", () => {
        const { properties = {} } = published.resources[pluginTypeTokenOf("InterruptLogstashTask")] ?? {};
        assert.doesNotMatch(properties.status?.description ?? "", /resum|enabled|none/);
    });

    it("marks as secret what gives access, wherever it stands", () => {
        const secrets = (properties: Properties) =>
            Object.keys(properties).filter((name) => properties[name]?.secret === true);
        const key = ["accessKey", "secretKey", "securityToken"];
        assert.deepEqual(secrets(published.config.variables), key);
        assert.deepEqual(secrets(published.provider.inputProperties), key);
        const inBlocks = Object.values(published.types).flatMap(({ properties }) => secrets(properties));
        assert.deepEqual(inBlocks, ["oidcToken"]);
    });
});
