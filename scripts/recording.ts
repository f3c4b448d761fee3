/**
 * Replaces the recording in the README by the output of a real run: the real engine waits for an instance of the emulator
 * that refuses the first call and takes some seconds to suspend.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "pulumi-alicloud-logstash-emulator";
import { interruptProgram } from "../test/engine/programs";
import { expectSuccess, Stack } from "../test/engine/stack";
import "../test/run/folder";

const readme = join(__dirname, "..", "README.md");
const [opening, closing] = ["<!-- recording -->\n", "<!-- end of recording -->"];
const instanceId = "ls-cn-4591f1y6abcd";

async function main(): Promise<void> {
    const emulator = await startEmulator({ instances: [{ instanceId, interruptMs: 2_500, changeMs: 60_000 }] });
    emulator.faults.add({ operation: "InterruptLogstashTask", calls: 1, fault: { kind: "throttling", form: "user" } });
    const stack = await Stack.create({ emulator, program: interruptProgram({ instanceId, triggers: ["v1.4.0"] }) });
    try {
        const { text } = expectSuccess(await stack.up());
        const lines = text
            .trimEnd()
            .split("\n")
            .map((line) => line.trimEnd());
        // Dots that only say that the CLI lives.
        const output = lines.filter((line) => !/^@ updating\.*$/.test(line)).join("\n");
        const page = readFileSync(readme, "utf8");
        const [start, end] = [page.indexOf(opening) + opening.length, page.indexOf(closing)];
        const block = `\`\`\`\n$ pulumi up --yes --skip-preview\n${output}\n\`\`\`\n`;
        writeFileSync(readme, page.slice(0, start) + block + page.slice(end));
    } finally {
        stack.remove();
        await emulator.stop();
    }
}

main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
