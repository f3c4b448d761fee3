import { reporters } from "mocha";

/** Mocha's own report, and below it a line with the totals for tools that read one. */
class Report extends reporters.Spec {
    override epilogue(): void {
        super.epilogue();
        console.log(`${this.stats.passes} passed, ${this.stats.failures} failed`);
    }
}

export = Report;
