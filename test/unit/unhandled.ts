import { setTimeout } from "node:timers/promises";

/** The unhandled rejections that an action leaves behind: each would end the program, and Mocha notices none. */
export async function unhandledIn(done: () => unknown): Promise<readonly unknown[]> {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
        done();
        await setTimeout(10);
    } finally {
        process.off("unhandledRejection", note);
    }
    return unhandled;
}
