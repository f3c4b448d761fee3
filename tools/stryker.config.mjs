import { createRequire } from "node:module";

// `npm run mutation`, or of one file: `npm run mutation -- --mutate provider/src/request/retry.ts`. It starts from what the last run
// has found; `--force` starts from nothing.
const folder = "tmp/mutation";

// The tests of properties try fewer values, and the same ones for each mutant.
process.env.PROPERTY_RUNS ??= "15";
process.env.PROPERTY_SEED ??= "1";

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
    // The entry point of the plugin's process makes no decision; tests run it in a process of its own.
    mutate: ["provider/src/**/*.ts", "!provider/src/plugin/main.ts"],
    plugins: ["@stryker-mutator/mocha-runner", "./tools/texts.mjs"],
    ignorers: ["texts"],
    testRunner: "mocha",
    mochaOptions: {
        "no-config": true,
        require: [createRequire(import.meta.url).resolve("ts-node/register/transpile-only")],
        // Those that run in this process: mutants cannot be seen in another one.
        spec: ["test/unit/*.test.ts", "test/integration/provider/*.test.ts"],
    },
    coverageAnalysis: "perTest",
    // What runs when a file is loaded, such as the rows of a table, would need all tests for each mutant.
    ignoreStatic: true,
    thresholds: { high: 98, low: 95, break: 95 },
    // The tests wait for timers half of their time.
    concurrency: 6,
    timeoutMS: 8_000,
    timeoutFactor: 2,
    disableTypeChecks: false,
    incremental: true,
    incrementalFile: `${folder}/incremental.json`,
    tempDirName: `${folder}/sandbox`,
    ignorePatterns: ["/.*", "/bench", "/emulator", "/examples", "/provider/dist", "/tmp", "/tools"],
    reporters: ["clear-text", "html", "progress-append-only"],
    clearTextReporter: { reportTests: false },
    htmlReporter: { fileName: `${folder}/report.html` },
};
