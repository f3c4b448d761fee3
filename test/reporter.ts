import { type MochaOptions, type Runner, reporters } from "mocha";

/** Mocha's own report, after a line with the totals for tools that read one. */
class TotalsReporter extends reporters.Spec {
    constructor(runner: Runner, options?: MochaOptions) {
        super(runner, options);
        runner.prependOnceListener("end", () => {
            console.log(`\n${this.stats.passes} passed, ${this.stats.failures} failed`);
        });
    }
}

export = TotalsReporter;
