import { fileURLToPath } from "node:url";

// Stryker's settings; `npm run mutation` runs it, and makes the report of what it leaves in tmp/mutation.
const folder = "tmp/mutation";

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
    // The plugin's own process decides nothing, and what it prints and how it ends is tested where it runs.
    mutate: ["provider/src/**/*.ts", "!provider/src/host/plugin/main.ts"],
    plugins: ["@stryker-mutator/mocha-runner", "./mutation/texts.mjs"],
    ignorers: ["texts"],
    testRunner: "mocha",
    mochaOptions: {
        "no-config": true,
        require: [fileURLToPath(new URL("register.cjs", import.meta.url))],
        // What runs in processes of its own cannot see the mutants of this one. The first test that fails ends the run of
        // a mutant, so the quick and sharp ones come first.
        spec: [
            ...["identity-*", "operations", "classify", "error-message", "arguments", "popcore-replies"].map(
                (name) => `test/unit/${name}.test.ts`,
            ),
            "test/unit/!(outcomes).test.ts",
            "test/protocol/*.test.ts",
            "test/unit/outcomes.test.ts",
        ],
    },
    coverageAnalysis: "perTest",
    // The tests wait for timers half of their time.
    concurrency: 6,
    timeoutMS: 8_000,
    timeoutFactor: 2,
    disableTypeChecks: false,
    incremental: true,
    incrementalFile: `${folder}/incremental.json`,
    tempDirName: `${folder}/sandbox`,
    ignorePatterns: ["/.*", "/bench", "/emulator", "/examples", "/mutation", "/provider/dist", "/scripts", "/tmp"],
    reporters: ["clear-text", "json", "progress-append-only"],
    clearTextReporter: { allowColor: false, logTests: false, reportMutants: false, reportScoreTable: false },
    jsonReporter: { fileName: `${folder}/report.json` },
};
