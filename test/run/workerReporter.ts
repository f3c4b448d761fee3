import type { MochaOptions, Runner } from "mocha";
import { explainFailures } from "./failures";

/** Mocha's own reporter of a worker process. The types do not have it. */
const ParallelBuffered = require("mocha/lib/nodejs/reporters/parallel-buffered.cjs") as new (
    runner: Runner,
    options?: MochaOptions,
) => object;

/** Adds the evidence to failures before they are sent to the process that reports them. */
class WorkerReport extends ParallelBuffered {
    constructor(runner: Runner, options?: MochaOptions) {
        super(runner, options);
        explainFailures(runner);
    }
}

export = WorkerReport;
