/**
 * Measures what the resources cost a deployment: a first `up` by the dynamic form, by the plugin, and by a dynamic resource that
 * does nothing. It writes the table of docs/cost.md. Run it alone on a machine.
 *
 *     npm run bench
 *     npm run bench -- --sizes 1,5 --pairs 1    a check that it works; prints the table and writes nothing
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmulator } from "pulumi-alicloud-logstash-emulator";
import { pluginHeader } from "../test/support/pluginPrograms";
import { expectSuccess, Stack } from "../test/support/stack";
import "../test/setup";

/** The least that a dynamic resource can be comes last: the others are compared with it. */
const contenders = ["dynamic form", "plugin", "no-op"] as const;
type Contender = (typeof contenders)[number];

const headers: Readonly<Record<Contender, string>> = {
    "dynamic form": 'const { LogstashTaskInterrupt: Resource } = require("pulumi-alicloud-logstash");',
    plugin: `${pluginHeader}const Resource = Interrupt;`,
    "no-op": `const { dynamic } = require("@pulumi/pulumi");
const provider = { async create() { return { id: "no-op" }; } };
class Resource extends dynamic.Resource {
    constructor(name) {
        super(provider, name, {});
    }
}`,
};
const programOf = (contender: Contender, size: number) => `${headers[contender]}
for (let n = 0; n < ${size}; n++) {
    new Resource("resource" + n, { instanceId: "ls-cn-bench" + n });
}
`;
/** The limit of requests protects the service, and would hide the cost of the code. */
const config = { "alicloud-logstash:requestsPerSecond": "100000" };

/** One first `up`. */
interface Sample {
    readonly seconds: number;
    /** Processor time of the CLI and all processes that it waits for. */
    readonly processorSeconds: number;
    /** Of `pulumi stack export`, without white space. */
    readonly stateBytes: number;
}
type Measure = keyof Sample;

interface Row {
    readonly size: number;
    readonly contender: Contender;
    readonly median: Sample;
    /** The ratios to the no-op of the same pair: the median, the least and the most. */
    readonly ratios: Readonly<Record<Measure, readonly [median: number, least: number, most: number]>>;
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: { sizes: { type: "string", default: "1,500" }, pairs: { type: "string", default: "7" } },
    });
    const sizes = values.sizes.split(",").map(Number);
    const rows: Row[] = [];
    await measure("no-op", 1);
    for (const size of sizes) {
        const samples: Record<Contender, Sample[]> = { "dynamic form": [], plugin: [], "no-op": [] };
        for (let pair = 0; pair < Number(values.pairs); pair += 1) {
            for (const contender of pair % 2 === 0 ? contenders : contenders.toReversed()) {
                const sample = await measure(contender, size);
                samples[contender].push(sample);
                console.log(`${size} × ${contender}: ${sample.seconds.toFixed(2)} s`);
            }
        }
        rows.push(...contenders.map((contender) => rowOf(size, contender, samples)));
    }
    const table = tableOf(rows, Number(values.pairs));
    console.log(`\n${table}`);
    if (values.sizes === "1,500") {
        const file = join(__dirname, "..", "docs", "cost.md");
        const page = readFileSync(file, "utf8");
        writeFileSync(file, page.replace(/(<!-- measured -->\n)[\s\S]*(?=<!-- end -->)/, `$1${table}\n`));
    }
}

async function measure(contender: Contender, size: number): Promise<Sample> {
    const instances = Array.from({ length: size }, (_, n) => ({ instanceId: `ls-cn-bench${n}` }));
    const emulator = await startEmulator({ instances });
    const plugin = contender === "plugin";
    const stack = await Stack.create({ emulator, plugin, program: programOf(contender, size), config });
    try {
        // Of a shell: the time of all that it has waited for, and of what that has waited for.
        const command = "pulumi up --yes --skip-preview --non-interactive >&2 && times";
        const script = `process.stdout.write(require("node:child_process").execFileSync("sh", ["-c", "${command}"]))`;
        const started = performance.now();
        const { text } = expectSuccess(await stack.node("-e", script));
        const seconds = (performance.now() - started) / 1_000;
        const times = [...text.matchAll(/(\d+)m(\d+\.\d+)s/g)].slice(-2);
        const processorSeconds = times.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
        const exported = expectSuccess(await stack.pulumi("stack", "export")).text;
        const effects = contender === "no-op" ? 0 : size;
        if (emulator.ledger.effects.length !== effects) {
            throw new Error(`${emulator.ledger.effects.length} interrupts of ${size} by ${contender}`);
        }
        return { seconds, processorSeconds, stateBytes: Buffer.byteLength(JSON.stringify(JSON.parse(exported))) };
    } finally {
        stack.remove();
        await emulator.stop();
    }
}

const measures = ["seconds", "processorSeconds", "stateBytes"] as const;

function rowOf(size: number, contender: Contender, samples: Readonly<Record<Contender, readonly Sample[]>>): Row {
    const each = <T>(of: (measure: Measure) => T) =>
        Object.fromEntries(measures.map((name) => [name, of(name)])) as Record<Measure, T>;
    const median = each((name) => medianOf(samples[contender].map((sample) => sample[name])));
    const ratios = each((name) => {
        const ofPairs = samples[contender].map((sample, n) => sample[name] / (samples["no-op"][n]?.[name] ?? 0));
        return [medianOf(ofPairs), Math.min(...ofPairs), Math.max(...ofPairs)] as const;
    });
    return { size, contender, median, ratios };
}

function medianOf(values: readonly number[]): number {
    const sorted = values.toSorted((a, b) => a - b);
    const at = (index: number) => sorted[index] ?? Number.NaN;
    return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}

function tableOf(rows: readonly Row[], pairs: number): string {
    const versions = ["pulumi", "@pulumi/pulumi"].map((name) => `${name} ${require(`${name}/package.json`).version}`);
    const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node.js ${process.versions.node}, ${versions.join(", ")}`;
    const cell = ({ median, ratios, contender }: Row, name: Measure, digits: number, unit: string) => {
        const [ratio, least, most] = ratios[name].map((value) => value.toFixed(2));
        const compared = contender === "no-op" ? "" : `: ${ratio} × (${least} to ${most})`;
        return `${median[name].toFixed(digits)} ${unit}${compared}`;
    };
    return [
        `${new Date().toISOString().slice(0, 10)}, medians of ${pairs} pairs, on ${machine}:`,
        "",
        "| resources | by | a first `up` | processor time, all processes | state, without white space |",
        "| ---: | --- | ---: | ---: | ---: |",
        ...rows.map((row) => {
            const cells = [
                cell(row, "seconds", 2, "s"),
                cell(row, "processorSeconds", 2, "s"),
                cell(row, "stateBytes", 0, "B"),
            ];
            return `| ${row.size} | ${row.contender} | ${cells.join(" | ")} |`;
        }),
    ].join("\n");
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
});
