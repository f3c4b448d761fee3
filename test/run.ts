/**
 * Runs commands one after another, each to its end even after a failure, and prints one total.
 *
 *     npm test            what must pass before every commit
 *     npm run test:all    everything, as CI does
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

const twoAtOnce = "mocha --parallel --jobs 2";
/** Not run beside other tests: they measure a process's memory, or how long it takes to end. */
const alone = "test/e2e/promises/lostEngine.test.ts";
const load = "test/integration/provider/process/load.test.ts";
const realEngine = "test/soak/model/realEngine.test.ts";

const quick = [
    "npm run lint",
    // The longest first: the last file would otherwise run alone.
    `${twoAtOnce} 'test/e2e/promises/*.test.ts' 'test/{integration,unit}/**/*.test.ts' test/soak/model/model.test.ts ` +
        [alone, load].map((file) => `--ignore ${file}`).join(" "),
    `mocha ${alone}`,
];
const all = [
    ...quick,
    "npm install --prefix tools",
    `mocha ${load} ${realEngine}`,
    `${twoAtOnce} 'test/e2e/{installs,examples,screens}/**/*.test.ts'`,
    "ts-node test/e2e/versions/main.ts",
    "sh test/e2e/system/run.sh",
    "mocha test/soak/chaos/chaos.test.ts",
];

async function main(): Promise<void> {
    const lines: string[] = [];
    const total = { passed: 0, failed: 0 };
    for (const command of process.argv.includes("all") ? all : quick) {
        console.log(`\n> ${command}`);
        const child = spawn(command, { shell: true, stdio: ["inherit", "pipe", "inherit"] });
        let text = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
            process.stdout.write(chunk);
            text += chunk;
        });
        const [code] = (await once(child, "close")) as [number | null];
        const totals = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)];
        const [passed = 0, failed = 0] = [1, 2].map((n) => totals.reduce((sum, match) => sum + Number(match[n]), 0));
        // A command that fails without a failed test counts as one.
        const counted = code === 0 ? failed : Math.max(failed, 1);
        total.passed += passed;
        total.failed += counted;
        lines.push(`${counted === 0 ? "ok    " : "FAILED"} ${passed} passed, ${counted} failed: ${command}`);
    }
    console.log(["", ...lines, "", `${total.passed} passed, ${total.failed} failed`].join("\n"));
    process.exitCode = total.failed === 0 ? 0 : 1;
}

void main();
