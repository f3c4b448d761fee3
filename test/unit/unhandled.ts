/** The unhandled rejections that an action leaves behind; each would end the program. */
export async function unhandledIn(done: () => unknown): Promise<readonly unknown[]> {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    const others = process.rawListeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
    try {
        done();
        for (let turn = 0; turn < 20; turn += 1) {
            await new Promise((resolve) => setImmediate(resolve));
        }
    } finally {
        process.removeListener("unhandledRejection", note);
        for (const listener of others) {
            process.on("unhandledRejection", listener as NodeJS.UnhandledRejectionListener);
        }
    }
    return unhandled;
}
