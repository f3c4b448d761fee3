import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { maxConnections } from "../../../../provider/src/cloud/rateLimit";
import { providerStub } from "../../../../provider/src/dynamic/providerStub";
import { stackConfigurationFor } from "../../../support/stackConfiguration";
import type { Properties } from "../calls";
import { Host } from "../host";

const type = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt";

describe("a provider process", () => {
    let emulator: Emulator;
    let host: Host;

    async function start(config: Record<string, string>, env: Record<string, string> = {}, requestsPerSecond?: number) {
        emulator = await startEmulator(requestsPerSecond === undefined ? {} : { limits: { requestsPerSecond } });
        host = await Host.start({ config: { ...stackConfigurationFor(emulator), ...config }, env });
    }
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
                const { outs } = await host.create(declarationOf(instanceId));
                assert.equal(outs.status, "suspended");
            }
        };
        await Promise.all(Array.from({ length: atOnce }, work));
    }

    function expectOneEffectEach(count: number): void {
        const { effects } = emulator.ledger;
        assert.equal(effects.length, count);
        assert.equal(new Set(effects.map(({ instanceId }) => instanceId)).size, count);
    }

    it("stays within the service's 100 requests a second when a thousand resources are created at once", async () => {
        await start({}, {}, 100);
        await create(0, 1_000, 1_000);
        expectOneEffectEach(1_000);
        const { requests } = emulator.ledger;
        const refused = requests.filter(({ outcome }) => outcome.kind === "rejected");
        assert.ok(refused.length < requests.length * 0.05, `${refused.length} of ${requests.length} were refused`);
    });

    it("opens no more connections than its limit when the service is slow", async () => {
        await start({ "alicloud-logstash:requestsPerSecond": "100000" });
        emulator.faults.add({ fault: { kind: "slow", delayMs: 20, point: "after" } });
        await create(0, 100, 100);
        expectOneEffectEach(100);
        assert.equal(emulator.ledger.requests.length, 200);
        assert.equal(emulator.connections.peak, maxConnections);
    });

    it("leaves no memory, sockets or timers behind when ten thousand resources were created", async function () {
        this.timeout(300_000);
        const folder = mkdtempSync(join(tmpdir(), "logstash-load-"));
        const settings = { "alicloud-logstash:requestsPerSecond": "1000000" };
        try {
            writeFileSync(join(folder, "probe.cjs"), probe);
            const report = join(folder, "report.json");
            const NODE_OPTIONS = `--require ${join(folder, "probe.cjs")}`;
            const env = { NODE_OPTIONS, PROBE_REPORT: report };
            await start(settings, env);
            const pid = Number(host.process.pid);
            await create(0, 2_000, 50);
            const warm = await holdingsOf(pid, report);
            await create(2_000, 10_000, 50);
            expectOneEffectEach(10_000);
            assert.equal(emulator.ledger.requests.length, 20_000);
            const end = await holdingsOf(pid, report);

            // 8,000 creates that leave a kilobyte each would be 8 MB.
            const grown = (end.heapBytes - warm.heapBytes) / 2 ** 20;
            assert.ok(grown < 4, `the heap has grown by ${grown.toFixed(1)} MiB`);
            assert.ok(end.timers <= warm.timers + maxConnections, `${warm.timers} timers, then ${end.timers}`);
            assert.ok(end.descriptors <= warm.descriptors, `${warm.descriptors} files, then ${end.descriptors}`);
            const { open, peak } = emulator.connections;
            assert.ok(peak <= maxConnections, `${open} connections are open, and ${peak} were`);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

/** The resources of a process. */
interface Holdings {
    readonly heapBytes: number;
    readonly timers: number;
    readonly descriptors: number;
}

/** A preload of the provider process, which on a signal collects garbage and writes what is left. */
const probe = `
const { renameSync, writeFileSync } = require("node:fs");
require("node:v8").setFlagsFromString("--expose-gc");
const gc = require("node:vm").runInNewContext("gc");
const { setTimeout: pause } = require("node:timers/promises");
process.on("SIGUSR2", async () => {
    // Objects that a finalizer releases are garbage for the next collection only.
    for (let round = 0; round < 4; round += 1) {
        gc();
        await pause(50);
    }
    const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name === "Immediate").length;
    writeFileSync(process.env.PROBE_REPORT + ".part", JSON.stringify({ heapBytes: process.memoryUsage().heapUsed, timers }));
    renameSync(process.env.PROBE_REPORT + ".part", process.env.PROBE_REPORT);
});
`;

async function holdingsOf(pid: number, report: string): Promise<Holdings> {
    rmSync(report, { force: true });
    process.kill(pid, "SIGUSR2");
    for (let tries = 0; tries < 500; tries += 1) {
        await setTimeout(10);
        try {
            const counted = JSON.parse(readFileSync(report, "utf8")) as Pick<Holdings, "heapBytes" | "timers">;
            const descriptors = readdirSync(`/proc/${pid}/fd`).length;
            return { ...counted, descriptors };
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
                throw error;
            }
        }
    }
    throw new Error("the provider process does not respond");
}

function declarationOf(instanceId: string): Properties {
    const resourceUrn = `urn:pulumi:load::test::${type}::${instanceId}`;
    return { __provider: providerStub, instanceId, region: "cn-hangzhou", triggers: ["v1"], resourceUrn };
}
