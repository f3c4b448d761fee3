import { startEmulator, testAccount } from "pulumi-alicloud-logstash-emulator";
import { pointer } from "../provider/src/dynamic/providerStub";
import type { Properties } from "../test/protocol/calls";
import { Host } from "../test/protocol/host";
import { cpuMsOf, rssOf } from "./processTree";
import { instanceIds } from "./programs";
import { type Spread, spreadOf } from "./statistics";

/** What runs in the SDK's own server. */
const hosted = ["ours", "no-op"] as const;
export type Hosted = (typeof hosted)[number];

export const methods = ["check", "diff", "create"] as const;
export type Method = (typeof methods)[number];

/** The cost of one call to the provider process, without the engine. */
export interface CallCost {
    readonly contender: Hosted;
    readonly method: Method;
    /** How late the emulator answers each of the requests. */
    readonly latencyMs: number;
    readonly concurrency: number;
    readonly callsInRound: number;
    /** Time of a round by its calls: the cost of a resource to a deployment. */
    readonly msPerCall: Spread;
    /** Processor time of the provider process by the calls. */
    readonly cpuMsPerCall: Spread;
}

/** How much is measured. */
export interface GrpcPlan {
    readonly rounds: number;
    readonly calls: number;
    readonly concurrencies: readonly number[];
    readonly latencies: readonly number[];
}

/** The floor: what the SDK's server costs by itself. */
const empty =
    "exports.handler=()=>({async check(_,news){return{inputs:news}},async diff(){return{}}," +
    'async create(){return{id:"no-op",outs:{}}}})';

export async function measureCalls(
    plan: GrpcPlan,
    config: Readonly<Record<string, string>>,
    say: (line: string) => void,
): Promise<{ readonly costs: readonly CallCost[]; readonly rssMiB: Readonly<Record<Hosted, number>> }> {
    const emulator = await startEmulator();
    const hosts = new Map<Hosted, Host>();
    for (const contender of hosted) {
        hosts.set(contender, await Host.start({ config: { ...configFor(emulator.url), ...config } }));
    }
    const costs: CallCost[] = [];
    const rssMiB: Record<Hosted, number> = { ours: 0, "no-op": 0 };
    try {
        for (const latencyMs of plan.latencies) {
            emulator.faults.clear();
            if (latencyMs > 0) {
                emulator.faults.add({ fault: { kind: "slow", delayMs: latencyMs, point: "after" } });
            }
            for (const concurrency of plan.concurrencies) {
                // One after the other, late answers would take minutes.
                const calls = latencyMs > 0 && concurrency === 1 ? Math.ceil(plan.calls / 20) : plan.calls;
                for (const method of latencyMs > 0 ? (["create"] as const) : methods) {
                    const wall = { ours: [] as number[], "no-op": [] as number[] };
                    const cpu = { ours: [] as number[], "no-op": [] as number[] };
                    // The first round warms up and is not counted.
                    for (let round = 0; round <= plan.rounds; round += 1) {
                        for (const contender of round % 2 === 0 ? hosted : [...hosted].reverse()) {
                            const host = hosts.get(contender);
                            if (host === undefined) {
                                continue;
                            }
                            for (const instanceId of instanceIds(calls)) {
                                emulator.addInstance({ instanceId });
                            }
                            const trigger = [method, latencyMs, concurrency, round].join("/");
                            const cost = await measureRound(host, contender, method, calls, concurrency, trigger);
                            if (round > 0) {
                                wall[contender].push(cost.ms / calls);
                                cpu[contender].push(cost.cpuMs / calls);
                            }
                            rssMiB[contender] = Math.max(rssMiB[contender], rssOf(Number(host.process.pid)));
                        }
                    }
                    for (const contender of hosted) {
                        const msPerCall = spreadOf(wall[contender]);
                        const cpuMsPerCall = spreadOf(cpu[contender]);
                        const at = { contender, method, latencyMs, concurrency, callsInRound: calls };
                        costs.push({ ...at, msPerCall, cpuMsPerCall });
                        const ms = `${msPerCall.median.toFixed(2)} ms, ${cpuMsPerCall.median.toFixed(2)} ms of CPU`;
                        say(`  ${method}, latency ${latencyMs} ms, ${concurrency} at once, ${contender}: ${ms}`);
                    }
                }
            }
        }
    } finally {
        for (const host of hosts.values()) {
            await host.stop();
        }
        await emulator.stop();
    }
    return { costs, rssMiB };
}

async function measureRound(
    host: Host,
    contender: Hosted,
    method: Method,
    calls: number,
    concurrency: number,
    trigger: string,
): Promise<{ readonly ms: number; readonly cpuMs: number }> {
    const pid = Number(host.process.pid);
    const left = instanceIds(calls).map((instanceId) => inputsOf(contender, instanceId, trigger));
    const cpuBefore = cpuMsOf(pid);
    const started = performance.now();
    const work = async () => {
        for (let inputs = left.pop(); inputs !== undefined; inputs = left.pop()) {
            await callOnce(host, method, inputs);
        }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return { ms: performance.now() - started, cpuMs: cpuMsOf(pid) - cpuBefore };
}

async function callOnce(host: Host, method: Method, inputs: Properties): Promise<void> {
    switch (method) {
        case "check":
            await host.check(inputs, inputs);
            break;
        case "diff":
            await host.diff({ ...inputs, clientToken: "recorded", status: "suspended" }, inputs);
            break;
        case "create":
            await host.create(inputs);
            break;
    }
}

// Another trigger in each, or the emulator would replay the answers it remembers.
function inputsOf(contender: Hosted, instanceId: string, trigger: string): Properties {
    const type = "pulumi-nodejs:dynamic/alicloud-logstash:LogstashTaskInterrupt";
    return {
        __provider: contender === "ours" ? pointer : empty,
        instanceId,
        region: "cn-hangzhou",
        triggers: [trigger],
        resourceUrn: `urn:pulumi:bench::bench::${type}::${instanceId}`,
    };
}

function configFor(url: string): Record<string, string> {
    return {
        "alicloud:region": "cn-hangzhou",
        "alicloud:accessKey": testAccount.accessKeyId,
        "alicloud:secretKey": testAccount.accessKeySecret,
        "alicloud:endpoints": JSON.stringify([{ elasticsearch: url }]),
    };
}
