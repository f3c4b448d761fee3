import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { providerKeys } from "../../../provider/src/identity/attributes";
import { schema } from "../../../scripts/schema";
import { repository } from "../../support/commands";

interface Properties {
    readonly [name: string]: { readonly secret?: boolean };
}

interface Schema {
    readonly config: { readonly variables: Properties };
    readonly types: Readonly<Record<string, { readonly properties: Properties }>>;
    readonly provider: { readonly inputProperties: Properties };
    readonly resources: Readonly<Record<string, { readonly required: readonly string[] }>>;
}

const text = readFileSync(join(repository, "provider", "schema.json"), "utf8");
const published = JSON.parse(text) as Schema;

describe("the schema of the plugin", () => {
    it("is what the tables and the comments of the TypeScript form say: `npx ts-node scripts/schema.ts` writes it", () => {
        assert.equal(text, `${JSON.stringify(schema(), undefined, 4)}\n`);
    });

    it("requires no output that can be absent, because Go would read it as an empty text", () => {
        assert.deepEqual(
            Object.values(published.resources).map(({ required }) => required),
            [
                ["instanceId", "region", "clientToken", "status", "interrupted"],
                ["instanceId", "region", "status", "resumed"],
            ],
        );
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

    it("is shown on the registry's pages by examples and keys that exist", () => {
        const pages = ["_index.md", "installation-configuration.md"];
        const [index = "", configuration = ""] = pages.map((page) =>
            readFileSync(join(repository, "docs", page), "utf8"),
        );
        for (const end of ["ts", "py", "go", "yaml"]) {
            const example = join(repository, "scripts", "schema", "examples", `interrupt.${end}`);
            assert.ok(index.includes(readFileSync(example, "utf8")), end);
        }
        const keys = [...configuration.matchAll(/`alicloud-logstash:(\w+)`/g)].map(([, key = ""]) => key);
        assert.ok(keys.length > 5);
        assert.deepEqual(
            keys.filter((key) => !providerKeys.includes(key)),
            [],
        );
    });
});
