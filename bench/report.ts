import { defaultRequestsPerSecond } from "../provider/src/cloud/rateLimit";
import { type Goal, verdictOf } from "./goals";
import type { Role } from "./processTree";
import type { Profile } from "./profile";
import { type Contender, contenders } from "./programs";
import type { Results, Row } from "./results";
import { type Spread, sumOf } from "./statistics";

/** The report as a person reads it. */
export function markdownOf(results: Results, goals: readonly Goal[]): string {
    const { madeAt, quick, minutes, machine, versions, programs, config } = results;
    const list = (values: Readonly<Record<string, string | number>>) =>
        Object.entries(values)
            .map(([name, value]) => `${name} ${value}`)
            .join(", ");
    return `# Benchmark

${madeAt.slice(0, 10)}, ${minutes.toFixed(0)} minutes${quick ? ", quick: too few runs to conclude anything" : ""}. ${list(versions)}. ${list(machine)}.

The real engine and the emulator run on one machine; the emulator answers at once. Each pair is a step of ours, the same step
of ours by the plugin, and the same of a no-op dynamic resource, one after the other; the next pair begins at the other end.
Medians, with ranges in brackets. Ours runs with ${list(config)}, so that the fixed limit of requests, which is there for the service's sake, does not hide the
cost of the code.

![Time, memory and state by the number of resources](report.svg)

## Goals

${goals.map((goal) => `- ${verdictOf(goal)}`).join("\n")}

## With the engine

${engineTable(results.rows)}

Memory is the most resident memory of the CLI and all it starts at one time, shared pages counted in each process. In the
largest \`up\`: ${largestUp(results)}.

### Processor time

Of a first \`up\`, user and system, in seconds; medians, with the range of all of it. Where all processors are busy, what is
computed beside the engine costs it time, and so does the emulator here, which is no part of a user's deployment.

${cpuTable(results.rows)}

### With the default limits

${engineTable(results.limited.rows)}

${limitOf(results)}

### Where the provider's time goes

A CPU profile of the provider process in a first \`up\` of ${results.profile.size}, in milliseconds by package, waiting left out.
${readingOf(results.profile)}

| package | ms |
| --- | ---: |
${results.profile.byPackage
    .slice(0, 12)
    .map(([name, ms]) => cells([name, ms.toFixed(0)]))
    .join("\n")}

### State

Bytes for each resource: \`pulumi stack export\` divided by their number, without white space and as printed, and the record of
one resource without white space.

| resources | ours | plugin | no-op | ratio | plugin's | ours, printed | plugin | no-op | ratio | plugin's | record of ours | plugin's | no-op's |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${results.states
    .map(({ size, compact, indented, record, ratio, indentedRatio }) =>
        cells([
            size,
            ...contenders.map((contender) => compact[contender].toFixed(0)),
            ratio.ours.toFixed(3),
            ratio.plugin.toFixed(3),
            ...contenders.map((contender) => indented[contender].toFixed(0)),
            indentedRatio.ours.toFixed(3),
            indentedRatio.plugin.toFixed(3),
            ...contenders.map((contender) => record[contender]),
        ]),
    )
    .join("\n")}

### Growth

${growthOf(results.rows)}

## The provider alone, over gRPC

The no-op here is a provider of empty methods: what Pulumi's server, gRPC and this client cost without us. A create makes two
requests, so a latency of 50 ms is at least 100 ms of waiting.

| method | latency, ms | at once | ours, ms a call | no-op | CPU of ours, ms a call | of the no-op |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${callRows(results).join("\n")}

Memory of the provider process at the end: ${results.providerMiB.ours.toFixed(0)} MiB, with the no-op
${results.providerMiB["no-op"].toFixed(0)} MiB.

| loading, an empty Node process taken off | ms | MiB |
| --- | ---: | ---: |
${results.loads.map(({ what, ms, mib }) => cells([what, shown(ms, 1), shown(mib, 1)])).join("\n")}

## The programs

Ours:

\`\`\`js
${programs.ours}\`\`\`

Ours by the plugin:

\`\`\`js
${programs.plugin}\`\`\`

The no-op:

\`\`\`js
${programs["no-op"]}\`\`\`
`;
}

function limitOf({ limited: { traffic } }: Results): string {
    const requests = Math.max(...traffic.map((up) => up.requests));
    const floor = (requests - defaultRequestsPerSecond) / defaultRequestsPerSecond;
    return (
        `The no-op makes no requests. Ours makes ${requests}, which at ${defaultRequestsPerSecond} a second take at least ` +
        `${floor.toFixed(1)} s from the first to the last. The engine asks for more a second while its state is small, and ` +
        "for fewer as it grows: what the limit holds back at first is not caught up with."
    );
}

function readingOf({ byPackage, size }: Profile): string {
    const all = sumOf(byPackage.map(([, ms]) => ms));
    const own = byPackage.find(([name]) => name === "provider")?.[1] ?? 0;
    return (
        `Of ${all.toFixed(0)} ms the code of this package takes ${own.toFixed(0)} ms, ${(own / size).toFixed(2)} ms for each ` +
        "resource; the most is Node's own: HTTP, gRPC over HTTP/2, loading and compiling."
    );
}

function engineTable(rows: readonly Row[]): string {
    const times = ["ours, s", "plugin, s", "no-op, s"];
    const ratios = ["ratio of medians", "ratios of pairs", "plugin's", "of pairs"];
    const memory = ["memory of ours, MiB", "of the plugin", "of the no-op"];
    return [
        cells(["resources", "step", "pairs", ...times, ...ratios, ...memory]),
        cells(["---:", "---", ...Array.from({ length: 11 }, () => "---:")]),
        ...rows.map(engineRow),
    ].join("\n");
}

function engineRow({ size, step, seconds, ratio, pairRatios, memory }: Row): string {
    return cells([
        size,
        step,
        seconds.ours.count,
        ...contenders.map((contender) => shown(seconds[contender], 2)),
        ...(["ours", "plugin"] as const).flatMap((form) => [ratio[form].toFixed(3), shown(pairRatios[form], 2)]),
        ...contenders.map((contender) => shown(memory[contender], 0)),
    ]);
}

function cpuTable(rows: readonly Row[]): string {
    const parts: readonly Role[] = ["CLI", "language host", "program", "provider"];
    return [
        cells(["resources", "of", "all", ...parts, "emulator and measuring"]),
        cells(["---:", "---", ...Array.from({ length: parts.length + 2 }, () => "---:")]),
        ...rows
            .filter(({ step }) => step === "up")
            .flatMap(({ size, cpu, cpuOf, emulatorCpu }) =>
                contenders.map((contender) =>
                    cells([
                        size,
                        contender,
                        shown(inSeconds(cpu[contender]), 2),
                        ...[...parts.map((part) => cpuOf[contender][part] ?? 0), emulatorCpu[contender]].map((ms) =>
                            (ms / 1000).toFixed(2),
                        ),
                    ]),
                ),
            ),
    ].join("\n");
}

function inSeconds({ median, min, max, count }: Spread): Spread {
    return { median: median / 1000, min: min / 1000, max: max / 1000, count };
}

function largestUp({ rows }: Results): string {
    const row = rows.filter(({ step }) => step === "up").at(-1);
    const parts = Object.entries(row?.memoryOf.ours ?? {}).map(([role, mib]) => {
        const noop = row?.memoryOf["no-op"][role as Role] ?? 0;
        return `${role} ${mib.toFixed(0)} MiB (no-op ${noop.toFixed(0)})`;
    });
    return parts.join(", ");
}

function growthOf(rows: readonly Row[]): string {
    const ups = rows.filter(({ step, size }) => step === "up" && size >= 100);
    const [first, last] = [ups[0], ups.at(-1)];
    if (first === undefined || last === undefined || first === last) {
        return "Not measured.";
    }
    const times = (contender: Contender, of: "seconds" | "memory") =>
        (last[of][contender].median / first[of][contender].median).toFixed(1);
    return (
        `From ${first.size} to ${last.size} resources, ${last.size / first.size} times as many, a first \`up\` takes ` +
        `${times("ours", "seconds")} times as long (plugin ${times("plugin", "seconds")}, no-op ${times("no-op", "seconds")}) and ` +
        `${times("ours", "memory")} times the memory (plugin ${times("plugin", "memory")}, no-op ${times("no-op", "memory")}).`
    );
}

function callRows({ calls }: Results): string[] {
    return calls
        .filter(({ contender }) => contender === "ours")
        .map((ours) => {
            const { method, latencyMs, concurrency } = ours;
            const noop = calls.find(
                (other) =>
                    other.contender === "no-op" &&
                    other.method === method &&
                    other.latencyMs === latencyMs &&
                    other.concurrency === concurrency,
            );
            return cells([
                method,
                latencyMs,
                concurrency,
                shown(ours.msPerCall, 2),
                noop === undefined ? "" : shown(noop.msPerCall, 2),
                shown(ours.cpuMsPerCall, 2),
                noop === undefined ? "" : shown(noop.cpuMsPerCall, 2),
            ]);
        });
}

function shown({ median, min, max }: Spread, digits: number): string {
    return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function cells(values: readonly (string | number)[]): string {
    return `| ${values.join(" | ")} |`;
}
