/** Waits until the process that has started it ends, then ends what that has left behind and removes its folder. */
import { rmSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { processesOf, send } from "../processes";

const [, , folder = ""] = process.argv;

async function cleanUp(): Promise<void> {
    for (let left = processesOf(folder); left.length > 0; left = processesOf(folder)) {
        for (const { pid } of left) {
            send(pid, "SIGKILL");
        }
        await setTimeout(20);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

process.stdin.resume().once("end", () => void cleanUp());
