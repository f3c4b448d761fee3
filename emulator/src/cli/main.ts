#!/usr/bin/env node
import type { RequestEntry } from "../cloud/ledger";
import { startEmulator } from "../emulator";
import { ListenError } from "../network/listening";
import { type RunArguments, readArguments, UsageError, usage } from "./arguments";
import { logLine, welcome } from "./text";

async function main(): Promise<void> {
    const read = readArguments(process.argv.slice(2));
    switch (read.kind) {
        case "help":
            console.log(usage);
            return;
        case "run":
            await run(read);
    }
}

async function run({ port, region, instances }: RunArguments): Promise<void> {
    const onOutcome = (entry: RequestEntry) => console.log(logLine(entry));
    const emulator = await startEmulator({ port, region, instances, onOutcome });
    const stop = () => void emulator.stop();
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    console.log(welcome(emulator.url, instances));
}

main().catch((error: unknown) => {
    if (error instanceof UsageError) {
        console.error(`${error.message} See --help.`);
    } else if (error instanceof ListenError) {
        console.error(error.message);
    } else {
        throw error;
    }
    process.exitCode = 1;
});
