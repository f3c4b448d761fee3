import { strict as assert } from "node:assert";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { Services } from "../../../provider/src/cloud/services";
import { processSettings } from "../../../provider/src/credentials/processSettings";
import { dynamicConfigSource } from "../../../provider/src/dynamic/provider";
import { writeCliProfiles } from "../../support/cliProfiles";
import { stackConfigurationFor } from "../../support/stackConfiguration";
import { enterEnvironment, leaveEnvironment } from "./environment";

const limits = { leftMs: 5_000, signal: new AbortController().signal };

describe("the services of a process", () => {
    let emulator: Emulator;
    before(async () => {
        emulator = await startEmulator();
    });
    after(() => emulator.stop());

    function services(changes: Readonly<Record<string, string>> = {}): Services {
        const config: Readonly<Record<string, string>> = { ...stackConfigurationFor(emulator), ...changes };
        return new Services(() => processSettings({ config: (key) => config[key], env: {} }, dynamicConfigSource));
    }

    it("are shared when the region is the same", () => {
        const all = services();
        const one = all.serviceFor({ region: "cn-hangzhou" });
        assert.equal(all.serviceFor({ region: "cn-hangzhou" }), one);
        assert.notEqual(all.serviceFor({ region: "cn-beijing" }), one);
    });

    it("send to the region of the resource, and know the stack's, when these are different", async () => {
        const all = services();
        const there = all.serviceFor({ region: "cn-beijing" });
        assert.equal(there.route.everConnected, false);
        assert.match(there.route.override ?? "", /^127\.0\.0\.1:\d+, from `alicloud:endpoints/);
        await there.describe("ls-cn-services01", limits);
        assert.equal(there.route.everConnected, true);
        assert.equal(emulator.ledger.requests.at(-1)?.region, "cn-beijing");
        assert.equal(there.route.otherRegion, "cn-hangzhou");
        assert.equal(all.serviceFor({ region: "cn-hangzhou" }).route.otherRegion, undefined);
    });

    it("use the keys and the region of the profile when a resource names one", () => {
        const keys = { access_key_id: "id", access_key_secret: "canary" };
        const profiles = ["beijing", "shanghai"].map((name) => ({
            name,
            mode: "AK",
            region_id: `cn-${name}`,
            ...keys,
        }));
        const file = writeCliProfiles(mkdtempSync(join(tmpdir(), "logstash-profiles-")), ...profiles);
        const all = services({ "alicloud:region": "", "alicloud:sharedCredentialsFile": file });
        for (const { name, region_id } of profiles) {
            const service = all.serviceFor({ region: "cn-hangzhou", profile: name });
            assert.match(service.credentialsName, new RegExp(name));
            assert.equal(service.route.otherRegion, region_id);
        }
    });
});

describe("the settings of a process", () => {
    const folder = mkdtempSync(join(tmpdir(), "logstash-settings-"));
    beforeEach(() => enterEnvironment({ HOME: folder }));
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
