import { appendFileSync } from "node:fs";
import { type MochaOptions, type Runner, reporters } from "mocha";
import { explainFailures } from "./failures";
import { totalsVariable } from "./totals";

/** What Mocha's types do not have. */
interface ParallelRunner extends Runner {
    workerReporter(path: string): void;
}

/** Mocha's own report with the evidence of each failure, after a line with the totals for tools that read one. */
class Report extends reporters.Spec {
    constructor(runner: Runner, options?: MochaOptions) {
        super(runner, options);
        // A run that is stopped has failed; one that comes to its end sets the code itself.
        process.exitCode = 1;
        if (isParallel(runner)) {
            runner.workerReporter(require.resolve("./workerReporter"));
        } else {
            explainFailures(runner);
        }
    }

    override epilogue(): void {
        const { passes, failures } = this.stats;
        const file = process.env[totalsVariable];
        if (file === undefined) {
            console.log(`\n${passes} passed, ${failures} failed`);
            super.epilogue();
        } else {
            // A part of a longer run, which sums up what came of its parts.
            appendFileSync(file, `${JSON.stringify({ passed: passes, failed: failures })}\n`);
            reporters.Base.list(this.failures);
        }
    }
}

function isParallel(runner: Runner): runner is ParallelRunner {
    return "isParallelMode" in runner && typeof runner.isParallelMode === "function" && runner.isParallelMode();
}

export = Report;
