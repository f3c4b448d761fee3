/**
 * What our resources cost a deployment, against dynamic resources that do nothing. Run it alone on a machine.
 *
 *     npm run bench                    all of it, and a report in bench/report/; git ignores its raw figures
 *     npm run bench -- --quick         a check that it works, in bench/report/quick/
 *     npm run bench -- --cpu-profile   where the provider's time goes during an `up`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { maxConnections } from "../provider/src/cloud/rateLimit";
import { findEngine } from "../scripts/engine";
import "../test/run/folder";
import { type Comparison, compare, type Findings } from "./engine";
import { goalsOf, verdictOf } from "./goals";
import { type GrpcPlan, measureCalls } from "./grpc";
import { measureLoad } from "./load";
import { plotOf } from "./plot";
import { printProfile, profileUp } from "./profile";
import { programOf } from "./programs";
import { markdownOf } from "./report";
import { type Results, rowsOf, stateRowsOf } from "./results";

interface Plan {
    readonly comparisons: readonly Comparison[];
    /** With the limits that users get. */
    readonly limited: Comparison;
    readonly profiled: number;
    readonly grpc: GrpcPlan;
    readonly loads: number;
}

const whole: Plan = {
    comparisons: [
        { size: 1, pairs: 9, wholePairs: 5 },
        { size: 50, pairs: 5, wholePairs: 3 },
        { size: 100, pairs: 5, wholePairs: 0 },
        { size: 500, pairs: 7, wholePairs: 2 },
        { size: 1000, pairs: 3, wholePairs: 0 },
    ],
    limited: { size: 500, pairs: 5, wholePairs: 0 },
    profiled: 500,
    grpc: { rounds: 5, calls: 500, concurrencies: [1, 16], latencies: [0, 50] },
    loads: 20,
};

const quick: Plan = {
    comparisons: [
        { size: 1, pairs: 2, wholePairs: 1 },
        { size: 10, pairs: 1, wholePairs: 1 },
        { size: 100, pairs: 1, wholePairs: 0 },
    ],
    limited: { size: 100, pairs: 1, wholePairs: 0 },
    profiled: 100,
    grpc: { rounds: 2, calls: 100, concurrencies: [1, 16], latencies: [0, 50] },
    loads: 5,
};

/** The service is not there to be spared. */
const unlimited = { "alicloud-logstash:requestsPerSecond": "100000" };

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            quick: { type: "boolean", default: false },
            "cpu-profile": { type: "boolean", default: false },
            size: { type: "string", default: "500" },
        },
    });
    if (values["cpu-profile"]) {
        printProfile(await profileUp(Number(values.size), unlimited), say);
        return;
    }
    const plan = values.quick ? quick : whole;
    const results = await measure(plan, values.quick);
    const goals = goalsOf(results, maxConnections);
    const folder = join(__dirname, "report", ...(values.quick ? ["quick"] : []));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "report.json"), `${JSON.stringify({ goals, ...results }, inShort, 4)}\n`);
    writeFileSync(join(folder, "report.svg"), plotOf(results));
    writeFileSync(join(folder, "report.md"), markdownOf(results, goals));
    say(`\n${results.minutes.toFixed(1)} minutes`);
    for (const goal of goals) {
        say(verdictOf(goal));
    }
}

async function measure(plan: Plan, isQuick: boolean): Promise<Results> {
    const started = performance.now();
    const engine = await findEngine({ say });
    const found: Findings = { samples: [], states: [], traffic: [] };
    const limited: Findings = { samples: [], states: [], traffic: [] };
    say("Warming up");
    await compare({ size: 1, pairs: 1, wholePairs: 1 }, unlimited, { samples: [], states: [], traffic: [] }, () => {});
    say("With the engine");
    for (const comparison of plan.comparisons) {
        await compare(comparison, unlimited, found, say);
    }
    say("With the default limits");
    await compare(plan.limited, {}, limited, say);
    say("The provider alone");
    const { costs, rssMiB } = await measureCalls(plan.grpc, unlimited, say);
    const loads = measureLoad(plan.loads);
    say("With a profiler");
    const profile = await profileUp(plan.profiled, unlimited);
    return {
        madeAt: new Date().toISOString(),
        quick: isQuick,
        minutes: (performance.now() - started) / 60_000,
        machine: {
            processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
            memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
            Linux: release(),
        },
        versions: {
            "pulumi-alicloud-logstash": versionOf("pulumi-alicloud-logstash"),
            "Pulumi CLI": engine.version,
            "@pulumi/pulumi": versionOf("@pulumi/pulumi"),
            "Node.js": process.versions.node,
        },
        config: unlimited,
        programs: {
            ours: programOf("ours", 500),
            plugin: programOf("plugin", 500),
            "no-op": programOf("no-op", 500),
        },
        rows: rowsOf(found.samples),
        states: stateRowsOf(found.states),
        traffic: found.traffic,
        limited: { rows: rowsOf(limited.samples), traffic: limited.traffic },
        profile,
        calls: costs,
        providerMiB: rssMiB,
        loads,
        samples: found.samples,
    };
}

function versionOf(name: string): string {
    return (require(`${name}/package.json`) as { readonly version: string }).version;
}

function inShort(_key: string, value: unknown): unknown {
    return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}

function say(line: string): void {
    process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
});
