import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Spread, spreadOf } from "./statistics";

/** What loading something costs a fresh Node process, an empty one taken off. */
export interface LoadCost {
    readonly what: string;
    readonly ms: Spread;
    readonly mib: Spread;
}

const subjects = {
    "pulumi-alicloud-logstash/handler": 'require("pulumi-alicloud-logstash/handler")',
    "the same and pop-core, as the first request does":
        'require("pulumi-alicloud-logstash/handler"); require("@alicloud/pop-core")',
} as const;

/** Each subject in turn with an empty process, that many times. */
export function measureLoad(times: number): readonly LoadCost[] {
    const costs = Object.entries(subjects).map(([what, code]) => {
        const ms: number[] = [];
        const mib: number[] = [];
        for (let n = 0; n < times; n += 1) {
            const empty = runNode("0");
            const loaded = runNode(code);
            ms.push(loaded.ms - empty.ms);
            mib.push(loaded.mib - empty.mib);
        }
        return { what, ms: spreadOf(ms), mib: spreadOf(mib) };
    });
    return costs;
}

function runNode(code: string): { readonly ms: number; readonly mib: number } {
    const report = "process.stdout.write(String(process.memoryUsage().rss))";
    const started = performance.now();
    const { stdout, status } = spawnSync(process.execPath, ["-e", `${code};${report}`], {
        cwd: join(__dirname, ".."),
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
        env: { PATH: process.env.PATH },
    });
    const ms = performance.now() - started;
    if (status !== 0) {
        throw new Error(`node -e '${code}' ended with ${status}`);
    }
    return { ms, mib: Number(stdout) / 2 ** 20 };
}
