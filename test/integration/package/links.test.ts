import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository, run } from "../../support/commands";
import { deadLinksOf } from "./links";

describe("the Markdown files", () => {
    it("have no link to a file or a heading that is not there", async () => {
        const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.md"];
        const files = (await run("git", listed, { cwd: repository })).split("\0").filter(Boolean);
        assert.ok(files.includes("README.md"));
        const dead = files.flatMap((file) => deadLinksOf(join(repository, file)).map((why) => `${file}: ${why}`));
        assert.deepEqual(dead, []);
    });
});

describe("the check of links", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-links-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const deadLinksIn = (text: string) => {
        const page = join(folder, "page.md");
        writeFileSync(page, text);
        return deadLinksOf(page);
    };

    it("finds files, headings and images that are not there, wherever the link stands", () => {
        assert.deepEqual(
            deadLinksIn("| a |\n| --- |\n| [x](gone.md) |\n\n![y](gone.svg)\n\n- [z][ref]\n\n[ref]: #gone\n"),
            ["gone.md: there is no such file", "gone.svg: there is no such file", "#gone: no such heading"],
        );
    });

    it("knows headings as GitHub names them, and leaves code and the web alone", () => {
        writeFileSync(join(folder, "other.md"), "# What `up` does, again\n\n## Same\n\n## Same\n");
        const text = "[a](other.md#what-up-does-again) [b](other.md#same-1) `[c](gone.md)` [d](https://example.com/#x)";
        assert.deepEqual(deadLinksIn(text), []);
        assert.deepEqual(deadLinksIn("[a](other.md#same-2)"), ["other.md#same-2: no such heading"]);
    });
});
