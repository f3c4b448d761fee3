import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { type Spread, spreadOf } from "./statistics";

const executable = join(
    dirname(require.resolve("pulumi-alicloud-logstash/package.json")),
    "bin",
    "pulumi-resource-alicloud-logstash",
);

/** What loading something costs a fresh Node process, an empty one taken off. */
export interface LoadCost {
    readonly what: string;
    readonly ms: Spread;
    readonly mib: Spread;
}

/** Each calls `done` when it has loaded what it is about. */
const subjects = {
    "pulumi-alicloud-logstash/handler": 'require("pulumi-alicloud-logstash/handler"); done()',
    "the same and pop-core, as the first request does":
        'require("pulumi-alicloud-logstash/handler"); require("@alicloud/pop-core"); done()',
    "the plugin's executable, until its port is open": `process.stdout.write = done; require(${JSON.stringify(executable)})`,
} as const;

/** Each subject in turn with an empty process, that many times. */
export function measureLoad(times: number): readonly LoadCost[] {
    const costs = Object.entries(subjects).map(([what, code]) => {
        const ms: number[] = [];
        const mib: number[] = [];
        for (let n = 0; n < times; n += 1) {
            const empty = runNode("done()");
            const loaded = runNode(code);
            ms.push(loaded.ms - empty.ms);
            mib.push(loaded.mib - empty.mib);
        }
        return { what, ms: spreadOf(ms), mib: spreadOf(mib) };
    });
    return costs;
}

function runNode(code: string): { readonly ms: number; readonly mib: number } {
    const report = 'require("node:fs").writeSync(1, String(process.memoryUsage().rss))';
    const started = performance.now();
    const { stdout, status } = spawnSync(
        process.execPath,
        ["-e", `const done = () => { ${report}; process.exit(); }; ${code}`],
        {
            cwd: join(__dirname, ".."),
            encoding: "utf8",
            stdio: ["ignore", "pipe", "inherit"],
            env: { PATH: process.env.PATH },
        },
    );
    const ms = performance.now() - started;
    if (status !== 0) {
        throw new Error(`node -e '${code}' ended with ${status}`);
    }
    return { ms, mib: Number(stdout) / 2 ** 20 };
}
