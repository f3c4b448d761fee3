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
    readonly [field: string]: unknown;
    readonly keywords: readonly string[];
    readonly config: { readonly variables: Properties };
    readonly types: Readonly<Record<string, { readonly properties: Properties }>>;
    readonly provider: { readonly inputProperties: Properties };
    readonly resources: Readonly<
        Record<string, { readonly description: string; readonly required: readonly string[] }>
    >;
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
});

/** By the tools of pulumi/registry: resourcedocsgen `metadata`, lint-markdown.js and doc_lint.py, read in November 2026. */
describe("Pulumi's registry", () => {
    const pages = ["_index.md", "installation-configuration.md"];
    const [index = "", configuration = ""] = pages.map((page) => readFileSync(join(repository, "docs", page), "utf8"));

    it("accepts the metadata of the schema", () => {
        const { name, version, displayName, description, publisher, license, repository: home } = published;
        assert.equal(name, "alicloud-logstash");
        assert.match(String(version), /^\d+\.\d+\.\d+$/);
        for (const field of [displayName, description, publisher, license, home]) {
            assert.ok(typeof field === "string" && field !== "");
        }
        const categories = published.keywords.filter((keyword) => keyword.startsWith("category/"));
        assert.deepEqual(categories, ["category/cloud"]);
        assert.ok(published.keywords.includes("kind/native"));
    });

    it("finds an example of each resource in each language", () => {
        for (const { description } of Object.values(published.resources)) {
            assert.match(description, /^[^{]+\n\n\{\{% examples %\}\}\n## Example Usage\n\{\{% example %\}\}\n### /);
            const languages = [...description.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
            assert.deepEqual(languages, ["typescript", "python", "go", "yaml"]);
        }
    });

    it("accepts the pages", () => {
        for (const page of [index, configuration]) {
            const [, frontMatter = "", body = ""] = /^---\n([\s\S]*?)^---\n([\s\S]*)$/m.exec(page) ?? [];
            for (const key of ["title", "meta_desc", "layout"]) {
                assert.match(frontMatter, new RegExp(`^${key}: \\S`, "m"));
            }
            assert.doesNotMatch(body, /^# /m, "the title is the heading");
            for (const broken of [
                /<img[^>]+src=["'](\.|\/|[^h])/,
                /!\[[^\]]*\]\((\.|\/)/,
                /<a[^>]+href="(\.|\/)/,
                /\]\((?!https?:\/\/)[^)]*\.md[)#]/,
            ]) {
                assert.doesNotMatch(page, broken);
            }
            const opened = [...page.matchAll(/\{\{[<%] (\w+)/g)].map(([, shortcode]) => shortcode);
            const closed = [...page.matchAll(/\{\{[<%] \/(\w+)/g)].map(([, shortcode]) => shortcode);
            assert.deepEqual(opened.sort(), closed.sort());
        }
    });

    it("shows examples and keys that exist", () => {
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
