import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { upOf } from "./engine";

interface CpuProfile {
    readonly nodes: readonly ProfileNode[];
    readonly samples: readonly number[];
    readonly timeDeltas: readonly number[];
}

interface ProfileNode {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
}

const root = resolve(__dirname, "..");
const file = join(root, "bench", "report", "provider.cpuprofile");

/** Where the time of a provider process goes during an `up`, in milliseconds, the most first. */
export interface Profile {
    readonly size: number;
    readonly seconds: number;
    readonly byPackage: Shares;
    readonly byFunction: Shares;
    /** Time in and below the functions of provider/. */
    readonly ours: Shares;
}

export type Shares = readonly (readonly [name: string, ms: number])[];

/** Profiles the provider process during an `up`. The profile stays in a file, for other tools. */
export async function profileUp(size: number, config: Readonly<Record<string, string>>): Promise<Profile> {
    mkdirSync(join(file, ".."), { recursive: true });
    rmSync(file, { force: true });
    const preload = join(__dirname, "profilePreload.cjs");
    const { ms } = await upOf(size, config, { NODE_OPTIONS: `--require ${preload}`, BENCH_PROFILE: file });
    if (!existsSync(file)) {
        throw new Error("the provider process has written no profile");
    }
    const profile = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
    return {
        size,
        seconds: ms / 1000,
        byPackage: sharesOf(selfTimes(profile, packageOf)),
        byFunction: sharesOf(selfTimes(profile, functionOf)),
        ours: sharesOf(totalTimes(profile)),
    };
}

export function printProfile(
    { size, seconds, byPackage, byFunction, ours }: Profile,
    say: (line: string) => void,
): void {
    say(`up of ${size} in ${seconds.toFixed(1)} s; the provider process, profile in ${relative(root, file)}:`);
    const titled = { "self time by package": byPackage, "self time by function": byFunction };
    for (const [title, shares] of Object.entries({ ...titled, "time in and below functions of provider/": ours })) {
        say(`\n  ${title}`);
        for (const [name, ms] of shares) {
            say(`  ${ms.toFixed(0).padStart(7)} ms  ${name}`);
        }
    }
}

function sharesOf(times: ReadonlyMap<string, number>): Shares {
    const inMs = [...times].map(([name, us]) => [name, us / 1000] as const);
    return inMs.sort(([, a], [, b]) => b - a).slice(0, 25);
}

function selfTimes(profile: CpuProfile, nameOf: (node: ProfileNode) => string): Map<string, number> {
    const byId = new Map(profile.nodes.map((node) => [node.id, node]));
    const times = new Map<string, number>();
    for (const [id, us] of timesOfNodes(profile)) {
        const node = byId.get(id);
        if (node !== undefined && node.callFrame.functionName !== "(idle)") {
            const name = nameOf(node);
            times.set(name, (times.get(name) ?? 0) + us);
        }
    }
    return times;
}

/** Each of our functions with all it calls; below itself a function is not counted again. */
function totalTimes(profile: CpuProfile): Map<string, number> {
    const byId = new Map(profile.nodes.map((node) => [node.id, node]));
    const self = timesOfNodes(profile);
    const totals = new Map<string, number>();
    const visit = (node: ProfileNode, above: readonly string[]) => {
        const isOurs = packageOf(node) === "provider";
        const path = isOurs ? [...new Set([...above, functionOf(node)])] : above;
        for (const name of path) {
            totals.set(name, (totals.get(name) ?? 0) + (self.get(node.id) ?? 0));
        }
        for (const id of node.children ?? []) {
            const child = byId.get(id);
            if (child !== undefined) {
                visit(child, path);
            }
        }
    };
    const [top] = profile.nodes;
    if (top !== undefined) {
        visit(top, []);
    }
    return totals;
}

function timesOfNodes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
    const times = new Map<number, number>();
    for (const [index, id] of samples.entries()) {
        times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
    }
    return times;
}

function functionOf({ callFrame }: ProfileNode): string {
    const { functionName, url, lineNumber } = callFrame;
    const place = url === "" ? "" : ` ${relative(root, url.replace("file://", ""))}:${lineNumber + 1}`;
    return `${functionName || "(anonymous)"}${url.startsWith("node:") ? ` ${url}` : place}`;
}

function packageOf({ callFrame }: ProfileNode): string {
    const { functionName, url } = callFrame;
    if (url === "") {
        return functionName.startsWith("(") ? functionName : "V8 and native code";
    }
    if (url.startsWith("node:")) {
        return "Node";
    }
    const path = relative(root, url.replace("file://", ""));
    const inModules = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*\/node_modules\/)/.exec(path)?.[1];
    return inModules ?? (path.startsWith("provider/") ? "provider" : path);
}
