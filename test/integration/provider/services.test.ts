import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { type ServiceKey, Services } from "../../../provider/src/cloud/services";
import { processSettings } from "../../../provider/src/credentials/processSettings";
import { dynamicConfigSource } from "../../../provider/src/dynamic/provider";
import type { LogstashService } from "../../../provider/src/request/service";
import { writeCliProfiles } from "../../support/cliProfiles";
import { stackConfigurationFor } from "../../support/stackConfiguration";

const limits = { leftMs: 5_000, signal: new AbortController().signal };

describe("the services of a process", () => {
    let emulator: Emulator;
    before(async () => {
        emulator = await startEmulator();
    });
    after(() => emulator.stop());

    function services(changes: Readonly<Record<string, string>> = {}): (key: ServiceKey) => LogstashService {
        const config: Readonly<Record<string, string>> = { ...stackConfigurationFor(emulator), ...changes };
        const settings = processSettings({ config: (key) => config[key], env: {} }, dynamicConfigSource);
        const all = new Services();
        return (key) => all.serviceFor(key, settings);
    }

    it("are shared when the region is the same", () => {
        const serviceFor = services();
        const one = serviceFor({ region: "cn-hangzhou" });
        assert.equal(serviceFor({ region: "cn-hangzhou" }), one);
        assert.notEqual(serviceFor({ region: "cn-beijing" }), one);
    });

    it("send to the region of the resource, and know the stack's, when these are different", async () => {
        const serviceFor = services();
        const there = serviceFor({ region: "cn-beijing" });
        await there.describe("ls-cn-services01", limits);
        assert.equal(emulator.ledger.requests.at(-1)?.region, "cn-beijing");
        assert.equal(there.route.otherRegion, "cn-hangzhou");
        assert.equal(serviceFor({ region: "cn-hangzhou" }).route.otherRegion, undefined);
    });

    it("know no other region when the stack's cannot be read", () => {
        const serviceFor = services({ "alicloud:region": "" });
        assert.equal(serviceFor({ region: "cn-beijing" }).route.otherRegion, undefined);
    });

    it("know the endpoint, and whether a connection was made, when a message needs them", async () => {
        const service = services()({ region: "cn-hangzhou" });
        const { route } = service;
        assert.equal(route.endpoint, new URL(emulator.url).host);
        assert.match(route.override ?? "", /alicloud:endpoints/);
        assert.equal(route.proxy, undefined);
        assert.equal(route.everConnected, false);
        await service.describe("ls-cn-services01", limits);
        assert.equal(route.everConnected, true);
    });

    it("use the keys and the region of the profile when a resource names one", () => {
        const folder = mkdtempSync(join(tmpdir(), "logstash-profiles-"));
        const profile = (name: string) => ({
            name,
            mode: "AK",
            region_id: `cn-${name}`,
            access_key_id: `id-of-${name}`,
            access_key_secret: "canary",
        });
        const file = writeCliProfiles(folder, profile("beijing"), profile("shanghai"));
        try {
            const serviceFor = services({ "alicloud:region": "", "alicloud:sharedCredentialsFile": file });
            const [one, other] = ["beijing", "shanghai"].map((name) =>
                serviceFor({ region: "cn-hangzhou", profile: name }),
            );
            assert.match(one?.credentialsName ?? "", /beijing/);
            assert.match(other?.credentialsName ?? "", /shanghai/);
            assert.equal(one?.route.otherRegion, "cn-beijing");
            assert.equal(other?.route.otherRegion, "cn-shanghai");
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
