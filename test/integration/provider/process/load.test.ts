import { strict as assert } from "node:assert";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { maxConnections } from "../../../../provider/src/cloud/rateLimit";
import { providerStub } from "../../../../provider/src/dynamic/providerStub";
import { stackConfigurationFor } from "../../../support/stackConfiguration";
import { urnOf } from "../../../support/urns";
import { Host } from "../host";

/** Loaded into the provider process, where it collects garbage on a signal and prints what is left. */
const probe = `
import { setTimeout as pause } from "node:timers/promises";
process.on("SIGUSR2", async () => {
    // Objects that a finalizer releases are garbage for the next collection only.
    for (let round = 0; round < 4; round += 1) {
        gc();
        await pause(50);
    }
    const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name === "Immediate").length;
    console.error(JSON.stringify({ heapBytes: process.memoryUsage().heapUsed, timers }));
});`;

describe("a provider process", () => {
    let emulator: Emulator;
    let host: Host;
    afterEach(async () => {
        await host.stop();
        await emulator.stop();
    });

    /** Creates the resources with numbers in a range, so many at once. */
    async function create(from: number, to: number, atOnce: number): Promise<void> {
        let next = from;
        const work = async () => {
            for (let n = next++; n < to; n = next++) {
                const instanceId = `ls-cn-load${n}`;
                emulator.addInstance({ instanceId });
                const subject = { __provider: providerStub, instanceId, resourceUrn: urnOf(instanceId) };
                const { outs } = await host.create({ ...subject, region: "cn-hangzhou", triggers: ["v1"] });
                assert.equal(outs.status, "suspended");
            }
        };
        await Promise.all(Array.from({ length: atOnce }, work));
        const { effects } = emulator.ledger;
        assert.deepEqual([effects.length, new Set(effects.map(({ instanceId }) => instanceId)).size], [to, to]);
    }

    it("stays within the service's 100 requests a second when a thousand resources are created at once", async () => {
        emulator = await startEmulator({ limits: { requestsPerSecond: 100 } });
        host = await Host.start({ config: stackConfigurationFor(emulator) });
        await create(0, 1_000, 1_000);
        const { requests } = emulator.ledger;
        const rejected = requests.filter(({ outcome }) => outcome.kind === "rejected");
        assert.ok(rejected.length < requests.length * 0.05, `${rejected.length} of ${requests.length} were rejected`);
        assert.ok(emulator.connections.peak <= maxConnections, `${emulator.connections.peak} connections`);
    });

    it("leaves no memory, sockets or timers behind when ten thousand resources were created", async () => {
        emulator = await startEmulator();
        const config = { ...stackConfigurationFor(emulator), "alicloud-logstash:requestsPerSecond": "1000000" };
        const NODE_OPTIONS = `--expose-gc --import data:text/javascript,${encodeURIComponent(probe)}`;
        host = await Host.start({ config, env: { NODE_OPTIONS }, stderr: "pipe" });
        const { stderr, pid } = host.process;
        assert.ok(stderr !== null && pid !== undefined);
        const holdings = async () => {
            process.kill(pid, "SIGUSR2");
            const [line] = (await once(stderr, "data")) as [Buffer];
            const counted = JSON.parse(line.toString()) as { readonly heapBytes: number; readonly timers: number };
            return { ...counted, descriptors: readdirSync(`/proc/${pid}/fd`).length };
        };
        await create(0, 2_000, 50);
        const warm = await holdings();
        await create(2_000, 10_000, 50);
        const end = await holdings();
        assert.equal(emulator.ledger.requests.length, 20_000);

        // 8,000 creates that leave a kilobyte each would be 8 MB.
        const grown = (end.heapBytes - warm.heapBytes) / 2 ** 20;
        assert.ok(grown < 4, `the heap has grown by ${grown.toFixed(1)} MiB`);
        assert.ok(end.timers <= warm.timers + maxConnections, `${warm.timers} timers, then ${end.timers}`);
        assert.ok(end.descriptors <= warm.descriptors, `${warm.descriptors} files, then ${end.descriptors}`);
    });
});
