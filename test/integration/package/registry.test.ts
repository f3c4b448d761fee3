import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { providerKeys } from "../../../provider/src/identity/attributes";
import { repository } from "../../support/commands";

const pages = ["_index.md", "installation-configuration.md"];
const schema = JSON.parse(readFileSync(join(repository, "provider", "schema.json"), "utf8")) as {
    readonly [field: string]: unknown;
    readonly keywords: readonly string[];
    readonly resources: Readonly<Record<string, { readonly description: string }>>;
};

/** By the tools of pulumi/registry: resourcedocsgen `metadata`, lint-markdown.js and doc_lint.py, read in November 2026. */
describe("Pulumi's registry", () => {
    it("accepts the metadata of the schema", () => {
        const { name, version, displayName, description, publisher, license, repository: home } = schema;
        assert.equal(name, "alicloud-logstash");
        assert.match(String(version), /^\d+\.\d+\.\d+$/);
        for (const field of [displayName, description, publisher, license, home]) {
            assert.ok(typeof field === "string" && field !== "");
        }
        const categories = schema.keywords.filter((keyword) => keyword.startsWith("category/"));
        assert.deepEqual(categories, ["category/cloud"]);
        assert.ok(schema.keywords.includes("kind/native"));
    });

    it("finds an example of each resource in each language", () => {
        for (const { description } of Object.values(schema.resources)) {
            assert.match(description, /^[^{]+\n\n\{\{% examples %\}\}\n## Example Usage\n\{\{% example %\}\}\n### /);
            const languages = [...description.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
            assert.deepEqual(languages, ["typescript", "python", "go", "yaml"]);
        }
    });

    for (const page of pages) {
        const text = readFileSync(join(repository, "docs", page), "utf8");

        it(`accepts docs/${page}`, () => {
            const [, frontMatter = "", body = ""] = /^---\n([\s\S]*?)^---\n([\s\S]*)$/m.exec(text) ?? [];
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
                assert.doesNotMatch(text, broken);
            }
            const opened = [...text.matchAll(/\{\{[<%] (\w+)/g)].map(([, shortcode]) => shortcode);
            const closed = [...text.matchAll(/\{\{[<%] \/(\w+)/g)].map(([, shortcode]) => shortcode);
            assert.deepEqual(opened.sort(), closed.sort());
        });
    }

    it("shows examples and keys that exist", () => {
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
