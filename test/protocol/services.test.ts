import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { Services } from "../../provider/src/cloud/clients";
import { settingsOf } from "../../provider/src/credentials/settings";
import { dynamicConfigSource } from "../../provider/src/dynamic/provider";
import { readArguments } from "../../provider/src/lifecycle/arguments";
import { writeCliProfiles } from "../support/cliProfiles";
import { stackConfigurationFor } from "../support/stackConfiguration";
import { urnOf } from "../support/urns";

const operation = "InterruptLogstashTask";
const limits = { leftMs: 5_000, signal: new AbortController().signal };

describe("the services of a process", () => {
    let emulator: Emulator;
    before(async () => {
        emulator = await startEmulator();
    });
    after(() => emulator.stop());

    function services(settings: Readonly<Record<string, string>> = {}): Services {
        const config: Readonly<Record<string, string>> = { ...stackConfigurationFor(emulator), ...settings };
        return new Services(() => settingsOf({ config: (key) => config[key], env: {} }, dynamicConfigSource));
    }

    const declared = (region: string, profile?: string) =>
        readArguments(operation, urnOf("pause"), {
            instanceId: "ls-cn-services01",
            region,
            ...(profile === undefined ? {} : { profile }),
        });

    it("are one for each region and profile", () => {
        const all = services();
        const one = all.serviceFor(declared("cn-hangzhou"));
        assert.equal(all.serviceFor(declared("cn-hangzhou")), one);
        assert.notEqual(all.serviceFor(declared("cn-beijing")), one);
        assert.notEqual(all.serviceFor(declared("cn-hangzhou", "other")), one);
    });

    it("send to the region of the resource, and know that of the stack where it is another", async () => {
        const all = services();
        const there = all.serviceFor(declared("cn-beijing"));
        await there.describe("ls-cn-services01", limits);
        assert.equal(emulator.ledger.requests.at(-1)?.region, "cn-beijing");
        assert.equal(there.route().otherRegion?.(), "cn-hangzhou");
        assert.equal(all.serviceFor(declared("cn-hangzhou")).route().otherRegion?.(), undefined);
    });

    it("tell of no other region where the stack's cannot be read", () => {
        const all = services({ "alicloud:region": "" });
        assert.equal(all.serviceFor(declared("cn-beijing")).route().otherRegion?.(), undefined);
    });

    it("say which way a request takes", async () => {
        const service = services().serviceFor(declared("cn-hangzhou"));
        const before = service.route();
        assert.equal(before.endpoint, new URL(emulator.url).host);
        assert.equal(before.everConnected, false);
        assert.match(before.override ?? "", /alicloud:endpoints/);
        assert.equal(before.proxy, undefined);
        await service.describe("ls-cn-services01", limits);
        assert.equal(service.route().everConnected, true);
        assert.equal(service.route().proxy, undefined);
    });

    it("send nothing once the time is over", async () => {
        const sent = emulator.ledger.requests.length;
        const service = services().serviceFor(declared("cn-hangzhou"));
        const reply = await service.describe("ls-cn-services01", { ...limits, leftMs: 0 });
        assert.equal(reply.kind, "notSent");
        assert.equal(emulator.ledger.requests.length, sent);
    });

    it("are of the profile that a resource names, its keys and its region", () => {
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
            const all = services({ "alicloud:region": "", "alicloud:sharedCredentialsFile": file });
            const [one, other] = ["beijing", "shanghai"].map((name) => all.serviceFor(declared("cn-hangzhou", name)));
            assert.match(one?.credentialsName() ?? "", /beijing/);
            assert.match(other?.credentialsName() ?? "", /shanghai/);
            assert.equal(one?.route().otherRegion?.(), "cn-beijing");
            assert.equal(other?.route().otherRegion?.(), "cn-shanghai");
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
