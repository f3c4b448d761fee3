import { strict as assert } from "node:assert";
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
