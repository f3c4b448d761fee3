import { strict as assert } from "node:assert";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processSettings } from "../../../provider/src/credentials/processSettings";
import { enterEnvironment, leaveEnvironment } from "./environment";

describe("the settings of a process", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "logstash-settings-"));
        enterEnvironment({ HOME: folder });
    });
    afterEach(leaveEnvironment);

    it("are what surrounds it, its home directory and its files", () => {
        const config = { config: (key: string) => `value of ${key}`, env: { A: "b" } };
        const settings = processSettings(config, { namespace: "alicloud" });
        assert.deepEqual([settings.config("k"), settings.env.A, settings.namespace], ["value of k", "b", "alicloud"]);
        assert.equal(settings.homeDirectory, folder);
        const file = join(folder, "file");
        assert.deepEqual(settings.readFile(`${file} of nobody`), { kind: "absent" });
        writeFileSync(file, "täxt");
        assert.deepEqual(settings.readFile(file), { kind: "text", text: "täxt" });
        assert.deepEqual(settings.readFile(folder), { kind: "unreadable", code: "EISDIR" });
        assert.deepEqual(settings.readFile(join(file, "below")), { kind: "unreadable", code: "ENOTDIR" });
    });

    it("hold a file as it was at first, for one operation, and as it is for the next", () => {
        const config = { config: () => undefined, env: {} };
        const frontEnd = { namespace: "alicloud" };
        const [settings, file] = [processSettings(config, frontEnd), join(folder, "file")];
        for (const text of ["first", "second"]) {
            writeFileSync(file, text);
            assert.deepEqual(settings.readFile(file), { kind: "text", text: "first" });
            assert.deepEqual(processSettings(config, frontEnd).readFile(file), { kind: "text", text });
        }
    });
});
