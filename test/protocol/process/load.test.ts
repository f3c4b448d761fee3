import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { maxConnections } from "../../../provider/src/cloud/rateLimit";
import { providerStub } from "../../../provider/src/dynamic/providerStub";
import { stackConfigurationFor } from "../../support/stackConfiguration";
import type { Properties } from "../calls";
import { Host } from "../host";

const type = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt";

describe("the load of many resources in one provider process", () => {
    let emulator: Emulator;
    let host: Host;

    async function start(config: Record<string, string>, env: Record<string, string> = {}, requestsPerSecond?: number) {
        emulator = await startEmulator(requestsPerSecond === undefined ? {} : { limits: { requestsPerSecond } });
        const settings = {
            ...stackConfigurationFor(emulator),
            ...config,
        };
        host = await Host.start({ config: settings, env });
    }
    afterEach(async () => {
        await host.stop();
        await emulator.stop();
    });

    /** Creates the resources from one number to another, so many at once. */
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

    it("stays within the service's 100 requests a second, without a failed resource", async () => {
        await start({}, {}, 100);
        await create(0, 1_000, 1_000);
        expectOneEffectEach(1_000);
        const { requests } = emulator.ledger;
        const refused = requests.filter(({ outcome }) => outcome.kind === "rejected");
        assert.ok(refused.length < requests.length * 0.05, `${refused.length} of ${requests.length} were refused`);
    });

    it("opens no more connections than the limit in use", async () => {
        await start({ "alicloud-logstash:requestsPerSecond": "100000" });
        emulator.faults.add({ fault: { kind: "slow", delayMs: 20, point: "after" } });
        await create(0, 100, 100);
        expectOneEffectEach(100);
        assert.equal(emulator.ledger.requests.length, 200);
        assert.equal(emulator.connections.peak, maxConnections);
    });

    it("leaves no memory, sockets or timers behind", async function () {
        this.timeout(300_000);
        const folder = mkdtempSync(join(tmpdir(), "logstash-load-"));
        const settings = { "alicloud-logstash:requestsPerSecond": "1000000" };
        try {
            writeFileSync(join(folder, "probe.cjs"), probe);
            const answer = join(folder, "answer.json");
            const NODE_OPTIONS = `--require ${join(folder, "probe.cjs")}`;
            const env = { NODE_OPTIONS, PROBE_ANSWER: answer };
            await start(settings, env);
            const pid = Number(host.process.pid);
            await create(0, 2_000, 50);
            const warm = await ask(pid, answer);
            await create(2_000, 10_000, 50);
            expectOneEffectEach(10_000);
            assert.equal(emulator.ledger.requests.length, 20_000);
            const end = await ask(pid, answer);

            // 8,000 creates that leave a kilobyte each would be 8 MB.
            const grown = (end.heapBytes - warm.heapBytes) / 2 ** 20;
            assert.ok(grown < 4, `the heap has grown by ${grown.toFixed(1)} MiB`);
            assert.ok(end.timers <= warm.timers + maxConnections, `${warm.timers} timers, then ${end.timers}`);
            assert.ok(end.descriptors <= warm.descriptors, `${warm.descriptors} files, then ${end.descriptors}`);
            assert.ok(emulator.connections.open <= maxConnections, `${emulator.connections.open} connections are open`);
            assert.ok(
                emulator.connections.peak <= maxConnections,
                `${emulator.connections.peak} connections were open`,
            );
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

/** What a process holds on to. */
interface Holdings {
    readonly heapBytes: number;
    readonly timers: number;
    readonly descriptors: number;
}

/** Loaded into the provider process: on a signal it collects its garbage and writes what is left. */
const probe = `
const { renameSync, writeFileSync } = require("node:fs");
require("node:v8").setFlagsFromString("--expose-gc");
const gc = require("node:vm").runInNewContext("gc");
const { setTimeout: pause } = require("node:timers/promises");
process.on("SIGUSR2", async () => {
    // What a finalizer lets go of is garbage for the next collection only.
    for (let round = 0; round < 4; round += 1) {
        gc();
        await pause(50);
    }
    const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name === "Immediate").length;
    writeFileSync(process.env.PROBE_ANSWER + ".part", JSON.stringify({ heapBytes: process.memoryUsage().heapUsed, timers }));
    renameSync(process.env.PROBE_ANSWER + ".part", process.env.PROBE_ANSWER);
});
`;

async function ask(pid: number, answer: string): Promise<Holdings> {
    rmSync(answer, { force: true });
    process.kill(pid, "SIGUSR2");
    for (let tries = 0; tries < 500; tries += 1) {
        await setTimeout(10);
        try {
            const counted = JSON.parse(readFileSync(answer, "utf8")) as Pick<Holdings, "heapBytes" | "timers">;
            const descriptors = readdirSync(`/proc/${pid}/fd`).length;
            return { ...counted, descriptors };
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
                throw error;
            }
        }
    }
    throw new Error("the provider process does not answer");
}

function declarationOf(instanceId: string): Properties {
    const resourceUrn = `urn:pulumi:load::test::${type}::${instanceId}`;
    return { __provider: providerStub, instanceId, region: "cn-hangzhou", triggers: ["v1"], resourceUrn };
}
