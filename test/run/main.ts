/**
 * Runs the tests in parts, and ends with the sum of what came of them.
 *
 *     quick    what must pass before every commit: `npm test`
 *     all      everything, as CI does: `npm run test:all`
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { lists, runParts } from "./parts";
import "./folder";

const root = join(__dirname, "..", "..");

async function main(): Promise<void> {
    const [, , name = ""] = process.argv;
    if (!isListed(name)) {
        throw new Error(`"${name}" is none of ${Object.keys(lists).join(" and ")}`);
    }
    const PATH = [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
    const { passed, failed } = await runParts(lists[name], {
        cwd: root,
        env: { ...process.env, PATH },
        folder: mkdtempSync(join(tmpdir(), "logstash-totals-")),
        say: (line) => console.log(line),
    });
    console.log(`\n${passed} passed, ${failed} failed\n${passed} passing`);
    process.exitCode = failed === 0 ? 0 : 1;
}

function isListed(name: string): name is keyof typeof lists {
    return Object.hasOwn(lists, name);
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
});
