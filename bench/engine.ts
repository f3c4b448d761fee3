import { type Emulator, startEmulator } from "pulumi-alicloud-logstash-emulator";
import { expectSuccess, Stack } from "../test/engine/stack";
import { type Usage, watchTree } from "./processTree";
import { type Contender, contenders, instanceIds, programOf } from "./programs";

export const steps = ["up", "unchanged up", "preview", "destroy"] as const;
export type Step = (typeof steps)[number];

/** One run of the CLI. */
export interface Sample {
    readonly contender: Contender;
    readonly size: number;
    readonly pair: number;
    readonly step: Step;
    readonly ms: number;
    readonly usage: Usage;
    /** Processor time of this process, which serves the emulator and watches, in milliseconds. */
    readonly emulatorMs: number;
}

/** The state after `up`, in bytes. */
export interface StateSize {
    readonly contender: Contender;
    readonly size: number;
    /** All of `pulumi stack export` as it prints it, indented by four spaces. */
    readonly indented: number;
    /** All of it as JSON without white space. */
    readonly compact: number;
    /** The record of one resource, the median, without white space. */
    readonly record: number;
}

/** What the emulator saw of one `up`. */
export interface Traffic {
    readonly size: number;
    readonly requests: number;
    readonly effects: number;
    readonly peakConnections: number;
}

/** What is compared, and how often. */
export interface Comparison {
    readonly size: number;
    /** Pairs that make a first `up`. */
    readonly pairs: number;
    /** Those of them that go on with the other steps. */
    readonly wholePairs: number;
}

/** All that a run of the engine's part has found. */
export interface Findings {
    readonly samples: Sample[];
    readonly states: StateSize[];
    readonly traffic: Traffic[];
}

/** Runs all side by side, a step of the one and then the same of the next, changing who is first. */
export async function compare(
    { size, pairs, wholePairs }: Comparison,
    config: Readonly<Record<string, string>>,
    found: Findings,
    say: (line: string) => void,
): Promise<void> {
    for (let pair = 1; pair <= pairs; pair += 1) {
        const order = pair % 2 === 1 ? contenders : [...contenders].reverse();
        const sides = new Map<Contender, Side>();
        try {
            for (const contender of order) {
                const emulator = await startEmulator({ instances: instancesOf(size) });
                const program = programOf(contender, size);
                const plugin = contender === "plugin";
                sides.set(contender, { emulator, stack: await Stack.create({ emulator, plugin, program, config }) });
            }
            for (const step of pair <= wholePairs ? steps : (["up"] as const)) {
                const took: string[] = [];
                for (const contender of order) {
                    const { stack } = sideOf(sides, contender);
                    const run = await timed(stack, step);
                    found.samples.push({ contender, size, pair, step, ...run });
                    took.push(`${contender} ${(run.ms / 1000).toFixed(2)} s`);
                    if (step === "up") {
                        found.states.push(await stateOf(stack, contender, size));
                    }
                }
                say(`  ${size} resources, pair ${pair} of ${pairs}, ${step}: ${took.join(", ")}`);
            }
            found.traffic.push(trafficOf(sideOf(sides, "ours").emulator, size));
        } finally {
            for (const { stack, emulator } of sides.values()) {
                stack.remove();
                await emulator.stop();
            }
        }
    }
}

/** One first `up` of ours alone. */
export async function upOf(
    size: number,
    config: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
): Promise<{ readonly ms: number; readonly traffic: Traffic }> {
    const emulator = await startEmulator({ instances: instancesOf(size) });
    const stack = await Stack.create({ emulator, program: programOf("ours", size), config, env });
    try {
        const { ms } = await timed(stack, "up");
        return { ms, traffic: trafficOf(emulator, size) };
    } finally {
        stack.remove();
        await emulator.stop();
    }
}

async function timed(stack: Stack, step: Step): Promise<Pick<Sample, "ms" | "usage" | "emulatorMs">> {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const { child, ended } = start(stack, step);
    const tree = watchTree(Number(child.pid));
    const run = await ended;
    const ms = performance.now() - started;
    const usage = tree.used();
    const { user, system } = process.cpuUsage(cpu);
    expectSuccess(run);
    return { ms, usage, emulatorMs: (user + system) / 1000 };
}

function start(stack: Stack, step: Step): ReturnType<Stack["start"]> {
    switch (step) {
        case "up":
            return stack.start("up", "--yes", "--skip-preview");
        case "unchanged up":
            return stack.start("up", "--yes", "--skip-preview", "--expect-no-changes");
        case "preview":
            return stack.start("preview");
        case "destroy":
            return stack.start("destroy", "--yes", "--skip-preview");
    }
}

async function stateOf(stack: Stack, contender: Contender, size: number): Promise<StateSize> {
    const { text } = expectSuccess(await stack.pulumi("stack", "export"));
    const exported = JSON.parse(text) as { deployment: { resources: readonly { readonly type: string }[] } };
    const records = exported.deployment.resources
        .filter(({ type }) => !type.startsWith("pulumi:"))
        .map((resource) => Buffer.byteLength(JSON.stringify(resource)))
        .sort((a, b) => a - b);
    if (records.length !== size) {
        throw new Error(`${records.length} resources of ${contender} in the state, not ${size}`);
    }
    return {
        contender,
        size,
        indented: Buffer.byteLength(text),
        compact: Buffer.byteLength(JSON.stringify(exported)),
        record: records[Math.floor(size / 2)] ?? 0,
    };
}

function trafficOf({ ledger, connections }: Emulator, size: number): Traffic {
    const { requests, effects } = ledger;
    return { size, requests: requests.length, effects: effects.length, peakConnections: connections.peak };
}

function instancesOf(size: number): { readonly instanceId: string }[] {
    return instanceIds(size).map((instanceId) => ({ instanceId }));
}

/** The stack of one contender, and a cloud of its own. */
interface Side {
    readonly stack: Stack;
    readonly emulator: Emulator;
}

function sideOf(sides: ReadonlyMap<Contender, Side>, contender: Contender): Side {
    const side = sides.get(contender);
    if (side === undefined) {
        throw new Error(`no stack of ${contender}`);
    }
    return side;
}
