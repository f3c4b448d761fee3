import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { breaks } from "./breaks";

describe("the deliberate breaks", () => {
    for (const { name, file, original } of breaks) {
        it(`fit the sources once: ${name}`, () => {
            const text = readFileSync(join(__dirname, "..", "..", "provider", "src", file), "utf8");
            assert.equal(text.split(original).length, 2, `${file} has ${original}`);
        });
    }
});
